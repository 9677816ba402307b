"""Pictures that kept image models make for drafts: drawn by number, kept sealed with the draft, and read back unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from xinglin.records import Draft
from xinglin.records.errors import NotFound, OutOfResources, Refused, UsageError
from xinglin.records.image_learning import MadePictures, SampleRequest

if TYPE_CHECKING:
    from xinglin.flow.house import House
    from xinglin.models.kept_images import KeptImages
    from xinglin.training.registry import Registry

KEPT_PICTURES = "pictures/"
LABEL = "SYNTHETIC (AI-generated)"
MOST_VALUES = 32 << 20  # of the pictures of one draft together: 128 MB as they are kept


class PictureRoom:
    """Image models in use, pictures kept with drafts."""

    def __init__(self, house: House) -> None:
        self._house = house

    def drawn(self, reference: str, count: int, seed: int, asked: Mapping[str, str]) -> MadePictures:
        """Pictures of a kept generator, in the unit of its form.

        reference: name, name:challenger, name@digest, or a folder of a model's files; "" for the only one in use.

        asked: condition -> a level by its name, or a number within what the set spans. Raises NotFound XL-PICT-010, UsageError XL-PICT-001,
        002 for conditions, 011 to 013 for the model, OutOfResources XL-PICT-014, and what the registry and the graphs raise.
        """
        kept, in_use = self._kept(reference)
        _see_that_it_draws(kept)
        _see_that_it_fits(kept, count)
        conditions = None
        if asked:
            _see_that_it_was_learnt(kept, asked)
            conditions = kept.asked(asked, count)
        values = kept.in_unit(kept.sample(SampleRequest(count, seed, conditions)))
        card = replace(kept.image_card, made_at="", promoted_by="")  # what people and the clock say later moves no digest
        name = f"{card.name}@{card.digest}"
        return MadePictures(name, card, count, seed, values.astype("<f4").tobytes(), dict(sorted(asked.items())), in_use, label=LABEL)

    def _kept(self, reference: str) -> tuple[KeptImages, bool]:
        """The model meant, and whether it is in use."""
        from xinglin.flow.image_models import opened
        from xinglin.flow.outcomes import registry

        models = registry(self._house)
        reference = reference or self._only_one(models)
        kept = opened(self._house, reference)
        return kept, any(one.name == kept.told.name and one.champion == kept.digest for one in models.names())

    def _only_one(self, models: Registry) -> str:
        """The only generator in use. Raises NotFound XL-PICT-010, UsageError XL-PICT-011."""
        from xinglin.models.kept_images import KEEPS, KeptImages

        names = [one.name for one in models.names() if one.keeps == KEEPS and one.champion]
        names = [one for one in names if models.load_as(one, KeptImages).told.task == "generate"]
        if not names:
            raise NotFound(
                "XL-PICT-010",
                "no image model is in use",
                where="option model",
                fix="train one and promote it; or name one: --option model NAME:challenger",
            )
        if len(names) > 1:
            raise UsageError("XL-PICT-011", "which model?", where="option model", fix=f"one of: {', '.join(names)}")
        return names[0]

    # ---- what a draft made

    def kept_name(self, made: MadePictures) -> tuple[str, bytes]:
        """(file name, bytes) under which pictures are kept; the draft's provenance carries the same digest."""
        return KEPT_PICTURES + hashlib.sha256(made.packed).hexdigest(), made.packed

    def made(self, draft: Draft) -> MadePictures | None:
        """The pictures a draft speaks of, None for a draft without any. Raises Refused XL-PICT-015 when they are not those it speaks of."""
        names = [name for name in draft.provenance.images if name.startswith(KEPT_PICTURES)]
        if not names:
            return None
        content = self._house.store.file(draft.chart, names[0])
        if hashlib.sha256(content).hexdigest() != draft.provenance.images[names[0]]:
            raise Refused("XL-PICT-015", "the kept pictures are not those the draft speaks of", where=draft.id, fix="make the draft anew")
        return msgspec.msgpack.decode(content, type=MadePictures)


def _see_that_it_draws(kept: KeptImages) -> None:
    """Raises UsageError XL-PICT-012 for a model that does something else, 013 for one that draws by what is not at hand."""
    name = kept.told.name
    if kept.told.task != "generate":
        raise UsageError(
            "XL-PICT-012", "this model draws no pictures of its own", where=name, why=f"its task: {kept.told.task}", fix="name another"
        )
    if kept.model.needs:
        raise UsageError(
            "XL-PICT-013", "this model draws by something that a draft cannot give it", where=name, why=f"it needs {', '.join(kept.model.needs)}",
            fix="use xinglin sample",
        )  # fmt: skip


def _see_that_it_fits(kept: KeptImages, count: int) -> None:
    form = kept.form
    values = count * form.channels
    for side in form.shape:
        values *= side
    if values > MOST_VALUES:
        most = max(1, MOST_VALUES * count // values)
        raise OutOfResources(
            "XL-PICT-014", "so many pictures of this size are too large for a draft", where="option count", fix=f"at most {most}"
        )


def _see_that_it_was_learnt(kept: KeptImages, asked: Mapping[str, str]) -> None:
    """Raises UsageError XL-PICT-001 where nothing can be asked, 002 for a level that no picture of the set had."""
    known = {one.name: one for one in kept.form.conditions}
    if not known:
        raise UsageError(
            "XL-PICT-001", "this model takes no conditions", where="option conditions", why="its set had none", fix="ask without them"
        )
    for name, word in asked.items():
        if kept.told.data.levels.get(name, {}).get(word) == 0:
            raise UsageError(
                "XL-PICT-002", f"no picture of the set has this {name}", where=f"condition {name}",
                fix=f"one of: {', '.join(level for level, count in kept.told.data.levels[name].items() if count and level in known[name].levels)}",
            )  # fmt: skip
