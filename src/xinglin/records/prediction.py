"""A prediction for one person on paper: the number with its interval, what moved it, what was missing, and when it declines.

An outcome is a number (a dose, a value), a yes-or-no, or a time to an event. What is learnt from a table keeps no row of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from xinglin.records.table import TableColumn, TableDesign

OutcomeKind = Literal["number", "yes-no", "survival"]


class OutcomeDesign(Struct, frozen=True):
    """What is to be predicted from which columns.

    `outcome`: the column of a number or of a yes-or-no (`positive`: the level that counts as yes); of survival the table's own pair `time`,
    `event`. `horizons`: times, in the unit of `time`, at which survival is told. `groups`: feature -> kind of source (table, image, gene,
    simulation), so that a whole kind can be missing. `treatment`: the column an effect is learnt of; `treated`: its value that means treated.
    `unit`: UCUM unit of a number, or of the time that an effect on survival is counted in.
    `actionable`: features that somebody could change; what would change a prediction is looked for among them alone. `effect_on`: what an effect
    on survival is counted in: mean time free of the end until the last horizon, or the chance to be free of it then.
    """

    table: TableDesign
    kind: OutcomeKind
    features: tuple[str, ...]
    outcome: str = ""
    positive: str = ""
    horizons: tuple[float, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    treatment: str = ""
    unit: str = ""
    actionable: tuple[str, ...] = ()
    effect_on: Literal["mean-time", "free"] = "mean-time"
    treated: str = ""

    @property
    def inputs(self) -> tuple[TableColumn, ...]:
        """The columns predicted from, in order."""
        return tuple(self.table.column(name) for name in self.features)


class Contribution(Struct, frozen=True):
    """How much one feature moved one prediction, on the scale of the model (`scale`: number, its square root, log-odds, log-hazard ...)."""

    feature: str
    value: str  # as the table would write it; "" where it was missing
    effect: float
    scale: str


class Change(Struct, frozen=True):
    """What would change the prediction: another value of one feature, and the prediction then."""

    feature: str
    was: str
    then: str
    predicted: float


class Prediction(Struct, frozen=True):
    """What a model says of one person.

    `value` with [`low`, `high`] at `level` (0.9); a chance for yes-or-no and for survival at `horizon`. The contributions and `baseline`
    sum to the prediction on the model's scale exactly. `declined`: why there is no value; the value is then None. `treatment`: of an effect,
    whose; the value is then what it adds to the outcome, and nothing is said of what moved it. `without`: kinds of sources of which nothing is
    known; the limits are those of people who lack them.
    """

    model: str  # name@hash
    outcome: str
    unit: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.9
    horizon: float | None = None
    baseline: float = 0.0
    contributions: tuple[Contribution, ...] = ()
    changes: tuple[Change, ...] = ()
    missing: tuple[str, ...] = ()  # features without a value, filled as the model card says
    outside: tuple[str, ...] = ()  # features beyond what the model was trained on
    declined: str = ""
    treatment: str = ""
    without: tuple[str, ...] = ()


class ModelScore(Struct, frozen=True):
    """One number that tells how good a model is: on which rows, with its interval."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    rows: int = 0
    split: str = ""  # "5 x 5-fold", "held-out 20 %"


class ListedModel(Struct, frozen=True):
    """A model as a list of models tells of it. `model`: name@digest. shipped: it comes with Xinglin and is none of the house's own.

    hidden: of a shipped one, that the house keeps a model under the same name, which comes first.
    """

    model: str
    keeps: str
    kind: str
    made_at: str = ""
    aliases: tuple[str, ...] = ()
    promoted_by: str = ""
    score: ModelScore | None = None
    shipped: bool = False
    hidden: bool = False


class ModelCard(Struct, frozen=True):
    """A kept model as people read of it: what it is for, what it was trained on, how good it is, where it must not be used.

    `keeps`: what kind of model it is (outcome, effect ...); it says who reads its files. `design`: of a model learnt from a table.
    """

    name: str
    digest: str  # SHA-256 of its files: its name in the registry
    kind: str  # the shelf item that made it
    version: str
    design: OutcomeDesign | None
    trained_rows: int
    table_digest: str
    seed: int
    made_at: str = ""
    scores: tuple[ModelScore, ...] = ()
    intended_use: str = ""
    not_for: str = ""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    promoted_by: str = ""
    keeps: str = "outcome"
