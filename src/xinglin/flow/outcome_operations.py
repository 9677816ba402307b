"""The operations about trained models: their words and parameters."""

from __future__ import annotations

from xinglin.flow.operation import BY, DRY_RUN, SEED, Operation, Parameter

MODEL = Parameter("model", "a model: NAME for the one in use, NAME:challenger, or NAME@DIGEST", positional=True, required=True)
NAME = Parameter("name", "the name models of this kind are kept under", positional=True, required=True)
TABLE = Parameter("table", "a CSV file with one header line and a line per person", "path", positional=True, required=True)
CATEGORY = Parameter("category", "a column of numbers that are codes without order", many=True, labels=("COL",))
LEAVE_OUT = Parameter("leave_out", "a column that is not learnt from, such as a person's number", many=True, labels=("COL",))
USE = Parameter("use", "what it is for, in words; stands on its card")
REPEATS = Parameter("repeats", "how often the five folds are drawn", "number", 1)
ENCODING = Parameter("encoding", "how the file is written", default="utf-8", choices=("utf-8", "gb18030", "latin-1"))

OUTCOMES: tuple[Operation, ...] = (
    Operation(
        "train outcome",
        "learn from a table of your own to foretell a number, a yes-or-no or survival: judged on people it had not seen, and kept",
        "train_outcome",
        (
            TABLE,
            Parameter("outcome", "the column to foretell; of a yes-or-no COL=VALUE, the value that counts as yes"),
            Parameter("survival", "or the two columns of survival, TIME,EVENT; EVENT=VALUE where the value is not 1"),
            Parameter("horizon", "times at which survival is told; default: quartiles of the ends", many=True, labels=("TIME",)),
            Parameter("features", "columns to foretell from, separated by commas; default: all others"),
            Parameter("model", "how it is learnt: a folder of models/outcome; default boosted_trees, of survival cox"),
            Parameter("name", "what it is kept under; default: the outcome"),
            CATEGORY,
            LEAVE_OUT,
            Parameter("actionable", "features that somebody could change, separated by commas"),
            Parameter(
                "group", "kind of source of features, as gene=cyp2c9,vkorc1; the others are `table`", many=True, labels=("KIND=COLS",)
            ),
            Parameter("unit", "UCUM unit of a number that is foretold"),
            USE,
            REPEATS,
            ENCODING,
            BY,
            SEED,
            DRY_RUN,
        ),
    ),
    Operation(
        "train effect",
        "learn from a table of your own what a treatment adds to a number, a yes-or-no or survival, for whom: judged on people it had not seen, and kept",
        "train_effect",
        (
            TABLE,
            Parameter(
                "treatment", "the column that says who was treated, of two values; COL=VALUE, the one that means treated", required=True
            ),
            Parameter("outcome", "the column it acts on; of a yes-or-no COL=VALUE, the value that counts as yes"),
            Parameter("survival", "or the two columns of survival, TIME,EVENT; EVENT=VALUE where the value is not 1"),
            Parameter("horizon", "the time until which an effect on survival is counted; default: the third quartile of the ends"),
            Parameter(
                "effect_on",
                "what an effect on survival is counted in: mean time free of the end, or the chance to be free of it at the horizon",
                default="mean-time",
                choices=("mean-time", "free"),
            ),
            Parameter(
                "features", "columns that decided about the treatment or bear on the outcome, separated by commas; default: all others"
            ),
            Parameter("model", "how it is learnt: a folder of models/effect; default dr_learner; mean_effect tells one effect for all"),
            Parameter("name", "what it is kept under; default: TREATMENT-on-OUTCOME"),
            CATEGORY,
            LEAVE_OUT,
            Parameter("unit", "UCUM unit of the number, or of the time of survival"),
            USE,
            REPEATS,
            ENCODING,
            BY,
            SEED,
            DRY_RUN,
        ),
    ),
    Operation(
        "predict",
        "what a kept model says of one person or of a table: value (or what treatment adds), interval, what moved it, or why it declines",
        "predict",
        (
            MODEL,
            Parameter("table", "a CSV file with the model's columns", "path", positional=True),
            Parameter("row", "or one person, value by value", many=True, labels=("NAME=VALUE",)),
            Parameter("changes", "tell what would change it", "flag", False),
            Parameter("at_most", "the fewest changes that bring it to this or below"),
            Parameter("at_least", "the fewest changes that bring it to this or above"),
            ENCODING,
        ),
    ),
    Operation("models list", "the models that are kept: which is in use, which waits", "models_list"),
    Operation("models show", "the card of a model: what for, how good, where not", "models_show", (MODEL,)),
    Operation(
        "models promote",
        "bring a challenger into use: refused where it is worse on people neither has learnt from",
        "models_promote",
        (
            NAME,
            Parameter("table", "a CSV file of such people; needed where a model is in use", "path"),
            Parameter("reason", "why"),
            Parameter("by", "the person who stands for it", required=True),
            ENCODING,
            DRY_RUN,
        ),
    ),
    Operation(
        "models rollback",
        "bring back the model that was in use before",
        "models_rollback",
        (NAME, Parameter("reason", "why", required=True), Parameter("by", "the person who stands for it", required=True)),
    ),
)
