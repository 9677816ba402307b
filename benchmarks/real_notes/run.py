"""How many planted errors the check xl151 finds in real notes through the same road as `xinglin check --source`, per class.

Held-out notes: the shipped weights, judged by `xinglin.flow.verify.judge_text`, flagged at the shipped threshold, and for
comparison at thresholds that give 4, 6, 8, 10 and 15 % false alarms. Tuning notes: scores by forests that had not learnt from
the note (`tune_crossed.json`, written by `models/transcript_reader/fit.py`). Writes result.json.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from load import DATA, Case, cases
from machine import described
from score import score
from wilson import Rate, rates

from xinglin.flow import verify
from xinglin.models.transcript_reader.judge import judge, weights
from xinglin.models.transcript_reader.spoken_places import Spoken

POINTS = (0.04, 0.06, 0.08, 0.10, 0.15)
AS_OF = "2026-01-01"


def judged(notes: list[Case]) -> tuple[list[dict], float]:
    """A verdict and a score for every sentence of both texts of every note, and sentences per CPU-second."""
    checks = verify.all_checks("source")
    out: list[dict] = []
    spent = 0.0
    for note in notes:
        for name, text in (("original", note.note_text), ("altered", note.altered_text)):
            start = time.process_time()
            found = verify.judge_text(text, "en", (), None, note.source_text, AS_OF, checks).sentences
            spent += time.process_time() - start
            source, whole = Spoken(note.source_text), Spoken(text)
            for s in found:
                undecided = any(i.verdict == "not_checkable" for i in s.issues)  # a heading is not checkable and has no issue
                score_of = judge(s.text, source, whole, s.start) if s.verdict != "not_checkable" or undecided else None
                out.append(
                    {"set": note.set, "row": note.row, "text": name, "start": s.start, "end": s.start + len(s.text), "verdict": s.verdict,
                     "wrong": score_of.wrong if score_of else 0.0}
                )  # fmt: skip
    return out, len(out) / spent


def at_threshold(notes: list[Case], verdicts: list[dict], threshold: float) -> dict[str, Rate]:
    return score(notes, [{**v, "verdict": "unsupported" if v["wrong"] >= threshold else "supported"} for v in verdicts])


def told(found: dict[str, Rate]) -> dict[str, dict]:
    return {
        n: {"found": r.hits, "of": r.total, "rate": round(r.rate, 4), "interval": [round(x, 4) for x in r.interval]}
        for n, r in found.items()
    }


def curve(notes: list[Case], verdicts: list[dict]) -> list[dict]:
    """Detection at the lowest threshold that keeps false alarms under each point."""
    steps = [(t / 200, at_threshold(notes, verdicts, t / 200)) for t in range(60, 200)]
    kept = ((p, next((t, f) for t, f in steps if f["false alarms"].rate <= p)) for p in POINTS)
    return [
        {"allowed": p, "threshold": t, "false_alarms": round(f["false alarms"].rate, 4), "detection": round(f["all plants"].rate, 4)}
        for p, (t, f) in kept
    ]


def crossed() -> dict:
    """The tuning notes, each sentence scored by forests that had not learnt from its note."""
    scored = json.loads((HERE / "tune_crossed.json").read_text(encoding="utf-8"))
    right = sorted((s["wrong"] for s in scored if s["kind"] == "right"), reverse=True)
    plants = [s for s in scored if s["kind"] != "right"]

    def found(threshold: float) -> dict[str, Rate]:
        hits = [(n, s["wrong"] >= threshold) for s in plants for n in ("all plants", s["kind"])]
        return rates([*hits, *(("false alarms", w >= threshold) for w in right)])

    points = [(p, right[int(p * len(right))]) for p in POINTS]
    return {
        "rates": told(found(weights().threshold)),
        "curve": [{"allowed": p, "threshold": round(t, 4), "detection": round(found(t)["all plants"].rate, 4)} for p, t in points],
    }


def main() -> None:
    data = Path(os.environ.get("XINGLIN_TEST_DATA", DATA)).resolve()
    notes = list(cases(data, "held_out"))
    verdicts, speed = judged(notes)
    shipped = score(notes, verdicts)
    result = {
        "held_out": {"detection": round(shipped["all plants"].rate, 4), "false_alarms": round(shipped["false alarms"].rate, 4), "rates": told(shipped),
                     "curve": curve(notes, verdicts)},
        "tune_cross_validated": crossed(), "threshold": weights().threshold, "weights": weights().made_from, "sentences_per_cpu_s": round(speed),
        "machine": described(),
    }  # fmt: skip
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name in sorted(shipped, key=lambda n: (n.startswith("false"), n != "all plants", n)):
        print(shipped[name].line(name))
    print(result["held_out"]["curve"], round(speed), "sentences per CPU-second")


if __name__ == "__main__":
    main()
