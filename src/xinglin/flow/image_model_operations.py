"""The operations about models of images: their words and parameters."""

from __future__ import annotations

from xinglin.flow.operation import BY, DRY_RUN, OUT, SEED, Operation, Parameter

KEPT = Parameter(
    "model", "a kept model: NAME for the one in use, NAME:challenger, NAME@DIGEST, or a folder of its files", positional=True, required=True
)
SET = Parameter("set_folder", "a set of pictures: a folder that `xinglin collect images` wrote", "path", positional=True, required=True)
NETWORK = Parameter("model", "how it is learnt: a folder of models/image", required=True)
SETTINGS = Parameter("set", "a setting of the model, as width=32", many=True, labels=("NAME=VALUE",))
PLAN = Parameter(
    "plan", "an entry of the plan, as rate=2e-4, batch=32, look_every=100, precision=float32", many=True, labels=("NAME=VALUE",)
)

IMAGE_MODELS: tuple[Operation, ...] = (
    Operation(
        "train image",
        "learn to make, translate or segment pictures from a set of them, and keep the model; a repeated command goes on where it was",
        "train_image",
        (
            SET,
            NETWORK,
            Parameter("name", "what it is kept under; default: the set's name"),
            Parameter("steps", "how many steps to learn", "number", 0),
            Parameter("minutes", "or how many minutes: steps are counted before the start"),
            SETTINGS,
            PLAN,
            Parameter("from", "a kept model or a folder of one whose weights are learnt on from"),
            Parameter("adapter", "of those, learn small changes of the layers alone", "flag", False),
            Parameter(
                "track", "where losses are shown meanwhile", default="tensorboard", choices=("tensorboard", "wandb", "mlflow", "none")
            ),
            Parameter("epsilon", "learn under differential privacy, spending no more than this"),
            Parameter("use", "what it is for, in words; stands on its card"),
            BY,
            SEED,
            DRY_RUN,
        ),
    ),
    Operation(
        "evaluate start",
        "whether learning on from a kept model is worth it: all its weights, thin changes of them and weights drawn anew learn a set with the same steps "
        "and chance; compared on people none has seen; a repeated command goes on where it was",
        "evaluate_start",
        (
            SET,
            Parameter("from", "a kept model or a folder of one whose weights are learnt on from", required=True),
            Parameter("steps", "how many steps each way learns", "number", 0),
            Parameter("minutes", "or how many minutes learning on takes: steps are counted before the start, the same for all ways"),
            SETTINGS,
            PLAN,
            Parameter("count", "how many pictures are drawn from each way and compared; 0 for none", "number", 200, short="-n"),
            OUT,
            SEED,
            DRY_RUN,
        ),
    ),
    Operation(
        "tune image",
        "search the settings and the rate that serve a set best, by short learnings; a repeated command goes on where it was",
        "tune_image",
        (
            SET,
            NETWORK,
            Parameter("steps", "how long each try learns", "number", 200),
            Parameter("trials", "how many tries in all", "number", 20),
            SETTINGS,
            PLAN,
            SEED,
        ),
    ),
    Operation(
        "sample",
        "draw pictures of nobody from a kept model, as labelled PNG files and numbers",
        "sample_images",
        (
            KEPT,
            Parameter("count", "how many", "number", 16, short="-n"),
            Parameter("ask", "a condition, as sex=female", many=True, labels=("NAME=VALUE",)),
            Parameter("pictures", "a set whose test side is translated, filled, segmented, or by whose masks is drawn", "path"),
            Parameter("masks", "an NPY file of masks to draw by: one for all pictures, or one each", "path"),
            Parameter("towards", "the domain to translate to"),
            Parameter("sampler_steps", "steps of the sampler; 0 for the model's own", "number", 0),
            SEED,
            OUT,
            DRY_RUN,
        ),
    ),
    Operation(
        "models diff",
        "where two kept models differ: settings, plan, data, scores",
        "models_diff",
        (
            Parameter("one", "a kept model", positional=True, required=True),
            Parameter("other", "another", positional=True, required=True),
        ),
    ),
    Operation(
        "models export",
        "the files of a kept model of images in a folder, to be taken elsewhere",
        "models_export",
        (
            KEPT,
            Parameter("out", "folder to write to", "path", short="-o", required=True),
            Parameter("as", "as they are kept, or laid out for MONAI", default="kept", choices=("kept", "monai-bundle")),
        ),
    ),
    Operation(
        "models import",
        "keep a model of images from a folder of its files",
        "models_import",
        (
            Parameter("folder", "the folder", "path", positional=True, required=True),
            Parameter("name", "what it is kept under; default: the name on its card"),
            BY,
        ),
    ),
)
