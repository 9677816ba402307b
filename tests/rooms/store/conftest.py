"""A fresh house and a made-up draft for the tests of the store."""

from __future__ import annotations

import importlib.util
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from xinglin.records import Concept, Draft, Evidence, Fact, Provenance, Statement
from xinglin.store import Store


class Clock:
    """A clock that moves one second each time it is looked at."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    with Store.open(tmp_path / "house", clock=clock) as store:
        yield store


@pytest.fixture
def draft():
    fact = Fact(
        "measurement.Observation/o1",
        "measurement",
        Concept("creatinine"),
        "Creatinine 88",
        (Evidence("chart", "Observation/o1#valueQuantity"),),
    )
    return Draft(
        id="", kind="case-summary", chart="chart-1", language="en", title="Summary of Zebedee Quillfeather",
        sections=(("labs", "Laboratory"),),
        statements=(Statement("s1", "labs", "Creatinine is 88 umol/L.", (fact.id,), "supported", "supported"),), facts=(fact,),
        provenance=Provenance("0.1.0", "case-summary", "grammar", "v", "2026-03-01", 0),
    )  # fmt: skip


@pytest.fixture(scope="session")
def benchmark_of_the_ledger():
    return load_benchmark("ledger")


def load_benchmark(name: str):
    path = Path(__file__).parents[3] / "benchmarks" / name / "run.py"
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
