"""How a fact about a marked lesion is written down: its number or words, and where in the images and the record it stands.

Evidence "dicom": "<series uid>/<sop uid>#slice=12;mm=x1,y1,z1;x2,y2,z2" (LPS mm; slice counts from 0 in the series).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinglin.knowledge import guidelines
from xinglin.records import Concept, Evidence, Fact, Quantity
from xinglin.records.imaging import Lesion, LesionMeasures, Point_mm
from xinglin.records.moments import day
from xinglin.workup.evidence import at, plain

SHOWN = {"mm3": "mm³", "[hnsf'U]": "HU", "d": "days"}
KINDS_ZH = {"solid": "实性", "part-solid": "部分实性", "ground-glass": "磨玻璃", "calcified": "钙化"}


def shown(value: float, unit: str, decimals: int) -> Quantity:
    """The number as it is told: 12.3 mm, 523 mm³."""
    text = f"{round(value, decimals) + 0.0:.{decimals}f}"  # + 0.0: no minus before a zero
    return Quantity(text, unit, SHOWN.get(unit, unit))


def day_zh(when: str) -> str:
    """A day as it is written in Chinese: 2023年9月5日."""
    return "".join(f"{int(part)}{mark}" for part, mark in zip(day(when).split("-"), "年月日", strict=False))


def number(
    lesion: Lesion, what: str, names: tuple[str, str], value: Quantity, places: tuple[Evidence, ...], *, newest: bool, importance: int = 1,
    kind: str = "measurement", details: Mapping[str, str] | None = None,
) -> Fact:  # fmt: skip
    """One number of one lesion. `names`: what it is, in English and Chinese ("long axis", "长径")."""
    english, chinese = names
    return Fact(
        id=f"lesion.{lesion.source}.{what}",
        kind="calculation" if kind == "calculation" else "measurement",
        concept=Concept(f"{english} of {lesion.name}"),
        text=f"{english} of {lesion.name} {plain(value)}{f' on {day(lesion.when)}' if lesion.when else ''}",
        evidence=places,
        key=f"lesion:{lesion.name}:{what}",
        names={
            "en": (f"{english} of {lesion.name}", f"{lesion.name} {english}"),
            "zh": (f"{lesion.name}的{chinese}", f"{lesion.name}{chinese}"),
        },
        value=value,
        time=day(lesion.when),
        latest=newest,
        importance=importance if newest else 0,
        details={"category": "imaging", "lesion": lesion.name, "series": lesion.series_uid, "study": lesion.study, **(details or {})},
    )


def words(
    lesion: Lesion, what: str, names: tuple[str, str], said: Mapping[str, str], places: tuple[Evidence, ...], *, newest: bool,
    importance: int = 1, flag: str = "", details: Mapping[str, str] | None = None,
) -> Fact:  # fmt: skip
    """Something about a lesion in words; `said` per language goes into details as `said` and `said_zh`."""
    english, chinese = names
    return Fact(
        id=f"lesion.{lesion.source}.{what}",
        kind="imaging",
        concept=Concept(f"{english} of {lesion.name}"),
        text=f"{english} of {lesion.name}: {said['en']}{f', {day(lesion.when)}' if lesion.when else ''}",
        evidence=places,
        key=f"lesion:{lesion.name}:{what}",
        names={"en": (f"{english} of {lesion.name}",), "zh": (f"{lesion.name}的{chinese}", f"{lesion.name}{chinese}")},
        value=said["en"],
        time=day(lesion.when),
        side=lesion.side if what == "place" else None,
        latest=newest,
        flag=flag,
        importance=importance if newest else 0,
        details={
            "said": said["en"],
            "said_zh": said["zh"],
            "lesion": lesion.name,
            "series": lesion.series_uid,
            "study": lesion.study,
            **(details or {}),
        },
    )


def gap(lesion: Lesion, what: str, names: tuple[str, str], why: Mapping[str, str], importance: int = 1) -> Fact:
    """What cannot be said of a lesion, and why."""
    english, chinese = names
    return Fact(
        id=f"gap.lesion.{lesion.source}.{what}",
        kind="gap",
        concept=Concept(f"{english} of {lesion.name}"),
        text=f"{english} of {lesion.name} cannot be told: {why['en']}",
        evidence=(at(lesion.source),),
        key=f"gap:lesion:{lesion.name}:{what}",
        names={"en": (f"{english} of {lesion.name}",), "zh": (f"{lesion.name}的{chinese}", f"{lesion.name}{chinese}")},
        time=day(lesion.when),
        importance=importance,
        details={"said": why["en"], "said_zh": why["zh"], "lesion": lesion.name},
    )


def marked(lesion: Lesion, path: str = "") -> Evidence:
    """The lesion's entry in the record."""
    return at(lesion.source, path)


def in_slice(lesion: Lesion, ends: Sequence[Point_mm] = ()) -> Evidence:
    """The slice of the long axis, with the ends of a line when there is one."""
    measures: LesionMeasures = lesion.measures
    known = () if len(ends) == 2 and ends[0] == ends[1] else ends
    line = ";".join(",".join(f"{value:g}" for value in point) for point in known)
    return Evidence("dicom", f"{lesion.series_uid}/{measures.slice_instance}#slice={measures.slice_index}{f';mm={line}' if line else ''}")


def confirmed(lesion: Lesion) -> tuple[Evidence, ...]:
    """Who confirmed a lesion that a model had shown first, and which model it was; nothing for one that a person found."""
    if not lesion.first_shown_by:
        return ()
    model, _, which = lesion.first_shown_by.partition(" ")
    return (Evidence("person", lesion.marked_by, lesion.remark), Evidence(f"models/{model}", which, "first shown by a model"))


def rule(table: str, row: str) -> Evidence:
    """A row of the guidelines."""
    return Evidence(f"knowledge/guidelines@{guidelines.VERSION}", f"{table}/{row}")
