"""How a learnt model must behave towards one person: its calibration, its intervals, whom it is silent about. Learnt from held-out predictions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec import Struct

from xinglin.models.conformal import Bands
from xinglin.models.foretelling.calibration import GROUPS, Line, Shares
from xinglin.models.foretelling.familiarity import Familiarity
from xinglin.models.survival import kaplan_meier
from xinglin.models.tabular.keeping import rebuilt
from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import OutcomeDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]

FEWEST_IN_A_GROUP = 60
SURVIVAL_LEVEL = 0.95  # of Kaplan-Meier's limits


class Conduct(Struct, frozen=True):
    """`line` and `shares` of a yes-or-no, `bands` of a number, `horizons` of survival (one for each)."""

    familiarity: Familiarity
    line: Line | None = None
    shares: Shares | None = None
    bands: Bands | None = None
    horizons: tuple[Shares, ...] = ()

    def saved(self) -> bytes:
        """Plain data."""
        own = {
            "line": self.line,
            "shares": self.shares,
            "bands": self.bands,
            "horizons": self.horizons,
            "familiarity": self.familiarity.as_data(),
        }
        return msgspec.json.encode(msgspec.to_builtins(own))

    @classmethod
    def of_saved(cls, design: OutcomeDesign, data: bytes) -> Conduct:
        """What `saved` gave. Raises InvalidInput XL-OUTCOME-010."""
        try:
            found: dict[str, Any] = msgspec.json.decode(data)
            familiarity = Familiarity.of_data(design, found["familiarity"])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise InvalidInput("XL-OUTCOME-010", "this is no kept model", why=type(error).__name__, fix="give what was saved") from None
        return cls(
            familiarity, rebuilt(Line | None, found["line"]), rebuilt(Shares | None, found["shares"]),  # type: ignore[arg-type]
            rebuilt(Bands | None, found["bands"]), tuple(rebuilt(Shares, one) for one in found["horizons"]),  # type: ignore[arg-type]
        )  # fmt: skip


def of_number(table: Mapping[str, Row], design: OutcomeDesign, predicted: Row, actual: Row, level: float) -> Conduct:
    """Of held-out numbers."""
    return Conduct(Familiarity.learnt(table, design), bands=Bands.learnt(predicted, actual, level))


def of_chance(table: Mapping[str, Row], design: OutcomeDesign, score: Row, happened: Row) -> Conduct:
    """Of held-out log-odds."""
    line = Line.learnt(score, happened)
    return Conduct(Familiarity.learnt(table, design), line, Shares.learnt(line.chance(score), happened))


def of_survival(
    table: Mapping[str, Row], design: OutcomeDesign, free: NDArray[np.float64], times: Row, ended: NDArray[np.bool_]
) -> Conduct:
    """Of held-out chances to be free of the end, (people, horizons)."""
    shares = tuple(survival_shares(free[:, place], times, ended, horizon) for place, horizon in enumerate(design.horizons))
    return Conduct(Familiarity.learnt(table, design), horizons=shares)


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
