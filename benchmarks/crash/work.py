"""Takes in, signs and releases for ever, and tells what was acknowledged; the crash benchmark kills it.

Usage: python work.py HOME OUTS ACKS     (one line per acknowledged act is flushed to the file ACKS)
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from xinglin.records import Concept, Draft, Evidence, Fact, Label, Provenance, Statement
from xinglin.review.desk import Desk
from xinglin.review.keys import LockCost, SigningKeys
from xinglin.review.release import FileWriter, release
from xinglin.store import Store


def made_draft(chart: str) -> Draft:
    """One sentence, nothing wrong with it."""
    fact = Fact("f1", "problem", Concept("problem"), "Problem", (Evidence("chart", "Condition/c1#code"),))
    statement = Statement("s1", "problems", "Fine.", ("f1",), "supported", "supported")
    made = Provenance("0.1.0", "case-summary", "grammar", "", "2026-03-01", 0)
    return Draft("", "case-summary", chart, "en", "Summary", (("problems", "Problems"),), (statement,), (fact,), made)


def writers() -> tuple[FileWriter, ...]:
    """Three files of 40 kB."""
    return tuple(
        FileWriter(f"{name}.txt", "text/plain", lambda document, name=name: (name + document.release).encode() * 4000, lambda _: "AI")
        for name in ("a", "b", "c")
    )


def work(home: Path, outs: Path, acks: Path) -> None:
    """Never ends by itself."""
    out = os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def acknowledge(**what: object) -> None:
        os.write(out, json.dumps(what).encode() + b"\n")

    acknowledge(act="opening")
    with Store.open(home) as store:
        acknowledge(act="opened")
        desk = Desk(store, lambda draft: draft, keys=SigningKeys(store, cost=LockCost(n=2, r=1, p=1)))
        label = Label({"en": "AI"}, {})
        while True:
            with store.together():
                charts = [store.new_chart([os.urandom(8).hex()], os.urandom(8).hex()) for _ in range(2)]
                kept = [store.keep_resources(chart, [(f"Observation/{n}", os.urandom(1500)) for n in range(40)]) for chart in charts]
            for each in kept:
                acknowledge(act="took in", chart=each.chart, version=each.version)
            draft = store.keep_draft(made_draft(charts[0]), "f")
            desk.sign(draft.id, "dr-li", "correct horse battery")
            acknowledge(act="signed", draft=draft.id)
            done = release(desk, draft.id, outs / draft.id, kind_signers=1, writers=writers(), label_for=lambda *_: label)
            acknowledge(act="released", release=done.id, draft=draft.id, files={file.path: file.sha256 for file in done.files})


if __name__ == "__main__":
    work(*(Path(word) for word in sys.argv[1:4]))
