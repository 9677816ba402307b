"""What follows from a chart: the only things a draft may say, each with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from xinglin.records.chart import Side
from xinglin.records.quantity import Concept, Quantity

FactKind = Literal[
    "person",
    "encounter",
    "problem",
    "measurement",
    "trend",
    "calculation",
    "medicine",
    "allergy",
    "procedure",
    "report",
    "document",
    "immunization",
    "family",
    "imaging",
    "plan",
    "goal",
    "gene",
    "device",
    "gap",
    "alert",
    "option",
    "prediction",
]

MADE_HERE = "made."  # how the ids of facts begin that a kind made itself: a virtual nodule is no fact of the person
MUST_BE_MENTIONED = 3  # the importance from which a fact is mentioned, or listed as omitted


class Evidence(Struct, frozen=True):
    """One place. `source`: "chart", "knowledge/labs@2026.1", "document", "person"; `pointer`: where in it.

    Chart: "Observation/f001#valueQuantity". Knowledge: the row ("2160-0/adult/male").
    Document: "DocumentReference/d1#120-164" (characters). `quote` holds the words pointed at, if short.
    """

    source: str
    pointer: str
    quote: str = ""


class Fact(Struct, frozen=True):
    """One thing that is so, for one person.

    `id` is stable for the same record ("measurement.Observation/f001", "trend.2160-0").
    `text` says it in plain English for the facts list; drafts are worded from the fields, not from it.
    `names` are words the fact goes by, per language ({"en": ("creatinine", "Cr"), "zh": ("肌酐",)}).
    `value` is a Quantity, words, or None; blood pressure and such are one fact per number.
    `time` is when it was so; `start`/`end` its span (problems, medicines, encounters).
    `status`: problems active|resolved|inactive; medicines current|stopped|planned|unknown; else as read.
    `polarity`: "absent" is a recorded absence ("no known allergy", refuted problem), never a missing record.
    `flag`: measurements: normal|low|high|critical-low|critical-high|abnormal|"" ; trends: rising|falling|stable|variable.
    `details` holds the rest, by documented keys (workup/README.md): reference_low, reference_high, dose,
    route, frequency, reaction, relationship, previous values, formula, inputs ...
    `importance`: 3 must be mentioned or listed as omitted, 2 usually, 1 when there is room, 0 background.
    `latest`: for measurements, this is the newest of its analyte.
    """

    id: str
    kind: FactKind
    concept: Concept
    text: str
    evidence: tuple[Evidence, ...]
    key: str = ""  # canonical subject, e.g. "loinc:2160-0", "rxnorm:860975", "term:pneumonia", "name:xyz"
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    value: Quantity | str | None = None
    time: str = ""
    start: str = ""
    end: str = ""
    status: str = ""
    polarity: Literal["present", "absent", "uncertain"] = "present"
    side: Side | None = None
    flag: str = ""
    latest: bool = False
    importance: int = 1
    details: Mapping[str, str] = field(default_factory=dict)
