"""Everything one can add to Xinglin, on one page.

An item is a module or folder whose name is the item's name, holding one object under the shelf's word:
`content/<kind>/KIND`, `checks/<code>/CHECK`, `diseases/<name>/DISEASE`, `knowledge/<topic>/TOPIC`, `models/text/<name>/WRITER`,
`models/lesion/<name>/GENERATOR`, `models/table/<name>/GENERATOR`, `models/image/<name>/MODEL`, `models/outcome/<name>/MODEL`,
`models/effect/<name>/MODEL`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from xinglin.records import Chart, CheckCase, ContentRequest, Fact, Identity, Issue, Point
from xinglin.records.draft import SectionTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.image_learning import ImageForm, ImageTask, MadePictures, SampleRequest, Setting, Settings
    from xinglin.records.imaging import ImageCase, ImageEdit, NoduleRequest
    from xinglin.records.prediction import OutcomeDesign, OutcomeKind
    from xinglin.records.simulation import CourseBlock, DiseaseCard, Posterior, Simulation, SimulationCase, SimulationRequest
    from xinglin.records.table import TableCondition, TableDesign
    from xinglin.records.volume import Volume


@dataclass(frozen=True)
class Plan:
    """What a kind wants said: headings in reading order, points, facts that must not be missing, and which sections are tables."""

    title: str
    sections: tuple[tuple[str, str], ...]
    points: tuple[Point, ...]
    must_mention: tuple[str, ...] = ()
    tables: tuple[SectionTable, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """What a kind had to make before it can speak: facts about what was made, and the change itself."""

    facts: tuple[Fact, ...] = ()
    edit: ImageEdit | None = None
    simulation: Simulation | None = None
    pictures: MadePictures | None = None


@dataclass(frozen=True)
class Bench:
    """What a kind may use while it prepares.

    scan: the pixels of a kept series by its UID. disease: a disease model by its name. twin: what the person's readings said about
    a disease when it was last calibrated, None when it never was. facts: what is known of the person. outdated: whether a twin is kept
    that does not count, because the model has changed since. drawn: pictures of a kept model (its reference), so many, by this seed, under
    these conditions (name -> what is asked, in words). translated: a kept series (its UID) as a kept model (its reference) would show it,
    towards a domain ("" for its last), by this seed. lesions: the generator whose lesions a kept model in use (its reference) fills in.
    """

    scan: Callable[[str], Volume]
    disease: Callable[[str], AbstractDisease]
    twin: Callable[[str], Posterior | None]
    facts: tuple[Fact, ...] = ()
    outdated: Callable[[str], bool] = lambda disease: False
    drawn: Callable[[str, int, int, Mapping[str, str]], MadePictures] | None = None
    translated: Callable[[str, str, str, int], MadePictures] | None = None
    lesions: Callable[[str], AbstractLesionGenerator] | None = None


GROUNDING = (
    "xl101_unsupported", "xl102_wrong_person", "xl103_value", "xl104_unit", "xl105_date", "xl106_stale", "xl107_negation", "xl108_side",
    "xl109_medicine", "xl110_dose", "xl111_trend", "xl112_flag", "xl113_status", "xl114_contradiction", "xl115_omission", "xl116_family",
    "xl117_arithmetic", "xl120_implausible_value", "xl301_identity",
)  # fmt: skip
"""The checks every kind that speaks of a real person carries: is it so, can it be, is it all, does it name nobody."""


@dataclass(frozen=True)
class ContentKind:
    """One kind of content. `plan` picks and orders facts; a writer words them; it decides nothing else.

    `words` maps a language to its phrase book; `options` names each option with its help text.
    `prepare`, for kinds that make an image or run an illness: what it made and the facts about it.
    """

    name: str
    title: Mapping[str, str]
    intended_use: Mapping[str, str]
    not_for: Mapping[str, str]
    plan: Callable[[ContentRequest, Chart, Sequence[Fact]], Plan]
    words: Mapping[str, Mapping[str, str]]
    checks: tuple[str, ...]  # codes; kinds about a real person carry `GROUNDING`
    options: Mapping[str, str] = field(default_factory=dict)
    signers: int = 1
    leaves_as: tuple[str, ...] = ("fhir", "html", "pdf", "text")
    document_code: tuple[str, str] = ("", "")  # LOINC document type: code, display
    prepare: Callable[[ContentRequest, Chart, Bench], Prepared] | None = None
    needs_chart: bool = True  # False: it is about nobody, and a chart of a made-up subject is opened for it


@dataclass(frozen=True)
class Example:
    """A small case a check must judge: a sentence, the facts known, and for source checks the source.

    `identity`: who the person is, where the check asks; the text then stands for a sentence of our own draft.
    """

    text: str
    facts: tuple[Fact, ...] = ()
    source: str = ""
    language: Literal["en", "zh"] = "en"
    identity: Identity | None = None
    image: Callable[[], ImageCase] | None = None  # for image checks
    simulation: Callable[[], SimulationCase] | None = None  # for simulation checks
    pictures: Callable[[], MadePictures] | None = None  # for checks of made pictures


@dataclass(frozen=True)
class Check:
    """One thing that must hold. `fails` must be caught, `passes` must not.

    `against`: "chart" (facts of a person), "source" (a source document), "draft" (needs only the text), "image" (a picture),
    "simulation" (courses of an illness), "pictures" (pictures that a model made).
    """

    name: str
    title: Mapping[str, str]
    why: Mapping[str, str]
    against: Literal["chart", "source", "draft", "image", "simulation", "pictures"]
    severity: Literal["note", "warning", "stop"]
    run: Callable[[CheckCase], tuple[Issue, ...]]
    fails: tuple[Example, ...]
    passes: tuple[Example, ...]


class AbstractWriter(ABC):
    """Words points. Must return one text per point, in order; it may never add a fact."""

    name: str

    @abstractmethod
    def write(self, points: Sequence[Point], facts: Mapping[str, Fact], words: Mapping[str, str], language: str, seed: int) -> list[str]:
        """One finished sentence (or a few) per point."""


class AbstractLesionGenerator(ABC):
    """Puts a lesion that is not there into a scan. The same scan, request and version give the same bytes."""

    name: str
    modalities: tuple[str, ...]  # DICOM modalities it understands

    @abstractmethod
    def insert(self, scan: Volume, request: NoduleRequest) -> ImageEdit:
        """The box it changed and the truth about it; the scan itself stays as it is.

        Raises InvalidInput for a scan or a request it cannot serve (not HU, no lung, no place of that kind), never guesses.
        """


class AbstractDisease(ABC):
    """An illness that runs. The same request and version give the same bytes for each patient, whatever the block or the worker.

    Most diseases are a card alone (`models.simulator.CardDisease(card)`); one with its own kernel overrides `run` and `reference`.
    """

    name: str
    card: DiseaseCard
    variants: Mapping[str, AbstractDisease] = {}  # the same model of other things: one drug each, for example

    @abstractmethod
    def draw(self, request: SimulationRequest, first: int, count: int) -> dict[str, NDArray[np.float64]]:
        """The parameters of patients `first` to `first + count - 1`, name -> (count,), from `request.seed` and the patient's number."""

    @abstractmethod
    def run(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The courses of people with these parameters, by the fast solver. Raises InvalidInput for a request it cannot serve."""

    @abstractmethod
    def reference(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The same by a slow, obvious solver: what `run` must agree with."""

    def see_that_enough_is_known(self, known: Mapping[str, float]) -> None:
        """Raises InvalidInput while a fact of the person is missing that the model cannot do without; most models can."""
        return None


class AbstractFittedTable(ABC):
    """What was learnt of a table. It holds no row of it; the same number, seed and conditions give the same bytes."""

    design: TableDesign

    @abstractmethod
    def sample(self, count: int, seed: int, conditions: Sequence[TableCondition] = ()) -> dict[str, NDArray[np.float64]]:
        """So many rows of nobody, column name -> (count,), in the order of the design; each condition it can hold by construction holds.

        Raises InvalidInput for a condition that nothing in the table was like.
        """

    @abstractmethod
    def save(self) -> bytes:
        """The same as plain data (JSON), for `load` of the generator of that name."""


class AbstractTableGenerator(ABC):
    """Learns a table of people and draws rows of nobody from what it learnt."""

    name: str
    version: str

    @abstractmethod
    def fit(self, table: Mapping[str, NDArray[np.float64]], columns: TableDesign, seed: int = 0) -> AbstractFittedTable:
        """Learn a table, column name -> (rows,). Raises InvalidInput for a table it cannot serve, never guesses."""

    @abstractmethod
    def load(self, data: bytes) -> AbstractFittedTable:
        """What `save` wrote. Raises InvalidInput for anything else."""


class AbstractFittedOutcome(ABC):
    """What was learnt about an outcome. It holds no row of the table; the same rows give the same bytes.

    `rows` is feature name -> (n,), float64 as in `records.table`; nan where nothing is known, a feature left out counts as missing.
    """

    design: OutcomeDesign
    scale: str = "number"  # what contributions are counted in: number, square root of the number, log-odds, log-hazard, cumulative hazard

    @abstractmethod
    def predict(self, rows: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """A number (n,), a chance (n,), or the chance to be free of the event at each horizon (n, horizons)."""

    @abstractmethod
    def score(self, rows: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """The prediction on the model's own additive scale (n,): number, log-odds or log-hazard."""

    @abstractmethod
    def explain(self, rows: Mapping[str, NDArray[np.float64]]) -> tuple[float, NDArray[np.float64]]:
        """Baseline and contributions (n, features) on that scale: baseline + their sum is `score`, to rounding."""

    @abstractmethod
    def save(self) -> bytes:
        """The same as plain data, for `load` of the model of that name. No pickle, ever."""


class AbstractOutcomeModel(ABC):
    """Learns an outcome from a table of people: `models/outcome/<name>/MODEL`."""

    name: str
    version: str
    outcomes: tuple[OutcomeKind, ...]
    about_missing: str = ""  # what it does where a value is missing; stands on the card

    @abstractmethod
    def fit(self, table: Mapping[str, NDArray[np.float64]], design: OutcomeDesign, seed: int = 0) -> AbstractFittedOutcome:
        """Learn, column name -> (rows,). Raises InvalidInput for a table it cannot serve, never guesses."""

    @abstractmethod
    def load(self, data: bytes) -> AbstractFittedOutcome:
        """What `save` wrote. Raises InvalidInput for anything else."""


class AbstractFittedEffect(ABC):
    """What was learnt about what a treatment does. It holds no row of the table; the same rows give the same bytes.

    The effect is what treatment adds to the outcome: to a number, to the chance of yes, of survival to the mean time free of the end until the
    last horizon (or, as the design asks, to the chance to be free of it then).
    """

    design: OutcomeDesign

    @abstractmethod
    def effect(self, rows: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """(n, 3): the effect on people like each of these, with 95 % limits."""

    @abstractmethod
    def average(self) -> tuple[float, float, float]:
        """The mean effect on the people learnt from, with 95 % limits."""

    @abstractmethod
    def save(self) -> bytes:
        """The same as plain data, for `load` of the model of that name. No pickle, ever."""


class AbstractEffectModel(ABC):
    """Learns what a treatment does, from people who had it and people who had not: `models/effect/<name>/MODEL`.

    It assumes that the features tell all that decided about the treatment and bears on the outcome; that nobody could not have had the other.
    """

    name: str
    version: str
    outcomes: tuple[OutcomeKind, ...]
    about_missing: str = "a missing number counts as the median, a missing word as the usual one, each with a mark where several lacked it"
    about_limits: str = "of the mean effect on people like this one"  # both stand on the card

    @abstractmethod
    def fit(self, table: Mapping[str, NDArray[np.float64]], design: OutcomeDesign, seed: int = 0) -> AbstractFittedEffect:
        """Learn. Raises InvalidInput for a table it cannot serve, Refused where the two groups do not overlap."""

    @abstractmethod
    def load(self, data: bytes) -> AbstractFittedEffect:
        """What `save` wrote. Raises InvalidInput for anything else."""


@dataclass(frozen=True)
class Turn:
    """One step of learning, as the loop hands it to a model. Tensors are on the device and of the precision the loop chose.

    batch: `pictures` (b, channels, *shape) in [-1, 1]; where the set has them `masks` (b, *shape) whole numbers, `partners` like pictures,
    `others` (b, channels, *shape) pictures of the other domain, `conditions` (b, k) with nan where not known.
    backward(loss, group): adds the gradients of a loss for one group of networks (see `groups`); update(group): clips, steps the optimiser,
    clears the gradients. Chance comes from torch's own generator, which the loop seeds anew for each step from (seed, step).
    """

    step: int
    steps: int
    batch: Mapping[str, Any]
    backward: Callable[[Any, str], None]
    update: Callable[[str], None]


class AbstractImageModel(ABC):
    """A network that learns pictures: `models/image/<name>/MODEL`. It knows its networks, one step, and how to sample; no loop, no files.

    The module of MODEL imports neither torch nor MONAI at its head: both are heavy and may be absent where a kept model is only sampled.
    """

    name: str
    version: str
    task: ImageTask
    needs: tuple[str, ...] = ()  # what the set must have beside pictures: "masks", "partners", "others"
    groups: Mapping[str, tuple[str, ...]] = {"all": ("network",)}  # group -> names of networks that one optimiser serves
    averaged: tuple[str, ...] = ("network",)  # networks of which a running mean is kept and used for sampling
    betas: Mapping[str, tuple[float, float]] = {}  # group -> Adam's betas; (0.9, 0.999) for one group alone, (0.5, 0.999) for several
    rates: Mapping[str, float] = {}  # group -> what the plan's rate is multiplied by; 1
    settings: tuple[Setting, ...] = ()

    @abstractmethod
    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """A torch ModuleDict, its weights drawn from torch's own generator. Raises InvalidInput for a form it cannot serve."""

    @abstractmethod
    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One step: losses, backward, update. What it returns is drawn as curves."""

    @abstractmethod
    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """What sampling calls: name -> (torch module, example inputs by name, first axis the batch). Exported once and kept."""

    @abstractmethod
    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, channels, *shape): pictures in [-1, 1], or of a segmentation the chance of each label. numpy alone; the same request, the same bytes."""

    def prepared(self, networks: Any, pictures: NDArray[np.float32], form: ImageForm, settings: Settings) -> Settings:
        """Settings that are measured of the learnt-from pictures once learning has ended (a latent's scale, noise to re-add); most have none."""
        return settings


@dataclass(frozen=True)
class Topic:
    """One topic of knowledge: versioned rows with a source each. `version` appears in Evidence."""

    name: str
    version: str
    title: Mapping[str, str]
    licence: str
    rows: Callable[[], int]
    unverified: Callable[[], int]
