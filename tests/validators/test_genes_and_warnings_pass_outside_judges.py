"""What a report on genes and a review of medicines write beside the words passes three outside judges, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import judges
import pytest
from signed_example import example_document

from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.formats.fhir.write import write_document
from xinglin.records import ContentRequest

CONTENT = Path(__file__).parents[2] / "src/xinglin/content"
pytestmark = pytest.mark.skipif(bool(judges.NOT_PRESENT), reason=judges.NOT_PRESENT or "installed")


@pytest.mark.parametrize(("kind", "holds"), [("pgx_report", "DiagnosticReport"), ("medication_review", "DetectedIssue")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_three_judges_accept_the_example(tmp_path, kind, holds, language):
    house = House(Settings(home=tmp_path / "house", organisation="Example Hospital"))
    _, (taken,) = house.take_in([CONTENT / kind / "examples/record.json"])
    draft = house.make(ContentRequest(kind, taken.chart.id, language, "2024-03-07"), keep=False)
    patient = next(body for name, body in house.store.resources(taken.chart.id) if name.startswith("Patient/"))
    written = json.loads(write_document(example_document(language, draft=draft, sources=house.sources(draft), patient=patient)))
    assert any(entry["resource"]["resourceType"] == holds for entry in written["entry"])
    assert judges.judged_by_classes(written) == []
    assert judges.judged_by_schema(written) == []
    verdicts = judges.judged_by_medplum([written, *(entry["resource"] for entry in written["entry"])])
    assert [fault for verdict in verdicts for fault in verdict] == []
