"""The pictures of a draft that speaks of a simulation: each observable under every option, and how many are without each end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xinglin.formats.picture.chart import Axes, Line, course_picture
from xinglin.knowledge.units import display
from xinglin.records import Draft
from xinglin.records.imaging import Picture
from xinglin.records.simulation import Band, SimulationCase

_WORDS = {
    "en": {
        "course": "Simulated {name} under each option; bands hold {share:.0%} of {whom}{axis}",
        "alive": "those alive",
        "all": "courses",
        "powers": "; logarithmic scale",
        "alt": "Chart over {last} {unit}: {name} under {arms}",
        "without": "Simulated share without {name}",
        "share": "share of courses",
        "beyond": "beyond the data",
        "measured": "measured",
        "last": "last reading",
    },
    "zh": {
        "course": "各方案下的模拟{name}；色带含{share:.0%}的{whom}{axis}",
        "alive": "存活者",
        "all": "病程",
        "powers": "；对数坐标",
        "alt": "{last} {unit}内的曲线图：{arms}下的{name}",
        "without": "模拟的未发生{name}的比例",
        "share": "病程比例",
        "beyond": "超出数据范围",
        "measured": "实测",
        "last": "最后一次测量",
    },
}
_WITHOUT = "without:"
_POWERS = 300  # from this range on an axis is told in powers of ten


def pictures_of(case: SimulationCase, draft: Draft) -> tuple[Picture, ...]:
    """One chart per observable, then one per end that may come, in the order of the card."""
    return tuple(_drawn(case, draft.language))


def _drawn(case: SimulationCase, language: str) -> Iterator[Picture]:
    card, simulation = case.card, case.simulation
    shown = (f"diseases/{simulation.disease}@",)
    for observable in card.observables:
        bands = [band for band in simulation.bands if band.observable == observable.name and band.times]
        if any(value for band in bands for value in band.high):  # what is nought throughout needs no picture, as it needs no words
            points = [(one.time, one.value) for one in simulation.measured if one.observable == observable.name and not one.below]
            yield _picture(case, bands, observable.names[language], display(observable.unit, language), points, language, shown)
    for end in (one for one in card.ends if one.stops):
        bands = [band for band in simulation.bands if band.observable == _WITHOUT + end.name]
        if bands and any(band.middle[-1] < 1 for band in bands):
            yield _survival(case, bands, end.name, end.names[language], language, shown)


def _picture(
    case: SimulationCase, bands: list[Band], name: str, unit: str, points: list[tuple[float, float]], language: str, shown: tuple[str, ...]
) -> Picture:
    words, card = _WORDS[language], case.card
    values = [value for band in bands for value in (*band.low, *band.high)]
    wide = min(values) > 0 and max(values) / min(values) > _POWERS
    axes = Axes(
        name, display(card.time_unit, language), unit, beyond=(card.horizon, words["beyond"]), logarithmic=wide, until=_last(case, words)
    )
    lines = [Line(_arm(case, band, language), band.times, band.middle, band.low, band.high) for band in bands]
    last = f"{max(band.times[-1] for band in bands):g}"
    arms = ", ".join(line.name for line in lines) if language == "en" else "、".join(line.name for line in lines)
    alt = words["alt"].format(last=last, unit=display(card.time_unit, language), name=name, arms=arms)
    whom = words["alive" if any(end.stops for end in card.ends) else "all"]
    caption = words["course"].format(name=name, share=bands[0].share, whom=whom, axis=words["powers"] if wide else "")
    return Picture(f"course-{bands[0].observable}", course_picture(lines, axes, points, words["measured"]), caption, alt, shown)


def _survival(case: SimulationCase, bands: list[Band], end: str, name: str, language: str, shown: tuple[str, ...]) -> Picture:
    words, card = _WORDS[language], case.card
    title = words["without"].format(name=name)
    axes = Axes(
        title, display(card.time_unit, language), words["share"], beyond=(card.horizon, words["beyond"]), least=0.0, greatest=1.0,
        until=_last(case, words),
    )  # fmt: skip
    lines = [Line(_arm(case, band, language), band.times, band.middle, band.low, band.high, steps=True) for band in bands]
    return Picture(f"without-{end}", course_picture(lines, axes), title, title, shown)


def _last(case: SimulationCase, words: Mapping[str, str]) -> tuple[float, str] | None:
    """When the last reading of a twin was, with its words: the arms part there."""
    return (max(one.time for one in case.simulation.measured), words["last"]) if case.simulation.measured else None


def _arm(case: SimulationCase, band: Band, language: str) -> str:
    found = (one.regimen for one in case.simulation.requests if (one.arm or one.regimen.name) == band.arm)
    return next(found).names.get(language, band.arm)
