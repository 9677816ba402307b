"""How many planted errors a checker finds in real notes, and how often it blames an honest sentence.

Takes verdicts per sentence with character spans, for the altered and for the untouched notes;
gives detection by class and the false-alarm rate, each with a 95 % interval (Wilson 1927, 10.1080/01621459.1927.10502953).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from load import DATA, Case, cases, is_heading, sentences

FLAGGED = {"unsupported", "contradicted"}
Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Rate:
    """`hits` of `total`, with the 95 % Wilson score interval; rate and bounds are shares from 0 to 1."""

    hits: int
    total: int

    @property
    def rate(self) -> float:
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.959964, self.total, self.hits / self.total
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def line(self, name: str) -> str:
        low, high = self.interval
        return f"{name:28} {self.hits:5}/{self.total:<5} {100 * self.rate:6.1f} %  ({100 * low:.1f}-{100 * high:.1f})"


def touches(spans: Spans, start: int, end: int) -> bool:
    """True when a span overlaps start-end; a place where words were only removed is touched by what stands around it."""
    if start == end:
        return any(a <= start <= b for a, b in spans)
    return any(a < end and start < b for a, b in spans)


def score(notes: list[Case], verdicts: list[dict]) -> dict[str, Rate]:
    """Rates by name: "all plants", one per class, "false alarms" (untouched notes), "false alarms beside plants".

    A verdict is {"set", "row", "text": "altered"|"original", "start", "end", "verdict"}. A plant no flagged
    sentence overlaps is missed, so an unread note counts as missed. Raises ValueError when a note has no verdict at all.
    """
    flagged: dict[tuple[str, str, str], Spans] = defaultdict(list)
    seen: set[tuple[str, str, str]] = set()
    for verdict in verdicts:
        place = (verdict["set"], verdict["row"], verdict["text"])
        seen.add(place)
        if verdict["verdict"] in FLAGGED:
            flagged[place].append((verdict["start"], verdict["end"]))
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for note in notes:
        for text in ("altered", "original"):
            if (note.set, note.row, text) not in seen:
                raise ValueError(f"no verdict for the {text} note {note.set}/{note.row}")
        spans = flagged[note.set, note.row, "altered"]
        for plant in note.plants:
            _count(counts, ("all plants", plant.kind), touches(spans, plant.start, plant.end))
        _false_alarms(counts, "false alarms", note.note_text, flagged[note.set, note.row, "original"], [])
        _false_alarms(counts, "false alarms beside plants", note.altered_text, spans, [(p.start, p.end) for p in note.plants])
    return {name: Rate(hits, total) for name, (hits, total) in counts.items()}


def _false_alarms(counts: dict[str, list[int]], name: str, text: str, spans: Spans, plants: Spans) -> None:
    for start, end in sentences(text):
        if not is_heading(text[start:end]) and not any(touches([(start, end)], *plant) for plant in plants):
            _count(counts, (name,), touches(spans, start, end))


def _count(counts: dict[str, list[int]], names: tuple[str, ...], hit: bool) -> None:
    for name in names:
        counts[name][0] += hit
        counts[name][1] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verdicts", type=Path, help="JSON lines, one verdict each")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--split", choices=["tune", "held_out"])
    chosen = parser.parse_args()
    verdicts = [json.loads(line) for line in chosen.verdicts.read_text(encoding="utf-8").splitlines() if line]
    rates = score(list(cases(chosen.data, chosen.split)), verdicts)
    for name in sorted(rates, key=lambda n: (n.startswith("false"), n != "all plants", n)):
        print(rates[name].line(name))


if __name__ == "__main__":
    main()
