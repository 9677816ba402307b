"""A small made-up disease and what was simulated with it, sound or spoilt in one known way: what simulation checks are tried on.

The disease is a sphere of cells that grows by a constant share a day; every number is ours and stands for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from xinglin.records.simulation import (
    Band,
    CardSource,
    DiseaseCard,
    Dose,
    Estimate,
    Harm,
    Observable,
    Parameter,
    Regimen,
    Residual,
    Simulation,
    SimulationCase,
    SimulationRequest,
    State,
    Treatment,
)

LABEL = "SIMULATION (AI-generated)"
STANDARD = Regimen("standard", {"en": "standard", "zh": "标准方案"}, (Dose(0, "drug", 100), Dose(21, "drug", 100)), standard=True)

CARD = DiseaseCard(
    name="sample",
    version="1",
    title={"en": "Sample tumour", "zh": "示例肿瘤"},
    about={"en": "A sphere that grows by a constant share a day.", "zh": "每天按固定比例增长的球体。"},
    limits={"en": "It stands for nobody.", "zh": "不代表任何人。"},
    time_unit="d",
    horizon=180,
    parameters=(
        Parameter(
            "growth", 0.01, "/d", {"en": "growth rate", "zh": "增长率"}, "ours", "lognormal", 0.3, 0.002, 0.05,
        ),
        Parameter("start", 20.0, "mL", {"en": "volume at the start", "zh": "初始体积"}, "ours", "lognormal", 0.5, 1, 400),
    ),
    states=(State("volume", "mL", "start", "growth * volume", {"en": "volume", "zh": "体积"}),),
    observables=(Observable("volume", {"en": "tumour volume", "zh": "肿瘤体积"}, "volume", "mL", proportional=0.1, source="ours"),),
    sources={"ours": CardSource("Made up for trials of the checks", source_read="this file")},
    treatments=(Treatment("drug", {"en": "drug", "zh": "药物"}, "mg", "dose", {"volume": "volume * exp(-dose / 400)"}, 200, 800, 14),),
    regimens=(STANDARD,),
    harms=(Harm("burden", {"en": "too large", "zh": "过大"}, "volume", "greatest", 1000, "above"),),
)  # fmt: skip

TIMES = (0.0, 60.0, 120.0, 180.0)


def sample_simulation() -> Simulation:
    """A sound one: the standard regimen, ten patients, within every range."""
    band = Band("standard", "volume", TIMES, (12.0, 14.0, 20.0, 31.0), (20.0, 25.0, 40.0, 70.0), (33.0, 50.0, 90.0, 170.0))
    request = SimulationRequest("sample", TIMES, STANDARD, patients=10, seed=7, arm="standard")
    return Simulation(
        "sample", "1", "0" * 64, (request,), (band,), residual=Residual(2e-7, 4, 1.0, balance=1e-6),
        estimates=(Estimate("growth", 0.011, 0.008, 0.014, "/d", 0.6),), effective=1800.0, fit=0.4,
    )  # fmt: skip


def sample(changed: Mapping[str, object] | None = None) -> Callable[[], SimulationCase]:
    """The sound simulation with these fields of it changed, as an example of a check wants it."""
    return lambda: SimulationCase(CARD, replace(sample_simulation(), **(changed or {})), LABEL)


def unlabelled() -> SimulationCase:
    """The sound simulation without the words that mark it."""
    return SimulationCase(CARD, sample_simulation())


def asked(changed: Mapping[str, object]) -> Callable[[], SimulationCase]:
    """The sound simulation with its request changed."""
    return sample({"requests": (replace(sample_simulation().requests[0], **changed),)})


def with_unverified_growth() -> SimulationCase:
    """A card whose growth rate nobody could look up."""
    growth, *others = CARD.parameters
    return SimulationCase(replace(CARD, parameters=(replace(growth, unverified=True), *others)), sample_simulation(), LABEL)
