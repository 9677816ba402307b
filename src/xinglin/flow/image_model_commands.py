"""The commands about models of images: learn, sample, show, compare, bring into use, take elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from xinglin.flow import image_models, image_starts, outcome_commands
from xinglin.flow.asked import Asked, Outcome, who
from xinglin.flow.image_models import ImageLearning, plan_of, set_words
from xinglin.flow.outcomes import registry
from xinglin.models.kept_images import KEEPS, KeptImages, read_folder, write_folder
from xinglin.models.picture_scores import standing
from xinglin.records.errors import UsageError
from xinglin.records.image_learning import ImageModelCard, ImageScore, Spread


def train_image(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Learn a set of pictures and keep the model."""
    house = asked.house()
    plan = plan_of(
        set_words(given["plan"], "--plan"), steps=given["steps"], minutes=_decimal(given["minutes"], "--minutes"), seed=given["seed"] or 0,
        epsilon=_decimal(given["epsilon"], "--epsilon"),
    )  # fmt: skip
    learning = ImageLearning(
        given["model"], given["name"] or image_models.name_of_set(given["set_folder"]), set_words(given["set"], "--set"), plan,
        _decimal(given["minutes"], "--minutes"), given["from"] or "", given["adapter"], _trackers(given["track"]), given["use"] or "",
    )  # fmt: skip
    if given["dry_run"]:
        decided, notes = image_models.planned(house, given["set_folder"], learning)
        return Outcome({"kept": False, "plan": msgspec.to_builtins(decided), "notes": list(notes)}, notes)
    kept = image_models.learnt(house, given["set_folder"], learning, by=given["by"] or who(), note=asked.note)
    reference = f"{kept.told.name}@{kept.digest[:12]}"
    value = {"model": reference, "aliases": ["challenger"], "kept": True, "card": msgspec.to_builtins(kept.image_card)}
    return Outcome(value, (*image_card_lines(kept.image_card), reference))


def evaluate_start(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Learn a set from a kept model and from scratch, and compare."""
    from xinglin.training.image_learning.starts_page import lines_of

    house, minutes = asked.house(), _decimal(given["minutes"], "--minutes")
    settings, plan = (
        set_words(given["set"], "--set"),
        plan_of(set_words(given["plan"], "--plan"), steps=given["steps"], minutes=minutes, seed=given["seed"] or 0),
    )
    if given["dry_run"]:
        decided, notes = image_starts.planned_starts(house, given["set_folder"], given["from"], plan, minutes=minutes, settings=settings)
        return Outcome({"compared": False, "plan": msgspec.to_builtins(decided), "notes": list(notes)}, notes)
    found = image_starts.starts_compared(
        house, given["set_folder"], given["from"], plan, minutes=minutes, settings=settings, count=given["count"], note=asked.note
    )
    files = image_starts.written(found, given["out"]) if given["out"] else []
    value = msgspec.to_builtins(found) | {"compared": True, "files": [str(one) for one in files]}
    return Outcome(value, (*lines_of(found), *map(str, files)))


def tune_image(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Search settings and rate."""
    settings = set_words(given["set"], "--set")
    plan = plan_of(set_words(given["plan"], "--plan"), steps=given["steps"], seed=given["seed"] or 0)
    found = image_models.tuned(asked.house(), given["set_folder"], given["model"], settings, plan, given["trials"], note=asked.note)
    best = found.best
    words = " ".join(f"{name}={value}" for name, value in best.settings.items())
    lines = (
        f"best of {len(found.trials)} by {found.scored_by}: {best.score:.4g}",
        f"xinglin train image {given['set_folder']} --model {found.model} --set {words} --plan rate={best.rate:.3g} --steps N",
    )
    return Outcome(msgspec.to_builtins(found) | {"best": msgspec.to_builtins(best)}, lines)


def sample_images(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Draw pictures of nobody."""
    house, words = asked.house(), set_words(given["ask"], "--ask")
    writes = bool(given["out"]) and not given["dry_run"]
    if writes:
        from xinglin.review.pictures import see_that_pictures_fit

        see_that_pictures_fit(Path(given["out"]), house.settings.home)
    kept, pictures, masks = image_models.drawn(
        house, given["model"], given["count"], given["seed"] or 0, asked=words, steps=given["sampler_steps"], towards=given["towards"] or "",
        pictures=given["pictures"], masks=given["masks"],
    )  # fmt: skip
    how = image_models.told_of(kept, len(pictures), given["seed"] or 0, words)
    files = image_models.written(kept, pictures, Path(given["out"]), home=house.settings.home, how=how, masks=masks) if writes else []
    value = {"synthetic": True, "how": how, "files": [str(one) for one in files]}
    lines = (f"{len(pictures)} pictures of nobody by {how['model']}, {how['judged']}", *([given["out"]] if writes else []))
    return Outcome(value, lines)


def models_show(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A model's card, whatever it learnt."""
    house = asked.house()
    kept = registry(house)
    if image_models.comes_with_xinglin(house, given["model"]):
        card = image_models.opened(house, given["model"]).image_card
        value = {"model": f"{card.name}@{card.digest[:12]}", "aliases": ["shipped"], "card": msgspec.to_builtins(card), "promotions": []}
        return Outcome(value, tuple(image_card_lines(card)))
    named, digest = kept.digest(given["model"])
    if named.keeps != KEEPS:
        return outcome_commands.models_show(asked, given)
    card = kept.load_as(given["model"], KeptImages).image_card
    value = {
        "model": f"{card.name}@{digest[:12]}", "aliases": list(named.aliases(digest)), "card": msgspec.to_builtins(card),
        "promotions": [msgspec.to_builtins(one) for one in named.promotions],
    }  # fmt: skip
    return Outcome(value, tuple(image_card_lines(card)))


def models_promote(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Bring the challenger into use, whatever it learnt."""
    house = asked.house()
    if registry(house).named(given["name"]).keeps != KEEPS:
        return outcome_commands.models_promote(asked, given)
    comparison = image_models.compared(house, given["name"])
    if not given["dry_run"]:
        registry(house).promote(given["name"], given["by"], comparison, given["reason"] or "")
    reference = f"{given['name']}@{comparison.challenger[:12]}"
    value = {
        "model": reference, "promoted": not given["dry_run"], "by": given["by"],
        "comparison": msgspec.to_builtins(comparison) | {"worse": comparison.worse},
    }  # fmt: skip
    return Outcome(value, (comparison.told(), reference))


def models_diff(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Where two models differ."""
    found = image_models.differing(asked.house(), given["one"], given["other"])
    lines = [f"{one.where}: {one.one or '-'} | {one.other or '-'}" for one in found] or ["nothing differs"]
    return Outcome({"one": given["one"], "other": given["other"], "differences": msgspec.to_builtins(found)}, tuple(lines))


def models_export(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A model's files in a folder."""
    kept = image_models.opened(asked.house(), given["model"])
    files = kept.files()
    if given["as"] == "monai-bundle":
        from xinglin.training.image_learning.bundle import bundle_files

        files = bundle_files(kept)
    place = write_folder(files, given["out"])
    return Outcome({"model": f"{kept.told.name}@{kept.digest[:12]}", "folder": str(place), "files": sorted(files)}, (str(place),))


def models_import(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A model kept from a folder."""
    kept = read_folder(given["folder"])
    kept = KeptImages(replace(kept.told, name=given["name"] or kept.told.name), kept.parts)
    registry(asked.house()).keep(kept, given["by"] or who())
    reference = f"{kept.told.name}@{kept.digest[:12]}"
    return Outcome({"model": reference, "aliases": ["challenger"]}, (reference,))


def image_card_lines(card: ImageModelCard) -> Iterator[str]:
    """A card for people."""
    sides = " x ".join(map(str, card.form.shape))
    yield f"{card.name}: {card.kind}@{card.version}, {card.task}, {sides} {card.form.modality}".rstrip()
    yield f"learnt from {card.data.counts.get('train', 0):,} pictures of {card.data.persons.get('train', 0):,} people, {card.parameters:,} weights"
    if card.intended_use:
        yield f"for: {card.intended_use}"
    yield f"not: {card.not_for}"
    if card.epsilon:
        yield f"differential privacy: epsilon {card.epsilon:.3g} at delta {card.plan.delta:g}"
    yield from (score_line(one) for one in (card.judgement.scores if card.judgement else ()))
    if card.judgement is None:
        yield "not judged yet"
    yield from card.notes
    if card.promoted_by:
        yield f"brought into use by {card.promoted_by}"


_STANDINGS = {
    "passed": "passed",
    "not proven": "passed, not proven",
    "not measurable": "not measurable, NOT PASSED",
    "failed": "NOT PASSED",
}


def score_line(score: ImageScore) -> str:
    """ "fidelity: recall 0.71 (0.66 to 0.76); between real ones 0.96 (0.93 to 0.99)"."""
    floor = f"; between real ones {_spread(score.floor)}" if score.floor else ""
    gate = "" if score.passed is None else f"; {_STANDINGS[standing(score)]}"
    return f"{score.area}: {score.name} {_spread(score.made)}{floor}{gate}"


def _spread(spread: Spread) -> str:
    limits = "" if spread.low is None or spread.high is None else f" ({spread.low:.3g} to {spread.high:.3g})"
    return f"{spread.value:.3g}{limits}"


def _trackers(word: str) -> tuple[str, ...]:
    return () if word == "none" else (word,)


def _decimal(text: str | None, where: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        raise UsageError("XL-LEARN-076", "this is no number", where=where, fix="write 10 or 0.5") from None
