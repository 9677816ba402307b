"""Learning pictures on paper: what one picture of a set is, where the set came from, what is asked of a model, how good what it makes is.

A set never holds a person's name: an item knows its person by a pseudonym, so that one person never stands on both sides of a split.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct, field

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

ImageTask = Literal["generate", "translate", "segment", "fill", "find"]
Split = Literal["train", "held-out", "test"]
Settings = Mapping[str, float | int | str | bool]


class Condition(Struct, frozen=True):
    """One thing a picture can be asked to have: a number (age, slice thickness) or one of some levels (sex, view, finding)."""

    name: str
    kind: Literal["number", "level"]
    levels: tuple[str, ...] = ()
    low: float = 0.0  # of a number: what the set spans
    high: float = 0.0
    unit: str = ""


class ImageForm(Struct, frozen=True):
    """What one picture is. `low` and `high`, in `unit`, are what -1 and 1 stand for; values beyond were cut to them.

    shape: (rows, columns) or (slices, rows, columns). spacing_mm: per axis, () where the source told none. masks: names of labels 1, 2 ...;
    0 is the rest. mirrored: a picture seen in a mirror would still be a possible one. domains: names of the two sides of an unpaired set.
    """

    shape: tuple[int, ...]
    channels: int = 1
    low: float = 0.0
    high: float = 255.0
    unit: str = ""
    modality: str = ""
    spacing_mm: tuple[float, ...] = ()
    masks: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    domains: tuple[str, ...] = ()
    mirrored: bool = False


class ImageItem(Struct, frozen=True):
    """One picture of a set: where it came from, whose it is (a pseudonym), on which side of the split, what is known of it."""

    digest: str  # SHA-256 of the prepared pixels
    person: str
    split: Split
    source: str  # path inside the folder that was read, and #slice; never a name of a person
    conditions: Mapping[str, float] = field(default_factory=dict)  # a number, or the place of a level in its levels
    domain: str = ""


class DataCard(Struct, frozen=True):
    """A set of pictures as people read of it. `digest` names it: the same files and the same asking give the same digest."""

    name: str
    digest: str
    form: ImageForm
    counts: Mapping[str, int]  # split -> pictures
    persons: Mapping[str, int]  # split -> people
    left_out: Mapping[str, int] = field(default_factory=dict)  # reason -> how many files or slices
    warnings: tuple[str, ...] = ()
    source: str = ""  # what the user says it is
    licence: str = ""
    seed: int = 0
    synthetic: int = 0  # pictures whose source says they are artificial
    levels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # condition -> level -> pictures
    numbers: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)  # condition -> least, median, greatest
    histogram: tuple[float, ...] = ()  # shares of 64 equal steps from low to high

    @property
    def nobodys(self) -> bool:
        """Whether every picture is artificial: a copy of one gives nobody away."""
        return self.synthetic > 0 and self.synthetic >= sum(self.counts.values())


class Setting(Struct, frozen=True):
    """One thing about a model that can be set: its default, what it does, and what is searched when it is tuned."""

    name: str
    default: float | int | str | bool
    about: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str | int | float | bool, ...] = ()
    tuned: bool = False
    logarithmic: bool = False


class SampleRequest:
    """What is asked of a model: how many, which chance, under which conditions, from which pictures.

    conditions: (n, k) in the order of the form, nan where not asked. pictures: (n, channels, *shape) to translate, fill or segment.
    masks: (n, *shape) where the model draws by a mask. steps: of the sampler, 0 for its own. towards: the domain a picture is translated to,
    "" for the form's last.
    """

    __slots__ = ("conditions", "count", "masks", "pictures", "seed", "steps", "towards")

    def __init__(
        self, count: int, seed: int = 0, conditions: NDArray[np.float32] | None = None, pictures: NDArray[np.float32] | None = None,
        masks: NDArray[np.integer] | None = None, steps: int = 0, towards: str = "",
    ) -> None:  # fmt: skip
        self.count, self.seed, self.conditions, self.pictures, self.masks = count, seed, conditions, pictures, masks
        self.steps, self.towards = steps, towards


class Spread(Struct, frozen=True):
    """A number with the limits of its 95 % interval."""

    value: float
    low: float | None = None
    high: float | None = None


class ImageScore(Struct, frozen=True):
    """One thing measured of made pictures. `floor`: the same measured between two halves of the real ones, the best that can be asked."""

    name: str
    area: Literal["fidelity", "variety", "utility", "privacy", "robustness"]
    made: Spread
    floor: Spread | None = None
    better: Literal["lower", "higher", "half"] = "lower"
    count: int = 0
    about: str = ""
    gate: float | None = None  # beyond it the model is not brought into use
    passed: bool | None = None


class ImageJudgement(Struct, frozen=True):
    """All that was measured of one model on one set."""

    model: str
    set_digest: str
    made: int
    seed: int
    scores: tuple[ImageScore, ...] = ()
    nearest: tuple[
        tuple[int, str, float], ...
    ] = ()  # made picture, digest of the nearest learnt-from one, distance in units of the threshold
    groups: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # level of a condition -> score -> value
    notes: tuple[str, ...] = ()


class LearningPlan(Struct, frozen=True):
    """How long and how a model learns. `steps` decides; minutes are turned into steps by a trial before the start, and the plan tells both."""

    steps: int
    batch: int = 16
    rate: float = 4e-4
    warm_up: int = 30
    last_rate: float = 0.1  # share of the rate at the last step, reached along a cosine
    decay: float = 0.0  # weight decay
    clip: float = 1.0
    average: float = 0.995  # of the running mean of the weights; 0 for none
    accumulate: int = 1
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: int = 0
    keep_every: int = 200  # steps between checkpoints
    look_every: int = 0  # steps between looks at held-out pictures; 0 for none
    patience: int = 0  # looks without a better one before it stops early; 0 for never
    privacy: float = 0.0  # epsilon of DP-SGD; 0 for none
    delta: float = 1e-5


class ImageModelCard(Struct, frozen=True):
    """A kept image model as people read of it: what for, from what, how, how good, where not, who brought it into use."""

    name: str
    digest: str
    kind: str  # the shelf item
    version: str
    task: ImageTask
    form: ImageForm
    settings: Settings
    plan: LearningPlan
    set_digest: str
    data: DataCard
    parameters: int = 0
    losses: Mapping[str, float] = field(default_factory=dict)  # at the end
    judgement: ImageJudgement | None = None
    intended_use: str = ""
    not_for: str = ""
    notes: tuple[str, ...] = ()
    started_from: str = ""  # digest of the model it was fine-tuned from
    engine: str = ""  # torch and processor it was trained with
    epsilon: float = 0.0  # spent, where it learnt under differential privacy
    made_at: str = ""
    promoted_by: str = ""


class MadePictures(Struct, frozen=True, dict=True):
    """Pictures that a kept model made, with what must be known to trust them: which model, which chance, what was asked, how it was judged.

    values: little-endian float32 (count, channels, *form.shape) in the form's unit. asked: condition -> what was asked of every picture, in words.
    sources: of a translation, the pixels it was made from, as `values`; b"" otherwise. `card` is the model's as it was then.
    """

    model: str  # name@digest
    card: ImageModelCard
    count: int
    seed: int
    values: bytes
    asked: Mapping[str, str] = field(default_factory=dict)
    in_use: bool = True  # the model was the champion of its name
    sources: bytes = b""
    series_uid: str = ""  # of a translation, whose series
    towards: str = ""
    label: str = ""  # the words that mark every picture as artificial, wherever it is shown or written
    series_digest: str = ""  # of a translation, Volume.digest() of the series as it was

    def array(self) -> NDArray[np.float32]:
        """(count, channels, *shape) in the form's unit."""
        import numpy as np

        return np.frombuffer(self.values, "<f4").reshape(self.count, self.card.form.channels, *self.card.form.shape)

    def applied_to(self, source: Volume) -> Volume:
        """Of a translation: the series as it was translated, on its own grid, marked as synthetic. Raises InvalidInput XL-PICT-029."""
        import numpy as np

        from xinglin.records.errors import InvalidInput

        if source.series_uid != self.series_uid or source.digest() != self.series_digest:
            raise InvalidInput("XL-PICT-029", "another series was translated", where=source.series_uid, fix="make the draft anew")
        values, kind = self.array().reshape(source.shape), source.voxels.dtype
        if kind.kind in "iu":
            values = np.clip(np.rint(values), np.iinfo(str(kind)).min, np.iinfo(str(kind)).max)
        return replace(source, voxels=values.astype(kind), synthetic=True)

    @cached_property
    def packed(self) -> bytes:
        """As it is kept: always the same bytes."""
        return msgspec.msgpack.encode(self)
