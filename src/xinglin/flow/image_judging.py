"""The road of a judgement: a kept model is sampled, or pictures are read; they are judged on a set; report, numbers and reader test are written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from xinglin.records.errors import InvalidInput, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.flow.house import House
    from xinglin.models.kept_images import KeptImages
    from xinglin.records.image_learning import ImageScore
    from xinglin.training.image_judging.judged import Judged
    from xinglin.training.image_sets.image_set import ImageSet

    Note = Callable[[str], None]

AT_ONCE = 100


def judged_model(
    house: House, reference: str, set_folder: str | Path, *, count: int = 500, full: bool = False, seed: int = 0, by: str = "",
    keep: bool = True, note: Note | None = None,
) -> tuple[KeptImages, ImageSet, Judged]:  # fmt: skip
    """The model with its judgement, kept as the challenger of its name, the set, and what a report shows.

    It is asked for pictures under the conditions (and drawn by the masks) of learnt-from ones. Raises UsageError XL-JUDGE-010 for a model that is
    no generator, and what `opened`, `ImageSet.load` and `judged` raise.
    """
    from xinglin.flow.image_models import opened
    from xinglin.flow.outcomes import registry
    from xinglin.training.image_judging.judged import judged_in_full
    from xinglin.training.image_sets import ImageSet

    kept, pictures = opened(house, reference), ImageSet.load(set_folder)
    if kept.told.task not in ("generate", "fill"):
        raise UsageError(
            "XL-JUDGE-010", "this model makes no pictures of nobody", where=kept.told.name, why=f"its task: {kept.told.task}",
            fix="judge what it made: xinglin evaluate pictures MADE.npz --set SET",
        )  # fmt: skip
    made, conditions, masks = (filled_like if kept.told.task == "fill" else made_like)(kept, pictures, count, seed, note)
    found = judged_in_full(pictures, made, model=kept.told.name, seed=seed, full=full, conditions=conditions, masks=masks, note=note)
    judged = kept.judged(found.judgement)
    if keep and not Path(reference).is_dir():
        registry(house).keep(judged, by)
    return judged, pictures, found


def made_like(
    kept: KeptImages, pictures: ImageSet, count: int, seed: int, note: Note | None
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.integer] | None]:
    """Pictures (n, channels, *shape) in [-1, 1] of a generator, under the conditions and by the masks of learnt-from ones, which are told too."""
    import numpy as np

    from xinglin.flow.asked_masks import see_that_labels_agree
    from xinglin.records.image_learning import SampleRequest

    see_that_labels_agree(kept, pictures)
    learnt, made = pictures.rows("train"), []
    rows = np.random.default_rng(seed).choice(learnt, count)
    asked = pictures.conditions(rows) if kept.form.conditions and kept.form.conditions == pictures.form.conditions else None
    masks = pictures.masks[rows] if "masks" in kept.model.needs and pictures.masks is not None else None
    for start in range(0, count, AT_ONCE):
        if note:
            note(f"made {start:,} of {count:,}")
        some = slice(start, start + AT_ONCE)
        request = SampleRequest(
            len(rows[some]), seed + start, None if asked is None else asked[some], None, None if masks is None else masks[some]
        )
        made.append(kept.sample(request))
    return np.clip(np.concatenate(made), -1, 1), asked, masks


def filled_like(
    kept: KeptImages, pictures: ImageSet, count: int, seed: int, note: Note | None
) -> tuple[NDArray[np.float32], None, None]:  # fmt: skip
    """Patches (n, channels, *shape) in [-1, 1] that nobody learnt from, taken out and filled as their masks and conditions say; each at most once."""
    import numpy as np

    from xinglin.records.image_learning import SampleRequest

    unseen = np.sort(np.concatenate([pictures.rows("held-out"), pictures.rows("test")]))
    rows = np.random.default_rng(seed).permutation(unseen)[:count]
    if pictures.masks is None or not len(rows):
        raise UsageError(
            "XL-JUDGE-012", "there is nothing to fill", where=pictures.card.name, why="no masks, or nobody who was not learnt from",
            fix="a set with masks and a held-out or test side",
        )  # fmt: skip
    if note:
        note(f"filling {len(rows):,} patches")
    asked = pictures.conditions(rows) if kept.form.conditions and kept.form.conditions == pictures.form.conditions else None
    made = kept.sample(SampleRequest(len(rows), seed, asked, pictures.scaled(rows), pictures.masks[rows]))
    return np.clip(made, -1, 1), None, None


def judged_pictures(
    made: str | Path | NDArray[np.floating],
    set_folder: str | Path,
    *,
    name: str = "",
    full: bool = False,
    seed: int = 0,
    note: Note | None = None,
) -> tuple[ImageSet, Judged]:
    """Pictures of a file, or an array (n, channels, *shape), both in the set's unit. Raises InvalidInput XL-JUDGE-011 for another file."""
    import numpy as np

    from xinglin.training.image_judging.judged import judged_in_full
    from xinglin.training.image_sets import ImageSet
    from xinglin.training.image_sets.image_set import scaled

    pictures, told = ImageSet.load(set_folder), {}
    if isinstance(made, str | Path):
        told = _read(Path(made))
        name, made = name or Path(made).stem, told["pictures"]
    values = made[:, None] if made.ndim == len(pictures.form.shape) + 1 else made
    return pictures, judged_in_full(
        pictures, scaled(np.asarray(values), pictures.form), model=name or "pictures", seed=seed, full=full, conditions=told.get("conditions"),
        masks=told.get("masks"), losses=told.get("losses"), note=note,
    )  # fmt: skip


def _read(path: Path) -> dict[str, NDArray[Any]]:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as file:
            return {"pictures": file["pictures"], **{one: file[one] for one in ("conditions", "masks", "losses") if one in file.files}}
    except FileNotFoundError:
        raise InvalidInput("XL-JUDGE-011", "there is no such file", where=str(path), fix="name an NPZ file") from None
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise InvalidInput(
            "XL-JUDGE-011", "made pictures cannot be read from this file", where=str(path), why="wanted: an NPZ file with an array `pictures`",
            fix="numpy.savez(FILE, pictures=...), in the unit of the set",
        ) from None  # fmt: skip


def written(found: Judged, pictures: ImageSet, folder: str | Path, *, language: str = "en", readers: int = 0) -> list[Path]:
    """report.html, judgement.json, nearest.png and, where asked, reader-test.html in a folder that only its owner can read."""
    from xinglin.training.image_judging.reader_test import reader_test_page
    from xinglin.training.image_judging.report_page import gallery, report_page

    place = Path(folder)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = {
        "judgement.json": msgspec.json.format(msgspec.json.encode(found.judgement, order="sorted"), indent=1) + b"\n",
        "report.html": report_page(found, pictures.form, pictures.card.name, language),
    }
    if (nearest := gallery(found)) is not None:
        files["nearest.png"] = nearest
    if readers:
        files["reader-test.html"] = reader_test_page(found.real, found.made, each=readers, seed=found.judgement.seed, language=language)
    for name, content in files.items():
        aside = place / f".{name}.being-written"
        aside.write_bytes(content)
        aside.chmod(0o600)
        os.replace(aside, place / name)
    return [place / name for name in files]


def readers(paths: Sequence[str | Path], seed: int = 0) -> list[ImageScore]:
    """What readers' answers say. Raises InvalidInput XL-JUDGE-021, 022."""
    from xinglin.training.image_judging.reader_test import answers_of, readers_told_apart

    found = []
    for path in map(Path, paths):
        if not path.is_file():
            raise InvalidInput("XL-JUDGE-021", "there is no such file", where=str(path), fix="name files that the test's page saved")
        found.append(answers_of(path.read_bytes()))
    return readers_told_apart(found, seed)
