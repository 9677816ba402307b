"""Virtual people of both locales: their FHIR passes three outside judges."""

from __future__ import annotations

import json

import judges
import pytest

from xinglin.diseases.chronic import DISEASE
from xinglin.flow.virtual_people import people_blocks
from xinglin.formats.fhir.bulk.write import bundles
from xinglin.records.people import PeopleRequest

pytestmark = pytest.mark.skipif(bool(judges.NOT_PRESENT), reason=judges.NOT_PRESENT or "installed")
LABEL = {"Label": "1", "ContentProducer": "software:xinglin-0.1.0", "ProduceID": "test"}
EACH = 25  # resources of each kind that the slower judges see of one person


def people(where: str) -> list[dict]:
    (block,) = people_blocks(DISEASE, PeopleRequest(where, seed=5), 12)
    return [json.loads(body) for _, body in bundles(block, LABEL)]


@pytest.mark.parametrize("where", ["us", "cn"])
def test_three_judges_accept_a_sample_of_people(where):
    made = people(where)
    dead = [bundle for bundle in made if "deceasedDateTime" in bundle["entry"][0]["resource"]]
    for bundle in (made[0], made[-1], *dead[:1]):
        assert len(bundle["entry"]) >= 500
        assert judges.judged_by_schema(bundle) == []
        sample = list(_some_of_each_kind(bundle))
        assert [fault for resource in sample for fault in judges.judged_by_classes(resource)] == []
        assert [fault for verdict in judges.judged_by_medplum(sample) for fault in verdict] == []


def _some_of_each_kind(bundle: dict):
    """The first of each kind, and of each kind of observation and condition all the same."""
    seen: dict[str, int] = {}
    for entry in bundle["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"] + resource.get("code", {}).get("text", "")
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= (2 if resource["resourceType"] == "Observation" else EACH):
            yield resource
