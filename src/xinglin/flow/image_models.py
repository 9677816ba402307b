"""The road of a model of images: a set is learnt, the model kept; a challenger comes into use by its gates; pictures of nobody are drawn and leave labelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinglin.flow.asked_masks import draws_by_masks, masks_of_file, see_that_labels_agree
from xinglin.flow.house import House
from xinglin.flow.outcomes import registry
from xinglin.models.kept_images import KeptImages, image_models, read_folder, shipped
from xinglin.records.errors import Refused, UsageError, one_of
from xinglin.records.image_learning import LearningPlan, SampleRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.training.comparing import Comparison
    from xinglin.training.differences import Difference
    from xinglin.training.image_learning.fit import LearntImages
    from xinglin.training.image_learning.search import Search
    from xinglin.training.image_sets import ImageSet

Note = Callable[[str], None]
LEARNING = "learning"  # folder of a house where learnings stand that may be interrupted


@dataclass(frozen=True)
class ImageLearning:
    """What is asked for: which network, how it is set and planned, how long, and what it starts from."""

    model: str
    name: str
    settings: Mapping[str, Any]
    plan: LearningPlan
    minutes: float = 0.0
    start: str = ""  # a kept model, or a folder of one
    adapter: bool = False  # of a start: learn small changes of its layers alone
    trackers: tuple[str, ...] = ()
    intended_use: str = ""


def plan_of(words: Mapping[str, Any], *, steps: int = 0, minutes: float = 0.0, seed: int = 0, epsilon: float = 0.0) -> LearningPlan:
    """A plan from words: rate=2e-4, batch=32. Raises UsageError XL-LEARN-003 for what a plan has not, 070 without a length or with two."""
    import msgspec

    if bool(steps) == bool(minutes) or steps < 0 or minutes < 0:
        raise UsageError("XL-LEARN-070", "how long to learn was not said, or twice", fix="say --steps N or --minutes M")
    known = [name for name in LearningPlan.__struct_fields__ if name not in ("steps", "seed", "privacy")]
    if unknown := [name for name in words if name not in known]:
        raise UsageError("XL-LEARN-003", "a plan has no such entry", where=unknown[0], fix=one_of(unknown[0], known))
    try:
        return msgspec.convert(
            {**words, "steps": steps or 1000, "seed": seed, "privacy": epsilon}, LearningPlan, strict=False
        )  # fmt: skip
    except msgspec.ValidationError as error:
        raise UsageError("XL-LEARN-003", "this plan cannot be followed", where="--plan", why=str(error), fix="write rate=2e-4") from None


def opened(house: House, reference: str) -> KeptImages:
    """A kept model by NAME, NAME:challenger, NAME@DIGEST, a folder of its files, or the name of one that comes with Xinglin.

    A model that the house keeps under the same name comes before one that comes with Xinglin.
    """
    if Path(reference).is_dir():
        return read_folder(reference)
    return read_folder(shipped()[reference]) if comes_with_xinglin(house, reference) else registry(house).load_as(reference, KeptImages)


def comes_with_xinglin(house: House, reference: str) -> bool:
    """Whether the model meant is one that comes with Xinglin, and none that the house keeps under that name."""
    return reference in shipped() and reference not in {one.name for one in registry(house).names()}


def folder_of(house: House, asked: ImageLearning, pictures: ImageSet, digest_of_start: str = "") -> Path:
    """Where this learning stands while it runs: the same asking, the same folder, so that a repeated command goes on."""
    from xinglin.training.image_learning.settings import learning_digest, settings_of

    model = image_models()[asked.model]
    words = f"{digest_of_start}|{asked.minutes:g}|{asked.adapter}"
    return (
        house.settings.home / LEARNING / learning_digest(pictures.card, model, settings_of(model, asked.settings), asked.plan, words)[:20]
    )


def learnt(
    house: House, set_folder: str | Path, asked: ImageLearning, *, by: str, keep: bool = True, note: Note | None = None
) -> KeptImages:
    """The set learnt, the model kept as the challenger of its name. Raises what `ImageSet.load` and `learnt` of the loop raise."""
    from xinglin.training.image_learning.keeping import kept_of
    from xinglin.training.image_sets import ImageSet

    registry(house).see_name(asked.name)
    found = carried_out(house, ImageSet.load(set_folder), asked, note)
    kept = kept_of(found, name=asked.name, intended_use=asked.intended_use)
    if keep and found.first:
        registry(house).keep(kept, by)
    return kept


def carried_out(house: House, pictures: ImageSet, asked: ImageLearning, note: Note | None = None) -> LearntImages:
    """The set learnt as asked, nothing kept but what stands in the learning's folder."""
    from xinglin.training.image_learning.fit import learnt
    from xinglin.training.image_learning.keeping import started_from

    model = image_models()[asked.model]
    if asked.adapter and (not asked.start or asked.plan.privacy):
        raise UsageError(
            "XL-LEARN-077", "there are no weights to change a little", where="--adapter", fix="say --from MODEL, without --epsilon"
        )
    base = opened(house, asked.start) if asked.start else None
    if base and base.told.kind != asked.model:
        raise UsageError("XL-LEARN-014", "the weights to start from are of other networks", where=asked.start, why=base.told.kind, fix=f"--model {base.told.kind}")  # fmt: skip
    folder = folder_of(house, asked, pictures, base.digest if base else "")
    settings = {**settings_of_start(base), **asked.settings}
    return learnt(
        pictures, model, settings, asked.plan, folder, note=note, start=started_from(base, asked.adapter) if base else None, trackers=asked.trackers,
        minutes=asked.minutes,
    )  # fmt: skip


def tuned(
    house: House,
    set_folder: str | Path,
    model: str,
    settings: Mapping[str, Any],
    plan: LearningPlan,
    trials: int,
    *,
    note: Note | None = None,
) -> Search:
    """Settings and rate searched on a set; what is given is not searched. Raises what `searched` raises."""
    from xinglin.training.image_learning.search import searched
    from xinglin.training.image_learning.settings import learning_digest, settings_of
    from xinglin.training.image_sets import ImageSet

    network, pictures = image_models()[model], ImageSet.load(set_folder)
    digest = learning_digest(pictures.card, network, settings_of(network, settings), plan, "search " + " ".join(sorted(settings)))
    return searched(pictures, network, settings, plan, house.settings.home / LEARNING / f"search-{digest[:20]}", trials=trials, note=note)


def settings_of_start(base: KeptImages | None) -> dict[str, Any]:
    """The settings of the model to start from, without what was measured of its pictures."""
    if base is None:
        return {}
    known = {one.name for one in base.model.settings}
    return {name: value for name, value in base.told.settings.items() if name in known}


def sampled(
    house: House, reference: str, count: int, seed: int = 0, *, asked: Mapping[str, str] | None = None, steps: int = 0, towards: str = "",
    pictures: str | Path | None = None, masks: str | Path | None = None,
) -> tuple[KeptImages, NDArray[np.float32]]:  # fmt: skip
    """The model, and (n, channels, *shape) in [-1, 1]; what `drawn` says and raises."""
    kept, made, _ = drawn(house, reference, count, seed, asked=asked, steps=steps, towards=towards, pictures=pictures, masks=masks)
    return kept, made


def drawn(
    house: House, reference: str, count: int, seed: int = 0, *, asked: Mapping[str, str] | None = None, steps: int = 0, towards: str = "",
    pictures: str | Path | None = None, masks: str | Path | None = None,
) -> tuple[KeptImages, NDArray[np.float32], NDArray[np.integer] | None]:  # fmt: skip
    """The model, (n, channels, *shape) in [-1, 1], and the masks they were drawn by, if any.

    pictures: a set whose test side is translated, filled or drawn by. masks: an NPY file to draw by. Raises UsageError XL-LEARN-071 for fewer
    than one, 072 where the model begins with pictures and none were given, and what `asked` and `masks_of_file` raise.
    """
    kept = opened(house, reference)
    if count < 1:
        raise UsageError("XL-LEARN-071", "there must be at least one picture", where="-n", fix="ask for one or more")
    if masks is not None and pictures is not None:
        raise UsageError("XL-LEARN-087", "what to draw by was said twice", where="--masks", fix="--masks FILE.npy or --pictures SET")
    given, by = (None, masks_of_file(kept, count, masks)) if masks is not None else _given(kept, count, pictures)
    conditions = kept.asked(asked or {}, count)
    made = kept.sample(SampleRequest(count, seed, conditions, given, by, steps, towards))
    return kept, made, by if draws_by_masks(kept) else None


def _given(kept: KeptImages, count: int, folder: str | Path | None) -> tuple[NDArray[np.float32] | None, NDArray[np.integer] | None]:
    if folder is None:
        if draws_by_masks(kept):
            fix = "say --masks FILE.npy, or --pictures SET for the masks of its test side"
            raise UsageError("XL-LEARN-072", "this model draws by masks", where=kept.told.name, why=", ".join(kept.form.masks), fix=fix)
        if kept.told.task != "generate":
            raise UsageError(
                "XL-LEARN-072", "this model begins with pictures", where=kept.told.name, why=kept.told.task, fix="say --pictures SET"
            )
        return None, None
    from xinglin.training.image_sets import ImageSet

    found = ImageSet.load(folder)
    if (found.form.shape, found.form.channels) != (kept.form.shape, kept.form.channels):
        raise UsageError("XL-LEARN-073", "these pictures are not shaped as the model's", where=str(folder), fix=f"{kept.form.shape}")
    see_that_labels_agree(kept, found)
    rows = found.rows("test")[:count]
    if len(rows) < count:
        raise UsageError("XL-LEARN-073", "the set has fewer pictures on its test side", where=str(folder), fix=f"-n {len(rows)}")
    return found.scaled(rows), None if found.masks is None else found.masks[rows]


def see_that_it_may_leave(kept: KeptImages) -> None:
    """Raises Refused XL-LEARN-074 where the model was judged and gives away whom it learnt from."""
    failed = [one for one in kept.told.judgement.scores if one.area == "privacy" and one.passed is False] if kept.told.judgement else []
    if failed:
        raise Refused(
            "XL-LEARN-074", "pictures of this model do not leave: it gives away what it learnt from", where=kept.told.name,
            why=", ".join(one.name for one in failed), fix="train another: more people, fewer steps, or --epsilon",
        )  # fmt: skip


def compared(house: House, name: str) -> Comparison:
    """The challenger of a name against its champion, by their judgements."""
    from xinglin.training.image_learning.gates import held_against

    kept = registry(house)
    champion = kept.load_as(name, KeptImages) if kept.named(name).champion else None
    return held_against(kept.load_as(f"{name}:challenger", KeptImages), champion)


def differing(house: House, one: str, other: str) -> tuple[Difference, ...]:
    """Where the cards of two kept models differ, whatever models they are."""
    from xinglin.training.differences import differences

    kept = registry(house)
    cards = [getattr(found, "image_card", found.card) for found in (kept.load(one), kept.load(other))]
    return differences(*cards)


def set_words(pairs: Sequence[str], where: str) -> dict[str, str]:
    """{"rate": "2e-4"} from "rate=2e-4". Raises UsageError XL-LEARN-075."""
    found = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark or not name or name in found:
            raise UsageError("XL-LEARN-075", "this sets nothing, or twice", where=where, fix=f"write {where} NAME=VALUE")
        found[name] = value
    return found


def name_of_set(folder: str | Path) -> str:
    """What a model of a set is kept under where no name was said."""
    from xinglin.flow.outcomes import name_of

    return name_of(Path(folder).resolve().name) or "images"


def planned(house: House, set_folder: str | Path, asked: ImageLearning) -> tuple[LearningPlan, tuple[str, ...]]:
    """The plan as it would be carried out, with what is told of memory and time; nothing is learnt."""
    from xinglin.training.image_learning.company import company_of
    from xinglin.training.image_learning.estimate import decided
    from xinglin.training.image_learning.learner import fresh_networks
    from xinglin.training.image_learning.precision import repeatable, see_precision
    from xinglin.training.image_learning.settings import see_plan, settings_of
    from xinglin.training.image_sets import ImageSet

    model, pictures = image_models()[asked.model], ImageSet.load(set_folder)
    see_plan(asked.plan, model)
    settings, (_, company) = settings_of(model, asked.settings), company_of()
    see_precision(asked.plan.precision, company.device)
    with repeatable(company.device):
        networks = fresh_networks(model, pictures.form, settings, asked.plan.seed).to(company.device)
        return decided(pictures, model, settings, asked.plan, networks, company, asked.minutes)


def told_of(kept: KeptImages, count: int, seed: int, words: Mapping[str, str]) -> dict[str, Any]:
    """How pictures were made, as their labels say it."""
    judgement = kept.told.judgement
    return {
        "model": f"{kept.told.name}@{kept.digest[:12]}", "digest": kept.digest, "kind": kept.told.kind, "task": kept.told.task, "count": count,
        "seed": seed, "asked": dict(words), "unit": kept.form.unit, "spacing_mm": list(kept.form.spacing_mm), "modality": kept.form.modality,
        **({"labels": list(kept.form.masks)} if draws_by_masks(kept) else {}),
        "judged": f"judged on {judgement.made} made pictures" if judgement else "not judged yet",
    }  # fmt: skip


def written(
    kept: KeptImages,
    pictures: NDArray[np.float32],
    out: Path,
    *,
    home: Path,
    how: Mapping[str, Any],
    masks: NDArray[np.integer] | None = None,
) -> list[Path]:
    """The pictures as labelled files in a new folder, with the masks they were drawn by. Raises what `see_that_it_may_leave` and
    `write_pictures` raise."""
    from xinglin import __version__
    from xinglin.privacy import labels
    from xinglin.review.pictures import write_pictures

    see_that_it_may_leave(kept)
    aigc = labels.label_for("en", f"sample-{kept.digest[:12]}-{how['seed']}", labels.software_producer(__version__), about_nobody=True).aigc
    values = kept.in_unit(pictures) if kept.told.task not in ("segment", "find") else pictures
    return write_pictures(pictures, values, out, home=home, how=how, aigc=aigc, masks=masks)
