"""All that is measured of made pictures on a set: fidelity, variety, privacy, robustness, utility, by group; and the gates a model must pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.image_learning import ImageJudgement, ImageScore
from xinglin.training.image_judging.closeness import Described, by_group, closeness, likeness_within
from xinglin.training.image_judging.copies import FEWEST, Copies
from xinglin.training.image_judging.features import Scale, checked
from xinglin.training.image_judging.giving_away import Known, copied, memberships
from xinglin.training.image_judging.halves import halvings
from xinglin.training.image_judging.masks_obeyed import masks_obeyed
from xinglin.training.image_judging.sturdiness import sturdiness
from xinglin.training.image_judging.usefulness import usefulness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.training.image_sets.image_set import ImageSet

    Pictures = NDArray[np.floating]

HALVINGS, HALVINGS_IN_FULL, ROBUST_HALVINGS, NEAREST, GROUP_AT_LEAST = 20, 100, 8, 24, 10
REAL_AT_MOST = 1500  # of a large set as many are described, people drawn by chance
GATES: Mapping[str, tuple[str, float]] = {
    "near-copies": ("at most", 0), "planted copies caught": ("at least", 1.0), "membership inference AUC": ("at most", 0.60),
    "membership inference AUC, encoder": ("at most", 0.60), "membership inference AUC, loss": ("at most", 0.60),
}  # fmt: skip
"""Beyond these a model is not brought into use. Fidelity and variety are reported beside their floors and decide between models."""
OF_PEOPLE = ("near-copies", "planted copies caught")
"""Gates that hold for pictures of people alone: a copy of a phantom gives nobody away, and phantoms are much alike."""

NOT_MEASURABLE = (
    "Near-copies are not measurable here: at this size and likeness planted copies stand out no more than pictures of other people do. "
    "That none was found says nothing; the gate is not passed."
)


@dataclass(frozen=True, eq=False)
class Judged:
    """The judgement with what a report shows beside it."""

    judgement: ImageJudgement
    made: Pictures
    real: Pictures
    described_made: Described
    described_real: Described
    copies: Copies | None
    nearest_real: Pictures | None  # for each of `judgement.nearest` the learnt-from picture


def judged(
    pictures: ImageSet, made: Pictures, *, model: str, seed: int = 0, full: bool = False, conditions: NDArray[np.floating] | None = None,
    masks: NDArray[np.integer] | None = None, losses: NDArray[np.floating] | None = None, note: Callable[[str], None] | None = None,
) -> ImageJudgement:  # fmt: skip
    """How good `made` (n, channels, *shape), in [-1, 1], are beside the real pictures of a set.

    conditions: (n, k) what each made picture was asked to be, masks: (n, *shape) what it was drawn by; with them utility is measured, and with
    masks how well they were obeyed. losses: of each picture of the set, by the model. full: more halvings, and networks that learn from made
    pictures (minutes). Raises InvalidInput XL-JUDGE-002, 003, 006, 007, UsageError XL-JUDGE-001.
    """
    return judged_in_full(
        pictures, made, model=model, seed=seed, full=full, conditions=conditions, masks=masks, losses=losses, note=note
    ).judgement


def judged_in_full(
    pictures: ImageSet, made: Pictures, *, model: str, seed: int = 0, full: bool = False, conditions: NDArray[np.floating] | None = None,
    masks: NDArray[np.integer] | None = None, losses: NDArray[np.floating] | None = None, note: Callable[[str], None] | None = None,
) -> Judged:  # fmt: skip
    """The same, with the pictures and counts that a report shows."""
    tell = note or (lambda words: None)
    _same_form(pictures, checked(made), masks)
    rows = _some(pictures, seed)
    persons, real = pictures.persons(rows), pictures.scaled(rows)
    drawn = halvings(persons, len(made), HALVINGS_IN_FULL if full else HALVINGS, seed)
    tell(f"describing {len(real)} real and {len(made)} made pictures")
    raw, raw_made = Described.of(real), Described.of(made)
    train = np.array([pictures.items[int(row)].split == "train" for row in rows])
    texture, layout = Scale.learnt(raw.texture[train]), Scale.learnt(raw.layout[train])
    here, there = raw.on(texture, layout), raw_made.on(texture, layout)
    tell("comparing them")
    scores = closeness(here, there, drawn, (pictures.form.high - pictures.form.low) / 2)
    scores.append(likeness_within(real, persons, made, seed))
    if masks is not None:
        tell("looking in the made pictures for what their masks asked")
        scores += masks_obeyed(pictures, made, masks, seed=seed)
    found, nearest_real, private, notes = _private(pictures, made, real, here, there, train, losses, rows, seed, tell)
    scores += private
    tell("changing the real ones")
    scores += sturdiness(real, here.texture, there.texture, texture, drawn[:ROBUST_HALVINGS], seed)
    if conditions is not None or masks is not None:
        tell("learning from made pictures")
    scores += usefulness(pictures, made, conditions, masks, full=full, seed=seed)
    groups = by_group(here, there, drawn, _groups(pictures, rows))
    order = [] if found is None else np.argsort(found.distance[: len(made)], kind="stable")[:NEAREST]
    learnt = pictures.rows("train")
    nearest = tuple(
        (int(one), pictures.items[int(learnt[found.nearest.place[one]])].digest, float(found.distance[one])) for one in order if found
    )
    nobodys = pictures.card.nobodys
    if nobodys:
        notes.append("Every picture learnt from is artificial and nobody's: near-copies are told, and are no gate.")
    blind = found is not None and not found.told_apart and not nobodys
    if blind:
        notes.append(NOT_MEASURABLE)
    gated = tuple(_gated(one, nobodys, blind) for one in scores)
    told = ImageJudgement(model, pictures.card.digest, len(made), seed, gated, nearest, groups, tuple(notes))
    shown = nearest_real[[int(found.nearest.place[one]) for one in order]] if found is not None and nearest_real is not None else None
    return Judged(told, made, real, there, here, found, shown)


def _private(
    pictures: ImageSet, made: Pictures, real: Pictures, here: Described, there: Described, train: NDArray[np.bool_],
    losses: NDArray[np.floating] | None, rows: NDArray[np.intp], seed: int, tell: Callable[[str], None],
) -> tuple[Copies | None, Pictures | None, list[ImageScore], list[str]]:  # fmt: skip
    """Near-copies among all that was learnt from, membership among those described."""
    notes = [
        "Fidelity and variety are measured at equal counts; the floor is the same measured between two halves of the real people.",
        "Numbers of the encoder and of texture hold for this version of the counting and cannot be compared with other programs' distances.",
    ]
    if int((~train).sum()) < FEWEST:
        return None, None, [], [*notes, "Too few held-out people to say whether pictures were copied: privacy was not measured."]
    tell("looking for near-copies")
    learnt = pictures.scaled(pictures.rows("train"))
    names = pictures.persons(rows)
    known = [
        Known(real[side], [name for name, inside in zip(names, side, strict=True) if inside], here.layout[side]) for side in (train, ~train)
    ]
    whole = Known(learnt, pictures.persons(pictures.rows("train")), here.layout[:0])
    found, scores = copied(made, whole, known[1], mirrored=True, seed=seed)
    both = None if losses is None else (losses[rows[train]], losses[rows[~train]])
    scores += memberships(made, there.layout, known[0], known[1], both, seed)
    return found, learnt, scores, notes


def _gated(score: ImageScore, nobodys: bool, blind: bool) -> ImageScore:
    """With the gate of `GATES`, if it has one that holds here. blind: copies cannot be told from likeness, so that none found is no pass."""
    from msgspec.structs import replace

    if score.name not in GATES or (nobodys and score.name in OF_PEOPLE):
        return replace(score, gate=None, passed=None)
    side, gate = GATES[score.name]
    passed = score.made.value <= gate if side == "at most" else score.made.value >= gate
    return replace(score, gate=float(gate), passed=bool(passed) and not (blind and score.name == "near-copies"))


def _some(pictures: ImageSet, seed: int) -> NDArray[np.intp]:
    """The rows that are described: all, or of a large set those of people drawn by chance; of each side of the split the same share."""
    rows = pictures.rows()
    if len(rows) <= REAL_AT_MOST:
        return rows
    names = np.asarray(pictures.persons(rows))
    each = np.unique(names)
    order = dict(zip(np.random.default_rng(seed).permutation(each), range(len(each)), strict=True))
    place = np.array([order[name] for name in names])
    sides = np.array([pictures.items[int(row)].split == "train" for row in rows])
    kept = []
    for side in (True, False):
        mine = np.flatnonzero(sides == side)
        kept.append(mine[np.argsort(place[mine], kind="stable")][: REAL_AT_MOST * len(mine) // len(rows)])
    return np.sort(rows[np.concatenate(kept)])


def _groups(pictures: ImageSet, rows: NDArray[np.intp]) -> dict[str, NDArray[np.intp]]:
    """ "sex: female" -> places, of every level that at least ten of the real pictures have."""
    known, found = pictures.conditions(rows), {}
    for column, condition in enumerate(pictures.form.conditions):
        for place, level in enumerate(condition.levels if condition.kind == "level" else ()):
            inside = np.flatnonzero(known[:, column] == place)
            if len(inside) >= GROUP_AT_LEAST:
                found[f"{condition.name}: {level}"] = inside
    return found


def _same_form(pictures: ImageSet, made: Pictures, masks: NDArray[np.integer] | None) -> None:
    from xinglin.records.errors import InvalidInput

    expected: Sequence[int] = (pictures.form.channels, *pictures.form.shape)
    if tuple(made.shape[1:]) != tuple(expected):
        raise InvalidInput(
            "XL-JUDGE-007", "made and real pictures differ in form", where=f"made {tuple(made.shape[1:])}, real {tuple(expected)}",
            fix="judge a model on a set of its own form",
        )  # fmt: skip
    if masks is not None and np.shape(masks) != (len(made), *pictures.form.shape):
        raise InvalidInput(
            "XL-JUDGE-007", "the masks are not those of the made pictures", where=f"masks {np.shape(masks)}, made {tuple(made.shape)}",
            fix="one mask a picture, of the same size",
        )  # fmt: skip
