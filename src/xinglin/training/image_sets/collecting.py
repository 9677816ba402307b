"""From a folder to a set: every file read and looked at, copies and faults left out and counted, people told apart, the card filled.

Nothing is decided in silence: what is left out has a reason and a count, what is odd stands on the card, what cannot be learnt from is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from xinglin.intake.picture_files import LeftOut, PictureFile, picture_files, slices_of
from xinglin.intake.picture_outlines import outline_files
from xinglin.intake.picture_tables import PictureTable, picture_table
from xinglin.records.errors import InvalidInput, UsageError, XinglinError
from xinglin.records.image_learning import ImageForm, Split
from xinglin.training.image_sets import companions, known_words
from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.image_set import ImageSet
from xinglin.training.image_sets.oddities import told_oddities
from xinglin.training.image_sets.preparing import HU_WINDOW, Piece, pieces
from xinglin.training.image_sets.sayings import say
from xinglin.training.image_sets.without_copies import without_copies

Note = Callable[[str], None]
_SIDES: dict[str, Split] = {
    "train": "train", "training": "train", "val": "held-out", "valid": "held-out", "validation": "held-out", "held-out": "held-out",
    "dev": "held-out", "test": "test", "testing": "test",
}  # fmt: skip
_TO_MEND = (  # a reason that most files share is a wrong asking, not a few wrong files
    ("in colour", "XL-IMGSET-030", "the pictures are in colour, and grey was asked", "ask for --colour, or give grey pictures"),
    ("not in colour", "XL-IMGSET-030", "the pictures are grey, and colour was asked", "leave --colour out"),
    ("its spacing is not told", "XL-IMGSET-036", "the spacing of the pictures is not known", "leave --spacing out, or give DICOM or NIfTI"),
    ("not a volume", "XL-IMGSET-037", "these are flat pictures, and volumes were asked", "give two sides: --size 64"),
    ("smaller than one patch", "XL-IMGSET-038", "the pictures are smaller than a patch", "ask for a smaller --size, or another --fit"),
    ("no line in the table", "XL-IMGSET-039", "the table speaks of other files", "give paths inside the folder, or file names, in its column"),
    ("no mask", "XL-IMGSET-042", "most pictures have no mask", "give masks the names of their pictures, or a pattern: --masks '{name}_mask'"),
    ("no partner", "XL-IMGSET-043", "most pictures have no partner", "give partners the names of their pictures"),
)  # fmt: skip


def collect(folder: str | Path | Iterable[PictureFile | LeftOut], asking: Asking, note: Note | None = None) -> ImageSet:
    """A set of the pictures of a folder (or of pictures already read), as it was asked for. Nothing is written.

    Raises UsageError XL-IMGSET-048, NotFound XL-IMGSET-041, InvalidInput XL-IMGSET-004, 005, 007, 020 to 039 and 042 to 045, and what a table raises.
    """
    asking.see()
    gathering = _Gathering(asking)
    gathering.take(_files(folder, asking, note), folder if isinstance(folder, str | Path) else "", 0)
    if asking.others:
        gathering.take(_files(asking.others, asking, note), asking.others, 1)
    return gathering.done(_domains(folder, asking), note)


def _files(folder: str | Path | Iterable[PictureFile | LeftOut], asking: Asking, note: Note | None) -> Iterable[PictureFile | LeftOut]:
    if not isinstance(folder, str | Path):
        return folder
    others = tuple(Path(one) for one in (asking.masks, asking.partners, asking.others, asking.table) if one and "{name}" not in one)
    inside = tuple(one for one in others if one.resolve() != Path(folder).resolve())
    outlined = bool(asking.masks) and "{name}" not in asking.masks and Path(asking.masks).is_dir() and bool(outline_files(asking.masks))
    return picture_files(folder, volumes=asking.volumes or outlined, unit=asking.unit, without=inside, note=note)


def _domains(folder: object, asking: Asking) -> tuple[str, ...]:
    if not asking.others:
        return ()
    names = asking.domains or (Path(str(folder)).name, Path(asking.others).name)
    if len(names) != 2 or names[0] == names[1]:
        raise UsageError("XL-IMGSET-048", "the two domains need two names", where="--domain", fix="say --domain sharp --domain smooth")
    return tuple(names)


class _Gathering:
    """What has been found so far."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.pieces: list[Piece] = []
        self.left_out: Counter[str] = Counter()
        self.warnings: list[str] = []
        self.faults: list[XinglinError] = []
        self.table: PictureTable | None = None
        if asking.table:
            self.table = picture_table(asking.table, asking.path_column, asking.person_column, asking.encoding)
        self.person_from = _pattern(asking.person_from)
        self.masks: companions.Masks | None = None

    # ---- reading

    def take(self, files: Iterable[PictureFile | LeftOut], base: str | Path, domain: int) -> None:
        """Everything of one folder."""
        masks = companions.Masks(self.asking.masks, base, self.asking.mask_names) if self.asking.masks else None
        partners = companions.Partners(self.asking.partners, self.asking.volumes, self.asking.unit) if self.asking.partners else None
        self.masks = masks or self.masks
        for found in files:
            if masks is not None and masks.skips(found.source):
                continue
            if isinstance(found, LeftOut):
                self.left_out[found.reason] += 1
                continue
            try:
                for one in self._pieces(found, masks, partners):
                    if isinstance(one, LeftOut):
                        self.left_out[one.reason] += 1
                    else:
                        one.domain, one.looked_at = str(domain), f"{domain}/{one.looked_at}"
                        self.pieces.append(one)
            except InvalidInput as error:
                self.left_out[f"{error.what} ({error.code})"] += 1
                self.faults.append(error)

    def _pieces(
        self, found: PictureFile, masks: companions.Masks | None, partners: companions.Partners | None
    ) -> Iterator[Piece | LeftOut]:
        row = self.table.row(found.source) if self.table else {}
        if row is None:
            yield LeftOut(found.source, "no line in the table")
            return
        outlined = masks is not None and found.volume is not None and bool(masks.outlines)
        mask = (masks.on(found) if outlined else masks.of(found.source)) if masks else None
        if outlined and mask is not None and not self.asking.volumes:
            for number, one in enumerate(slices_of(found)):
                yield from self._told(one, row, mask[number], None)
            return
        if masks and mask is None:
            yield LeftOut(found.source, "no mask")
            return
        partner = partners.of(found.source) if partners else None
        if partners and partner is None:
            yield LeftOut(found.source, "no partner")
            return
        yield from self._told(found, row, mask, partner)

    def _told(self, found: PictureFile, row: Any, mask: Any, partner: PictureFile | None) -> Iterator[Piece | LeftOut]:
        for one in pieces(found, self.asking, mask, partner):
            if isinstance(one, Piece):
                one.whose = self._whose(found, row)
                one.side = row.get("split", "")
                one.words = self._words(found, row)
            yield one

    def _whose(self, found: PictureFile, row: Any) -> str:
        if self.table and self.table.person_column and row.get(self.table.person_column):
            return f"table\x1f{row[self.table.person_column]}"
        if self.person_from:
            match = self.person_from.search(found.source)
            if match:
                return f"path\x1f{match[1]}"
        return f"file\x1f{found.whose}" if found.whose else ""

    def _words(self, found: PictureFile, row: Any) -> dict[str, str | float]:
        words = dict(found.words)
        if self.asking.label_from != "array":
            words.pop("label", None)
        if found.spacing_mm and len(set(found.spacing_mm[-2:])) == 1:
            words["spacing_mm"] = round(found.spacing_mm[-1], 4)
        if self.asking.label_from == "folder" and "/" in found.source:
            words["label"] = found.source.split("/")[0]
        asked = self.asking.conditions
        if asked and self.asking.label_from and "label" not in {one.partition("=")[0] for one in asked}:
            asked = ("label", *asked)
        return known_words.asked_words(words | dict(row), asked)

    # ---- the set

    def done(self, domains: tuple[str, ...], note: Note | None) -> ImageSet:
        """The set. Raises what makes it none."""
        asking = self.asking
        self._see_left_out()
        form_kind = self._see_kinds()
        for number, piece in enumerate(self.pieces):
            piece.whose = piece.whose or f"unknown\x1f{piece.domain}\x1f{piece.file or number}"
        if note:
            note(f"{len(self.pieces):,} pictures read; looking for copies")
        if not asking.keep_copies:
            self.pieces = without_copies(self.pieces, self.left_out, self.warnings, note)
        if len(self.pieces) < asking.least:
            raise InvalidInput(
                "XL-IMGSET-032", "these are too few pictures to learn from", where=asking.name,
                why=f"{len(self.pieces)} are left, {asking.least} are the least; left out: {_counted(self.left_out)}",
                fix="give more pictures; with less, nothing but copies could be learnt",
            )  # fmt: skip
        wanted = asking.conditions + (("label",) if asking.label_from and "label" not in asking.conditions else ())
        conditions = known_words.conditions_of([piece.words for piece in self.pieces], wanted, self.warnings)
        for piece in self.pieces:
            piece.known = known_words.values_of(piece.words, conditions)
        form = self._form(form_kind, conditions, domains)
        self.warnings += told_oddities(self.pieces, asking, form, self.table)
        return self._set(form, domains)

    def _see_left_out(self) -> None:
        """Where most of what could be read is left out for one reason, that reason is the answer."""
        kept = len({piece.file + piece.source for piece in self.pieces})
        for reason, code, what, fix in _TO_MEND:
            if self.left_out[reason] > max(kept, 0) and self.left_out[reason] > 0:
                raise InvalidInput(
                    code, what, where=self.asking.name, why=f"{reason}: {self.left_out[reason]} of {kept + self.left_out[reason]}", fix=fix
                )
        if self.faults and len(self.faults) >= max(1, kept):
            raise self.faults[0]
        if not self.pieces:
            raise InvalidInput(
                "XL-IMGSET-007", "the set has no pictures", where=self.asking.name, why=_counted(self.left_out) or "no file was found",
                fix="look at what was left out, and why",
            )  # fmt: skip
        self.warnings += [say("fault", dict(code=error.code, where=error.where, what=error.what)) for error in self.faults[:5]]

    def _see_kinds(self) -> str:
        """What the numbers of all pictures are. Raises InvalidInput XL-IMGSET-044 for several modalities, 045 for several kinds of number."""
        modalities = Counter(piece.modality or "not told" for piece in self.pieces)
        told = sorted(one for one in modalities if one != "not told")
        if len(told) > 1:
            raise InvalidInput(
                "XL-IMGSET-044", "the folder holds several modalities", where=self.asking.name, why=_counted(modalities),
                fix=f"choose one: --modality {told[0]}",
            )  # fmt: skip
        kinds = Counter(piece.kind for piece in self.pieces)
        if len(kinds) > 1:
            words = {
                "HU": "Hounsfield units",
                "grey": "grey levels of 8 bits",
                "numbers": "numbers of a range of their own (16 bits, float)",
            }
            raise InvalidInput(
                "XL-IMGSET-045", "the pictures hold numbers of several kinds", where=self.asking.name,
                why=_counted(Counter({words[kind]: count for kind, count in kinds.items()})), fix="give pictures of one kind",
            )  # fmt: skip
        return next(iter(kinds))

    def _form(self, kind: str, conditions: Any, domains: tuple[str, ...]) -> ImageForm:
        asking, first = self.asking, self.pieces[0]
        window = asking.window if kind != "grey" or not first.modality else None
        if window is None and kind == "numbers":
            window = min(piece.span[0] for piece in self.pieces), max(piece.span[1] for piece in self.pieces)
            self.warnings.append(say("measured range", dict(low=f"{window[0]:g}", high=f"{window[1]:g}")))
        low, high = window or (HU_WINDOW if kind == "HU" else (0.0, 255.0))
        spacings = np.array([piece.spacing_mm for piece in self.pieces if len(piece.spacing_mm) == len(asking.shape)])
        alike = len(spacings) == len(self.pieces) and bool((np.ptp(spacings, axis=0) <= 0.05 * np.median(spacings, axis=0)).all())
        spacing = tuple(round(float(one), 4) for one in np.median(spacings, axis=0)) if alike else ()
        masks = tuple(self.masks.names) if self.masks is not None else ()
        if (self.masks is not None and len(masks) < self.masks.most) or (self.masks is not None and not masks):
            masks = ("marked",) if self.masks.most <= 1 else tuple(str(label) for label in range(1, self.masks.most + 1))
        modality = next((piece.modality for piece in self.pieces if piece.modality), asking.modality)
        return ImageForm(
            asking.shape, len(first.values), float(low), float(high), "HU" if kind == "HU" else "", modality, spacing,
            masks if self.masks is not None else (), conditions, domains, asking.mirrored,
        )  # fmt: skip

    def _set(self, form: ImageForm, domains: tuple[str, ...]) -> ImageSet:
        asking = self.asking
        names: dict[str, str] = {}
        for piece in self.pieces:
            names.setdefault(piece.whose, f"p{len(names) + 1:05}")
        known = [[piece.known.get(one.name, np.nan) for one in form.conditions] for piece in self.pieces]
        table = np.array(known, np.float64).reshape(len(known), len(form.conditions))
        values = np.stack([piece.values for piece in self.pieces])
        return ImageSet.of(
            values, form, persons=[names[piece.whose] for piece in self.pieces], conditions=table,
            masks=None if self.masks is None else np.stack([piece.mask for piece in self.pieces if piece.mask is not None]),
            partners=np.stack([piece.partner for piece in self.pieces if piece.partner is not None]) if asking.partners else None,
            domains=[domains[int(piece.domain)] for piece in self.pieces] if domains else None, splits=self._sides(),
            sources=_sources(self.pieces, names), held_out=asking.held_out, test=asking.test, seed=asking.seed, name=asking.name,
            source=asking.source, licence=asking.licence, synthetic=sum(piece.synthetic for piece in self.pieces),
            left_out=dict(sorted(self.left_out.items())), warnings=list(dict.fromkeys(self.warnings)),
        )  # fmt: skip

    def _sides(self) -> list[Split] | None:
        """The sides a table gives, None where it gives none. Raises InvalidInput XL-IMGSET-046 where it gives some, or words that are none."""
        if not any(piece.side for piece in self.pieces):
            return None
        wrong = [piece for piece in self.pieces if piece.side.lower() not in _SIDES]
        if wrong:
            raise InvalidInput(
                "XL-IMGSET-046", "the column split does not give every picture a side", where=self.asking.table,
                why=f"{len(wrong)} pictures", fix="train, held-out (or val) or test for each; or leave the column out",
            )  # fmt: skip
        return [_SIDES[piece.side.lower()] for piece in self.pieces]


def _sources(found: Sequence[Piece], names: dict[str, str]) -> list[str]:
    """Paths; where a path tells the person's name or number, the pseudonym and a count instead."""
    return [f"{names[one.whose]}/{number}" if one.telling else one.source for number, one in enumerate(found)]


def _pattern(text: str) -> re.Pattern[str] | None:
    if not text:
        return None
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise UsageError("XL-IMGSET-047", "this is no regular expression", where="--person-from", why=str(error), fix="(\\d+)_") from None
    if pattern.groups < 1:
        raise UsageError("XL-IMGSET-047", "the expression has no group that is the person", where="--person-from", fix="(\\d+)_")
    return pattern


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{word}: {count}" for word, count in counts.most_common())
