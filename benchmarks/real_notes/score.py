"""How many planted errors a checker finds in real notes, and how often it blames an honest sentence.

Takes verdicts per sentence with character spans, for the altered and for the untouched notes;
gives detection by class and the false-alarm rate, each with a 95 % interval.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]
from load import DATA, Case, cases, is_heading, sentences
from wilson import Rate, rates

FLAGGED = {"unsupported", "contradicted"}
Spans = list[tuple[int, int]]


def touches(spans: Spans, start: int, end: int) -> bool:
    """True when a span overlaps start-end; a place where words were only removed is touched by what stands around it."""
    if start == end:
        return any(a <= start <= b for a, b in spans)
    return any(a < end and start < b for a, b in spans)


def score(notes: list[Case], verdicts: list[dict]) -> dict[str, Rate]:
    """Rates by name: "all plants", one per class, "false alarms" (untouched notes), "false alarms beside plants".

    A verdict is {"set", "row", "text": "altered"|"original", "start", "end", "verdict"}. A plant no flagged
    sentence overlaps is missed. Raises ValueError when a note has no verdict at all.
    """
    flagged: dict[tuple[str, str, str], Spans] = defaultdict(list)
    seen: set[tuple[str, str, str]] = set()
    for verdict in verdicts:
        place = (verdict["set"], verdict["row"], verdict["text"])
        seen.add(place)
        if verdict["verdict"] in FLAGGED:
            flagged[place].append((verdict["start"], verdict["end"]))
    missing = [f"{n.set}/{n.row} {text}" for n in notes for text in ("altered", "original") if (n.set, n.row, text) not in seen]
    if missing:
        raise ValueError(f"no verdict for {len(missing)} notes, the first: {missing[0]}")
    return rates(hit for note in notes for hit in _hits(note, flagged))


def _hits(note: Case, flagged: dict[tuple[str, str, str], Spans]) -> Iterator[tuple[str, bool]]:
    spans = flagged.get((note.set, note.row, "altered"), [])
    for plant in note.plants:
        found = touches(spans, plant.start, plant.end)
        yield "all plants", found
        yield plant.kind, found
    yield from _false_alarms("false alarms", note.note_text, flagged.get((note.set, note.row, "original"), []), [])
    yield from _false_alarms("false alarms beside plants", note.altered_text, spans, [(p.start, p.end) for p in note.plants])


def _false_alarms(name: str, text: str, spans: Spans, plants: Spans) -> Iterator[tuple[str, bool]]:
    for start, end in sentences(text):
        if not is_heading(text[start:end]) and not any(touches([(start, end)], *plant) for plant in plants):
            yield name, touches(spans, start, end)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verdicts", type=Path, help="JSON lines, one verdict each")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--split", choices=["tune", "held_out"])
    chosen = parser.parse_args()
    verdicts = [json.loads(line) for line in chosen.verdicts.read_text(encoding="utf-8").splitlines() if line]
    found = score(list(cases(chosen.data, chosen.split)), verdicts)
    for name in sorted(found, key=lambda n: (n.startswith("false"), n != "all plants", n)):
        print(found[name].line(name))


if __name__ == "__main__":
    main()
