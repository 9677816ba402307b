"""RECIST 1.1: which lesions are targets, their sum of diameters, and what its change is called.

Nodes count by their short axis, everything else by its long axis. Numbers and sources: knowledge/guidelines (recist_1_1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from xinglin.knowledge import guidelines
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Lesion, LesionMeasures

Response = Literal["CR", "PR", "SD", "PD", "NE"]
NonTarget = Literal["CR", "NON-CR/NON-PD", "PD", "NE", ""]
Size = Literal["measurable", "not measurable", "pathological node", "normal node"]


def is_node(organ: str) -> bool:
    """Whether an organ word means a lymph node ("lymph-node", "lymph node", "LYMPH NODE")."""
    return organ.replace("-", " ").strip().casefold() in ("lymph node", "lymph nodes", "node", "淋巴结")


def diameter_mm(measures: LesionMeasures, organ: str) -> float:
    """The diameter that counts: the short axis of a node, the long axis of anything else."""
    return measures.short_axis_mm if is_node(organ) else measures.long_axis_mm


def size_class(measures: LesionMeasures, organ: str, slice_thickness_mm: float = 0.0) -> Size:
    """Whether a lesion can be a target at baseline.

    Not nodes: long axis at least 10 mm and, on slices thicker than 5 mm, at least twice the slice thickness. Nodes: short
    axis at least 15 mm; 10 to under 15 mm is pathological but no target; under 10 mm is normal.
    """
    number = guidelines.recist()
    if is_node(organ):
        if measures.short_axis_mm >= number["node_target_mm"]:
            return "measurable"
        return "pathological node" if measures.short_axis_mm >= number["node_normal_mm"] else "normal node"
    least = number["measurable_mm"]
    if slice_thickness_mm > 5.0:
        least = max(least, number["slice_times"] * slice_thickness_mm)
    return "measurable" if measures.long_axis_mm >= least else "not measurable"


def choose_targets(lesions: Sequence[Lesion], slice_thickness_mm: Mapping[str, float] | None = None) -> tuple[Lesion, ...]:
    """The lesions of a baseline that may be targets: measurable, largest first, at most 2 of an organ and 5 in all.

    `slice_thickness_mm`: per series UID. Largest is by the diameter that counts; ties by name.
    """
    number, thickness = guidelines.recist(), slice_thickness_mm or {}
    able = [one for one in lesions if size_class(one.measures, one.organ, thickness.get(one.series_uid, 0.0)) == "measurable"]
    chosen: list[Lesion] = []
    taken: Counter[str] = Counter()
    for one in sorted(able, key=lambda lesion: (-diameter_mm(lesion.measures, lesion.organ), lesion.name)):
        organ = one.organ.casefold()
        if len(chosen) < number["most_targets"] and taken[organ] < number["most_per_organ"]:
            chosen.append(one)
            taken[organ] += 1
    return tuple(chosen)


def broken_rules(targets: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """What a choice of targets, given as (name, organ), breaks: more than 5 in all, more than 2 of an organ."""
    number = guidelines.recist()
    said = [f"more than {number['most_targets']} targets"] if len(set(targets)) > number["most_targets"] else []
    organs = Counter(organ.casefold() for _, organ in dict.fromkeys(targets))
    said += [f"more than {number['most_per_organ']} targets in one organ" for count in organs.values() if count > number["most_per_organ"]][
        :1
    ]
    return tuple(said)


def sum_of_diameters(lesions: Sequence[Lesion]) -> float:
    """Sum of the diameters that count, in mm. Raises InvalidInput XL-IMG-321 when one lesion comes twice."""
    if len({one.name for one in lesions}) != len(lesions):
        raise InvalidInput(
            "XL-IMG-321", "one lesion is counted twice in a sum of diameters", where="lesions", why="two readers or two series of one day",
            fix="choose one measurement of each lesion",
        )  # fmt: skip
    return round(sum(diameter_mm(one.measures, one.organ) for one in lesions), 2)


def target_response(baseline_mm: float, smallest_mm: float, now_mm: float, *, gone: bool = False, complete: bool = True) -> Response:
    """The target response at one time.

    baseline_mm: sum before treatment; smallest_mm: the smallest sum so far, baseline included; now_mm: the sum now. gone: all
    targets disappeared and target nodes are under 10 mm. complete: all targets could be measured.
    PD: at least 20 % and 5 mm above the smallest; PR: at least 30 % below baseline; CR: gone; NE: not all measured, unless the
    ones that were already make a PD.
    """
    number = guidelines.recist()
    if baseline_mm <= 0 or smallest_mm < 0 or now_mm < 0:
        return "NE"
    rise = now_mm - smallest_mm
    progressed = rise >= number["progression_mm"] and rise >= smallest_mm * number["progression_percent"] / 100
    if progressed:
        return "PD"
    if not complete:
        return "NE"
    if gone:
        return "CR"
    return "PR" if now_mm <= baseline_mm * (1 - number["response_percent"] / 100) else "SD"


def overall_response(target: Response | str, non_target: NonTarget | str, new_lesion: bool) -> str:
    """Target, non-target and new lesions together at one time: CR, PR, SD, PD, NE or NON-CR/NON-PD.

    `target` "" means no target lesions at baseline, `non_target` "" no other lesions.
    """
    if new_lesion or "PD" in (target, non_target):
        return "PD"
    if not target:
        return non_target or "NE"
    if target == "CR":
        return {"CR": "CR", "": "CR", "NON-CR/NON-PD": "PR", "NE": "PR"}.get(non_target, "NE")
    return target if target in ("PR", "SD") else "NE"
