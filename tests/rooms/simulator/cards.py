"""Small cards of our own invention, one of them with every closed form at once, so that the machine code is made once."""

from xinglin.records.simulation import (
    CardSource,
    Correlation,
    Derived,
    DiseaseCard,
    Dose,
    End,
    FastForm,
    Observable,
    Parameter,
    Regimen,
    Rule,
    SimulationRequest,
    State,
    Treatment,
)  # fmt: skip

WORDS = {"en": "made up", "zh": "虚构"}
SOURCES = {"made": CardSource("made up for tests")}


def number(name: str, value: float, **more: object) -> Parameter:
    return Parameter(name, value, "1", WORDS, "made", **more)  # type: ignore[arg-type]


def seen(name: str, expression: str, **more: object) -> Observable:
    return Observable(name, WORDS, expression, "1", **more)  # type: ignore[arg-type]


CLOSED_FORMS = DiseaseCard(
    "closed_forms", "1", WORDS, WORDS, WORDS, "d", 100.0,
    (
        number("rho", 0.02, distribution="lognormal", spread=0.3), number("capacity", 1000.0), number("start", 5.0, distribution="lognormal", spread=0.5),
        number("growth", 0.05, distribution="normal", spread=0.01, low=0.01, high=0.2), number("alpha", 0.3), number("beta", 0.03),
        number("loss", 0.7, distribution="lognormal", spread=0.4), number("uptake", 1.9), number("limit", 20.0),
        number("hazard_level", 0.03), number("hazard_rise", 0.05), number("moment", 12.5),
    ),
    (
        State("gompertz", "cm3", "start", "rho * log(capacity / gompertz) * gompertz"),
        State("exponential", "cm3", "start", "growth * exponential"),
        State("still", "cm3", "1", "0"),
        State("blood", "mg", "0", "-loss * blood"),
        State("gut", "mg", "0", "-uptake * gut"),
        State("taken", "mg", "0", "uptake * gut - loss * taken"),
        State("held", "1", "1", "-brake * held"),
        State("clock", "1", "0", "exp(-t)"),
    ),
    (
        seen("gompertz", "gompertz"), seen("exponential", "exponential"), seen("still", "still"), seen("blood", "blood"), seen("taken", "taken"),
        seen("held", "held"), seen("clock", "clock", proportional=0.1, additive=0.5, logarithmic=0.2, low_limit=0.1),
    ),
    SOURCES,
    treatments=(
        Treatment("bolus", WORDS, "mg", "dose", {"blood": "blood + dose"}), Treatment("meal", WORDS, "mg", "dose", {"gut": "gut + dose"}),
        Treatment("drip", WORDS, "mg", "infusion", {"blood": "dose", "exponential": "0 * dose"}),
        Treatment("beam", WORDS, "Gy", "fraction", {"still": "still * exp(-alpha * dose - beta * dose ** 2)"}),
        Treatment("brake", WORDS, "1", "switch"),
    ),
    ends=(
        End("crossing", WORDS, condition="exponential - limit"), End("gompertz_crossing", WORDS, condition="gompertz - limit"),
        End("flat_hazard", WORDS, hazard="hazard_level"),
        End("rising_hazard", WORDS, hazard="hazard_level * exp(hazard_rise * t)"), End("told", WORDS, time="moment"),
    ),
)  # fmt: skip

_KILL = "(kill * drug / (half + drug))"
TUMOUR = DiseaseCard(
    "tumour", "1", WORDS, WORDS, WORDS, "d", 365.0,
    (
        number("weight", 70.0, distribution="normal", spread=10.0, low=40.0, high=120.0),
        number("rho", 0.004, distribution="lognormal", spread=0.4, low=1e-4, high=0.1),
        number("loss", 0.5, distribution="lognormal", spread=0.3, typical="0.5 * (weight / 70) ** -0.25"),
        number("capacity", 14137.0), number("kill", 0.1, distribution="lognormal", spread=0.3), number("half", 0.2),
        number("alpha", 0.2, distribution="normal", spread=0.05, low=0.02, high=1.0), number("start", 20.0, distribution="lognormal", spread=0.8),
        number("share", 0.05, distribution="logitnormal", spread=0.5, low=0.0, high=1.0), number("slowing", 0.02),
    ),
    (
        State("sensitive", "cm3", "start * (1 - share)", f"(rho * log(capacity / (sensitive + resistant)) - {_KILL} - slowing * pill) * sensitive"),
        State("resistant", "cm3", "start * share", "rho * log(capacity / (sensitive + resistant)) * resistant"),
        State("drug", "mg", "0", "-loss * drug"),
    ),
    (seen("volume", "sensitive + resistant", logarithmic=0.1), seen("share", "resistant / (sensitive + resistant)"), seen("level", "drug")),
    SOURCES,
    correlations=(Correlation("rho", "alpha", 0.6), Correlation("alpha", "start", -0.3)),
    derived=(Derived("beta", "alpha / 10"),),
    plausible=("5000 - start",),
    treatments=(
        Treatment("chemo", WORDS, "mg", "dose", {"drug": "drug + dose"}), Treatment("drip", WORDS, "mg", "infusion", {"drug": "dose"}),
        Treatment("beam", WORDS, "Gy", "fraction", {name: f"{name} * exp(-alpha * dose - beta * dose ** 2)" for name in ("sensitive", "resistant")}),
        Treatment("pill", WORDS, "1", "switch"),
    ),
    ends=(
        End("death", WORDS, condition="sensitive + resistant - 400", stops=True), End("event", WORDS, hazard="0.0005 * (1 + sensitive / 100)"),
    ),
    fast=FastForm(
        states={"size": "log(sensitive + resistant)", "part": "resistant / (sensitive + resistant)"},
        rates={
            "size": f"rho * (log(capacity) - size) - (1 - part) * ({_KILL} + slowing * pill)", "part": f"part * (1 - part) * ({_KILL} + slowing * pill)",
        },
        natural={"sensitive": "exp(size) * (1 - part)", "resistant": "exp(size) * part", "drug": "drug"},
        modes={"drug": "loss"}, mode_inputs={"drip": {"drug": "dose"}},
        acts={"chemo": {"drug": "drug + dose"}, "beam": {"size": "size - alpha * dose - beta * dose ** 2"}},
        ends={"death": "size - log(400)"},
    ),
)  # fmt: skip

COURSE = Regimen(
    "everything",
    doses=(
        *(Dose(21.0 * k, "chemo", 1.0) for k in range(4)), *(Dose(14.0 + k, "beam", 2.0) for k in range(5)), Dose(70.0, "drip", 6.0, 2.5),
    ),
    rules=(Rule("pill", "volume", stop="0.7 * first", resume="0.9 * first", every=14.0),),
)  # fmt: skip


def asked(card: DiseaseCard, until: float = 120.0, step: float = 10.0, **more: object) -> SimulationRequest:
    return SimulationRequest(card.name, tuple(float(k) * step for k in range(round(until / step) + 1)), **more)  # type: ignore[arg-type]
