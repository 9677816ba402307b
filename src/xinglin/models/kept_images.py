"""A kept model of images: its files, its card, and pictures drawn from it by number. What `training/registry` keeps and anyone may sample.

The card says twice what it is: as every kept model does (ModelCard), and all that is told of a model of images (ImageModelCard), in one file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from xinglin.models.image_graphs import FOLDER, Graph, graphs_of
from xinglin.models.kept import CARD, card_of, digest_of
from xinglin.records.errors import InvalidInput, NotFound, Refused, UsageError, one_of
from xinglin.records.image_learning import Condition, ImageForm, ImageJudgement, ImageModelCard, SampleRequest
from xinglin.records.prediction import ModelCard, ModelScore
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractImageModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEEPS = "image"
PAGE = "README.md"  # may stand beside the files for people; no part of the model
SHIPPED = Path(__file__).with_name("shipped")
WEIGHTS, SETTINGS, JUDGEMENT, DATA, CURVES, SAMPLES = (
    "weights.safetensors", "settings.json", "judgement.json", "data_card.json", "curves.json", "samples.png",
)  # fmt: skip


def image_models() -> Shelf[AbstractImageModel]:
    """The shelf of networks that learn images."""
    return Shelf("xinglin.models.image", "MODEL", AbstractImageModel)


@dataclass(frozen=True)
class KeptImages:
    """`told`: the card. `parts`: all files but the card, name -> bytes (weights.safetensors, graphs/NAME.onnx, settings.json ...)."""

    told: ImageModelCard
    parts: Mapping[str, bytes] = field(repr=False)
    made_by: AbstractImageModel | None = None  # where it lies on no shelf

    @cached_property
    def digest(self) -> str:
        """The SHA-256 that names it."""
        return digest_of(self.files())

    @property
    def card(self) -> ModelCard:
        """The card as of any kept model."""
        told = self.told
        return replace(_plain_card(told), digest=self.digest, made_at=told.made_at, promoted_by=told.promoted_by)

    @property
    def image_card(self) -> ImageModelCard:
        """The card as of a model of images, with its digest."""
        return replace(self.told, digest=self.digest)

    def files(self) -> dict[str, bytes]:
        """Name -> bytes of everything that is kept."""
        plain = replace(self.told, digest="", made_at="", promoted_by="")
        both = msgspec.to_builtins(_plain_card(plain)) | msgspec.to_builtins(plain)
        return {**self.parts, CARD: msgspec.json.format(msgspec.json.encode(both, order="sorted"), indent=1)}

    @property
    def form(self) -> ImageForm:
        """What its pictures are."""
        return self.told.form

    @cached_property
    def model(self) -> AbstractImageModel:
        """The network's item of the shelf. Raises NotFound XL-SHELF-001, Refused XL-LEARN-047 where its networks have changed since."""
        if self.made_by:
            return self.made_by
        item = image_models()[self.told.kind]
        if item.version != self.told.version:
            raise Refused(
                "XL-LEARN-047", "this model was learnt by another version of its networks", where=self.told.name,
                why=f"{self.told.kind} {self.told.version}; here it is {item.version}", fix="train it again, or use the Xinglin that made it",
            )  # fmt: skip
        return item

    @cached_property
    def graphs(self) -> dict[str, Graph]:
        """Its graphs, ready to be called. Raises what `graphs_of` raises."""
        start, end = f"{FOLDER}/", ".onnx"
        return graphs_of(
            {name[len(start) : -len(end)]: one for name, one in self.parts.items() if name.startswith(start) and name.endswith(end)}
        )

    def sample(self, request: SampleRequest) -> NDArray[np.float32]:
        """(n, channels, *shape) in [-1, 1]; of a segmentation the chance of each label. The same request, the same bytes."""
        return self.model.sample(self.graphs, self.form, self.told.settings, request)

    def in_unit(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Pictures in [-1, 1] as values in the form's unit."""
        import numpy as np

        low, high = np.float32(self.form.low), np.float32(self.form.high)
        return ((np.asarray(pictures, np.float32) + 1) * ((high - low) / 2) + low).astype(np.float32)

    def asked(self, words: Mapping[str, str], count: int) -> NDArray[np.float32] | None:
        """(count, k) conditions from words: sex=female, age=61. None where the model knows none and none is asked.

        Raises UsageError XL-LEARN-042 for a condition it does not know, 043 for a value it cannot have.
        """
        import numpy as np

        known = {one.name: one for one in self.form.conditions}
        if wrong := [name for name in words if name not in known]:
            raise UsageError("XL-LEARN-042", "this model knows no such condition", where=wrong[0], fix=one_of(wrong[0], known))
        row = [_value_of(one, words[one.name]) if one.name in words else np.nan for one in self.form.conditions]
        return np.tile(np.array(row, np.float32), (count, 1)) if known else None

    def judged(self, judgement: ImageJudgement) -> KeptImages:
        """The same model with what was measured of it."""
        content = msgspec.json.format(msgspec.json.encode(judgement, order="sorted"), indent=1)
        return KeptImages(replace(self.told, judgement=judgement), {**self.parts, JUDGEMENT: content}, self.made_by)

    def write(self, folder: str | Path) -> Path:
        """All its files into a new folder. Raises UsageError XL-LEARN-044 where something stands there."""
        return write_folder(self.files(), folder)


def write_folder(files: Mapping[str, bytes], folder: str | Path) -> Path:
    """The files, by their paths, in a new folder. Raises UsageError XL-LEARN-044 where something stands there."""
    place = Path(folder)
    if place.exists() and any(place.iterdir() if place.is_dir() else [place]):
        raise UsageError("XL-LEARN-044", "something else stands in this folder", where=str(place), fix="choose another folder")
    for name, content in files.items():
        (place / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def shipped() -> dict[str, Path]:
    """Name -> folder of the models that come with Xinglin: small ones that learnt from pictures of nobody."""
    return {path.name: path for path in sorted(SHIPPED.iterdir()) if (path / CARD).is_file()}


def images_of(files: Mapping[str, bytes], card: ModelCard) -> KeptImages:
    """What a house kept, with when it was made and who brought it into use from that card. Raises InvalidInput XL-LEARN-045."""
    try:
        told = msgspec.json.decode(files[CARD], type=ImageModelCard)
    except (KeyError, msgspec.DecodeError) as error:
        raise InvalidInput(
            "XL-LEARN-045", "this is no kept model of images", where=CARD, why=type(error).__name__, fix="train it again"
        ) from None
    told = replace(told, made_at=card.made_at, promoted_by=card.promoted_by)
    return KeptImages(told, {name: content for name, content in files.items() if name != CARD})


def read_folder(folder: str | Path) -> KeptImages:
    """A model from a folder of its files. Raises NotFound XL-LEARN-046, InvalidInput XL-LEARN-045."""
    place = Path(folder)
    files = {
        path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file() and path.name != PAGE
    }
    if CARD not in files:
        raise NotFound("XL-LEARN-046", "no model is kept in this folder", where=str(place), fix="give the folder that holds card.json")
    return images_of(files, card_of(files))


def _plain_card(told: ImageModelCard) -> ModelCard:
    scores = told.judgement.scores if told.judgement else ()
    made = tuple(ModelScore(one.name, one.made.value, one.made.low, one.made.high, one.count, one.area) for one in scores)
    return ModelCard(
        told.name, "", told.kind, told.version, None, told.data.counts.get("train", 0), told.set_digest, told.plan.seed, scores=made,
        intended_use=told.intended_use, not_for=told.not_for, notes=told.notes, keeps=KEEPS,
    )  # fmt: skip


def _value_of(condition: Condition, word: str) -> float:
    if condition.kind == "level":
        if word not in condition.levels:
            raise UsageError("XL-LEARN-043", "this condition has no such level", where=condition.name, fix=one_of(word, condition.levels))
        return float(condition.levels.index(word))
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if not condition.low <= value <= condition.high:
        raise UsageError(
            "XL-LEARN-043", "nothing was learnt for this value", where=condition.name, fix=f"from {condition.low:g} to {condition.high:g}"
        )
    return value
