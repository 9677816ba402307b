"""What becomes of seven public collections when they are collected: how many pictures, people and copies, what is left out and why, at what cost.

    python benchmarks/image_sets/run.py            # writes result.json beside this file
    python benchmarks/image_sets/run.py sets/      # and the sets themselves, to learn from: cxr64, busi64 ...

Needs the shared data (XINGLIN_TEST_DATA, else ../shared/data).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.collecting import collect
from xinglin.training.image_sets.pages import pages_of

HERE = Path(__file__).parent
DATA = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[1] / "../shared/data")).resolve()


def askings(scratch: Path) -> Iterator[tuple[Path, Asking]]:
    """(folder, what is asked) of each set."""
    films, serial, luad = DATA / "cxr-nih", DATA / "cxr-covid-hannover-longitudinal", scratch / "luad.jsonl"
    rows = [json.loads(line) for line in (DATA / "ct-tcga-luad/meta.jsonl").read_text(encoding="utf-8").splitlines()]
    luad.write_text("\n".join(json.dumps(row | {"path": f"slices_hu_256.npz#{row['i']}", "person": row["patient"]}) for row in rows))
    small, table = (64, 64), str(films / "labels.csv")
    # a film in a mirror would show the heart on the wrong side: not mirrored; a breast in ultrasound has no side that tells
    yield films, Asking(shape=small, table=table, conditions=("finding=label",), name="cxr64", source="NIH ChestX-ray14, a part", licence="no restriction; cite Wang et al., CVPR 2017")  # fmt: skip
    yield films, Asking(shape=(128, 128), table=table, conditions=("finding=label",), name="cxr128", source="NIH ChestX-ray14, a part")
    yield (
        DATA / "us-breast-busi",
        Asking(shape=small, label_from="folder", mirrored=True, name="busi64", source="BUSI", licence="CC BY 4.0"),
    )
    yield (
        DATA / "cxr-pneumoniamnist",
        Asking(shape=(28, 28), label_from="array", name="minis28", source="PneumoniaMNIST", licence="CC BY 4.0"),
    )
    asked = ("sex", "view=projection", "days=admission_offset")
    yield (
        serial,
        Asking(shape=small, table=str(serial / "data.csv"), path_column="image_id", conditions=asked, name="serial64", licence="CC BY 3.0"),
    )
    yield DATA / "ct-tcga-luad/slices_hu_256.npz", Asking(shape=small, unit="HU", table=str(luad), conditions=("age", "contrast"), name="luad64", licence="CC BY 3.0")  # fmt: skip
    yield DATA / "dicom-lidc-lung-ct", Asking(shape=(128, 128), name="lidc128", source="LIDC-IDRI, two people", licence="CC BY 3.0")


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    told = {}
    with tempfile.TemporaryDirectory() as scratch:
        for folder, asking in askings(Path(scratch)):
            start = time.process_time()
            found = collect(folder, asking)
            card = found.card
            told[asking.name] = {
                "pictures": len(found), "people": sum(card.persons.values()), "counts": dict(card.counts), "left_out": dict(card.left_out),
                "warnings": list(card.warnings), "digest": card.digest, "cpu_seconds": round(time.process_time() - start, 2),
            }  # fmt: skip
            if out is not None:
                found.save(out / asking.name, pages_of(found))
    (HERE / "result.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(
        json.dumps(
            {name: {key: one[key] for key in ("pictures", "people", "left_out", "cpu_seconds")} for name, one in told.items()}, indent=1
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
