"""Every fact about the lesions marked in a person's scans: sizes, density, place, growth, guideline categories, response.

A lesion in a series that is artificial, or that the house does not keep, gives no finding of the person but a gap.
"""

from __future__ import annotations

from itertools import groupby, pairwise

from xinglin.records import Chart, Fact
from xinglin.records.imaging import Lesion, ScanSeries
from xinglin.records.moments import day, days_between, sort_key
from xinglin.workup.imaging.category_facts import category_facts
from xinglin.workup.imaging.comparing import Growth, compare
from xinglin.workup.imaging.fact_making import KINDS_ZH, confirmed, day_zh, gap, in_slice, marked, number, shown, words
from xinglin.workup.imaging.response_facts import response_facts

_LOBES_ZH = {
    "left-upper": "左肺上叶",
    "left-lower": "左肺下叶",
    "right-upper": "右肺上叶",
    "right-middle": "右肺中叶",
    "right-lower": "右肺下叶",
}
_SIDES_ZH = {"left": "左侧", "right": "右侧", "bilateral": "双侧"}
_ORGANS_ZH = {"lung": "肺", "liver": "肝", "lymph-node": "淋巴结", "kidney": "肾", "adrenal": "肾上腺", "bone": "骨", "brain": "脑", "breast": "乳腺", "spleen": "脾", "pancreas": "胰腺"}  # fmt: skip
_GROWTH_ZH = {"stable": "稳定", "growing": "增大", "shrinking": "缩小", "cannot tell": "无法判断"}
_FLAGS = {"stable": "stable", "growing": "rising", "shrinking": "falling"}
_DIMENSIONS = (
    ("long-axis", "long_axis_mm", ("long axis", "长径"), "mm", 1),
    ("short-axis", "short_axis_mm", ("short axis", "短径"), "mm", 1),
    ("mean-diameter", "mean_diameter_mm", ("mean diameter", "平均直径"), "mm", 1),
    ("volume", "volume_mm3", ("volume", "体积"), "mm3", 0),
    ("mean-density", "mean_hu", ("mean density", "平均密度"), "[hnsf'U]", 0),
    ("solid-diameter", "solid_diameter_mm", ("solid part diameter", "实性成分直径"), "mm", 1),
    ("solid-volume", "solid_volume_mm3", ("solid part volume", "实性成分体积"), "mm3", 0),
    ("pleura-distance", "pleura_distance_mm", ("distance to the pleura", "距胸膜距离"), "mm", 1),
)


def facts_of(chart: Chart, as_of: str) -> tuple[Fact, ...]:
    """Facts of the chart's lesions in a fixed order: by name, then by date; then categories and response.

    `as_of`: the day the person's age counts on when a scan has no date. Empty when nothing is marked.
    """
    if not chart.lesions:
        return ()
    kept = {one.uid: one for one in chart.scans}
    own, facts = [], []
    for lesion in sorted(chart.lesions, key=lambda one: (one.name, sort_key(one.when), one.source)):
        refused = _not_the_persons(lesion, kept, chart.person.made_up)
        facts += [refused] if refused else []
        own += [] if refused else [lesion]
    for _, several in groupby(own, key=lambda one: one.name):
        facts += _of_one_name(list(several))
    facts += category_facts(chart, own, as_of)
    facts += response_facts(own, kept)
    return tuple(facts)


def _not_the_persons(lesion: Lesion, kept: dict[str, ScanSeries], made_up: bool) -> Fact | None:
    """The gap of a lesion that is no finding of the person; artificial images are a made-up person's own."""
    series = kept.get(lesion.series_uid)
    if series is None:
        why = {"en": "the series it is marked in is not kept in this record", "zh": "所在序列未保存在本病历中"}
    elif series.synthetic and not made_up:
        why = {"en": "the series it is marked in is artificial", "zh": "所在序列为人工生成"}
    else:
        return None
    return gap(lesion, "finding", ("clinical finding", "临床发现"), why)


def _of_one_name(several: list[Lesion]) -> list[Fact]:
    facts: list[Fact] = []
    for lesion in several:
        facts += _dimensions(lesion, lesion is several[-1])
    dates = [list(same_day) for _, same_day in groupby(several, key=lambda one: day(one.when))]
    for before, now in pairwise(dates):  # two marks of one day are two readings, not a change
        facts += _growth(before[-1], now[-1], now is dates[-1])
    return facts


def _dimensions(lesion: Lesion, newest: bool) -> list[Fact]:
    measures = lesion.measures
    lines = {"long-axis": measures.long_axis_ends, "short-axis": measures.short_axis_ends}
    caveats = {"caveats": "; ".join(measures.notes)} if measures.notes else {}
    facts = [_place(lesion, newest)]
    for what, name, called, unit, decimals in _DIMENSIONS:
        value = getattr(measures, name)
        if value is None:
            continue
        places = (in_slice(lesion, lines.get(what, ())), marked(lesion))
        weight = 2 if what in ("long-axis", "short-axis", "volume") else 1
        facts.append(
            number(
                lesion,
                what,
                called,
                shown(value, unit, decimals),
                places,
                newest=newest,
                importance=weight,
                details={"method": lesion.method, **caveats},
            )
        )
    return facts


def _place(lesion: Lesion, newest: bool) -> Fact:
    x, y, z = lesion.measures.center_mm
    at_en, at_zh = f"centre at x {x:.1f}, y {y:.1f}, z {z:.1f} mm (LPS)", f"中心坐标 x {x:.1f}, y {y:.1f}, z {z:.1f} mm（LPS）"
    organ = lesion.organ.replace("-", " ")
    where = f"{lesion.lobe.replace('-', ' ')} lobe" if lesion.lobe else " ".join(part for part in (lesion.side or "", organ) if part)
    where_zh = _LOBES_ZH.get(lesion.lobe, "") or _SIDES_ZH.get(lesion.side or "", "") + _ORGANS_ZH.get(lesion.organ, lesion.organ)
    said = {
        "en": ", ".join(part for part in (lesion.kind, where, at_en) if part),
        "zh": "，".join(part for part in (KINDS_ZH.get(lesion.kind, lesion.kind), where_zh, at_zh) if part),
    }
    details = {
        "organ": lesion.organ,
        "lobe": lesion.lobe,
        "lesion_kind": lesion.kind,
        "marked_by": lesion.marked_by,
        "method": lesion.method,
        "first_shown_by": lesion.first_shown_by,
        "remark": lesion.remark,
    }
    places = (in_slice(lesion, (lesion.measures.center_mm,)), marked(lesion), *confirmed(lesion))
    return words(
        lesion, "place", ("place", "位置"), said, places, newest=newest, importance=2,
        details={name: text for name, text in details.items() if text},
    )  # fmt: skip


def _growth(earlier: Lesion, later: Lesion, newest: bool) -> list[Fact]:
    """The change since the scan before: a word, and the numbers behind it."""
    if not earlier.when or not later.when:
        why = {"en": "a scan has no date", "zh": "检查无日期"}
        return [gap(later, "growth", ("change", "变化"), why)]
    grown = compare(earlier.measures, later.measures, days_between(earlier.when, later.when), later.kind)
    places = (
        in_slice(later, later.measures.long_axis_ends),
        in_slice(earlier, earlier.measures.long_axis_ends),
        marked(later),
        marked(earlier),
    )
    since = day(earlier.when)
    told = {"basis": grown.basis, "days": str(grown.days), "earlier_date": since, "earlier": earlier.source}
    said = {"en": f"{grown.word} since {since}", "zh": f"较{day_zh(since)}{_GROWTH_ZH[grown.word]}"}
    facts = [
        words(
            later,
            "growth",
            ("change", "变化"),
            said,
            places,
            newest=newest,
            importance=2,
            flag=_FLAGS.get(grown.word, ""),
            details={"word": grown.word, **told},
        )
    ]
    return facts + _growth_numbers(later, grown, places, newest, told)


def _growth_numbers(later: Lesion, grown: Growth, places: tuple, newest: bool, told: dict[str, str]) -> list[Fact]:
    rows = [
        ("volume-change", ("volume change", "体积变化"), shown(grown.volume_change_percent, "%", 0)),
        ("mean-diameter-change", ("mean diameter change", "平均直径变化"), shown(grown.diameter_change_mm, "mm", 1)),
    ]
    more = dict(told)
    if grown.doubling_days is not None:
        rows.append(("doubling-time", ("volume doubling time", "体积倍增时间"), shown(grown.doubling_days, "d", 0)))
        if grown.doubling_range_days:
            more |= {"range_low": f"{grown.doubling_range_days[0]:.0f}", "range_high": f"{grown.doubling_range_days[1]:.0f}"}
    return [
        number(
            later, what, names, value, places, newest=newest, importance=2 if what == "doubling-time" else 1, kind="calculation",
            details=more if what == "doubling-time" else told,
        )
        for what, names, value in rows
    ]  # fmt: skip
