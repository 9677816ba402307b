"""Finding what a reference points at among one person's resources: by id, urn, contained part or identifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.marks import is_own
from xinglin.formats.fhir.reading import Json
from xinglin.formats.fhir.references import search_of, target, urn_id
from xinglin.formats.fhir.shape import Shape, fault, without_nulls
from xinglin.formats.fhir.strict import dumps, parse, resource
from xinglin.formats.fhir.unchecked import list_in, objects_in, text_in
from xinglin.records.errors import XinglinError

LINKS = "Basic/xinglin-links"  # full URLs of a bundle that cannot be told from the ids of its resources
LINK_URL = "urn:xinglin:full-url"


def links_resource(links: dict[str, str]) -> tuple[str, bytes]:
    """A small resource of our own that keeps the bundle's full URL of each resource ({"urn:uuid:x": "Observation/y"})."""
    rows = [{"url": LINK_URL, "valueString": f"{url} {reference}"} for url, reference in sorted(links.items())]
    return LINKS, dumps(
        {"resourceType": "Basic", "id": "xinglin-links", "code": {"text": "full URLs of the source bundle"}, "extension": rows}
    )


class Lookup:
    """All resources of one person, found by any way to refer to them. Each is parsed when it is first asked for."""

    def __init__(self, rows: Sequence[tuple[str, bytes]], shapes: Mapping[str, Shape]) -> None:
        self._raw = dict(rows)
        self._shapes = shapes
        self._parsed: dict[str, Json | None] = {}
        self._by_id: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._by_identifier: dict[tuple[str, str, str], str] | None = None
        self._links = _links(self._resource(LINKS) or {})

    def find(self, text: str) -> Json | None:
        """The resource of any reference text, or None."""
        reference = self.reference(text)
        return self._resource(reference) if reference else None

    def reference(self, text: str) -> str:
        """The "Type/id" of any reference text among these resources, or ""."""
        known = self._known.get(text)
        if known is None:
            reference = self._reference(text)
            known = self._known[text] = reference if reference in self._raw else ""
        return known

    def _resource(self, reference: str) -> Json | None:
        if reference not in self._parsed:
            raw = self._raw.get(reference)
            self._parsed[reference] = _sound(raw, self._shapes) if raw is not None else None
        return self._parsed[reference]

    def _reference(self, text: str) -> str:
        if text in self._links:
            return self._links[text]
        plain = target(text)
        if plain:
            return plain
        urn = urn_id(text)
        if urn:
            if not self._by_id:
                self._by_id = {key.partition("/")[2]: key for key in self._raw}
            return self._by_id.get(urn, "")
        search = search_of(text)
        return self._searched(search) if search else ""

    def _searched(self, search: tuple[str, str, str]) -> str:
        if self._by_identifier is None:
            every = {reference: self._resource(reference) for reference in self._raw}
            self._by_identifier = index_of_identifiers({reference: found for reference, found in every.items() if found})
        kind, system, value = search
        return self._by_identifier.get((kind, system, value), "") or self._by_identifier.get((kind, "", value), "")


def _sound(raw: bytes, shapes: Mapping[str, Shape]) -> Json | None:
    """The resource with right types where the shape of its type is known; None when it cannot be used, or is our own."""
    try:
        found = without_nulls(resource(parse(raw)))
    except XinglinError:
        return None
    if is_own(found):
        return None
    shape = shapes.get(found["resourceType"])
    return None if shape is not None and fault(found, shape) else found


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
    if "identifier" not in found:
        return []
    kind = found["resourceType"]
    return [(kind, text_in(i, "system"), value) for i in objects_in(found, "identifier") if (value := text_in(i, "value"))]


def _links(found: Json) -> dict[str, str]:
    pairs = [text_in(row, "valueString").split(" ") for row in objects_in(found, "extension")]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def contained_of(found: Json, findings: list[Finding], source: str, shapes: Mapping[str, Shape]) -> dict[str, Json]:
    """The contained resources by id; those that are no resources, or have wrong types, are reported."""
    good: dict[str, Json] = {}
    for number, item in enumerate(list_in(found, "contained")):
        name, kind, place = text_in(item, "id"), text_in(item, "resourceType"), f"{source} contained[{number}]"
        if name and kind:
            whole = without_nulls(item)
            why = fault(whole, shapes[kind]) if kind in shapes else ""
            if why:
                findings.append(Finding("XL-FHIR-104", "warning", "set_aside", place, why, "correct it at its source"))
            else:
                good[name] = whole
        else:
            findings.append(
                Finding("XL-FHIR-106", "warning", "doubtful", place, "a contained resource has no id or type", "correct it at its source")
            )
    return good
