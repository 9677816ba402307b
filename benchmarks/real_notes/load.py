"""Real visit notes with errors planted in them, for checking a note against its transcript.

Reads the ACI-Bench and MTS-Dialog CSV files from a data folder, applies the patches of planted.jsonl,
and gives each altered note with the places that are wrong. See README.md.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "../shared/data"
SETS = {
    "aci-train": ("dialogue-aci-bench/train.csv", "encounter_id", "dialogue", "note"),
    "aci-valid": ("dialogue-aci-bench/valid.csv", "encounter_id", "dialogue", "note"),
    "mts-train": ("dialogue-mts-dialog/MTS-Dialog-TrainingSet.csv", "ID", "dialogue", "section_text"),
    "mts-valid": ("dialogue-mts-dialog/MTS-Dialog-ValidationSet.csv", "ID", "dialogue", "section_text"),
}
Split = Literal["tune", "held_out"]


class PatchMismatch(ValueError):
    """The data is not the version the patches were made for. Names the set and row, never the words."""


@dataclass(frozen=True)
class Plant:
    """One wrong place. `start`/`end` are characters of the altered text (equal when words were only removed)."""

    kind: str
    start: int
    end: int
    note: str


@dataclass(frozen=True)
class Case:
    """One note: its transcript, the note as its author wrote it, and the same note with plants in it."""

    set: str
    row: str
    split: Split
    source_text: str
    note_text: str
    altered_text: str
    plants: tuple[Plant, ...]


def split_of(set_name: str, row: str) -> Split:
    """The share a note belongs to, by hash of its place, so that it never depends on the order of anything."""
    number = int(hashlib.sha256(f"{set_name}/{row}".encode()).hexdigest()[:8], 16)
    return "tune" if number % 100 < 60 else "held_out"


def altered(note: str, patches: list[dict], where: str) -> tuple[str, tuple[Plant, ...]]:
    """The note with all patches applied, and each plant's span in the result. Raises PatchMismatch."""
    pieces: list[str] = []
    plants: list[Plant] = []
    at = length = 0
    for patch in sorted(patches, key=lambda p: (p["start"], p["end"])):
        start, end = patch["start"], patch["end"]
        replaced = note[start:end]
        if start < at or hashlib.sha256(replaced.encode()).hexdigest()[:12] != patch["original_sha"]:
            raise PatchMismatch(f"{where}: the text at {start}-{end} is not what the patch was made for")
        pieces += [note[at:start], patch["replacement"]]
        length += start - at
        plants.append(Plant(patch["class"], length, length + len(patch["replacement"]), patch["note"]))
        length += len(patch["replacement"])
        at = end
    return "".join([*pieces, note[at:]]), tuple(plants)


def rows(data: Path, set_name: str) -> dict[str, tuple[str, str]]:
    """Row name -> (transcript, note) of one set, exactly as the CSV holds them."""
    csv.field_size_limit(2**31 - 1)
    path, key, source, note = SETS[set_name]
    with (data / path).open(newline="", encoding="utf-8") as lines:
        return {row[key]: (row[source], row[note]) for row in csv.DictReader(lines)}


def cases(data: Path = DATA, split: Split | None = None) -> Iterator[Case]:
    """Every altered note, in the order of planted.jsonl. Raises FileNotFoundError without the data, PatchMismatch."""
    groups: dict[tuple[str, str], list[dict]] = {}
    for line in (HERE / "planted.jsonl").read_text(encoding="utf-8").splitlines():
        patch = json.loads(line)
        groups.setdefault((patch["set"], patch["row"]), []).append(patch)
    texts = {name: rows(data, name) for name in SETS}
    for (name, row), patches in groups.items():
        share = split_of(name, row)
        if split and share != split:
            continue
        source, note = texts[name][row]
        wrong, plants = altered(note, patches, f"{name}/{row}")
        yield Case(name, row, share, source, note, wrong, plants)


_END = re.compile(r"[.!?]+[\"'’”)\]]*(?=\s)")
_SHORT = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|St|vs|No|approx|e\.g|i\.e|a\.m|p\.m|[bqt]\.i\.d|q\.d|h\.s|p\.r\.n|[A-Z])|(?:^|\s)\d{1,2})\.$")


def sentences(text: str) -> list[tuple[int, int]]:
    """Character spans of the sentences of a note: the measure's own ruler, so no checker chooses its denominator."""
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\r\n]+", text):
        at, stop = line.span()
        for mark in _END.finditer(text, at, stop):
            if _SHORT.search(text[at : mark.end()]) and text[mark.end() : mark.end() + 2].strip()[:1].isalnum():
                continue
            spans.append((at, mark.end()))
            at = mark.end()
        spans.append((at, stop))
    return [s for s in (_trim(text, *span) for span in spans) if s[0] < s[1]]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())


def is_heading(sentence: str) -> bool:
    """True for a line that only names a section or problem ("PLAN", "HPI:", "Neck", "2.") and says nothing."""
    words = sentence.strip("•-* \t")
    if not re.search(r"[A-Za-z]", words):
        return True
    return words.isupper() or words.endswith(":") or (words[-1] not in ".!?" and len(words.split()) <= 3 and not re.search(r"\d", words))


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    every = list(cases(folder))
    print(f"{len(every)} notes, {sum(len(c.plants) for c in every)} plants, all patches fit the data")
