"""Sorting resources by person, strictly by the patient each one names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from xinglin.formats.fhir.bundles import Found
from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.lookup import index_of_identifiers, links_resource
from xinglin.formats.fhir.reading import Json
from xinglin.formats.fhir.references import BY_IDENTIFIER, URN, search_of, target, urn_id
from xinglin.formats.fhir.strict import parse
from xinglin.formats.fhir.subjects import pointed_at, shows, subject_references, targets
from xinglin.formats.fhir.versions import age, age_of, is_behind
from xinglin.intake.linking import Likeness, PersonKey, compare

_FEW, _LONG_ID = 12, 16  # so few shared resources are looked for one by one, by ids so long that they stand nowhere by chance
_KEPT_PARSED = 8 << 20  # bytes of input whose parsed form is kept until the chart is made


class Group(Struct, frozen=True):
    """One patient's resources, and what was found while putting them together."""

    patient: str
    resources: tuple[tuple[str, bytes], ...]
    findings: tuple[Finding, ...]
    values: Mapping[str, Json]  # those still parsed


class _Kept(Struct, gc=False):
    """The version of a resource that counts so far."""

    raw: bytes
    place: str
    subjects: tuple[tuple[str, tuple[str, str] | None], ...]
    targets: tuple[str, ...]


class Pool:
    """All resources of the input, each once."""

    def __init__(self) -> None:
        self.count = self.repeated = self.refused = 0
        self.kept: dict[str, _Kept] = {}
        self.patients: dict[str, PersonKey] = {}
        self.patient_bases: dict[str, set[str]] = {}
        self.by_id: dict[str, str] | None = None
        self.values: dict[str, Json] = {}
        self.room = _KEPT_PARSED
        self.links: dict[str, str] = {}
        self.by_identifier: dict[tuple[str, str, str], str] | None = None
        self.deleted: set[str] = set()
        self.findings: dict[str, list[Finding]] = {}
        self.unlike: set[str] = set()

    def add(self, found: Found) -> None:
        """Take one resource; of two versions the newer one stays, and that is said."""
        if found.deleted:
            self.deleted.add(found.reference)
            return
        self.count += 1
        reference, value = found.reference, found.value
        self._note_url(found)
        before = self.kept.get(reference)
        if value["resourceType"] == "Patient":
            self._add_patient(reference, value, before is not None)
        if before is not None:
            self.repeated += 1
            if before.raw == found.raw or not self._is_newer(found, before):
                return
        subjects = tuple(subject_references(value))
        self.kept[reference] = _Kept(found.raw, found.place, subjects, tuple(targets(value)))
        self.values.pop(reference, None)
        self.room -= len(found.raw)
        if self.room > 0:
            self.values[reference] = value

    def refuse(self) -> None:
        """Count a resource that is read and not taken in."""
        self.count += 1
        self.refused += 1

    def _note_url(self, found: Found) -> None:
        """Remember full URLs from which the reference cannot be told."""
        url = found.full_url
        if not url or (url.startswith(URN) and found.reference.endswith("/" + url[len(URN) :])):
            return
        if target(url) != found.reference and urn_id(url) != found.reference.partition("/")[2]:
            self.links[url] = found.reference
        if url.startswith("http") and found.reference.startswith("Patient/"):
            self.patient_bases.setdefault(found.reference, set()).add(url.rpartition("/Patient/")[0])

    def _is_newer(self, found: Found, before: _Kept) -> bool:
        newness, known = age(found.value), age_of(before.raw)
        told = newness != known
        reason = (
            "given twice with different content; the newer version is used"
            if told
            else "given twice with different content and nothing says which is newer; one was chosen by its bytes"
        )
        if is_behind(min(newness, known)):
            reason = "given twice with different content; the one asserted by AI is not used"
        place = f"{found.reference} ({before.place}; {found.place})"
        self.findings.setdefault(found.reference, []).append(
            Finding("XL-INTAKE-010", "note" if told else "warning", "doubtful", place, reason, "check which version is right at its source")
        )
        return newness > known if told else found.raw > before.raw

    def _add_patient(self, reference: str, value: Json, again: bool) -> None:
        key = PersonKey.of(reference, value)
        if again and compare(self.patients[reference], key).likeness not in (Likeness.SAME, Likeness.SAME_ID):
            self.unlike.add(reference)
        self.patients[reference] = key

    def groups(self, findings: list[Finding]) -> tuple[list[Group], list[str]]:
        """The people, sorted, and the references that are nobody's. Adds what is to be said of the whole input."""
        self._forget_deleted(findings)
        owned, shared, rest = self._owners()
        self._own_by_target(owned, shared)
        used: set[str] = set()
        groups = []
        for patient in sorted(self.patients):
            if patient not in self.kept:
                continue
            mine = owned.get(patient, [])
            if patient in self.unlike:
                self.refused += len(mine)
                findings.append(_two_people(patient))
                continue
            helpers = self._closure(mine, shared)
            used |= helpers
            groups.append(self._group(patient, mine, helpers))
        rest += sorted(shared - used)
        self._say_left_over(rest, findings)
        return groups, rest

    def _forget_deleted(self, findings: list[Finding]) -> None:
        for reference in sorted(self.deleted & self.kept.keys()):
            del self.kept[reference]
            self.repeated += 1
            findings.append(Finding("XL-INTAKE-011", "note", "set_aside", reference, "the source says it was deleted; it is not used"))

    def _owners(self) -> tuple[dict[str, list[str]], set[str], list[str]]:
        """Patient to own references; shared references (they name no person); those that name nobody we have."""
        owned: dict[str, list[str]] = {}
        shared: set[str] = set()
        rest: list[str] = []
        known: dict[tuple[str, tuple[str, str] | None], str] = {}
        for reference, kept in self.kept.items():
            if reference in self.patients:
                owned.setdefault(reference, []).append(reference)
            elif not kept.subjects:
                shared.add(reference)
            else:
                for one in kept.subjects:
                    if one not in known:
                        known[one] = self._patient(*one)
                found = {known[one] for one in kept.subjects} - {""}
                if len(found) == 1:
                    owned.setdefault(found.pop(), []).append(reference)
                else:
                    rest.append(reference)
        return owned, shared, rest

    def _patient(self, text: str, identifier: tuple[str, str] | None) -> str:
        """The patient of the input that a subject names, or ""."""
        reference = self.resolve(text) if text else ""
        if reference:
            bases = self.patient_bases.get(reference)
            if bases and text.startswith("http") and text.rpartition("/Patient/")[0] not in bases:
                return ""  # the same id on another server is another person
            return reference if reference in self.patients else ""
        if identifier and not text:
            found = self.identified(("Patient", *identifier)) if identifier[0] else ""
            return found if found in self.patients else ""
        return ""

    def resolve(self, text: str) -> str:
        """The "Type/id" any reference text leads to in this input, or ""."""
        if text in self.links:
            return self.links[text]
        plain = target(text)
        if plain:
            return plain
        urn = urn_id(text)
        if urn:
            return self._with_id(urn)
        search = search_of(text)
        return self.identified(search) if search else ""

    def identified(self, key: tuple[str, str, str]) -> str:
        """The resource of that type, system ("" for any) and identifier, or "". Indexed when first asked for."""
        if self.by_identifier is None:
            self.by_identifier = index_of_identifiers({reference: parse(kept.raw) for reference, kept in self.kept.items()})
        return self.by_identifier.get(key, "")

    def _with_id(self, name: str) -> str:
        """The resource of that id, of whatever type, a Patient first; "" when there is none. For urn:uuid."""
        if self.by_id is None:
            self.by_id = {}
            for reference in self.kept:
                own = reference.partition("/")[2]
                known = self.by_id.get(own)
                if known is None or (not reference.startswith("Patient/"), reference) < (not known.startswith("Patient/"), known):
                    self.by_id[own] = reference
        return self.by_id.get(name, "")

    def _own_by_target(self, owned: dict[str, list[str]], shared: set[str]) -> None:
        """Provenance belongs to the person whose resources it speaks of."""
        owner = {reference: patient for patient, mine in owned.items() for reference in mine}
        for reference in sorted(r for r in shared if self.kept[r].targets):
            found = {owner.get(self.resolve(text), "") for text in self.kept[reference].targets} - {""}
            if len(found) == 1:
                owned[found.pop()].append(reference)
                shared.discard(reference)

    def _closure(self, mine: list[str], shared: set[str]) -> set[str]:
        """The shared resources that a person's resources point at, and what those point at in turn."""
        if not shared:
            return set()
        few = self._closure_of_few(mine, shared)
        return few if few is not None else self._closure_of_many(mine, shared)

    def _closure_of_many(self, mine: list[str], shared: set[str]) -> set[str]:
        """Every reference is looked at: the slow, obvious way."""
        reached: set[str] = set()
        names: Iterable[str] = mine
        while texts := pointed_at(self.kept[name].raw for name in names):
            names = {found for text in texts if (found := self.resolve(text)) in shared} - reached
            reached |= names
        return reached

    def _closure_of_few(self, mine: list[str], shared: set[str]) -> set[str] | None:
        """The same where few resources with long ids are shared: each is looked for by its id. None where that may miss one.

        A reference by full URL or by identifier need not hold the id.
        """
        if self.links or len(shared) > _FEW or any(len(reference.partition("/")[2]) < _LONG_ID for reference in shared):
            return None
        reached: set[str] = set()
        names: Iterable[str] = mine
        while text := b"\n".join([self.kept[name].raw for name in names]):
            if BY_IDENTIFIER in text:
                return None
            names = {one for one in shared - reached if shows(text, one.partition("/")[2], lambda said, one=one: self.resolve(said) == one)}
            reached |= names
        return reached

    def _group(self, patient: str, mine: list[str], helpers: set[str]) -> Group:
        names = sorted({*mine, *helpers})
        inside = set(names)
        rows = [(name, self.kept[name].raw) for name in names]
        links = {url: reference for url, reference in self.links.items() if reference in inside}
        if links:
            rows = sorted([*rows, links_resource(links)])
        said = [finding for name in names for finding in self.findings.get(name, ())]
        return Group(patient, tuple(rows), tuple(said), self.values)

    def _say_left_over(self, rest: list[str], findings: list[Finding]) -> None:
        kinds: dict[str, int] = {}
        for reference in rest:
            kind = reference.partition("/")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
        for kind, count in sorted(kinds.items()):
            findings.append(
                Finding(
                    "XL-INTAKE-012",
                    "note",
                    "left_over",
                    kind,
                    "belongs to no patient in the input",
                    "take in the Patient resource together with it",
                    count,
                )
            )


def _two_people(patient: str) -> Finding:
    return Finding(
        "XL-INTAKE-013", "stop", "set_aside", patient, "two different people go by this id; nothing of either is taken in",
        "take them in one source at a time, or correct the ids",
    )  # fmt: skip
