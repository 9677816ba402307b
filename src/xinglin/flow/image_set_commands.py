"""The command that makes a set of pictures to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from xinglin.flow.asked import Asked, Outcome, who
from xinglin.flow.image_sets import charts_among, collected, written
from xinglin.records.errors import UsageError

if TYPE_CHECKING:
    from xinglin.records.image_learning import DataCard
    from xinglin.training.image_sets.asking import Asking


def collect_images(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A set from a folder, or from charts."""
    if not given["out"] and not given["dry_run"]:
        raise UsageError("XL-IMGSET-049", "where to write the set was not said", where="-o", fix="say -o FOLDER, or --dry-run to look only")
    found = collected(given["sources"], asking_of(given), asked.house, asked.note)
    folder = None if given["dry_run"] else written(found, given["out"], charts_among(given["sources"]), asked.house, given["by"] or who())
    value = {
        "set": None if folder is None else str(folder), "digest": found.card.digest, "pictures": len(found), "card": msgspec.to_builtins(found.card),
    }  # fmt: skip
    return Outcome(value, (*card_lines(found.card), *([str(folder)] if folder else [])))


def collect_phantoms(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A set of nobody."""
    from xinglin.training.nodule_patches import nodule_patches
    from xinglin.training.phantom_sets import phantom_set

    people, size, seed, name = given["people"], given["size"], given["seed"] or 0, given["name"]
    if given["nodules"] and given["shift"]:
        raise UsageError("XL-IMGSET-062", "nodules are seen by one scanner", where="--shift", fix="leave --shift or --nodules away")
    if given["nodules"]:
        found = nodule_patches(people, size, each=given["slices"], seed=seed, name=name, note=asked.note)
    else:
        found = phantom_set(people, size, slices=given["slices"], seed=seed, shift=given["shift"] or "", name=name, note=asked.note)
    folder = written(found, given["out"])
    return Outcome(
        {"set": str(folder), "digest": found.card.digest, "pictures": len(found), "card": msgspec.to_builtins(found.card)},
        (*card_lines(found.card), str(folder)),
    )


def asking_of(given: Mapping[str, Any]) -> Asking:
    """What was typed, as it is asked. Raises UsageError XL-IMGSET-049."""
    from xinglin.training.image_sets.asking import Asking

    sides = tuple(int(one) for one in _numbers(given["size"], "--size"))
    shape = sides * 2 if len(sides) == 1 else sides
    spacing = _numbers(given["spacing"], "--spacing")
    ends = _numbers(given["window"], "--window")
    if len(ends) not in (0, 2):
        raise UsageError("XL-IMGSET-049", "a window has two ends", where="--window", fix="write --window=-1000,400")
    sources = given["sources"]
    return Asking(
        shape=shape, fit=given["fit"], unit=given["unit"] or "", window=(ends[0], ends[1]) if ends else None, modality=given["modality"] or "",
        colour=given["colour"], spacing_mm=spacing * len(shape) if len(spacing) == 1 else spacing, neighbours=given["neighbours"],
        per_file=given["per_file"], label_from=given["label_from"] or "", table=str(given["table"] or ""), path_column=given["path_column"] or "",
        person_column=given["person_column"] or "", encoding=given["encoding"], conditions=tuple(given["condition"]),
        person_from=given["person_from"] or "", masks=given["masks"] or "", mask_names=tuple(given["mask_name"]),
        partners=str(given["partners"] or ""), others=str(given["others"] or ""), domains=tuple(given["domain"]), mirrored=given["mirrored"],
        keep_copies=given["keep_copies"], held_out=_number(given["held_out"], "--held-out"), test=_number(given["test"], "--test"),
        seed=given["seed"] or 0, least=given["least"], name=given["name"] or (Path(sources[0]).resolve().name if sources else "pictures"),
        source=given["source"] or "", licence=given["licence"] or "",
    )  # fmt: skip


def card_lines(card: DataCard) -> Iterator[str]:
    """A card for people."""
    form = card.form
    size = "x".join(map(str, form.shape))
    yield f"{card.name}: {sum(card.counts.values()):,} pictures of {sum(card.persons.values()):,} people, {size}, {form.low:g} to {form.high:g} {form.unit}".rstrip()
    yield "  " + ", ".join(f"{side} {count:,} ({card.persons[side]:,} people)" for side, count in card.counts.items())
    for name, levels in card.levels.items():
        yield f"  {name}: " + ", ".join(f"{level} {count:,}" for level, count in levels.items())
    for name, (least, middle, most) in card.numbers.items():
        yield f"  {name}: {least:g} to {most:g}, median {middle:g}"
    for reason, count in sorted(card.left_out.items(), key=lambda one: (-one[1], one[0])):
        yield f"  left out: {count:,} {reason}"
    for warning in card.warnings:
        yield f"  note: {warning}"


def _numbers(text: str | None, where: str) -> tuple[float, ...]:
    return tuple(_number(word, where) for word in text.split(",")) if text else ()


def _number(text: str, where: str) -> float:
    try:
        number = float(text)
        if number - number == 0:
            return number
    except ValueError:
        pass
    raise UsageError("XL-IMGSET-049", "this is no number", where=where, fix="write 64, or 2.5,1,1")
