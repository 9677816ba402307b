"""Whether learning on from a kept model is worth it: all its weights, thin changes of them, and weights drawn anew learn a set with the same steps and
chance; what each cost and how each does on people that none has seen stands in one table and one picture.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from xinglin.flow.image_models import LEARNING, ImageLearning, carried_out, opened, planned, settings_of_start
from xinglin.models.kept_images import image_models
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.image_learning import ImageScore, LearningPlan, Spread
from xinglin.records.image_starts import StartsCompared, Way, WayTaken

if TYPE_CHECKING:
    from xinglin.flow.house import House
    from xinglin.models.kept_images import KeptImages
    from xinglin.training.image_learning.fit import LearntImages
    from xinglin.training.image_sets import ImageSet

    Note = Callable[[str], None]


class _Scores(msgspec.Struct, frozen=True):
    """Of one way's pictures: their scores, and how far they are from those of learning from scratch."""

    scores: tuple[ImageScore, ...] = ()
    apart: dict[str, Spread] = msgspec.field(default_factory=dict)


WAYS: tuple[Way, ...] = ("all weights", "thin changes", "from scratch")
LOOKS = 20  # at held-out people on the way, where the plan names no other


def starts_compared(
    house: House, set_folder: str | Path, start: str, plan: LearningPlan, *, minutes: float = 0.0, settings: Mapping[str, Any] | None = None,
    count: int = 200, note: Note | None = None,
) -> StartsCompared:  # fmt: skip
    """All ways learnt and compared; the same call again goes on where it was. minutes: of each way. count: pictures drawn from each generator.

    Nothing is kept in the house; the `command` of a way keeps its model. Raises UsageError XL-LEARN-078 for what cannot be compared so, and what
    learning raises.
    """
    from xinglin.training.image_learning.settings import learning_digest, settings_of
    from xinglin.training.image_sets import ImageSet

    say, base, pictures = note or (lambda text: None), opened(house, start), ImageSet.load(set_folder)
    _see_comparable(pictures, plan, str(set_folder))
    asked = _asked(base, start, plan, minutes, settings)
    words = f"{base.digest}|{minutes:g}"
    digest = learning_digest(pictures.card, base.model, settings_of(base.model, asked.settings), plan, words)
    folder = house.settings.home / LEARNING / f"starts-{digest[:20]}"
    asked = dataclasses.replace(asked, plan=_decided(folder, house, set_folder, asked), minutes=0.0)
    found: dict[Way, LearntImages] = {way: carried_out(house, pictures, _of(asked, way), _named(say, way)) for way in WAYS}
    scores, notes = _scored(folder / f"scores-{count}.json", pictures, found, count, say)
    ways, comparable, why = _ways(pictures, base, asked, found, scores, str(set_folder)), *_comparable(base, found)
    if comparable:
        say("looking at people of the test side")
        ways = _with_losses(pictures, base, found, ways)
    return StartsCompared(
        asked.model, f"{base.told.name}@{base.digest[:12]}", pictures.card.name, pictures.card.digest, found["from scratch"].plan,
        sum(one.numel() for one in found["from scratch"].networks.parameters()), pictures.card.persons.get("test", 0),
        count if scores else 0, tuple(ways), comparable, (*notes, *why),
    )  # fmt: skip


def planned_starts(
    house: House, set_folder: str | Path, start: str, plan: LearningPlan, *, minutes: float = 0.0, settings: Mapping[str, Any] | None = None
) -> tuple[LearningPlan, tuple[str, ...]]:
    """The plan of each way, with what is told of memory and time; nothing is learnt."""
    return planned(house, set_folder, _asked(opened(house, start), start, plan, minutes, settings))


def _asked(base: KeptImages, start: str, plan: LearningPlan, minutes: float, settings: Mapping[str, Any] | None) -> ImageLearning:
    return ImageLearning(base.told.kind, base.told.name, {**settings_of_start(base), **(settings or {})}, plan, minutes, start)


def _comparable(base: KeptImages, found: Mapping[Way, LearntImages]) -> tuple[bool, tuple[str, ...]]:
    """Whether the losses of the ways can be compared, and if not, why."""
    from xinglin.training.image_learning.unseen_loss import has_own_loss, one_unit

    if not has_own_loss(base.model):
        return False, (
            "Networks that learn against one another have no loss that tells how well they do: their pictures are compared alone.",
        )
    if not one_unit([one.networks for one in found.values()]):
        return False, (
            "These networks lose in units that they measured of the set they learnt first: losses are not in one unit and not compared.",
        )
    return True, ()


def _see_comparable(pictures: ImageSet, plan: LearningPlan, where: str) -> None:
    wrong = (
        (not len(pictures.rows("test")), "the set has nobody to test on", "collect more people"),
        (
            bool(plan.patience or plan.privacy),
            "ways that stop early or learn privately are not of equal length",
            "no patience and no epsilon",
        ),
    )
    for holds, why, fix in wrong:
        if holds:
            raise UsageError("XL-LEARN-078", "ways of learning cannot be compared so", where=where, why=why, fix=fix)


def _decided(folder: Path, house: House, set_folder: str | Path, asked: ImageLearning) -> LearningPlan:
    """Steps, precision and looks, as they were decided when the comparing began."""
    from xinglin.training.image_learning.checkpoints import write_surely

    path = folder / "plan.json"
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=LearningPlan)
    plan, _ = planned(house, set_folder, asked)
    plan = plan if plan.look_every else replace(plan, look_every=max(1, plan.steps // LOOKS))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_surely(path, msgspec.json.encode(plan))
    return plan


def _of(asked: ImageLearning, way: Way) -> ImageLearning:
    return dataclasses.replace(asked, start="" if way == "from scratch" else asked.start, adapter=way == "thin changes")


def _named(say: Note, way: Way) -> Note:
    return lambda text: say(f"{way}: {text}")


def _scored(
    path: Path, pictures: ImageSet, found: Mapping[Way, LearntImages], count: int, say: Note
) -> tuple[dict[Way, _Scores], tuple[str, ...]]:
    """Of generators, how near pictures of each way are to people that none has learnt from; measured once, then kept beside the plan."""
    from xinglin.flow.image_judging import made_like
    from xinglin.training.image_judging.unseen_people import close_to_unseen
    from xinglin.training.image_learning.checkpoints import write_surely
    from xinglin.training.image_learning.keeping import kept_of

    first = found["from scratch"]
    if not count or first.model.task != "generate":
        return {}, ()
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=dict[Way, _Scores]), ()
    piles = []
    for way, one in found.items():
        say(f"{way}: drawing {count} pictures")
        piles.append(made_like(kept_of(one, name="compared"), pictures, count, first.plan.seed, None)[0])
    say("comparing them with people that none has learnt from")
    try:
        told = zip(*close_to_unseen(pictures, piles, first.plan.seed), strict=True)
    except InvalidInput as error:
        if error.code != "XL-JUDGE-006":
            raise
        return {}, (f"Pictures were not compared: {error.what} ({error.where}).",)
    scores: dict[Way, _Scores] = {way: _Scores(tuple(one), apart) for way, (one, apart) in zip(found, told, strict=True)}
    write_surely(path, msgspec.json.encode(scores))
    return scores, ()


def _ways(
    pictures: ImageSet,
    base: KeptImages,
    asked: ImageLearning,
    found: Mapping[Way, LearntImages],
    scores: Mapping[Way, _Scores],
    set_folder: str,
) -> list[WayTaken]:
    """What each way cost and where its loss on held-out people went."""
    from xinglin.training.image_learning.fit import begun
    from xinglin.training.image_learning.keeping import started_from
    from xinglin.training.image_learning.settings import settings_of

    settings, ways = settings_of(base.model, asked.settings), list[WayTaken]()
    for way, one in found.items():
        start = None if way == "from scratch" else started_from(base, way == "thin changes")
        networks = begun(base.model, pictures.form, settings, one.plan.seed, start)
        groups = [networks[name] for names in base.model.groups.values() for name in names]
        learns = sum(weight.numel() for network in groups for weight in network.parameters() if weight.requires_grad)
        told = scores.get(way, _Scores())
        ways.append(
            WayTaken(
                way, one.steps, learns, one.taken.seconds, one.taken.processor_seconds, one.curves.looks, scores=told.scores,
                beside_scratch=told.apart, command=command_of(_of(asked, way), set_folder),
            )
        )  # fmt: skip
    return ways


def _with_losses(pictures: ImageSet, base: KeptImages, found: Mapping[Way, LearntImages], ways: Sequence[WayTaken]) -> list[WayTaken]:
    """The same with what each way loses on people of the test side, before and after, and how much that is beside learning from scratch."""
    from xinglin.training.image_learning import unseen_loss
    from xinglin.training.image_learning.fit import begun
    from xinglin.training.image_learning.keeping import started_from

    told, plan = list[WayTaken](), found["from scratch"].plan
    lost = {way: unseen_loss.people_losses(pictures, "test", base.model, one.networks, one.settings, plan) for way, one in found.items()}
    goal = ways[-1].curve[-1][1]
    for way in ways:
        settings, start = found[way.way].settings, None if way.way == "from scratch" else started_from(base)
        networks = begun(base.model, pictures.form, settings, plan.seed, start)
        curve = ((0, unseen_loss.first_look(pictures, base.model, networks, settings, plan)), *way.curve)
        before = unseen_loss.people_losses(pictures, "test", base.model, networks.eval(), settings, plan)
        now = replace(way, curve=curve, before=unseen_loss.mean_of(before, plan.seed), loss=unseen_loss.mean_of(lost[way.way], plan.seed))
        if way.way != "from scratch":
            more = unseen_loss.difference_of(lost[way.way], lost["from scratch"], plan.seed)
            reached = next((step for step, loss in curve if loss <= goal), None)
            now = replace(now, reached=reached, beside_scratch={"loss": more, **way.beside_scratch})
        told.append(now)
    return told


def command_of(asked: ImageLearning, set_folder: str) -> str:
    """The command that keeps what was learnt so: it finds the learning done."""
    from xinglin.training.image_learning.settings import settings_of

    model, plain = image_models()[asked.model], LearningPlan(asked.plan.steps)
    known = {one.name: one.default for one in model.settings}
    set_to = [f"{name}={value}" for name, value in settings_of(model, asked.settings).items() if value != known[name]]
    planned = [f"{name}={getattr(asked.plan, name)}" for name in LearningPlan.__struct_fields__ if name not in ("steps", "seed")
               and getattr(asked.plan, name) != getattr(plain, name)]  # fmt: skip
    words = [
        "xinglin",
        "train",
        "image",
        set_folder,
        "--model",
        asked.model,
        "--steps",
        str(asked.plan.steps),
        "--seed",
        str(asked.plan.seed),
    ]
    words += [*(["--set", *set_to] if set_to else []), *(["--plan", *planned] if planned else [])]
    words += [*(["--from", asked.start] if asked.start else []), *(["--adapter"] if asked.adapter else [])]
    return shlex.join(words)


def written(found: StartsCompared, folder: str | Path) -> list[Path]:
    """comparison.json, comparison.txt and curves.svg in a folder that only its owner can read."""
    from xinglin.training.image_learning.checkpoints import write_surely
    from xinglin.training.image_learning.starts_page import lines_of, picture_of

    place = Path(folder)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = {
        "comparison.json": msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n",
        "comparison.txt": "\n".join((*lines_of(found), "")).encode(), "curves.svg": picture_of(found).encode(),
    }  # fmt: skip
    for name, content in files.items():
        write_surely(place / name, content)
    return [place / name for name in files]
