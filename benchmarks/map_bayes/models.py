"""The test models of Le Louedec et al. 2021, as their control streams state them (github.com/FelicienLL/mapbayr-CPTPSP-2021, "nonmem code")."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xinglin.models.compartments.drug import DrugModel
from xinglin.models.compartments.structure import Route, Structure
from xinglin.records.simulation import CardSource, Correlation, Derived, DiseaseCard, Observable, Parameter

_WORDS = {"en": "", "zh": ""}
_CL, _V1, _KA, _V2 = ("cl", 4.0, 0.2), ("v1", 70.0, 0.2), ("ka", 1.0, 0.2), ("v2", 50.0, 0.2)
_VMAX, _KM = ("vmax", 10000.0, 0.2), ("km", 2500.0, 0.2)
_SHARE = math.sqrt(0.05)

NAMES = {
    1: "one compartment, mouth", 2: "one compartment, infusion", 3: "delay before absorption", 4: "absorption at a constant rate", 5: "constant, then first order",
    6: "both side by side", 8: "share absorbed varies", 101: "two compartments, mouth", 102: "two compartments, infusion",
    201: "saturable, mouth", 202: "saturable, infusion", 203: "linear and saturable (Km varies), mouth", 204: "the same, infusion",
    205: "linear and saturable (Vmax varies), mouth", 206: "the same, infusion", 207: "linear and saturable (both vary), mouth", 208: "the same, infusion",
    403: "additive error, mouth", 404: "additive error, infusion", 405: "combined error, mouth", 406: "combined error, infusion",
    407: "error of the logarithm, mouth", 408: "error of the logarithm, infusion", 501: "variance 0.4", 502: "variance 0.6", 503: "variance 0.8", 504: "variance 1",
    511: "variance 2 of clearance", 512: "variance 2 of clearance and absorption", 513: "variance 2 of all", 901: "carboplatin",
}  # fmt: skip


def model(
    parameters: Sequence[tuple], structure: Structure, *, proportional: float = 0.0, additive: float = 0.0, logarithmic: float = 0.0,
    correlations: Sequence[Correlation] = (), derived: Sequence[Derived] = (), covariates: tuple[str, ...] = (), residual: str = "combined", name: str = "test",
) -> DrugModel:  # fmt: skip
    """A drug from rows (name, value, variance[, distribution[, typical]])."""
    rows = []
    for word, value, variance, *rest in parameters:
        kind = rest[0] if rest and rest[0] else ("lognormal" if variance else "fixed")
        rows.append(Parameter(word, value, "1", _WORDS, "source", kind, math.sqrt(variance), typical=rest[1] if len(rest) > 1 else ""))
    level = Observable("concentration", _WORDS, "central / v1", "mg/L", proportional, additive, logarithmic)
    card = DiseaseCard(
        name,
        "1",
        _WORDS,
        _WORDS,
        _WORDS,
        "h",
        1e4,
        tuple(rows),
        (),
        (level,),
        {"source": CardSource("published test model")},
        tuple(correlations),
        tuple(derived),
    )
    return DrugModel(card, structure, covariates, residual=residual)  # type: ignore[arg-type]


def published_model(run: int) -> DrugModel:
    """The model of that run."""
    oral, infusion = Structure(1, {"1": Route("oral")}), Structure(1, {"2": Route("infusion")})
    two = {101: Structure(2, {"1": Route("oral")}), 102: Structure(2, {"2": Route("infusion")})}
    if run in (1, 2, *range(403, 409)):
        errors = {403: (0.0, math.sqrt(5000), 0.0), 405: (_SHARE, math.sqrt(5000), 0.0), 407: (0.0, 0.0, _SHARE)}
        share, plus, log = errors.get(run - 1 + run % 2, (_SHARE, 0.0, 0.0)) if run > 400 else (_SHARE, 0.0, 0.0)
        rows = (_CL, _V1, _KA) if run % 2 else (_CL, _V1)
        return model(rows, oral if run % 2 else infusion, proportional=share, additive=plus, logarithmic=log)
    if run in two:
        return model((_CL, _V1, *((_KA,) if run % 2 else ()), _V2, ("q2", 4.0, 0.0)), two[run], proportional=_SHARE)
    if 201 <= run <= 208:
        return _saturable(run)
    if run > 500 and run < 600:
        variances = {
            501: (0.4,) * 3,
            502: (0.6,) * 3,
            503: (0.8,) * 3,
            504: (1.0,) * 3,
            511: (2.0, 0.2, 0.2),
            512: (2.0, 0.2, 2.0),
            513: (2.0,) * 3,
        }[run]
        return model(
            [(word, value, new) for (word, value, _), new in zip((_CL, _V1, _KA), variances, strict=True)], oral, proportional=_SHARE
        )
    if run == 901:
        rows = (("bsa", 1.73, 0.0), ("cl", 6.38, 0.105), ("v1", 9.5, 0.0378, "", "9.5 * bsa"), ("v2", 9.56, 0.026), ("q2", 2.7, 0.0))
        return model(rows, Structure(2, {"1": Route("infusion")}), proportional=math.sqrt(0.0381), covariates=("bsa",))
    return _absorbed(run)


def _saturable(run: int) -> DrugModel:
    mouth = bool(run % 2)
    route = {"1": Route("oral")} if mouth else {"2": Route("infusion")}
    ka = (_KA,) if mouth else ()
    rows = {
        201: (_VMAX, _V1, *ka, _KM),
        203: (_CL, _V1, *ka, _KM, ("vmax", 10000.0, 0.0)),
        205: (_CL, _V1, *ka, _VMAX, ("km", 2500.0, 0.0)),
        207: (_VMAX, _V1, *ka, _KM, _CL),
    }[run if mouth else run - 1]
    return model(rows, Structure(1, route, linear=run > 202, saturable=True), proportional=_SHARE)


def _absorbed(run: int) -> DrugModel:
    shapes = {
        3: ((_CL, _V1, _KA, ("lag", 1.0, 0.2)), {"1": Route("oral", lag="lag")}),
        4: ((_CL, _V1, ("length", 4.0, 0.2)), {"2": Route("zero_order", duration="length")}),
        5: ((_CL, _V1, _KA, ("length", 1.0, 0.2)), {"1": Route("slow_oral", duration="length")}),
        6: (
            (_CL, _V1, _KA, ("length", 4.0, 0.2), ("share", 0.2, 0.0), ("rest", 0.8, 0.0)),
            {"1": Route("oral", "share"), "2": Route("zero_order", "rest", duration="length")},
        ),
        8: ((_CL, _V1, _KA, ("share", 0.5, 0.2, "logitnormal")), {"1": Route("oral", "share")}),
    }
    rows, routes = shapes[run]
    return model(rows, Structure(1, routes), proportional=_SHARE)
