"""A few small made-up pictures with the card of a model that never was, sound or spoilt in one known way: what picture checks are tried on.

Blurred spots on a grey ground; every number is drawn from a fixed seed and stands for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xinglin.records.image_learning import (
    Condition,
    DataCard,
    ImageForm,
    ImageJudgement,
    ImageModelCard,
    ImageScore,
    LearningPlan,
    MadePictures,
    Spread,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

LABEL = "SYNTHETIC (AI-generated)"
SIDE, STEPS = 16, 64
FORM = ImageForm(
    (SIDE, SIDE), low=0.0, high=255.0, modality="US", spacing_mm=(0.5, 0.5),
    conditions=(Condition("finding", "level", ("benign", "malignant")), Condition("age", "number", low=20.0, high=80.0, unit="a")),
)  # fmt: skip
SCORES = (
    ImageScore("Fréchet radiomics distance", "fidelity", Spread(6.1, 5.2, 7.3), Spread(2.4, 2.0, 2.9), count=200),
    ImageScore("recall", "variety", Spread(0.78, 0.71, 0.84), Spread(0.83, 0.77, 0.88), "higher", 200),
    ImageScore("near-copies", "privacy", Spread(0.0), Spread(0.1), count=200, gate=0.0, passed=True),
    ImageScore("membership inference AUC", "privacy", Spread(0.53, 0.48, 0.58), Spread(0.5), "half", 200, gate=0.6, passed=True),
)


def sample() -> MadePictures:
    """Sound ones: four pictures of a judged model in use."""
    values = pictures()
    return MadePictures(
        f"sample@{'5a' * 32}", sample_card(), len(values), 7, values.astype("<f4").tobytes(), {"finding": "benign"}, label=LABEL
    )


def pictures(count: int = 4, seed: int = 3) -> NDArray[np.float32]:
    """(count, 1, 16, 16) in the unit of the form: each a spot of its own size and place in noise of its own."""
    import numpy as np

    random = np.random.default_rng(seed)
    row, column = np.mgrid[:SIDE, :SIDE]
    made = []
    for _ in range(count):
        down, right, size = random.uniform(5, 11), random.uniform(5, 11), random.uniform(2.0, 3.5)
        spot = np.exp(-((row - down) ** 2 + (column - right) ** 2) / (2 * size**2))
        made.append(np.clip(40 + 160 * spot + random.normal(0, 12, spot.shape), 0, 255))
    return np.stack(made)[:, None].astype(np.float32)


def sample_card() -> ImageModelCard:
    """The card of a model that nobody trained, with a judgement in which everything is as it should be."""
    import numpy as np

    places = np.clip((pictures(200, 11) / 255 * STEPS).astype(int), 0, STEPS - 1)
    histogram = tuple(round(float(share), 6) for share in np.bincount(places.ravel(), minlength=STEPS) / places.size)
    data = DataCard(
        "spots", "2b" * 32, FORM, {"train": 160, "held-out": 20, "test": 20}, {"train": 120, "held-out": 15, "test": 15},
        source="drawn by Xinglin for trials of its checks", licence="Apache-2.0", synthetic=40,
        levels={"finding": {"benign": 130, "malignant": 70}}, numbers={"age": (20.0, 51.0, 80.0)}, histogram=histogram,
    )  # fmt: skip
    return ImageModelCard(
        "sample", "5a" * 32, "rectified_flow", "1", "generate", FORM, {"steps": 25}, LearningPlan(400), "2b" * 32, data, parameters=120_000,
        judgement=ImageJudgement("sample", "2b" * 32, 200, 1, SCORES), intended_use="Trials of checks and drafts.",
        not_for="Anything about a person.",
    )  # fmt: skip


def changed(fields: Mapping[str, object]) -> Callable[[], MadePictures]:
    """The sound ones with these fields changed, as an example of a check wants it."""
    return lambda: replace(sample(), **fields)


def with_card(fields: Mapping[str, object]) -> Callable[[], MadePictures]:
    """The sound ones with these fields of the model's card changed."""
    return lambda: replace(sample(), card=replace(sample_card(), **fields))


def judged(scores: Mapping[str, Mapping[str, object]], without: tuple[str, ...] = ()) -> Callable[[], MadePictures]:
    """The sound ones with some scores changed (name -> fields), and some never measured."""

    def made() -> MadePictures:
        card = sample_card()
        told = tuple(replace(one, **scores.get(one.name, {})) for one in SCORES if one.name not in without)
        return replace(sample(), card=replace(card, judgement=ImageJudgement("sample", "2b" * 32, 200, 1, told)))

    return made


def valued(change: Callable[[NDArray[np.float32]], None]) -> Callable[[], MadePictures]:
    """The sound ones after `change` was done to their values (4, 1, 16, 16)."""

    def made() -> MadePictures:
        values = pictures()
        change(values)
        return replace(sample(), values=values.astype("<f4").tobytes())

    return made


def drawn(reference: str, count: int, seed: int, asked: Mapping[str, str]) -> MadePictures:
    """Pictures as a room of models would draw them, whatever model is meant."""
    values = pictures(count, seed)
    return replace(sample(), count=count, seed=seed, values=values.astype("<f4").tobytes(), asked=dict(asked))


def translated(source: Volume, towards: str = "", seed: int = 0) -> MadePictures:
    """A series as a smoother kernel would show it, as if a model had translated it."""
    import numpy as np
    from scipy import ndimage

    values = ndimage.gaussian_filter(source.voxels.astype(np.float32), (0, 0.7, 0.7))
    form = ImageForm(
        source.shape[1:], low=-1000.0, high=400.0, unit=source.unit, modality=source.modality, spacing_mm=source.spacing_mm[1:],
        domains=("sharp", "smooth"),
    )  # fmt: skip
    score = ImageScore("anatomy kept (SSIM)", "fidelity", Spread(0.97, 0.96, 0.98), None, "higher", 200, gate=0.9, passed=True)
    judgement = ImageJudgement("smoother", "2b" * 32, 200, 1, (SCORES[0], score))
    base = sample_card()
    card = replace(
        base, name="smoother", kind="cyclegan", task="translate", form=form, judgement=judgement, data=replace(base.data, form=form),
        intended_use="Trials of drafts.",
    )  # fmt: skip
    return MadePictures(
        f"smoother@{'5a' * 32}", card, len(values), seed, values.astype("<f4").tobytes(), series_uid=source.series_uid,
        towards=towards or form.domains[-1], label=LABEL, series_digest=source.digest(),
    )  # fmt: skip
