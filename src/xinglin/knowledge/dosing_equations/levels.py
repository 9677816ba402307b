"""Drugs whose dose follows a measured level: which model shows them, what a steady state is to reach, and when the plan says nothing.

Read once from `data/levels.toml`; a target that nobody opened is marked unverified and never shown to a patient.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

_DATA = Path(__file__).with_name("data") / "levels.toml"


class LevelDrug(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One drug: its level under LOINC codes and keys of analytes, and the target `low` to `high` of `measure` (mg/L; mg.h/L for auc24).

    `step` rounds an amount, in the unit of the model; `intervals_h` are tried; `counted`: traits of the model that are 1 where the record
    holds one of the keys, else 0. `declined_en`: why the plan does not use a model of it; then there is no target.
    """

    medicine: str
    loincs: tuple[str, ...]
    analytes: tuple[str, ...] = ()
    model: str = ""
    measure: Literal["auc24", "trough", "peak", "average"] = "average"
    low: float = 0.0
    high: float = 0.0
    for_en: str = ""
    for_zh: str = ""
    step: float = 0.0
    intervals_h: tuple[float, ...] = ()
    infusion_h: float = 0.0
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    declined_en: str = ""
    declined_zh: str = ""
    source: str = ""
    locator: str = ""
    verified: bool = False


@lru_cache(maxsize=1)
def _book() -> tuple[Mapping[str, Mapping[str, str]], tuple[LevelDrug, ...]]:
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return data["source"], tuple(msgspec.convert(data["level"], list[LevelDrug]))


def level_drugs() -> tuple[LevelDrug, ...]:
    """Every drug whose level says something of its dose."""
    return _book()[1]


def level_source(drug: LevelDrug) -> str:
    """Where a drug's target was read: the whole name of its source."""
    return _book()[0][drug.source]["title"] if drug.source else ""


def level_title(drug: LevelDrug) -> tuple[str, str]:
    """What the source is called in a sentence, in English and Chinese."""
    source = _book()[0].get(drug.source, {})
    return source.get("en", ""), source.get("zh", "")
