"""Every operation of the house, said once: its words, its parameters, and the function that does it.

The command line, the Python functions and later the service and the page are made from this list.
Nothing heavy is imported here; `run` names a function in `flow.commands`, loaded when it is called.
"""

from __future__ import annotations

from xinglin.flow.candidate_operations import CANDIDATES
from xinglin.flow.image_judging_operations import IMAGE_JUDGING
from xinglin.flow.image_model_operations import IMAGE_MODELS
from xinglin.flow.image_set_operations import IMAGE_SETS
from xinglin.flow.operation import ARCHIVE, AS_OF, BY, CHART, DRAFT, DRY_RUN, LANG, OUT, SEED
from xinglin.flow.operation import EVERYWHERE as EVERYWHERE
from xinglin.flow.operation import Operation as Operation
from xinglin.flow.operation import Parameter as Parameter
from xinglin.flow.outcome_operations import OUTCOMES
from xinglin.flow.simulation_operations import SIMULATIONS

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
            Parameter("when", "the day a text note was written, a NIfTI file scanned or a gene read (YYYY-MM-DD)"),
            Parameter("sample", "which person of a VCF with several", labels=("NAME",)),
            Parameter("assembly", "the assembly of a VCF that does not say it", choices=("GRCh37", "GRCh38")),
            Parameter("somatic", "a VCF is of a tumour", "flag", False),
            Parameter("absent_is_reference", "what a VCF does not mention is reference: whoever made it must have looked", "flag", False),
            Parameter("outside_calls", "genes a laboratory called: gene, diplotype, phenotype, activity, separated by tabs", "path"),
            DRY_RUN,
        ),
    ),
    Operation(
        "genes",
        "star alleles and phenotypes of a VCF or of a chart; of a file nothing is kept",
        "genes",
        (
            Parameter("of", "a VCF, or a chart's id", positional=True, required=True),
            Parameter("sample", "which person of a VCF with several", labels=("NAME",)),
            Parameter("assembly", "the assembly of a VCF that does not say it", choices=("GRCh37", "GRCh38")),
            Parameter("absent_is_reference", "what a VCF does not mention is reference: whoever made it must have looked", "flag", False),
            Parameter("research", "of a VCF: what no named alleles explain, told as combinations and single variants", "flag", False),
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
        "check any text, or an order in FHIR, against a chart; or a text against a source document",
        "check",
        (
            Parameter(
                "file",
                "text to check, or MedicationRequests in FHIR JSON; - reads it from the keyboard or a pipe",
                "path",
                positional=True,
                required=True,
            ),
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
    *SIMULATIONS,
    *OUTCOMES,
    *IMAGE_SETS,
    *IMAGE_MODELS,
    *IMAGE_JUDGING,
    *CANDIDATES,
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
