"""A set of pictures: what models learn from. In memory and on disk the same, named by a digest that is proved when it is opened.

On disk a folder: card.json, items.jsonl (one picture a line, in order), pictures.npy, and masks.npy or partners.npy where it has them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from xinglin.records.errors import InvalidInput, NotFound, UsageError
from xinglin.records.image_learning import DataCard, ImageForm, ImageItem, Split
from xinglin.training.image_sets.measured_card import card_of
from xinglin.training.image_sets.splitting import SIDES, split_by_person

Floats = NDArray[np.float32]
FILES = ("card.json", "items.jsonl", "pictures.npy", "masks.npy", "partners.npy")
_AT_ONCE = 64  # pictures looked at together, so that a mapped file is never read whole


class ImageSet:
    """Pictures with what is known of them. `pictures` (n, channels, *shape) float32 in the form's unit; `masks` (n, *shape) whole numbers.

    `partners`: for paired translation, what each picture is to become, shaped like `pictures`. Made by `of`, `load`, or `collecting.collect`.
    """

    def __init__(
        self, card: DataCard, items: Sequence[ImageItem], pictures: Floats, masks: NDArray[np.uint8] | None = None,
        partners: Floats | None = None,
    ) -> None:  # fmt: skip
        self.card, self.items, self.pictures, self.masks, self.partners = card, tuple(items), pictures, masks, partners

    @property
    def form(self) -> ImageForm:
        """What one picture is."""
        return self.card.form

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of the two sides of an unpaired set; () for any other."""
        return self.form.domains

    def __len__(self) -> int:
        return len(self.items)

    def rows(self, split: Split | None = None, domain: str | None = None) -> NDArray[np.intp]:
        """The places of the pictures of one side of the split (None: all), and of one domain; in order."""
        if split is not None and split not in SIDES:
            raise UsageError("XL-IMGSET-008", "a set has no such side", where=split, fix=f"one of: {', '.join(SIDES)}")
        found = [
            place
            for place, item in enumerate(self.items)
            if (split is None or item.split == split) and (domain is None or item.domain == domain)
        ]
        return np.array(found, np.intp)

    def scaled(self, rows: NDArray[np.integer] | Sequence[int]) -> Floats:
        """(n, channels, *shape) in [-1, 1]: low becomes -1, high 1, what lies beyond is cut."""
        return scaled(self.pictures[np.asarray(rows, np.intp)], self.form)

    def scaled_partners(self, rows: NDArray[np.integer] | Sequence[int]) -> Floats:
        """The partners of those pictures, scaled as they are. Raises UsageError XL-IMGSET-009 for a set without."""
        if self.partners is None:
            raise UsageError("XL-IMGSET-009", "this set has no partners", where=self.card.name, fix="collect it with a folder of partners")
        return scaled(self.partners[np.asarray(rows, np.intp)], self.form)

    def conditions(self, rows: NDArray[np.integer] | Sequence[int]) -> Floats:
        """(n, k): for each picture its conditions in the order of the form, nan where not known."""
        names = [one.name for one in self.form.conditions]
        chosen = [self.items[int(row)].conditions for row in np.asarray(rows, np.intp)]
        return np.array([[one.get(name, np.nan) for name in names] for one in chosen], np.float32).reshape(len(chosen), len(names))

    def persons(self, rows: NDArray[np.integer] | Sequence[int]) -> list[str]:
        """The pseudonym of whose each picture is."""
        return [self.items[int(row)].person for row in np.asarray(rows, np.intp)]

    @classmethod
    def of(
        cls, pictures: NDArray[Any], form: ImageForm, *, persons: Sequence[str] | None = None, conditions: NDArray[np.floating] | None = None,
        masks: NDArray[np.integer] | None = None, partners: NDArray[Any] | None = None, domains: Sequence[str] | None = None,
        splits: Sequence[Split] | None = None, sources: Sequence[str] | None = None, stratify: str = "", held_out: float = 0.15,
        test: float = 0.15, seed: int = 0, name: str = "pictures", source: str = "", licence: str = "", synthetic: int = 0,
        left_out: Mapping[str, int] | None = None, warnings: Sequence[str] = (),
    ) -> ImageSet:  # fmt: skip
        """A set from arrays. pictures: (n, channels, *shape) in the form's unit.

        persons: a pseudonym each; None for a person each. conditions: (n, k) in the form's order, nan for unknown. stratify: a level condition
        (or "domain") whose levels every side should have in their share; default the first. splits: the sides, where they are already decided.
        Raises InvalidInput XL-IMGSET-003 to 005, 007, 010.
        """
        form = msgspec.json.decode(msgspec.json.encode(form), type=ImageForm)  # so that 400 and 400.0 are one digest
        values = np.ascontiguousarray(pictures, np.float32)
        count = len(values)
        _see_form(values, form, masks, partners)
        people = _asked_for(persons, count, "persons") or [f"p{place}" for place in range(count)]
        sides_of = _asked_for(domains, count, "domains") or [""] * count
        known = _known(conditions, form, count)
        if splits is None:
            splits = split_by_person(people, _strata(known, form, sides_of, stratify), held_out=held_out, test=test, seed=seed)
        _see_people(people, _asked_for(splits, count, "splits") or [])
        origins = _asked_for(sources, count, "sources") or [f"#{place}" for place in range(count)]
        items = [
            ImageItem(_print(values[i]), people[i], splits[i], origins[i], known[i], sides_of[i]) for i in range(count)
        ]  # fmt: skip
        kept_masks = None if masks is None else np.ascontiguousarray(masks, np.uint8)
        kept_partners = None if partners is None else np.ascontiguousarray(partners, np.float32)
        digest = set_digest(form, items, kept_masks, kept_partners, seed)
        card = card_of(name, digest, form, items, values)
        card = replace(
            card, source=source, licence=licence, seed=seed, synthetic=synthetic, left_out=dict(left_out or {}), warnings=tuple(warnings)
        )
        return cls(card, items, values, kept_masks, kept_partners)

    def save(self, folder: str | Path, pages: Mapping[str, bytes] | None = None) -> Path:
        """The set as a folder, whole or not at all. The same set there already is left as it is. pages: more files beside it, such as its card.

        Raises UsageError XL-IMGSET-006 where something else stands there.
        """
        target = Path(folder)
        if target.exists() and any(target.iterdir() if target.is_dir() else [target]):
            if _digest_there(target) == self.card.digest:
                return target
            raise UsageError("XL-IMGSET-006", "something else stands in this folder", where=str(target), fix="choose another folder")
        aside = target.parent / f".{target.name}.being-written"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700, parents=True)
        try:
            self._write_into(aside)
            for name, content in (pages or {}).items():
                (aside / name).write_bytes(content)
            if target.is_dir():
                target.rmdir()
            os.replace(aside, target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return target

    def _write_into(self, folder: Path) -> None:
        """The files of the set into a folder that is there and empty."""
        encoder = msgspec.json.Encoder(order="sorted")
        (folder / "card.json").write_bytes(msgspec.json.format(encoder.encode(self.card), indent=1) + b"\n")
        (folder / "items.jsonl").write_bytes(encoder.encode_lines(list(self.items)))
        for name, values in (("pictures", self.pictures), ("masks", self.masks), ("partners", self.partners)):
            if values is not None:
                np.save(folder / f"{name}.npy", values, allow_pickle=False)

    @classmethod
    def load(cls, folder: str | Path) -> ImageSet:
        """A kept set, its pictures left on disk until they are asked for.

        Raises NotFound XL-IMGSET-001 where no set is, InvalidInput XL-IMGSET-002 where its files are not those that were written.
        """
        place = Path(folder)
        try:
            card = msgspec.json.decode((place / "card.json").read_bytes(), type=DataCard)
            items = msgspec.json.Decoder(ImageItem).decode_lines((place / "items.jsonl").read_bytes())
            pictures = np.load(place / "pictures.npy", mmap_mode="r", allow_pickle=False)
            masks, partners = (_optional(place / f"{name}.npy") for name in ("masks", "partners"))
        except FileNotFoundError as error:
            raise NotFound(
                "XL-IMGSET-001", "this is no set of pictures", where=str(place), why=f"{Path(error.filename).name} is missing",
                fix="make one: xinglin collect images FOLDER -o SET",
            ) from None  # fmt: skip
        except (msgspec.DecodeError, ValueError, OSError) as error:
            raise _damaged(place, type(error).__name__) from None
        found = cls(card, items, pictures, masks, partners)
        found._prove(place)
        return found

    def _prove(self, place: Path) -> None:
        """Every picture is the one whose digest its line tells, and all of it together is what the card tells."""
        if len(self.pictures) != len(self.items) or self.pictures.dtype != np.float32:
            raise _damaged(place, "pictures and lines differ in number")
        for item, picture in zip(self.items, self.pictures, strict=True):
            if _print(picture) != item.digest:
                raise _damaged(place, "a picture has changed")
        if set_digest(self.form, self.items, self.masks, self.partners, self.card.seed) != self.card.digest:
            raise _damaged(place, "what is told of the pictures, their masks or their partners has changed")
        _see_people([one.person for one in self.items], [one.split for one in self.items])


def scaled(pictures: NDArray[Any], form: ImageForm) -> Floats:
    """Values in the form's unit to [-1, 1], cut at low and high."""
    values = np.asarray(pictures, np.float32)
    return np.clip((values - np.float32(form.low)) * np.float32(2 / (form.high - form.low)) - 1, -1, 1).astype(np.float32)


def unscaled(pictures: NDArray[Any], form: ImageForm) -> Floats:
    """Values in [-1, 1] back to the form's unit."""
    values = np.asarray(pictures, np.float32)
    return ((values + 1) * np.float32((form.high - form.low) / 2) + np.float32(form.low)).astype(np.float32)


def set_digest(form: ImageForm, items: Sequence[ImageItem], masks: NDArray[np.uint8] | None, partners: Floats | None, seed: int) -> str:
    """The name of a set: SHA-256 over its form, its lines, its masks and partners."""
    encoder, whole = msgspec.json.Encoder(order="sorted"), hashlib.sha256()
    whole.update(encoder.encode((form, seed)))
    for item in items:
        whole.update(encoder.encode(item))
    for name, values in (("masks", masks), ("partners", partners)):
        if values is not None:
            whole.update(f"{name}{values.shape}".encode())
            for start in range(0, len(values), _AT_ONCE):
                whole.update(np.ascontiguousarray(values[start : start + _AT_ONCE]).tobytes())
    return whole.hexdigest()


def _print(picture: NDArray[Any]) -> str:
    values = np.ascontiguousarray(picture, "<f4")
    return hashlib.sha256(f"{values.shape}".encode() + values.tobytes()).hexdigest()


def _see_form(values: Floats, form: ImageForm, masks: NDArray[Any] | None, partners: NDArray[Any] | None) -> None:
    """Raises InvalidInput XL-IMGSET-003, 004, 007, 010 for arrays that are not what the form says."""
    if not len(values):
        raise InvalidInput("XL-IMGSET-007", "the set has no pictures", fix="look at what was left out, and why")
    if not (np.isfinite(form.low) and np.isfinite(form.high) and form.high > form.low):
        raise InvalidInput("XL-IMGSET-010", "low and high do not span a range", where="form", fix="low below high, both finite")
    shape = (form.channels, *form.shape)
    for name, array, expected in (("pictures", values, shape), ("partners", partners, shape), ("masks", masks, form.shape)):
        if array is None:
            continue
        if array.shape != (len(values), *expected):
            raise InvalidInput(
                "XL-IMGSET-003", f"the {name} are not shaped as the form says", where=name, why=f"{array.shape}, not {(len(values), *expected)}",
                fix="(n, channels, *shape); masks (n, *shape)",
            )  # fmt: skip
    for name, array in (("pictures", values), ("partners", partners)):
        if array is not None:
            _see_finite(name, array)
    if masks is not None and (int(masks.min()) < 0 or int(masks.max()) > len(form.masks)):
        raise InvalidInput(
            "XL-IMGSET-003", "a mask holds a label that the form has no name for", where="masks", why=f"up to {int(masks.max())}",
            fix=f"the form names {len(form.masks)}: ImageForm(masks=...)",
        )  # fmt: skip


def _see_finite(name: str, array: NDArray[Any]) -> None:
    for place, picture in enumerate(array):
        if not np.isfinite(picture).all():
            raise InvalidInput(
                "XL-IMGSET-004", "a picture holds values that are no numbers", where=f"{name} #{place}", why="NaN or infinite",
                fix="find out where they come from; give what is not known a value, or leave the picture out",
            )  # fmt: skip


def _asked_for(values: Sequence[Any] | None, count: int, name: str) -> list[Any] | None:
    if values is None:
        return None
    if len(values) != count:
        raise InvalidInput(
            "XL-IMGSET-003", f"not as many {name} as pictures", where=name, why=f"{len(values)}, not {count}", fix="one each"
        )
    return list(values)


def _known(conditions: NDArray[np.floating] | None, form: ImageForm, count: int) -> list[dict[str, float]]:
    names = [one.name for one in form.conditions]
    table = np.full((count, len(names)), np.nan) if conditions is None else np.asarray(conditions, np.float64)
    if table.shape != (count, len(names)):
        raise InvalidInput(
            "XL-IMGSET-003", "the conditions are not shaped as the form says", where="conditions", why=f"{table.shape}, not {(count, len(names))}",
            fix="a row for each picture, a column for each condition of the form",
        )  # fmt: skip
    return [{name: float(value) for name, value in zip(names, row, strict=True) if np.isfinite(value)} for row in table]


def _strata(known: Sequence[Mapping[str, float]], form: ImageForm, domains: Sequence[str], stratify: str) -> list[str]:
    names = [one.name for one in form.conditions if one.kind == "level"]
    by = stratify or (names[0] if names else "")
    return [f"{domain}|{row.get(by, '')}" for domain, row in zip(domains, known, strict=True)]


def _see_people(persons: Sequence[str], splits: Sequence[str]) -> None:
    """Raises InvalidInput XL-IMGSET-005 where a person stands on two sides."""
    side: dict[str, str] = {}
    both = sorted({person for person, place in zip(persons, splits, strict=True) if side.setdefault(person, place) != place})
    if both:
        raise InvalidInput(
            "XL-IMGSET-005", "the same person stands on two sides of the split", where="split", why=f"{len(both)} people",
            fix="split by person; leave the split out, and it is made so",
        )  # fmt: skip


def _optional(path: Path) -> NDArray[Any] | None:
    return np.load(path, mmap_mode="r", allow_pickle=False) if path.exists() else None


def _digest_there(folder: Path) -> str:
    try:
        return msgspec.json.decode((folder / "card.json").read_bytes(), type=DataCard).digest
    except (OSError, msgspec.DecodeError):
        return ""


def _damaged(place: Path, why: str) -> InvalidInput:
    return InvalidInput("XL-IMGSET-002", "the set is not what was written", where=str(place), why=why, fix="collect it again")
