"""Candidates in a folder for a reader: a sheet of pieces of slices and the list, both saying that nothing of it is a finding.

The pieces are the person's own pixels with a ring drawn in; the folder belongs to whoever is signed in and to nobody outside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from xinglin.models.nodule_search.sheet import png_of
from xinglin.records.candidates import NOT_A_FINDING, CandidateDecision, CandidateList
from xinglin.review.export import put_folder, see_that_it_fits

if TYPE_CHECKING:
    from PIL import Image


def write_candidates(
    told: CandidateList, decisions: Sequence[CandidateDecision], sheet: Image.Image, out: Path, *, home: Path, aigc: Mapping[str, str]
) -> list[Path]:
    """candidates.png and candidates.json. Raises UsageError XL-RELEASE-001 to 005."""
    folder = see_that_it_fits(out, home)
    words = {"Title": "candidates", "Description": NOT_A_FINDING["en"], "Comment": NOT_A_FINDING["zh"], "AIGC": json.dumps(dict(aigc))}
    value = {
        "label": f"{NOT_A_FINDING['en']}. Marked by AI.", "label_zh": f"{NOT_A_FINDING['zh']}。由人工智能标注。", **msgspec.to_builtins(told),
        "decisions": msgspec.to_builtins(list(decisions)), "AIGC": dict(aigc),
    }  # fmt: skip
    files = [("candidates.png", png_of(sheet, words)), ("candidates.json", json.dumps(value, ensure_ascii=False, indent=1).encode())]
    put_folder(folder, files)
    folder.chmod(0o700)
    return [folder / name for name, _ in files]
