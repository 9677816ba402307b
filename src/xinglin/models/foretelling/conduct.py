"""How a learnt model must behave towards one person: its calibration, its intervals, whom it is silent about. Learnt from held-out predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec import Struct

from xinglin.models.conformal import Bands
from xinglin.models.foretelling.calibration import GROUPS, Line, Shares
from xinglin.models.foretelling.familiarity import Familiarity
from xinglin.models.survival import kaplan_meier
from xinglin.models.tabular.columns import outcome_of, survival_of
from xinglin.models.tabular.keeping import rebuilt
from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import OutcomeDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]

FEWEST_IN_A_GROUP = 60
SURVIVAL_LEVEL = 0.95  # of Kaplan-Meier's limits


class Limits(Struct, frozen=True):
    """What is said around a prediction: `line` and `shares` of a yes-or-no, `bands` of a number, `horizons` of survival (one for each)."""

    line: Line | None = None
    shares: Shares | None = None
    bands: Bands | None = None
    horizons: tuple[Shares, ...] = ()


class Conduct(Struct, frozen=True):
    """Who is familiar, and the limits: `whole` of people with every kind of source, `without` (by the kinds, joined by +) of those who lack some."""

    familiarity: Familiarity
    whole: Limits
    without: Mapping[str, Limits] = {}

    def limits(self, kinds: Sequence[str] = ()) -> Limits:
        """Those of people who lack these kinds of sources."""
        return self.without.get("+".join(kinds), self.whole)

    def saved(self) -> bytes:
        """Plain data."""
        own = msgspec.structs.asdict(self.whole) | {"familiarity": self.familiarity.as_data()}
        return msgspec.json.encode(msgspec.to_builtins(own | ({"without": dict(self.without)} if self.without else {})))

    @classmethod
    def of_saved(cls, design: OutcomeDesign, data: bytes) -> Conduct:
        """What `saved` gave. Raises InvalidInput XL-OUTCOME-010."""
        try:
            found: dict[str, Any] = msgspec.json.decode(data)
            familiarity = Familiarity.of_data(design, found["familiarity"])
            whole = {name: found[name] for name in Limits.__struct_fields__}
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise InvalidInput("XL-OUTCOME-010", "this is no kept model", why=type(error).__name__, fix="give what was saved") from None
        return cls(familiarity, rebuilt(Limits, whole), rebuilt(dict[str, Limits], found.get("without", {})))


def limits_of(table: Mapping[str, Row], design: OutcomeDesign, predicted: NDArray[np.float64], score: Row, level: float) -> Limits:
    """Of held-out predictions: numbers, log-odds (`score`) or chances to be free of the end, (people, horizons)."""
    if design.kind == "number":
        return Limits(bands=Bands.learnt(predicted, outcome_of(table, design), level))
    if design.kind == "yes-no":
        happened = outcome_of(table, design)
        line = Line.learnt(score, happened)
        return Limits(line, Shares.learnt(line.chance(score), happened))
    times, ended = survival_of(table, design)
    return Limits(
        horizons=tuple(survival_shares(predicted[:, place], times, ended, horizon) for place, horizon in enumerate(design.horizons))
    )


def survival_shares(free: Row, times: Row, ended: NDArray[np.bool_], horizon: float) -> Shares:
    """What became of people with like chances by a time: Kaplan-Meier's share of each group with its 95 % limits."""
    groups = int(np.clip(len(free) // FEWEST_IN_A_GROUP, 1, GROUPS))
    edges = np.unique(np.quantile(free, np.arange(1, groups) / groups)) if groups > 1 else np.zeros(0)
    place = np.searchsorted(edges, free, side="left")
    told = []
    for group in range(len(edges) + 1):
        curve = kaplan_meier(times[place == group], ended[place == group])
        at = int(np.searchsorted(curve.times, horizon, side="right")) - 1
        told.append((1.0, 1.0, 1.0) if at < 0 else (float(curve.share[at]), float(curve.low[at]), float(curve.high[at])))
    share, low, high = zip(*told, strict=True)
    return Shares(tuple(map(float, edges)), share, low, high, tuple(int(np.sum(place == g)) for g in range(len(edges) + 1)))
