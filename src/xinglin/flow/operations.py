"""Every operation of the house, said once: its words, its parameters, and the function that does it.

The command line, the Python functions and later the service and the page are made from this list.
Nothing heavy is imported here; `run` names a function in `flow.commands`, loaded when it is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["text", "path", "number", "flag", "pair"]


@dataclass(frozen=True)
class Parameter:
    """One input. `many` takes several; `positional` stands without a flag; `choices` limits the words allowed."""

    name: str
    help: str
    form: Form = "text"
    default: object = None
    positional: bool = False
    many: bool = False
    required: bool = False
    choices: tuple[str, ...] = ()
    short: str = ""
    labels: tuple[str, ...] = ()  # names of the two halves of a pair


@dataclass(frozen=True)
class Operation:
    """A verb. `words` is what one types ("audit verify"); `run` the function of `flow.commands`."""

    words: str
    help: str
    run: str
    parameters: tuple[Parameter, ...] = ()


LANG = Parameter("lang", "language of the result", choices=("en", "zh"))
AS_OF = Parameter(
    "as_of", "the day the text speaks from (YYYY-MM-DD); default today, or the newest entry of a record that lies in the future"
)
SEED = Parameter("seed", "seed of every random choice", "number", 0)
OUT = Parameter("out", "folder to write to", "path", short="-o")
DRY_RUN = Parameter("dry_run", "do everything but keep or write", "flag", False)
EVERYWHERE = (LANG, AS_OF, SEED, DRY_RUN)  # understood by every command, so that scripts can pass them blindly
CHART = Parameter("chart", "a chart's id (chart-1), or a path to take in on the way")
DRAFT = Parameter("draft", "a draft's id (draft-1)", positional=True)
BY = Parameter("by", "who decides; default the name you are signed in with on this machine")
DISEASE = Parameter(
    "disease", "an illness of `xinglin kinds`: nsclc, glioma, pharmacokinetics:vancomycin ...", positional=True, required=True
)
ARCHIVE = Parameter("archive", "a name in the settings ([archives.NAME]), or an address", positional=True, required=True)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "demo",
        "the whole road on a made-up patient, offline; prints where to look",
        "demo",
        (Parameter("out", "folder to write to", "path", "xinglin-demo", short="-o"), SEED),
    ),
    Operation(
        "take-in",
        "FHIR bundle, NDJSON, folder or address, DICOM or NIfTI images, or a text note -> chart",
        "take_in",
        (
            Parameter("paths", "files, folders or a FHIR address", "path", positional=True, many=True),
            Parameter("archive", "fetch from this image archive instead (with --study): a name in the settings, or an address"),
            Parameter("study", "UID of the study to fetch; `xinglin archive find` lists them"),
            Parameter("series", "UID of the one series of it to fetch"),
            Parameter("chart", "add what is read to this chart (needed for a text note or NIfTI; DICOM images are held against it)"),
            Parameter(
                "repair", "a defect of image geometry to put right: doubled, missing, uneven, tilt, single", many=True, labels=("NAME",)
            ),
            Parameter("same_person", "why images under another name are of this person after all", labels=("REASON",)),
            Parameter("unit", "what the numbers of a NIfTI file are: HU, or none", choices=("HU", "none")),
            Parameter("modality", "what made a NIfTI file; HU alone says CT", choices=("CT", "MR", "PT")),
            Parameter("when", "the day a text note was written, or a NIfTI file scanned (YYYY-MM-DD)"),
            DRY_RUN,
        ),
    ),
    Operation(
        "images",
        "the series kept with a chart, and the lesions marked in them",
        "show_images",
        (Parameter("chart", "a chart's id", positional=True, required=True),),
    ),
    Operation(
        "mark",
        "outline and measure the lesion at a place of a series, and keep it with the chart",
        "mark",
        (
            Parameter("chart", "a chart's id", positional=True, required=True),
            Parameter("at", "a place inside it: x,y,z in LPS millimetres", required=True),
            Parameter("series", "number in `xinglin images`, or series UID; none: the only series"),
            Parameter("name", "what to call it; the same name on another date is the same lesion", default="A"),
            Parameter("type", "what it looks like", choices=("solid", "part-solid", "ground-glass", "calcified")),
            Parameter("organ", "where it lies", default="lung"),
            Parameter("target", "a RECIST target lesion", "flag", False),
            BY,
        ),
    ),
    Operation(
        "unmark",
        "take back the marks of a lesion that were wrong; they stay kept, and nothing is told from them",
        "unmark",
        (
            Parameter("chart", "a chart's id", positional=True, required=True),
            Parameter("name", "the lesion's name", positional=True, required=True),
            Parameter("reason", "why the mark was wrong", required=True),
            Parameter("series", "number in `xinglin images`, or series UID; none: every series it is marked in"),
            BY,
        ),
    ),
    Operation(
        "lungs",
        "measure how dense the lungs of a chest CT are, and keep it with the chart",
        "lungs",
        (
            Parameter("chart", "a chart's id", positional=True, required=True),
            Parameter("series", "number in `xinglin images`, or series UID; none: the only series"),
        ),
    ),
    Operation(
        "phantom",
        "a chest CT of nobody as DICOM files, to try everything without a patient",
        "phantom",
        (
            Parameter("out", "folder to write to", "path", short="-o", required=True),
            Parameter("slices", "how many; the chest is about 300 mm high", "number", 120),
            Parameter("pixels", "rows and columns", "number", 256),
            Parameter("spacing", "slice,row,column in mm", default="2.5,1.4,1.4"),
            Parameter("scanned", "the day it plays to be of (YYYY-MM-DD)", default="2026-01-15"),
            SEED,
        ),
    ),
    Operation(
        "chart",
        "what is known of one person: charts, or one chart's facts",
        "show_chart",
        (Parameter("chart", "a chart's id; none lists them all", positional=True), AS_OF),
    ),
    Operation(
        "make",
        "draft a kind of content from a chart",
        "make",
        (
            Parameter("kind", "a word of `xinglin kinds`", positional=True, required=True),
            Parameter("charts", "a chart's id, or paths to take in on the way", positional=True, many=True),
            LANG,
            AS_OF,
            SEED,
            OUT,
            Parameter("option", "an option of the kind, as name value", "pair", many=True, labels=("NAME", "VALUE")),
            Parameter("writer", "who words it", default="grammar"),
            DRY_RUN,
        ),
    ),
    Operation(
        "check",
        "check any text against a chart or a source document",
        "check",
        (
            Parameter("file", "text to check; - reads it from the keyboard or a pipe", "path", positional=True, required=True),
            CHART,
            Parameter("source", "a source document, such as a transcript", "path"),
            LANG,
            AS_OF,
        ),
    ),
    Operation(
        "review",
        "the queue; or one draft: accept, edit or reject its statements",
        "review",
        (
            DRAFT,
            Parameter("accept", "statement number, or all", many=True, labels=("N",)),
            Parameter("edit", "statement number and its new text", "pair", many=True, labels=("N", "TEXT")),
            Parameter("reject", "statement number (or all) and why", "pair", many=True, labels=("N", "REASON")),
            Parameter("reason", "why something found wanting is accepted all the same"),
            BY,
        ),
    ),
    Operation(
        "sign",
        "sign a draft with your own key",
        "sign",
        (
            DRAFT,
            Parameter("as", "who signs", required=True),
            Parameter("passphrase_file", "file holding the passphrase; default asks for it", "path"),
            Parameter("meaning", "what the signature means", default="author", choices=("author", "reviewer", "second reader")),
        ),
    ),
    Operation(
        "release",
        "write the signed, labelled files: the only way out",
        "release",
        (DRAFT, Parameter("out", "folder to write to", "path", short="-o", required=True)),
    ),
    Operation("amend", "open a released draft again as a new revision", "amend", (DRAFT, Parameter("reason", "why", required=True), BY)),
    Operation(
        "cite",
        "where a sentence comes from, down to the source resource",
        "cite",
        (DRAFT, Parameter("statement", "statement number", positional=True)),
    ),
    Operation(
        "archive test",
        "does an image archive answer?",
        "archive_test",
        (ARCHIVE, BY),
    ),
    Operation(
        "archive find",
        "the studies an image archive has of a person, or of some days",
        "archive_find",
        (
            ARCHIVE,
            Parameter("patient_id", "the patient's number there, whole"),
            Parameter("date", "day of the study, YYYY-MM-DD, or FROM..TO"),
            Parameter("modality", "CT, MR, PT"),
            Parameter("study", "UID of one study: lists its series too"),
            Parameter("limit", "how many at most", "number", 100),
            BY,
        ),
    ),
    Operation(
        "archive send",
        "send the DICOM files of a signed release to an image archive",
        "archive_send",
        (ARCHIVE, Parameter("release", "a release's id (release-1)", positional=True, required=True), BY, DRY_RUN),
    ),
    Operation(
        "simulate",
        "run an illness in virtual patients: told in words, or each course written to a Parquet file",
        "simulate",
        (
            DISEASE,
            Parameter("patients", "how many", "number", 1000),
            Parameter("days", "how long; default: as far as the data of the model reach"),
            Parameter("every_days", "how often to look; default: about 120 times"),
            Parameter("regimen", "a regimen of the disease, or a JSON file with one of your own", default="none"),
            Parameter("trait", "a trait that everybody shares, as name=value", many=True, labels=("NAME=VALUE",)),
            Parameter("measured", "with the error of the instruments", "flag", False),
            Parameter("workers", "how many processes", "number", 1),
            Parameter("engine", "who runs them; the bytes are the same", choices=("serial", "pool", "ray")),
            Parameter("out", "a file that ends in .parquet", "path", short="-o"),
            SEED,
        ),
    ),
    Operation(
        "people",
        "made-up people with ten years of records: FHIR, OMOP CDM or tables, marked as test data",
        "people",
        (
            Parameter("number", "how many", "number", 10),
            Parameter("locale", "where they live: names, units, codes", default="us", choices=("us", "cn")),
            Parameter("form", "what is written", many=True, labels=("FORM",), choices=("fhir", "bundles", "omop", "omop-csv", "parquet")),
            Parameter("years", "how far the records reach back", "number", 10),
            Parameter("illness", "one more illness that all of them have, run by its own model: nsclc, prostate ..."),
            Parameter("regimen", "how that illness is treated", default="none"),
            Parameter("scans", "with a tumour: so many chest CTs of each person, as DICOM, the tumour in them at its size", "number", 0),
            Parameter("out", "folder to write to", "path", short="-o", required=True),
            SEED,
            AS_OF,
        ),
    ),
    Operation(
        "trial",
        "a trial of virtual patients: arms, allocation, drop-out, survival curves, hazard ratio, power",
        "trial",
        (
            DISEASE,
            Parameter(
                "arm",
                "a regimen of the disease, or a JSON file; the first is what others are held against",
                many=True,
                labels=("REGIMEN",),
                required=True,
            ),
            Parameter("patients", "randomised in all", "number", 400),
            Parameter("end", "what counts: ends of the disease, the first to come", many=True, labels=("END",)),
            Parameter("follow_days", "longest observation of one person; default: as far as the data of the model reach"),
            Parameter("accrual_days", "time over which people enter"),
            Parameter("closes_days", "the trial closes so long after the last entry"),
            Parameter("dropout_year", "rate of loss per year"),
            Parameter("ratio", "shares of the arms, as 2:1"),
            Parameter("eligible", "a formula over traits and first readings that must exceed 0", many=True, labels=("FORMULA",)),
            Parameter("power", "repeat it so often and tell how often it finds a difference", "number", 0),
            Parameter("out", "folder to write to", "path", short="-o"),
            SEED,
            LANG,
        ),
    ),
    Operation(
        "synthesise",
        "a synthetic table like your own: rows of nobody, judged for likeness, use and privacy",
        "synthesise",
        (
            Parameter("table", "a CSV file with one header line and a line per person", "path", positional=True, required=True),
            Parameter("rows", "how many; default: as many as were learnt from", "number", 0),
            Parameter("time", "the column that says how long somebody was followed"),
            Parameter("event", "the column that says whether the end was seen; COL=VALUE where the value is not 1"),
            Parameter("target", "without survival: a column of two values to try a prediction on"),
            Parameter("condition", "only such rows, as sex=f or age>=70", many=True, labels=("COL=VALUE",)),
            Parameter("constraint", "what must hold in every row, as a <= b, total = a + b, a, b together", many=True, labels=("RULE",)),
            Parameter("category", "a column of numbers that are codes without order", many=True, labels=("COL",)),
            Parameter("leave_out", "a column that is not to be made, such as a person's number", many=True, labels=("COL",)),
            Parameter("encoding", "how the file is written", default="utf-8", choices=("utf-8", "gb18030", "latin-1")),
            Parameter("model", "how it is learnt: a folder of models/table", default="copula"),
            Parameter("out", "folder to write to", "path", short="-o"),
            SEED,
            LANG,
            DRY_RUN,
        ),
    ),
    Operation(
        "calibrate",
        "fit an illness to one person's readings: parameters with intervals, kept with the chart",
        "calibrate",
        (
            DISEASE,
            Parameter("chart", "a chart's id", positional=True),
            Parameter("readings", "or a CSV file: time_days, observable, value, below", "path"),
            Parameter("given", "what was given since the first reading: a regimen of the disease, or a JSON file"),
            Parameter("lesion", "the marked lesion meant, where there are several"),
            Parameter("trait", "a trait that is known, as name=value", many=True, labels=("NAME=VALUE",)),
            AS_OF,
            SEED,
            DRY_RUN,
        ),
    ),
    Operation(
        "optimise",
        "look for a schedule within limits, beside standard care, rules, chance and a learned policy",
        "optimise",
        (
            DISEASE,
            Parameter("chart", "a chart's id: its kept twin; none: the population", positional=True),
            Parameter("readings", "or a CSV file: time_days, observable, value, below", "path"),
            Parameter("given", "what was given so far, with --readings: a regimen, or a JSON file"),
            Parameter("trait", "a trait that is known, as name=value", many=True, labels=("NAME=VALUE",)),
            Parameter(
                "treat", "what may be given, and on which days: drug, or drug=0,21,42", many=True, labels=("NAME[=DAYS]",), required=True
            ),
            Parameter("most", "the most at one time, as name=amount", many=True, labels=("NAME=AMOUNT",)),
            Parameter("goal", "burden:OBSERVABLE, time:END or near:OBSERVABLE=VALUE"),
            Parameter("tail", "count the worst share only, as 0.1"),
            Parameter(
                "limit", "share of courses that may break a harm, as name=0.1; default: a tenth for each", many=True, labels=("HARM=SHARE",)
            ),
            Parameter("days", "how far ahead; default: as far as the data of the model reach"),
            Parameter("now_days", "from when on; default: the last reading"),
            Parameter("watched", "the observable read at visits"),
            Parameter("method", "who looks", default="both", choices=("cma", "receding", "both")),
            Parameter("evaluations", "how many regimens are tried", "number", 1500),
            Parameter("out", "folder to write to; about a chart a preliminary page alone", "path", short="-o"),
            SEED,
            LANG,
            DRY_RUN,
        ),
    ),
    Operation("kinds", "every kind of content, check, calculator and topic of knowledge", "kinds"),
    Operation("doctor", "is everything in order here?", "doctor"),
    Operation(
        "audit verify",
        "prove that the ledger is whole",
        "audit_verify",
        (Parameter("anchor", "a copy of anchor.jsonl kept elsewhere", "path"),),
    ),
    Operation("audit list", "who did what, newest last", "audit_list", (Parameter("last", "how many", "number", 50),)),
    Operation(
        "label check",
        "is this file labelled as AI-made, rightly and once?",
        "label_check",
        (Parameter("files", "HTML, PDF, text, Markdown or JSON files", "path", positional=True, many=True, required=True),),
    ),
    Operation(
        "signer add",
        "give a person a signing key of their own",
        "signer_add",
        (Parameter("name", "who", positional=True, required=True), Parameter("passphrase_file", "file holding the passphrase", "path")),
    ),
    Operation("signer list", "who may sign, with key fingerprints", "signer_list"),
    Operation(
        "signer revoke",
        "end a signer's key",
        "signer_revoke",
        (Parameter("name", "who", positional=True, required=True), Parameter("reason", "why", required=True), BY),
    ),
    Operation(
        "hold",
        "put a person's record under legal hold",
        "hold",
        (
            Parameter("chart", "a chart's id", positional=True, required=True),
            Parameter("reason", "why", required=True),
            BY,
            Parameter("lift", "lift the hold", "flag", False),
        ),
    ),
    Operation(
        "erase",
        "destroy a person's key, and with it everything kept of them",
        "erase",
        (Parameter("chart", "a chart's id", positional=True, required=True), Parameter("reason", "why", required=True), BY),
    ),
)
