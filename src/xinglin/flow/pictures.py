"""Pictures that kept image models make for drafts: drawn by number, kept sealed with the draft, and read back unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from xinglin.models.kept_images import KEEPS, KeptImages, image_models, read_folder, shipped
from xinglin.records import Draft
from xinglin.records.errors import InvalidInput, NotFound, OutOfResources, Refused, UsageError, one_of
from xinglin.records.image_learning import ImageForm, MadePictures, SampleRequest

if TYPE_CHECKING:
    from xinglin.flow.house import House
    from xinglin.records.volume import Volume
    from xinglin.training.registry import Registry

KEPT_PICTURES = "pictures/"
LABEL = "SYNTHETIC (AI-generated)"
MOST_VALUES = 32 << 20  # of the pictures of one draft together: 128 MB as they are kept
SPACING_APART = 0.1  # share by which a voxel may be larger or smaller than those learnt from


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

    def translated(self, chart: str, uid: str, reference: str, towards: str, seed: int) -> MadePictures:
        """A kept series as a kept translator would show it, slice by slice; what lies beyond the form's range stays as it was.

        towards: a domain of the model, "" for its last. Raises NotFound XL-PICT-010, UsageError XL-PICT-011, 020, 021, InvalidInput XL-PICT-022
        to 024 for a series that is not of the model's form (nothing is resized), OutOfResources XL-PICT-014.
        """
        import numpy as np

        kept, in_use = self._kept(reference, "translate")
        domain = _domain_of(kept, towards)
        volume = self._house.images.volume(chart, uid)
        see_that_it_is_of_the_form(volume, kept.form)
        form, source = kept.form, volume.voxels.astype(np.float32)
        shaped = source.reshape(-1, 1, *form.shape)
        scaled = np.clip((shaped - form.low) * (2 / (form.high - form.low)) - 1, -1, 1).astype(np.float32)
        made = kept.in_unit(kept.sample(SampleRequest(len(shaped), seed, pictures=scaled, towards=domain)))
        values = np.where((shaped < form.low) | (shaped > form.high), shaped, made).astype("<f4")
        card = replace(kept.image_card, made_at="", promoted_by="")
        return MadePictures(
            f"{card.name}@{card.digest}", card, len(shaped), seed, values.tobytes(), {}, in_use, series_uid=uid, towards=domain, label=LABEL,
            series_digest=volume.digest(),
        )  # fmt: skip

    def _kept(self, reference: str, task: str = "generate") -> tuple[KeptImages, bool]:
        """The model meant, and whether it is in use."""
        from xinglin.flow.image_models import comes_with_xinglin, opened
        from xinglin.flow.outcomes import registry

        models = registry(self._house)
        reference = reference or self._only_one(models, task)
        kept = opened(self._house, reference)
        in_use = any(one.name == kept.told.name and one.champion == kept.digest for one in models.names())
        return kept, in_use or comes_with_xinglin(self._house, reference)

    def _only_one(self, models: Registry, task: str) -> str:
        """The only model for that task in use, or else the one that comes with Xinglin; none that draws by masks, which a draft cannot give.

        Raises NotFound XL-PICT-010, UsageError XL-PICT-011.
        """
        names = [one.name for one in models.names() if one.keeps == KEEPS and one.champion]
        kept = {one: models.load_as(one, KeptImages) for one in names}
        names = [name for name, one in kept.items() if one.told.task == task and not (task == "generate" and _needs_more(one))]
        names = names or [name for name, folder in shipped().items() if read_folder(folder).told.task == task]
        if not names:
            raise NotFound(
                "XL-PICT-010",
                "no such image model is in use",
                where="option model",
                why=f"task: {task}",
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


def _needs_more(kept: KeptImages) -> bool:
    """Whether it draws by something beside chance and conditions; False of networks that are not installed here."""
    return kept.told.kind in image_models() and bool(kept.model.needs)


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
            fix="draw by command: xinglin sample MODEL --masks FILE.npy -o OUT" if "masks" in kept.model.needs else "use xinglin sample",
        )  # fmt: skip


def _domain_of(kept: KeptImages, towards: str) -> str:
    """The domain that is translated to. Raises UsageError XL-PICT-020 for a model that does something else, 021 for a domain it does not know."""
    if kept.told.task != "translate":
        raise UsageError(
            "XL-PICT-020", "this model translates nothing", where=kept.told.name, why=f"its task: {kept.told.task}", fix="name another"
        )
    domains = kept.form.domains
    if towards and towards not in domains:
        fix = one_of(towards, domains) if domains else "leave towards out: the model knows one way only"
        raise UsageError("XL-PICT-021", "the model does not translate to this", where="option towards", fix=fix)
    return towards or (domains[-1] if domains else "")


def see_that_it_is_of_the_form(volume: Volume, form: ImageForm) -> None:
    """Raises InvalidInput XL-PICT-022 for another size, 023 for another modality or unit, 024 for another spacing; OutOfResources XL-PICT-014."""
    sizes = (volume.shape[1:], volume.shape) if form.channels == 1 else ()
    if form.shape not in sizes:
        raise InvalidInput(
            "XL-PICT-022", "the series is not of the size the model learnt", where=volume.series_uid[-12:],
            why=f"{' x '.join(map(str, volume.shape))} beside {' x '.join(map(str, form.shape))}; nothing is resized in silence",
            fix="use a model of this size",
        )  # fmt: skip
    if (form.modality and volume.modality != form.modality) or volume.unit != form.unit:
        raise InvalidInput(
            "XL-PICT-023", "the series is not of the kind the model learnt", where=volume.series_uid[-12:],
            why=f"{volume.modality} in {volume.unit or 'no unit'} beside {form.modality or 'any'} in {form.unit or 'no unit'}",
            fix="choose another series or model",
        )  # fmt: skip
    beside = volume.spacing_mm[-len(form.spacing_mm) :] if form.spacing_mm else ()
    if any(abs(here / learnt - 1) > SPACING_APART for here, learnt in zip(beside, form.spacing_mm, strict=False)):
        raise InvalidInput(
            "XL-PICT-024", "the series has another spacing than the model learnt", where=volume.series_uid[-12:],
            why=f"{' x '.join(f'{mm:.3g}' for mm in beside)} beside {' x '.join(f'{mm:.3g}' for mm in form.spacing_mm)} mm",
            fix="choose another series or model",
        )  # fmt: skip
    if volume.voxels.size > MOST_VALUES:
        raise OutOfResources(
            "XL-PICT-014", "the series is too large for a draft", where=volume.series_uid[-12:], fix="translate fewer slices"
        )


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
