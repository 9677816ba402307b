"""What is said of a virtual nodule, and in which order: what it is, where, its truth, what the masks lose, how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.errors import UsageError
from xinglin.records.fact import MADE_HERE
from xinglin.shelf.promises import Plan

WORDS = word_book(Path(__file__).with_name("words"))
SECTIONS = ("nodule", "truth", "masks", "method", "missing")
_TRUTH = ("diameter_mm", "volume_mm3", "solid_diameter_mm", "mean_hu", "contrast_hu", "pleura_distance_mm", "doubling_days")
_MASKS = ("binary_volume_mm3", "binary_loss_percent", "apparent_volume_mm3")
_BLUR = ("blur_slice_mm", "blur_row_mm")


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points about the nodule that was made. Raises UsageError XL-VNOD-006 for an unknown length."""
    length = request.options.get("length", "standard")
    if length not in {"short", "standard", "full"}:
        raise UsageError("XL-VNOD-006", "length must be short, standard or full", where="option length")
    words = complete(WORDS[request.language], request.language)
    made = {fact.id.removeprefix(MADE_HERE): fact.id for fact in facts if fact.id.startswith(MADE_HERE)}
    points = [Point("nodule", "nodule.nodule", (made["nodule"], *_study(facts)))] if "nodule" in made else []
    points += [Point("nodule", "nodule.place", (made["place"],))] if "place" in made else []
    points += [Point("truth", _phrase(key), (made[key],)) for key in _TRUTH if key in made]
    if length != "short":
        points += [Point("masks", "nodule.number", (made[key],)) for key in _MASKS if key in made]
        points += [Point("method", "nodule.method", (made["method"],))] if "method" in made else []
        points += [Point("method", "nodule.number", (made[key],)) for key in _BLUR if key in made]
    notes = [key for key in made if key.startswith("note")]
    points += [Point("method", "nodule.note", (made[key],)) for key in notes]
    used = {point.section for point in points}
    sections = tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used)
    return Plan(words["title"], sections, tuple(points), (made["nodule"],) if "nodule" in made else ())


def _phrase(key: str) -> str:
    return "nodule.days" if key.endswith("_days") else "nodule.number"


def _study(facts: Sequence[Fact]) -> tuple[str, ...]:
    """The study whose series was changed, as the record knows it."""
    sources = {fact.details.get("study", "") for fact in facts if fact.id == f"{MADE_HERE}nodule"}
    return tuple(fact.id for fact in facts if fact.id.removeprefix("imaging.") in sources)
