"""Orders of the judging set as the judge reads them: the person, what is taken, what is ordered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from xinglin.knowledge import labs, units
from xinglin.models.medication_safety import allergen_key, condition_key, genes_told
from xinglin.models.medication_safety.judge import against
from xinglin.models.medication_safety.uses import use_of
from xinglin.records.medication import Circumstances, Concern, KnownAllergy, KnownCondition, LabValue, MedicineUse
from xinglin.records.quantity import Quantity

_SETS = Path(__file__).parents[2] / "tests" / "numbers"
CASES, SECOND = _SETS / "medication_orders", _SETS / "medication_orders_second"
AS_OF = date(2026, 3, 10)
_SEVERE = ("anaphyla", "angioedema", "stevens", "sjs", "ten", "dress", "severe", "shock", "necrolysis", "bronchospasm", "休克")


def cases(name: str, of: Path = CASES) -> Iterator[dict[str, Any]]:
    """The lines of `unsafe.jsonl` or `safe.jsonl` of a set."""
    with (of / f"{name}.jsonl").open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def judged(case: dict[str, Any]) -> tuple[Concern, ...]:
    """Everything the judge says of the order."""
    return against(who(case["patient"]), order(case["order"]), taken(case["patient"]))


def order(said: dict[str, Any]) -> MedicineUse:
    """What is ordered."""
    return use_of(
        said["name"], said.get("dose") or "", said.get("route") or "", said.get("frequency") or "", days=said.get("duration_days"),
        indication=said.get("indication") or "", as_needed=bool(said.get("as_needed")),
    )  # fmt: skip


def taken(patient: dict[str, Any]) -> tuple[MedicineUse, ...]:
    """What is taken already."""
    found = []
    for one in patient.get("medicines") or ():
        since = (AS_OF - timedelta(days=int(one["since_days"]))).isoformat() if one.get("since_days") is not None else ""
        found.append(
            use_of(one["name"], one.get("dose") or "", one.get("route") or "", one.get("frequency") or "", since=since, considered=False)
        )
    return tuple(found)


def who(patient: dict[str, Any]) -> Circumstances:
    """The person."""
    values: dict[str, Any] = {name: patient.get(name) for name in ("egfr", "crcl", "qtc_ms", "age_years", "weight_kg", "height_cm")}
    return Circumstances(
        as_of=AS_OF.isoformat(), sex=patient.get("sex") or "", pregnant=True if patient.get("pregnant_weeks") is not None or patient.get("pregnant") else None,
        pregnant_weeks=patient.get("pregnant_weeks"), breastfeeding=patient.get("breastfeeding"), dialysis=patient.get("dialysis"),
        could_become_pregnant=patient.get("could_become_pregnant"), frail=patient.get("frail"), child_pugh=patient.get("child_pugh") or "",
        allergies=tuple(_allergy(one) for one in patient.get("allergies") or ()),
        conditions=tuple(_condition(one) for one in patient.get("conditions") or ()),
        labs=tuple(_lab(name, value) for name, value in (patient.get("labs") or {}).items()),
        genes=genes_told(patient.get("genes") or {}), **values,
    )  # fmt: skip


def _allergy(said: dict[str, Any]) -> KnownAllergy:
    words, reaction = said["substance"], (said.get("reaction") or "").casefold()
    severe = any(word in reaction for word in _SEVERE)
    return KnownAllergy(allergen_key(words), words, said.get("kind") or "allergy", severe, reaction)


def _condition(said: dict[str, Any]) -> KnownCondition:
    return KnownCondition(condition_key(said["name"]) or said["name"].casefold(), said["name"], said.get("active", True))


def _lab(name: str, said: Any) -> LabValue:
    value, unit = (said.get("value"), said.get("unit") or "") if isinstance(said, dict) else (said, "")
    words = name.replace("_", " ")
    shorter = words.removesuffix(" trough").removesuffix(" level").removesuffix(" corrected")
    known = labs.by_name(words, "en") or labs.by_name(shorter, "en") or labs.by_name(f"{shorter} level", "en")
    return LabValue(
        name if labs.analyte(name) else known.key if known else name,
        Quantity(str(value), units.canonical(unit) or unit, unit),
        AS_OF.isoformat(),
    )
