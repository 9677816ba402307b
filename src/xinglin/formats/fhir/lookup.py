"""Finding what a reference points at among one person's resources: by id, urn, contained part or identifier."""

from __future__ import annotations

from collections.abc import Sequence

from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.reading import Json
from xinglin.formats.fhir.references import search_of, target, urn_id
from xinglin.formats.fhir.strict import dumps

LINKS = "Basic/xinglin-links"  # full URLs of a bundle that cannot be told from the ids of its resources
LINK_URL = "urn:xinglin:full-url"


def links_resource(links: dict[str, str]) -> tuple[str, bytes]:
    """A small resource of our own that keeps the bundle's full URL of each resource ({"urn:uuid:x": "Observation/y"})."""
    rows = [{"url": LINK_URL, "valueString": f"{url} {reference}"} for url, reference in sorted(links.items())]
    return LINKS, dumps(
        {"resourceType": "Basic", "id": "xinglin-links", "code": {"text": "full URLs of the source bundle"}, "extension": rows}
    )


class Lookup:
    """All resources of one person, found by any way to refer to them."""

    def __init__(self, parsed: Sequence[tuple[str, Json]]) -> None:
        self._by_reference = dict(parsed)
        self._by_id: dict[str, str] = {}
        self._by_identifier: dict[tuple[str, str, str], str] | None = None
        self._links: dict[str, str] = {}
        for reference, found in parsed:
            if reference == LINKS:
                self._links = _links(found)

    def find(self, text: str) -> tuple[str, Json] | None:
        """Reference and resource of any reference text, or None."""
        reference = self._reference(text)
        found = self._by_reference.get(reference) if reference else None
        return (reference, found) if found is not None else None

    def _reference(self, text: str) -> str:
        if text in self._links:
            return self._links[text]
        plain = target(text)
        if plain:
            return plain
        urn = urn_id(text)
        if urn:
            if not self._by_id:
                self._by_id = {key.partition("/")[2]: key for key in self._by_reference}
            return self._by_id.get(urn, "")
        search = search_of(text)
        return self._searched(search) if search else ""

    def _searched(self, search: tuple[str, str, str]) -> str:
        if self._by_identifier is None:
            self._by_identifier = index_of_identifiers(self._by_reference)
        kind, system, value = search
        return self._by_identifier.get((kind, system, value), "") or self._by_identifier.get((kind, "", value), "")


def index_of_identifiers(resources: dict[str, Json]) -> dict[tuple[str, str, str], str]:
    """(type, system, value) to reference; also under the empty system, for searches that name none."""
    index: dict[tuple[str, str, str], str] = {}
    for reference, found in resources.items():
        for kind, system, value in identifiers_of(found):
            index.setdefault((kind, system, value), reference)
            index.setdefault((kind, "", value), reference)
    return index


def identifiers_of(found: Json) -> list[tuple[str, str, str]]:
    """(type, system, value) of every well-formed identifier of a resource, of any shape."""
    items = found.get("identifier")
    if items.__class__ is dict:
        items = [items]
    if items.__class__ is not list:
        return []
    good = [i for i in items if i.__class__ is dict and i.get("value").__class__ is str]  # type: ignore[union-attr]
    return [(found["resourceType"], i["system"] if i.get("system").__class__ is str else "", i["value"]) for i in good]


def _links(found: Json) -> dict[str, str]:
    rows = found.get("extension")
    pairs = [str(r.get("valueString", "")).split(" ") for r in rows if r.__class__ is dict] if rows.__class__ is list else []  # type: ignore[union-attr]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def contained_of(found: Json, findings: list[Finding], source: str) -> dict[str, Json]:
    """The contained resources by id; those that are no resources are reported."""
    items = found["contained"]
    good: dict[str, Json] = {}
    for number, item in enumerate(items if items.__class__ is list else ()):
        if item.__class__ is dict and item.get("id").__class__ is str and item.get("resourceType").__class__ is str:
            good[item["id"]] = item
        else:
            place = f"{source} contained[{number}]"
            findings.append(
                Finding("XL-FHIR-106", "warning", "doubtful", place, "a contained resource has no id or type", "correct it at its source")
            )
    return good
