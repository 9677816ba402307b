"""One drug: its card, the shape of its model, and what must be known of a person before it says anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from msgspec import Struct

from xinglin.models.compartments.structure import Structure
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import DiseaseCard, Observable, Parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray


class DrugModel(Struct, frozen=True):
    """A drug's card with the shape of its equations.

    covariates: parameters of the card that are facts of the person (weight, creatinine clearance), never estimated from drug levels.
    residual: how proportional and additive error join: "combined" adds variances (NONMEM F*EPS(1) + EPS(2), Monolix combined2),
    "sum" adds standard deviations (Monolix combined1). A logarithmic error stands alone.
    """

    card: DiseaseCard
    structure: Structure
    covariates: tuple[str, ...] = ()
    observable: str = "concentration"
    residual: Literal["combined", "sum"] = "combined"

    def reading(self) -> Observable:
        """The observable that is a drug level."""
        return next(row for row in self.card.observables if row.name == self.observable)

    def varying(self, known: Mapping[str, float]) -> tuple[Parameter, ...]:
        """The parameters that vary between people and are neither covariates nor `known`."""
        return tuple(
            row for row in self.card.parameters
            if row.distribution != "fixed" and row.spread > 0 and row.name not in self.covariates and row.name not in known
        )  # fmt: skip

    def require_covariates(self, known: Mapping[str, float]) -> None:
        """Raises InvalidInput XL-DOSE-010 while a covariate is not given: it is never guessed."""
        missing = [name for name in self.covariates if name not in known]
        if missing:
            raise InvalidInput(
                "XL-DOSE-010", f"not known of this person: {', '.join(missing)}", where=f"card {self.card.name}",
                why="the model's clearance or volume depends on it", fix="give it as a trait",
            )  # fmt: skip

    def people(self, known: Mapping[str, float], etas: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
        """Parameters and derived numbers of people who differ from the typical by `etas` (name -> (n,)), on the scale of each distribution."""
        from xinglin.models.simulator.expressions import evaluate_each

        count = max((np.size(values) for values in etas.values()), default=1)
        found: dict[str, Any] = {}
        for row in self.card.parameters:
            if row.name in known:
                found[row.name] = np.full(count, float(known[row.name]))
                continue
            centre = evaluate_each(row.typical, found, count) if row.typical else np.full(count, float(row.value))
            found[row.name] = moved(row, centre, etas[row.name]) if row.name in etas else centre
        for derived in self.card.derived:
            found[derived.name] = evaluate_each(derived.expression, found, count)
        return found


def moved(row: Parameter, centre: NDArray[np.float64], eta: NDArray[np.float64]) -> NDArray[np.float64]:
    """The parameter at a deviation `eta` on the scale of its distribution (of the logarithm for lognormal)."""
    match row.distribution:
        case "lognormal":
            return centre * np.exp(eta)
        case "logitnormal":
            return 1.0 / (1.0 + (1.0 / centre - 1.0) * np.exp(-eta))
        case "normal":
            return centre + eta
    raise InvalidInput(
        "XL-DOSE-011", f"the parameter {row.name} cannot be estimated", where="card", why=f"its distribution is {row.distribution}"
    )
