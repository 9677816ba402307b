"""Fleischner 2017 and Lung-RADS v2022: the row of the table a nodule falls into.

Sizes are mean diameters in mm ((long + short axis) / 2); a volume is used only where no diameter is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from xinglin.knowledge.guidelines.book import table
from xinglin.knowledge.guidelines.category import Category
from xinglin.records.errors import InvalidInput

Kind = Literal["solid", "part-solid", "ground-glass"]
KINDS = ("solid", "part-solid", "ground-glass")
EARLIER = ("", "0", "1", "2", "3", "4A", "4B", "4X")


def fleischner(
    kind: str,
    mean_diameter_mm: float | None,
    number: Literal["single", "multiple"],
    risk: Literal["low", "high", ""] = "",
    *,
    volume_mm3: float | None = None,
    solid_mm: float | None = None,
) -> Category:
    """What Fleischner 2017 advises for a nodule found by chance.

    `risk` "" is allowed: where low and high risk differ the answer is then "missing: risk of lung cancer". `solid_mm`:
    longest diameter of the solid part. Scope (age 35 and over, no cancer, no immunosuppression, no screening) is the caller's
    to see to. Raises InvalidInput XL-KNOW-401 for a size that is no size. MacMahon 2017, doi:10.1148/radiol.2017161659.
    """
    book = table("fleischner_2017")
    inputs = _inputs(kind=kind, mean_diameter_mm=mean_diameter_mm, volume_mm3=volume_mm3, solid_mm=solid_mm, number=number, risk=risk)
    missing = _lacking(kind, mean_diameter_mm, volume_mm3)
    if missing:
        return _untold(book, inputs, missing)
    size = None if mean_diameter_mm is None else _whole_mm(mean_diameter_mm)
    found = [row for row in book["row"] if kind in row["kinds"] and number in row["numbers"] and _whole_size_fits(row, size, volume_mm3)]
    by_risk = [row for row in found if risk in row.get("risks", (risk,))]
    if not by_risk:
        return _untold(book, inputs, ("risk of lung cancer",))
    fitting = [row for row in by_risk if _whole_solid_fits(row, solid_mm)]
    if not fitting:
        return _untold(book, inputs, ("size of the solid part",))
    row = fitting[0]
    return _told(book, inputs, row, {"en": row["category"], "zh": row["category_zh"]}, {"en": row["en"], "zh": row["zh"]})


def lung_rads(
    kind: str,
    mean_diameter_mm: float | None,
    status: Literal["baseline", "new", "growing", "stable", ""] = "",
    *,
    volume_mm3: float | None = None,
    solid_mm: float | None = None,
    earlier_category: str = "",
    suspicious: bool = False,
) -> Category:
    """The Lung-RADS v2022 category of a nodule in a screening CT.

    `status`: at the first screen, new since, grown (more than 1.5 mm of mean diameter within 12 months), or stable or smaller;
    "" is answered with what is missing. `solid_mm`: mean diameter of the solid part. `earlier_category`: of the same nodule at
    the screen before, for stable ones. `suspicious`: a person saw further signs of cancer; categories 3 and 4 become 4X.
    Raises InvalidInput XL-KNOW-401 for a size that is no size. Christensen 2024, doi:10.1016/j.jacr.2023.09.009.
    """
    book = table("lung_rads_2022")
    inputs = _inputs(
        kind=kind,
        mean_diameter_mm=mean_diameter_mm,
        volume_mm3=volume_mm3,
        solid_mm=solid_mm,
        status=status,
        earlier_category=earlier_category,
    )
    if earlier_category not in EARLIER:
        raise InvalidInput("XL-KNOW-401", "this is no Lung-RADS category", where="earlier_category", fix=f"one of {', '.join(EARLIER[1:])}")
    missing = _lacking(kind, mean_diameter_mm, volume_mm3)
    if missing or not status:
        return _untold(book, inputs, missing or ("earlier screening CT",))
    size = None if mean_diameter_mm is None else _one_decimal(mean_diameter_mm)
    found = [row for row in book["row"] if kind in row["kinds"] and status in row["statuses"] and _size_fits(row, size, volume_mm3)]
    if status == "stable" and kind != "ground-glass":
        if not earlier_category:
            return _untold(book, inputs, ("earlier category",))
        found = [row for row in found if earlier_category in row["earlier"]]
        if not found:
            return _untold(book, inputs, ("outcome of the work-up",))
    elif kind == "part-solid" and any("solid_below_mm" in row or "solid_from_mm" in row for row in found):
        if solid_mm is None:
            return _untold(book, inputs, ("size of the solid part",))
        found = [row for row in found if _solid_fits(row, _one_decimal(solid_mm))]
    if not found:
        return _untold(book, inputs, ("a rule of the table for this finding",))
    category = "4X" if suspicious and found[0]["category"] in ("3", "4A", "4B") else found[0]["category"]
    names = {"en": f"Lung-RADS {category}", "zh": f"Lung-RADS {category}类"}
    return _told(book, inputs, found[0], names, book["management"][category], category)


def growth_mm() -> float:
    """By how much the mean diameter must rise within 12 months for Lung-RADS to call it growth (more than this)."""
    return float(table("lung_rads_2022")["growth_mm"])


def _inputs(**given: object) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if value not in (None, "")}


def _lacking(kind: str, mean_diameter_mm: float | None, volume_mm3: float | None) -> tuple[str, ...]:
    for size in (mean_diameter_mm, volume_mm3):
        if size is not None and not 0 < size < 1e6:
            raise InvalidInput("XL-KNOW-401", "a nodule's size must be positive", where="mean_diameter_mm or volume_mm3")
    if kind == "calcified":
        return ("pattern of the calcification",)
    if kind not in KINDS:
        return ("kind of nodule",)
    return () if mean_diameter_mm is not None or volume_mm3 is not None else ("size",)


def _whole_mm(size_mm: float) -> Decimal:
    return Decimal(str(size_mm)).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def _one_decimal(size_mm: float) -> Decimal:
    return Decimal(str(size_mm)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _whole_size_fits(row: Mapping[str, Any], size: Decimal | None, volume_mm3: float | None) -> bool:
    if size is not None:
        return row.get("from_mm", 0) <= size <= row.get("to_mm", 10**6)
    volume = volume_mm3 or 0.0
    low, high = row.get("from_mm3"), row.get("to_mm3")  # < 100, 100 to 250, > 250: the middle class holds both limits
    above = low is None or volume > low or (volume == low and low == 100)
    below = high is None or volume < high or (volume == high and high == 250)
    return above and below


def _whole_solid_fits(row: Mapping[str, Any], solid_mm: float | None) -> bool:
    if "solid_from_mm" not in row and "solid_to_mm" not in row:
        return True
    if solid_mm is None:
        return False
    return row.get("solid_from_mm", 0) <= _whole_mm(solid_mm) <= row.get("solid_to_mm", 10**6)


def _size_fits(row: Mapping[str, Any], size: Decimal | None, volume_mm3: float | None) -> bool:
    if size is not None:
        return row.get("from_mm", 0) <= size < row.get("below_mm", 10**6)
    return row.get("from_mm3", 0) <= (volume_mm3 or 0.0) < row.get("below_mm3", 10**9)


def _solid_fits(row: Mapping[str, Any], solid: Decimal) -> bool:
    return row.get("solid_from_mm", 0) <= solid < row.get("solid_below_mm", 10**6)


def _untold(book: Mapping[str, Any], inputs: Mapping[str, str], missing: tuple[str, ...]) -> Category:
    return Category(book["name"], book["version"], inputs=inputs, citation=book["citation"], missing=missing)


def _told(
    book: Mapping[str, Any],
    inputs: Mapping[str, str],
    row: Mapping[str, Any],
    names: Mapping[str, str],
    advice: Mapping[str, str],
    category: str = "",
) -> Category:
    return Category(
        book["name"], book["version"], category or row["category"], row["id"], names, dict(advice), inputs, book["citation"],
        bool(row.get("unverified")),
    )  # fmt: skip
