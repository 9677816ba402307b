"""Xinglin 杏林: drafts of medical content, each sentence traced, checked, labelled and signed.

>>> import xinglin as xl                                   # doctest: +SKIP
>>> chart = xl.take_in("bundle.json")                      # doctest: +SKIP
>>> draft = xl.make("case-summary", chart, lang="zh")      # doctest: +SKIP
>>> draft.issues, draft.save("out/")                       # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "calibrate", "check", "collect_images", "compare_starts", "confirm_candidate", "disease_cards", "draft", "facts", "find_candidates", "find_in_archive", "genes", "image_set", "images", "judge_images", "list_models", "lungs", "make", "mark", "model_cards", "optimise", "phantom", "predict", "reject_candidate",
    "sample_images", "send_to_archive", "sensitivities", "simulate", "synthesise", "take_in", "take_in_all", "take_in_from_archive", "train_effect", "train_image", "train_outcome", "trial", "unmark", "volume",
]  # fmt: skip

if TYPE_CHECKING:
    from xinglin.flow.python import (
        check,
        draft,
        facts,
        find_in_archive,
        genes,
        images,
        lungs,
        make,
        mark,
        phantom,
        send_to_archive,
        take_in,
        take_in_all,
        take_in_from_archive,
        unmark,
        volume,
    )
    from xinglin.flow.python_candidates import confirm_candidate, find_candidates, reject_candidate
    from xinglin.flow.python_image_judging import judge_images
    from xinglin.flow.python_image_models import compare_starts, sample_images, train_image
    from xinglin.flow.python_image_sets import collect_images, image_set
    from xinglin.flow.python_outcomes import list_models, model_cards, predict, train_effect, train_outcome
    from xinglin.flow.python_simulations import calibrate, disease_cards, optimise, sensitivities, simulate, trial
    from xinglin.flow.python_tables import synthesise

_DOORS = {
    **dict.fromkeys(("calibrate", "disease_cards", "optimise", "sensitivities", "simulate", "trial"), "python_simulations"), "synthesise": "python_tables",
    **dict.fromkeys(("list_models", "model_cards", "predict", "train_effect", "train_outcome"), "python_outcomes"),
    **dict.fromkeys(("confirm_candidate", "find_candidates", "reject_candidate"), "python_candidates"),
    **dict.fromkeys(("collect_images", "image_set"), "python_image_sets"),
    **dict.fromkeys(("compare_starts", "sample_images", "train_image"), "python_image_models"), "judge_images": "python_image_judging",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    # loaded when first used, so that `import xinglin` and `xinglin --help` stay quick
    if name in __all__:
        return getattr(import_module(f"xinglin.flow.{_DOORS.get(name, 'python')}"), name)
    raise AttributeError(name)
