"""A house with one person and one checked draft, a desk, and two plain file writers."""

from __future__ import annotations

import importlib.util
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from xinglin.records import Concept, Draft, Evidence, Fact, Issue, Label, Provenance, Statement
from xinglin.review.desk import Desk
from xinglin.review.keys import LockCost, SigningKeys
from xinglin.review.release import FileWriter, release
from xinglin.store import Store

CHEAP = LockCost(n=2, r=1, p=1)
PASS = "correct horse battery"


class Clock:
    """A clock that moves one second each time it is looked at."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


def recheck(draft: Draft) -> Draft:
    """A stand-in for the checks: "wrong" is contradicted and a stop, "doubtful" is unsupported, "odd" gets a warning."""
    verdict = {"wrong": "contradicted", "doubtful": "unsupported"}
    statements = tuple(
        msgspec.structs.replace(s, faithful=next((v for word, v in verdict.items() if word in s.text), "supported"), plausible="supported")
        for s in draft.statements
    )
    issues = [Issue("xl101_unsupported", "stop", "no", s.id, "contradicted") for s in statements if "wrong" in s.text]
    issues += [Issue("xl101_unsupported", "warning", "no", s.id, "unsupported") for s in statements if "doubtful" in s.text]
    issues += [Issue("xl401_words", "warning", "odd words", s.id) for s in statements if "odd" in s.text]
    return msgspec.structs.replace(draft, statements=statements, issues=tuple(issues), omissions=())


def make_draft(*texts: str) -> Draft:
    facts = tuple(
        Fact(
            f"f{n}",
            "problem",
            Concept(f"problem {n}"),
            f"Problem {n}",
            (Evidence("chart", f"Condition/c{n}#code"),),
            importance=3 if n == 1 else 1,
        )
        for n in range(1, len(texts) + 1)
    )
    statements = tuple(Statement(f"s{n}", "problems", text, (f"f{n}",)) for n, text in enumerate(texts, start=1))
    provenance = Provenance("0.1.0", "case-summary", "grammar", "v", "2026-03-01", 0)
    return recheck(Draft("", "case-summary", "chart-1", "en", "Summary", (("problems", "Problems"),), statements, facts, provenance))


def label_for(draft: Draft, release_id: str) -> Label:
    return Label({"en": f"AI-generated content, {release_id}"}, {"Label": "1", "ContentProducer": "test", "ProduceID": release_id})


def label_found(content: bytes) -> str:
    first = content.decode().splitlines()[0]
    if not first.startswith("AI-generated"):
        raise ValueError
    return first


def write_text(document) -> bytes:
    lines = [
        document.label.text["en"],
        document.released_at,
        *(s.text for s in document.draft.statements),
        *(s.signer for s in document.signatures),
    ]
    return "\n".join(lines).encode()


WRITERS = (FileWriter("summary.txt", "text/plain", write_text, label_found), FileWriter("copy.txt", "text/plain", write_text, label_found))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(tmp_path, clock):
    with Store.open(tmp_path / "house", clock=clock) as store:
        store.new_chart([], "a")
        store.keep_resources("chart-1", [("Patient/p", b'{"resourceType":"Patient"}'), ("Condition/c1", b'{"resourceType":"Condition"}')])
        yield store


@pytest.fixture
def desk(house):
    return Desk(house, recheck, keys=SigningKeys(house, cost=CHEAP))


@pytest.fixture
def draft_of(house):
    return lambda *texts: house.keep_draft(make_draft(*texts), repr(texts))


@pytest.fixture
def let_go(desk, tmp_path):
    def let_go(draft_id, out="out", signers=1, writers=WRITERS, label=label_for):
        return release(desk, draft_id, tmp_path / out, kind_signers=signers, writers=writers, label_for=label)

    return let_go


@pytest.fixture
def parts():
    """The pieces above, for tests that build their own house."""
    return SimpleNamespace(**{name: value for name, value in globals().items() if not name.startswith("__")})


@pytest.fixture(scope="session")
def benchmark():
    def load(name: str):
        path = Path(__file__).parents[3] / "benchmarks" / name / "run.py"
        spec = importlib.util.spec_from_file_location(f"benchmark_{name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load
