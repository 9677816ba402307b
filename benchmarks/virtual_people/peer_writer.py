"""Run by the peers' Python: how many Observations a CPU-second fhir.resources builds, validates and writes."""

import json
import sys
import time

from fhir.resources.observation import Observation as Five
from fhir.resources.R4B.observation import Observation as Four

EXAMPLE = {
    "resourceType": "Observation", "status": "final",
    "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"}]},
    "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0", "display": "Creatinine [Mass/volume] in Serum or Plasma"}],
             "text": "creatinine"},
    "subject": {"reference": "Patient/us0-7"}, "encounter": {"reference": "Encounter/us0-7-e3"},
    "valueQuantity": {"value": 0.91, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
    "referenceRange": [{"low": {"value": 0.6, "unit": "mg/dL"}, "high": {"value": 1.3, "unit": "mg/dL"}}],
}  # fmt: skip


def resource(k: int) -> dict:
    return EXAMPLE | {"id": f"us0-7-o{k}", "effectiveDateTime": f"2026-03-{k % 28 + 1:02d}T08:00:00+00:00"}


def per_second(build, count: int) -> float:
    build(resource(0))
    start = time.process_time()
    for k in range(count):
        build(resource(k))
    return count / (time.process_time() - start)


count = int(sys.argv[1])
found = {
    "R5 classes": per_second(lambda r: Five(**r).model_dump_json().encode(), count),
    "R4B classes": per_second(lambda r: Four(**r).json().encode(), count),
}
print(json.dumps(found))
