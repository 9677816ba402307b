"""The notes a judge may learn from, as JSON lines: every note that is not held out, with the slips planted in it by hand.

`python benchmarks/real_notes/training_notes.py OUT.jsonl [DATA]`; `xinglin.models.transcript_reader.fit` reads the result.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent)]
from load import DATA, SETS, Case, cases, is_heading, rows, sentences, split_of


def planted(case: Case) -> list[dict]:
    """Each plant with the sentence it stands in, that sentence as it was, and the altered note."""
    honest = [case.note_text[a:b] for a, b in sentences(case.note_text)]
    out = []
    for a, b in sentences(case.altered_text):
        text = case.altered_text[a:b]
        for plant in case.plants:
            touched = (plant.start < b and a < plant.end) or (plant.start == plant.end and a <= plant.start <= b)
            if not touched or (plant.kind == "invented_fact" and plant.start - a > 10):
                continue  # an invented sentence only touches the one before it
            words = set(text.split())
            before = max(honest, key=lambda s: len(words & set(s.split())) / len(words | set(s.split())))
            out.append(
                {
                    "text": text,
                    "start": a,
                    "kind": plant.kind,
                    "span": [plant.start - a, plant.end - a],
                    "note": case.altered_text,
                    "instead_of": before,
                }
            )
    return out


def main() -> None:
    out, data = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else DATA
    known = {(c.set, c.row): c for c in cases(data, "tune")}
    lines = []
    for name in SETS:
        for row, (source, note) in rows(data, name).items():
            said = [(note[a:b], a) for a, b in sentences(note) if not is_heading(note[a:b])]
            if split_of(name, row) == "held_out" or not source.strip() or not said:
                continue
            case = known.get((name, row))
            lines.append(json.dumps({"source": source, "note": note, "sentences": said, "planted": planted(case) if case else []}))
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
