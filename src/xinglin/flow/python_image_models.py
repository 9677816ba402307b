"""Models of images in Python: `xl.train_image`, `xl.compare_starts`, `xl.sample_images`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.flow.asked import who
from xinglin.flow.house import House

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.models.kept_images import KeptImages
    from xinglin.records.image_learning import Settings
    from xinglin.records.image_starts import StartsCompared


def train_image(
    pictures: str | Path, model: str, *, steps: int = 0, minutes: float = 0.0, name: str = "", settings: Settings | None = None,
    plan: Mapping[str, float | int | str] | None = None, start: str = "", adapter: bool = False, trackers: Sequence[str] = (), epsilon: float = 0.0,
    use: str = "", seed: int = 0, by: str = "", keep: bool = True, home: str | Path | None = None,
) -> KeptImages:  # fmt: skip
    """A model learnt from a set of pictures and kept as the challenger of its name; the same call again goes on where it was interrupted.

    pictures: a folder that `collect images` wrote. model: rectified_flow, dcgan ... plan: rate, batch, look_every ... start: a kept model or a folder
    to learn on from. `.sample(SampleRequest(16))` draws pictures in [-1, 1]; `.image_card` tells of it.
    """
    from xinglin.flow.image_models import ImageLearning, learnt, name_of_set, plan_of

    asked = ImageLearning(
        model, name or name_of_set(pictures), dict(settings or {}), plan_of(plan or {}, steps=steps, minutes=minutes, seed=seed, epsilon=epsilon),
        minutes, start, adapter, tuple(trackers), use,
    )  # fmt: skip
    return learnt(House.at(home), pictures, asked, by=by or who(), keep=keep)


def compare_starts(
    pictures: str | Path, start: str, *, steps: int = 0, minutes: float = 0.0, settings: Settings | None = None,
    plan: Mapping[str, float | int | str] | None = None, count: int = 200, seed: int = 0, out: str | Path | None = None,
    home: str | Path | None = None,
) -> StartsCompared:  # fmt: skip
    """Whether learning on from `start` is worth it: `.ways` says of all weights, thin changes and from scratch what each cost and how each does.

    All learn with the same steps and chance, and are compared on people none has seen. count: pictures drawn from each. out: a folder for table and
    picture. Nothing is kept in the house; the same call again goes on where it was interrupted.
    """
    from xinglin.flow import image_starts
    from xinglin.flow.image_models import plan_of

    asked = plan_of(plan or {}, steps=steps, minutes=minutes, seed=seed)
    found = image_starts.starts_compared(House.at(home), pictures, start, asked, minutes=minutes, settings=settings, count=count)
    if out is not None:
        image_starts.written(found, out)
    return found


def sample_images(
    model: str, count: int = 16, *, seed: int = 0, ask: Mapping[str, str] | None = None, pictures: str | Path | None = None,
    masks: str | Path | None = None, towards: str = "", steps: int = 0, home: str | Path | None = None,
) -> NDArray[np.float32]:  # fmt: skip
    """Pictures of nobody, (n, channels, *shape) in the form's unit; of a segmentation the chance of each label. The same call, the same bytes.

    model: NAME, NAME:challenger, NAME@DIGEST or a folder. ask: {"sex": "female"}. pictures: a set whose test side is translated or segmented, or
    by whose masks is drawn. masks: an NPY file of masks to draw by.
    """
    from xinglin.flow.image_models import sampled

    kept, made = sampled(House.at(home), model, count, seed, asked=ask, steps=steps, towards=towards, pictures=pictures, masks=masks)
    return made if kept.told.task == "segment" else kept.in_unit(made)
