"""Lung density among the facts: its names in both languages, the series it was measured in, and whose it is.

The numbers come from the record like any result; an artificial series of a real person gives none of them, but a gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from xinglin.records import Chart, Concept, Evidence, Fact
from xinglin.records.imaging import ScanSeries, lungs_source
from xinglin.records.moments import day
from xinglin.workup.evidence import at

MADE_BY = "Observation/lungs-"
NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "local:lung-mean-density": {"en": ("mean lung density",), "zh": ("平均肺密度",)},
    "local:lung-low-attenuation": {
        "en": ("low attenuation area of the lungs (LAA-950)", "low attenuation area of the lungs", "LAA-950"),
        "zh": ("肺低衰减区占比（LAA-950）", "肺低衰减区占比", "LAA-950"),
    },
    "local:lung-percentile-15": {
        "en": ("15th percentile of lung density (PERC15)", "15th percentile of lung density", "PERC15"),
        "zh": ("肺密度第15百分位数（PERC15）", "肺密度第15百分位数", "PERC15"),
    },
    "local:lung-volume-left": {"en": ("volume of the left lung",), "zh": ("左肺体积",)},
    "local:lung-volume-right": {"en": ("volume of the right lung",), "zh": ("右肺体积",)},
}


def with_series(facts: Sequence[Fact], chart: Chart) -> list[Fact]:
    """The facts, those of lung density with names, series and evidence in it; a gap for those that are not the person's."""
    series = {lungs_source(one.uid): one for one in chart.scans}
    told: list[Fact] = []
    for fact in facts:
        source = fact.evidence[0].pointer.partition("#")[0] if fact.key in NAMES else ""
        if source not in series:
            told.append(fact)
        elif chart.person.made_up or not series[source].synthetic:
            told.append(_of_series(fact, series[source]))
        elif not any(one.id == f"gap.lungs.{source}" for one in told):
            told.append(_gap(source, series[source]))
    return told


def _of_series(fact: Fact, series: ScanSeries) -> Fact:
    return replace(
        fact,
        names=NAMES[fact.key],
        evidence=(Evidence("dicom", series.uid), *fact.evidence),
        details={**fact.details, "lungs": fact.key.partition("lung-")[2], "series": series.uid, "study": series.source},
    )


def _gap(source: str, series: ScanSeries) -> Fact:
    return Fact(
        id=f"gap.lungs.{source}",
        kind="gap",
        concept=Concept("lung density"),
        text="lung density cannot be told: the series it was measured in is artificial",
        evidence=(at(source),),
        key="gap:lungs",
        names={"en": ("lung density",), "zh": ("肺密度",)},
        time=day(series.when),
        importance=1,
        details={"said": "the series it was measured in is artificial", "said_zh": "测量所用序列为人工生成", "lungs": "gap"},
    )
