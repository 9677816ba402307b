"""A kept model that fills in nodules, as the generator that a draft may ask for: in use, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.records.errors import Refused

if TYPE_CHECKING:
    from xinglin.flow.house import House
    from xinglin.shelf.promises import AbstractLesionGenerator


def lesion_generator(house: House, reference: str) -> AbstractLesionGenerator:
    """The generator whose insides the model meant draws; reference: NAME, or NAME@DIGEST.

    Raises Refused XL-IMGMODEL-088 for a model that nobody brought into use, UsageError XL-IMGMODEL-084 for one of another task, and what
    `opened` raises.
    """
    from xinglin.flow.image_models import comes_with_xinglin, opened
    from xinglin.flow.outcomes import registry
    from xinglin.models.filled_nodule import FilledNodule

    kept = opened(house, reference)
    generator = FilledNodule(kept)
    in_use = any(one.name == kept.told.name and one.champion == kept.digest for one in registry(house).names())
    if not in_use and not comes_with_xinglin(house, reference):
        raise Refused(
            "XL-IMGMODEL-088", "this model is not in use", where=kept.told.name, why="nobody has judged and promoted it",
            fix=f"xinglin evaluate image {kept.told.name}:challenger --set SET, then xinglin models promote {kept.told.name} --by WHO",
        )  # fmt: skip
    return generator
