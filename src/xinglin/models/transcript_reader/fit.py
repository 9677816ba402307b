"""Learn the judge's weights from pairs of transcript and note: right sentences as they are, and slips made of them.

Needs scikit-learn (not a dependency of the product). `python -m xinglin.models.transcript_reader.fit NOTES.jsonl OUT.json`
with lines {"source", "note", "sentences": [[text, start], ...]} of notes that no reported figure uses. Same input and seed, same weights.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from xinglin.knowledge import terms
from xinglin.models.transcript_reader.features import measure
from xinglin.models.transcript_reader.judge import Weights, summary
from xinglin.models.transcript_reader.slips import slips
from xinglin.models.transcript_reader.transcript import Transcript
from xinglin.models.transcript_reader.trees import Forest, Tree
from xinglin.models.transcript_reader.words import tokens

ALLOWED_FALSE_ALARMS = 0.05
SLIPS_EACH = 4


def rarity_of(sources: Sequence[Transcript]) -> dict[str, float]:
    """How rare each stem is over the sources, in nats; a stem in fewer than three is left to the default."""
    seen = Counter(stem for s in sources for stem in s.by_stem)
    return {stem: round(math.log(len(sources) / n), 2) for stem, n in sorted(seen.items()) if n >= 3}


def fit(notes: Sequence[dict[str, Any]], seed: int = 0, trees: int = 160) -> Weights:
    """Weights learnt in two halves, so that the sentence forest sees word chances of notes its word forest has not seen."""
    sources = [Transcript(n["source"]) for n in notes]
    rarity = rarity_of(sources)
    cases = _cases(notes, sources, rarity, seed)
    half = [_forest_of_words([c for c in cases if c[0] % 2 == k], trees // 2) for k in (0, 1)]
    rows, labels, kinds = [], [], []
    for note, kind, found, marks in cases:
        chances = [half[1 - note % 2].probability(r) for r in found]
        rows.append(summary(chances, found))
        labels.append(int(marks is not None))
        kinds.append(kind)
    sentences = _boost(rows, labels, trees, 3, [6.0 if k == "right" else 1.0 for k in kinds])
    chances = _crossed(rows, labels, [c[0] for c in cases], trees)
    threshold = sorted((p for p, y in zip(chances, labels, strict=True) if not y), reverse=True)[int(ALLOWED_FALSE_ALARMS * labels.count(0))]
    words = _forest_of_words(cases, trees)
    return Weights(words, sentences, rarity, round(threshold, 4), f"{len(notes)} notes, {len(rows)} sentences, seed {seed}")


Case = tuple[int, str, list[list[float]], list[float] | None]


def _cases(notes: Sequence[dict[str, Any]], sources: Sequence[Transcript], rarity: dict[str, float], seed: int) -> list[Case]:
    """(note, kind, rows, word labels) with labels None for right sentences and 1/0/nan per word for slips."""
    medicines = [t.en[0] for t in terms.TERMS if t.kind == "medicine" and " " not in t.en[0]]
    findings = [n for t in terms.TERMS if t.kind in ("problem", "symptom", "finding") for n in t.en[:2] if 3 < len(n) < 30]
    random = Random(seed)
    everything = [s for n in notes for s, _ in n["sentences"] if 25 < len(s) < 140]
    cases: list[Case] = []
    for number, (note, source) in enumerate(zip(notes, sources, strict=True)):
        numbers = sorted({v for t in source.tokens for v in t.values if len(v) < 5})
        whole = Transcript(note["note"])
        for sentence, start in note["sentences"]:
            at = (start, start + len(sentence))
            _, rows = measure(sentence, source, rarity, whole, at)
            if not rows:
                continue
            cases.append((number, "right", rows, None))
            made = slips(sentence, random, medicines, findings, numbers, everything)
            for slip in random.sample(made, min(SLIPS_EACH, len(made))):
                found, rows = measure(slip.text, source, rarity, whole, at)
                marks = [1.0 if any(a < t.end and t.start < b for a, b in slip.spans) else math.nan for t in found]
                if rows:
                    cases.append((number, slip.kind, rows, marks))
    return cases


def _forest_of_words(cases: Sequence[Case], trees: int) -> Forest:
    rows, labels, kept = [], [], []
    for _, kind, found, marks in cases:
        for k, row in enumerate(found):
            mark = 0.0 if marks is None else marks[k]
            if not math.isnan(mark):
                rows.append(row)
                labels.append(int(mark))
                kept.append(0.5 if kind == "invented" else 1.0)
    return _boost(rows, labels, trees, 4, kept)


def _boost(rows: Sequence[Sequence[float]], labels: Sequence[int], trees: int, depth: int, weight: Sequence[float]) -> Forest:
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(n_estimators=trees, max_depth=depth, learning_rate=0.12, subsample=0.6, min_samples_leaf=20, random_state=0)
    model.fit(rows, labels, sample_weight=weight)
    share = float(model.init_.class_prior_[1])  # type: ignore[union-attr]
    found = []
    for (stage,) in model.estimators_:
        t = stage.tree_
        found.append(Tree(tuple(int(f) for f in t.feature), tuple(round(float(x), 5) for x in t.threshold), tuple(int(x) for x in t.children_left),
                          tuple(int(x) for x in t.children_right), tuple(round(float(x), 5) for x in t.value[:, 0, 0])))  # fmt: skip
    return Forest(math.log(share / (1 - share)), 0.12, tuple(found))


def _crossed(rows: Sequence[Sequence[float]], labels: Sequence[int], notes: Sequence[int], trees: int) -> list[float]:
    """Chances of each sentence from a forest that has not seen its note."""
    out = [0.0] * len(rows)
    for k in (0, 1):
        train = [i for i, n in enumerate(notes) if n % 2 == k]
        forest = _boost([rows[i] for i in train], [labels[i] for i in train], trees, 3, [1.0] * len(train))
        for i, n in enumerate(notes):
            if n % 2 != k:
                out[i] = forest.probability(rows[i])
    return out


def main() -> None:
    """Read notes, fit, write weights."""
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    notes = [json.loads(line) for line in lines]
    assert all(tokens(n["source"]) for n in notes), "a note has an empty source"
    Path(sys.argv[2]).write_bytes(msgspec.json.encode(fit(notes)))


if __name__ == "__main__":
    main()
