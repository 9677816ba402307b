"""The kinds of models that a house keeps, and who reads the files of each again.

A new kind is a line here, a class with `card` and `files()` (see `models.kept`), and `keeps` on its card.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from xinglin.models.kept import Kept
from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import ModelCard

READERS: dict[str, tuple[str, str]] = {
    "outcome": ("xinglin.models.foretelling.trained", "trained_of"),
    "effect": ("xinglin.models.foretelling.effects", "effect_of"),
    "image": ("xinglin.models.kept_images", "images_of"),
}
"""What a card's `keeps` says -> (module, function of the files and the card); loaded when first asked, since some are heavy."""


def read(files: Mapping[str, bytes], card: ModelCard) -> Kept:
    """The model that the files are, with this card. Raises InvalidInput XL-MODEL-013 for a kind nobody here knows, and what its reader raises."""
    if card.keeps not in READERS:
        raise InvalidInput(
            "XL-MODEL-013", "a model of a kind that is not known here", where=card.keeps, fix="use the version of Xinglin that made it"
        )
    module, function = READERS[card.keeps]
    return getattr(import_module(module), function)(files, card)
