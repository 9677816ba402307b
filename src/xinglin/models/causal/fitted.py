"""A learnt effect: smooth functions added up with weights, the mean effect, and whom it was learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.smooth.regression import Smooth
from xinglin.models.smooth.waves import Ranked
from xinglin.models.tabular.columns import count_of
from xinglin.models.tabular.keeping import packed, rebuilt, unpacked
from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedEffect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]

_Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class FittedEffect(AbstractFittedEffect):
    """The effect is the sum of the functions, each times its share; errors of different functions are independent.

    `shares`: name -> "+1" or "-1"; or, of an X-learner, "chance" and "1-chance" of the function that foretells the chance of treatment.
    `doubts`: functions that the others were learnt with, whose errors count though their values do not.
    """

    name: str
    version: str
    design: OutcomeDesign
    functions: Mapping[str, Smooth]
    shares: Mapping[str, str]
    mean: tuple[float, float, float]
    doubts: Mapping[str, str] = field(default_factory=dict)

    def effect(self, rows: Rows) -> NDArray[np.float64]:
        """(n, 3): the effect on people like each of these, with 95 % limits."""
        chance = np.clip(self.functions["chance"].at(rows)[0], 0.02, 0.98) if "chance" in self.functions else None
        total, variance = 0.0, 0.0
        for name, share in (*self.shares.items(), *self.doubts.items()):
            values, doubt = self.functions[name].at(rows)
            weight = {"+1": 1.0, "-1": -1.0}.get(share)
            weight = weight if weight is not None else self._by_chance(share, chance)
            total, variance = total + (weight * values if name in self.shares else 0.0), variance + np.square(weight) * doubt
        reach = _Z95 * np.sqrt(variance)
        return np.column_stack([total, total - reach, total + reach])

    @staticmethod
    def _by_chance(share: str, chance: NDArray[np.float64] | None) -> NDArray[np.float64]:
        assert chance is not None
        return {"chance": chance, "1-chance": 1 - chance}[share]

    def average(self) -> tuple[float, float, float]:
        """The mean effect on the people learnt from, with 95 % limits."""
        return self.mean

    def save(self) -> bytes:
        """Plain data."""
        ranked = next(iter(self.functions.values())).ranked
        arrays: dict[str, NDArray[Any]] = {}
        for name, one in self.functions.items():
            arrays |= one.as_arrays(name)
        plain = {
            "design": self.design,
            "ranked": ranked.as_data(),
            "functions": list(self.functions),
            "shares": dict(self.shares),
            "doubts": dict(self.doubts),
            "mean": self.mean,
        }
        return packed(self.name, self.version, plain, arrays)


def loaded(name: str, version: str, data: bytes) -> FittedEffect:
    """What `save` wrote. Raises InvalidInput XL-OUTCOME-010."""
    plain, arrays = unpacked(data, name, version)
    design = rebuilt(OutcomeDesign, plain["design"])
    ranked = Ranked.of_data(design.inputs, plain["ranked"])
    try:
        functions = {one: Smooth.of_arrays(one, ranked, arrays) for one in plain["functions"]}
    except KeyError as error:
        raise InvalidInput("XL-OUTCOME-010", "this is no kept model", why=f"no {error.args[0]}", fix="give what was saved") from None
    return FittedEffect(name, version, design, functions, plain["shares"], tuple(plain["mean"]), plain["doubts"])


@dataclass(frozen=True, eq=False)
class OneForAll(AbstractFittedEffect):
    """The mean effect, told of everybody."""

    name: str
    version: str
    design: OutcomeDesign
    mean: tuple[float, float, float]

    def effect(self, rows: Rows) -> NDArray[np.float64]:
        """(n, 3): the mean effect with its 95 % limits, the same for all."""
        return np.tile(np.array(self.mean), (count_of(rows), 1))

    def average(self) -> tuple[float, float, float]:
        """The mean effect on the people learnt from, with 95 % limits."""
        return self.mean

    def save(self) -> bytes:
        """Plain data."""
        return packed(self.name, self.version, {"design": self.design, "mean": self.mean}, {})


def loaded_one_for_all(name: str, version: str, data: bytes) -> OneForAll:
    """What `save` wrote. Raises InvalidInput XL-OUTCOME-010."""
    plain, _ = unpacked(data, name, version)
    if sorted(plain) != ["design", "mean"]:
        raise InvalidInput("XL-OUTCOME-010", "this is no kept model", fix="give what was saved")
    return OneForAll(name, version, rebuilt(OutcomeDesign, plain["design"]), rebuilt(tuple[float, float, float], plain["mean"]))
