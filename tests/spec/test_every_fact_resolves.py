"""Law 1: every fact of every made-up person points at places that exist, down to the element."""

import re

import pytest

from xinglin import intake
from xinglin.flow.demo.person import bundle
from xinglin.shelf import Shelf
from xinglin.shelf.promises import Topic
from xinglin.workup import work_up

CALCULATORS = Shelf("xinglin.workup.calculators", "CALCULATOR", object)


def _element(resource, path):
    """What lies at a FHIRPath of names and indexes; KeyError or IndexError when nothing does."""
    found = resource
    for step in path.split("."):
        name, index = re.fullmatch(r"(\w+)(?:\[(\d+)])?", step).groups()
        found = found[name] if index is None else found[name][int(index)]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_evidence_resolves(seed, tmp_path):
    import json

    path = tmp_path / "record.json"
    path.write_text(json.dumps(bundle(seed)), encoding="utf-8")
    (person,) = intake.read([path]).people
    resources = {reference: json.loads(raw) for reference, raw in person.resources}
    topics = {f"knowledge/{t.name}@{t.version}" for t in Shelf("xinglin.knowledge", "TOPIC", Topic)}
    facts = work_up(intake.chart_of(person.resources), "2026-07-01")
    assert len(facts) > 30
    for fact in facts:
        assert fact.evidence, fact.id
        for evidence in fact.evidence:
            if evidence.source == "chart":
                reference, _, place = evidence.pointer.partition("#")
                assert reference in resources, fact.id
                if place and not re.fullmatch(r"\d+-\d+", place):
                    _element(resources[reference], re.sub(r"@?\d+-\d+$", "", place))
            elif evidence.source.startswith("knowledge/calculators@"):
                assert evidence.pointer in CALCULATORS.names(), fact.id
            elif evidence.source.startswith("knowledge/"):
                assert evidence.source in topics, fact.id
