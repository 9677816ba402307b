"""From the words of a request to a NoduleRequest: every option read, none guessed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import get_args

from xinglin.records.errors import UsageError
from xinglin.records.imaging import Lobe, NoduleKind, NoduleRequest

OPTIONS = {
    "series": "Number in `xinglin images`, or UID, of the series; default: the only one.",
    "type": "solid (default), part-solid, ground-glass or calcified.",
    "diameter_mm": "Diameter of the sphere of the same volume, 2 to 40 mm (default 8).",
    "margin": "smooth (default), lobulated or spiculated.",
    "attachment": "none (default), pleura or vessel: what it must touch.",
    "hu": "Density of the body in HU; default drawn from the seed.",
    "solid_fraction": "Solid volume over whole volume, part-solid only; default drawn.",
    "calcification": "diffuse (default), central, laminated or popcorn; calcified only.",
    "lobulation": "Standard deviation of radius over mean radius, 0 to 0.25; default by margin.",
    "spicules": "How many, a whole number from 0; default by margin.",
    "texture_hu": "Standard deviation of the inner texture in HU; default drawn.",
    "at": "Place of its centre, x,y,z in LPS millimetres; default: drawn.",
    "side": "left or right lung; default: drawn.",
    "lobe": "left-upper, left-lower, right-upper, right-middle or right-lower (approximate).",
    "blur": "The scanner's blur, slice,row,column in mm (FWHM); default: measured in the scan.",
    "days": "Days after the first scan, above 0, for the same nodule later; with `doubling_days`.",
    "doubling_days": "Volume doubling time in days, above 0; with `days`.",
    "by": "A kept model in use that fills in nodules; default: by formula, which alone knows the truth about what lies inside.",
    "length": "short, standard (default) or full: how much of the method is told.",
}
_NUMBERS = ("diameter_mm", "hu", "solid_fraction", "lobulation", "texture_hu", "days", "doubling_days")
_WORDS = {
    "type": get_args(NoduleKind),
    "margin": ("smooth", "lobulated", "spiculated"),
    "attachment": ("none", "pleura", "vessel"),
    "calcification": ("diffuse", "central", "laminated", "popcorn"),
    "side": ("left", "right"),
    "lobe": get_args(Lobe),
}


def nodule_asked_for(options: Mapping[str, str], seed: int) -> NoduleRequest:
    """The request, checked for form; whether it can be served is the generator's to say. Raises UsageError XL-VNOD-001 to 003, 007 to 009."""
    words = {name: _word(name, options[name]) for name in _WORDS if name in options}
    numbers = {name: _number(name, options[name]) for name in _NUMBERS if name in options}
    places = {field: _three(name, options[name]) for name, field in (("at", "center_mm"), ("blur", "blur_mm")) if name in options}
    whole = {"spicules": _count("spicules", options["spicules"])} if "spicules" in options else {}
    _see_that_growth_is_whole(numbers)
    if "type" in words:
        words["kind"] = words.pop("type")
    return NoduleRequest(**words, **numbers, **places, **whole, seed=seed)  # type: ignore[arg-type]


def _word(name: str, given: str) -> str:
    if given not in _WORDS[name]:
        raise UsageError("XL-VNOD-001", f"{name} must be one of: {', '.join(_WORDS[name])}", where=f"option {name}")
    return given


def _number(name: str, given: str) -> float:
    try:
        return _finite(given)
    except ValueError:
        raise UsageError("XL-VNOD-002", f"{name} must be a number", where=f"option {name}") from None


def _three(name: str, given: str) -> tuple[float, float, float]:
    try:
        x, y, z = (_finite(part) for part in given.split(","))
    except ValueError:
        raise UsageError("XL-VNOD-003", f"{name} must be three numbers", where=f"option {name}", fix="for example -62.5,14,-310") from None
    return x, y, z


def _finite(given: str) -> float:
    """A number; what is infinite or "not a number" is none."""
    number = float(given)
    if not math.isfinite(number):
        raise ValueError
    return number


def _count(name: str, given: str) -> int:
    if not (given.strip().isascii() and given.strip().isdigit() and len(given.strip()) < 10):
        raise UsageError("XL-VNOD-007", f"{name} must be a whole number from 0", where=f"option {name}", fix="for example 9")
    return int(given)


def _see_that_growth_is_whole(numbers: Mapping[str, float]) -> None:
    """Days and a doubling time come together, both above 0."""
    for name, other in (("days", "doubling_days"), ("doubling_days", "days")):
        if name in numbers and numbers[name] <= 0:
            raise UsageError("XL-VNOD-008", f"{name} must be above 0", where=f"option {name}", fix="give days after the first scan")
        if name in numbers and other not in numbers:
            raise UsageError("XL-VNOD-009", f"{name} without {other}", where=f"option {name}", fix=f"give {other} too, or neither")
