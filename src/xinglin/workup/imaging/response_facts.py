"""The sum of diameters of the target lesions at each date, and the target response by RECIST 1.1.

Only targets are judged: a new lesion or a change of other lesions, which a person must judge, can still make it progression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinglin.records import Concept, Evidence, Fact
from xinglin.records.imaging import Lesion, ScanSeries
from xinglin.records.moments import day, sort_key
from xinglin.workup.evidence import plain
from xinglin.workup.imaging.fact_making import in_slice, marked, rule, shown
from xinglin.workup.imaging.recist import Response, broken_rules, diameter_mm, is_node, size_class, sum_of_diameters, target_response

_SAID = {
    "CR": ("complete response of the target lesions", "靶病灶完全缓解"),
    "PR": ("partial response of the target lesions", "靶病灶部分缓解"),
    "SD": ("stable disease of the target lesions", "靶病灶稳定"),
    "PD": ("progressive disease of the target lesions", "靶病灶进展"),
    "NE": ("the target lesions cannot be evaluated", "靶病灶无法评估"),
}
_ONLY = "new and non-target lesions are not judged"


def response_facts(lesions: Sequence[Lesion], kept: Mapping[str, ScanSeries]) -> list[Fact]:
    """Facts per date at which targets were measured, oldest first; none when no lesion is marked as a target."""
    dates = sorted({day(one.when) for one in lesions if one.target and one.when}, key=sort_key)
    if not dates:
        return []
    by_date = {when: _one_each([one for one in lesions if one.target and day(one.when) == when]) for when in dates}
    baseline = by_date[dates[0]]
    problems = [*broken_rules([(one.name, one.organ) for one in baseline]), *_too_small(baseline, kept)]
    names = {one.name for one in baseline}
    facts: list[Fact] = []
    sums: list[float] = []
    for when in dates:
        followed = [one for one in by_date[when] if one.name in names]
        complete = {one.name for one in followed} == names
        total = sum_of_diameters(followed)
        facts.append(_sum(when, followed, total, len(names), complete, when == dates[-1], problems))
        if sums:
            facts.append(_response(when, followed, (sums[0], min(sums), total), complete, when == dates[-1]))
        if complete:
            sums.append(total)
        elif not sums:
            break
    return facts


def _one_each(lesions: list[Lesion]) -> list[Lesion]:
    """One measurement of each lesion: the last by source, so that two readers are never added up."""
    return sorted({one.name: one for one in sorted(lesions, key=lambda one: one.source)}.values(), key=lambda one: one.name)


def _too_small(baseline: Sequence[Lesion], kept: Mapping[str, ScanSeries]) -> list[str]:
    small = [
        one.name
        for one in baseline
        if size_class(one.measures, one.organ, kept[one.series_uid].spacing_mm[0] if one.series_uid in kept else 0.0) != "measurable"
    ]
    return [f"not measurable at baseline: {', '.join(small)}"] if small else []


def _places(lesions: Sequence[Lesion]) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for one in lesions:
        ends = one.measures.short_axis_ends if is_node(one.organ) else one.measures.long_axis_ends
        found += [in_slice(one, ends), marked(one)]
    return tuple(found)


def _sum(when: str, lesions: list[Lesion], total: float, wanted: int, complete: bool, newest: bool, problems: list[str]) -> Fact:
    value = shown(total, "mm", 1)
    parts = ", ".join(f"{one.name} {diameter_mm(one.measures, one.organ):.1f}" for one in lesions)
    details = {
        "category": "imaging",
        "targets": str(len(lesions)),
        "parts": parts,
        "complete": "yes" if complete else f"{len(lesions)} of {wanted}",
    }
    if problems:
        details["caveats"] = "; ".join(problems)
    return Fact(
        id=f"recist.{when}.sum-of-diameters",
        kind="calculation",
        concept=Concept("sum of diameters of the target lesions"),
        text=f"Sum of diameters of {len(lesions)} target lesions {plain(value)} on {when}",
        evidence=(*_places(lesions), rule("recist_1_1", "number")),
        key="recist:sum-of-diameters",
        names={"en": ("sum of diameters", "sum of diameters of the target lesions"), "zh": ("靶病灶直径总和", "直径总和")},
        value=value,
        time=when,
        latest=newest,
        importance=2 if newest else 0,
        details=details,
    )


def _response(when: str, lesions: list[Lesion], sums: tuple[float, float, float], complete: bool, newest: bool) -> Fact:
    baseline, smallest, now = sums
    gone = bool(lesions) and all(
        (one.measures.short_axis_mm < 10.0) if is_node(one.organ) else one.measures.long_axis_mm == 0.0 for one in lesions
    )
    response: Response = target_response(baseline, smallest, now, gone=gone, complete=complete)
    english, chinese = _SAID[response]
    return Fact(
        id=f"recist.{when}.target-response",
        kind="imaging",
        concept=Concept("target response"),
        text=f"RECIST 1.1 on {when}: {english} ({response}); {_ONLY}",
        evidence=(*_places(lesions), rule("recist_1_1", "number")),
        key="recist:target-response",
        names={"en": ("target response", "RECIST target response"), "zh": ("靶病灶疗效", "RECIST靶病灶疗效")},
        value=response,
        time=when,
        latest=newest,
        importance=2 if newest else 0,
        details={
            "said": f"{english} ({response}); {_ONLY}", "said_zh": f"{chinese}（{response}）；未评价新病灶和非靶病灶",
            "baseline_mm": f"{baseline:.1f}", "smallest_mm": f"{smallest:.1f}", "now_mm": f"{now:.1f}", "guideline": "RECIST 1.1",
        },
    )  # fmt: skip
