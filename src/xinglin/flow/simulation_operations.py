"""The operations about illness that runs, made-up people and made-up tables: their words and parameters."""

from __future__ import annotations

from xinglin.flow.operation import AS_OF, DISEASE, DRY_RUN, LANG, SEED, Operation, Parameter

SIMULATIONS: tuple[Operation, ...] = (
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
            Parameter(
                "engine", "who runs them; the bytes are the same, from torch up to rounding", choices=("serial", "pool", "ray", "torch")
            ),
            Parameter("device", "where torch runs them", choices=("cpu", "cuda")),
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
            Parameter(
                "form", "what is written", many=True, labels=("FORM",), choices=("fhir", "bundles", "omop", "omop-csv", "parquet", "vcf")
            ),
            Parameter("years", "how far the records reach back", "number", 10),
            Parameter("illness", "one more illness that all of them have, run by its own model: nsclc, prostate (men alone) ..."),
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
)
