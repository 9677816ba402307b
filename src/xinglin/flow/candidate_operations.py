"""The operations about candidates for a reader: their words and parameters."""

from __future__ import annotations

from xinglin.flow.operation import BY, DRY_RUN, OUT, SEED, Operation, Parameter

OF_CHART = Parameter("chart", "a chart's id", positional=True, required=True)
SERIES = Parameter("series", "number in `xinglin images`, or series UID; none: the only series, or the last list")
NUMBER = Parameter("number", "the candidate's number in the list", "number", positional=True, required=True)
TEXT = Parameter("text", "what you say of it; kept with the decision")

CANDIDATES: tuple[Operation, ...] = (
    Operation(
        "collect candidate-patches",
        "make a set of patches of chests of nobody, with and without nodules, for nodule_candidates to learn from",
        "collect_candidate_patches",
        (
            Parameter("people", "how many chests", "number", 40),
            Parameter("each", "nodules in each chest", "number", 20),
            Parameter("from", "a kept finder whose wrong marks are learnt from"),
            Parameter("out", "folder to write the set to", "path", short="-o", required=True),
            Parameter("name", "what to call it", default="nodule-candidates"),
            SEED,
        ),
    ),
    Operation(
        "candidates judge",
        "measure a finder of nodules on chests of nobody it has not seen: how many are found at how many false marks",
        "candidates_judge",
        (
            Parameter("model", "a kept model: NAME, NAME:challenger, NAME@DIGEST", positional=True, required=True),
            Parameter("scans", "how many chests", "number", 12),
            BY,
        ),
    ),
    Operation(
        "candidates find",
        "places in a chest CT that a model shows to a reader; none is a finding until a person confirms it",
        "candidates_find",
        (
            OF_CHART,
            SERIES,
            Parameter(
                "model", "a kept model: NAME for the one in use, NAME:challenger, NAME@DIGEST, or a folder; default nodule-candidates"
            ),
            OUT,
            DRY_RUN,
            BY,
        ),
    ),
    Operation("candidates list", "the candidates found last, and what people made of them", "candidates_list", (OF_CHART, SERIES, OUT)),
    Operation(
        "candidates confirm",
        "a candidate is a lesion, you say: outlined, measured and kept as your finding",
        "candidates_confirm",
        (
            OF_CHART,
            NUMBER,
            SERIES,
            Parameter("name", "what to call the lesion; default the next free letter"),
            Parameter("type", "what it looks like", choices=("solid", "part-solid", "ground-glass", "calcified")),
            Parameter("at", "a place inside it, x,y,z in LPS mm, where the candidate's own will not do"),
            Parameter("target", "a RECIST target lesion", "flag", False),
            TEXT,
            BY,
        ),
    ),
    Operation("candidates reject", "a candidate is nothing, you say", "candidates_reject", (OF_CHART, NUMBER, SERIES, TEXT, BY)),
)
