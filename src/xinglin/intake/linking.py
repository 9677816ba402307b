"""Is this the person we already know? Decided by identifiers, never by name and birth date alone.

Twins and namesakes share a name and a birth date; only a shared identifier, or the same Patient id with
nothing to contradict it, makes two records one.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from xinglin.formats.fhir.lookup import identifiers_of
from xinglin.formats.fhir.people import name_words
from xinglin.formats.fhir.unchecked import list_in, objects_in, text_in
from xinglin.records.chart import Identity
from xinglin.records.errors import InvalidInput


class Likeness(enum.Enum):
    """What two patient records are to each other."""

    SAME = "same"  # they share an identifier
    SAME_ID = "same id"  # same Patient id, no identifiers, same birth date, sex and names
    DOUBTFUL = "doubtful"  # same name and birth date only: a twin or namesake is possible; never merged
    CONFLICT = "conflict"  # they share an identifier, but birth date or sex differ
    DIFFERENT = "different"


class PersonKey(Struct, frozen=True):
    """What identity is decided by. `names` are compared without case and spaces."""

    patient: str
    identifiers: frozenset[tuple[str, str]] = frozenset()
    names: frozenset[str] = frozenset()
    born: str = ""
    sex: str = ""

    @classmethod
    def of(cls, patient: str, resource: dict[str, Any]) -> PersonKey:
        """The key of a Patient resource, of whatever quality."""
        words = [_safe_name(name) for name in objects_in(resource, "name")]
        return cls(
            patient,
            frozenset((system, value) for _, system, value in identifiers_of(resource) if system and value),
            frozenset(_plain(word) for word in words if word),
            text_in(resource, "birthDate"),
            text_in(resource, "gender"),
        )

    @classmethod
    def of_identity(cls, patient: str, identity: Identity, born: str, sex: str) -> PersonKey:
        """The key of a stored person."""
        identifiers = frozenset((system, value) for system, value in identity.identifiers if system and value)
        return cls(patient, identifiers, frozenset(_plain(name) for name in identity.names if name), born, sex)


def _safe_name(name: dict[str, Any]) -> str:
    given = [g for g in list_in(name, "given") if isinstance(g, str)]
    return name_words({"family": text_in(name, "family"), "given": given, "text": text_in(name, "text")})


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


class Comparison(Struct, frozen=True):
    """The verdict and its reason, without anyone's values."""

    likeness: Likeness
    reason: str = ""


def _differ(one: str, other: str) -> bool:
    """Whether two known values contradict each other; a shorter date that begins alike does not."""
    if not one or not other or one == "unknown" or other == "unknown":
        return False
    return not (one.startswith(other) or other.startswith(one))


def compare(one: PersonKey, other: PersonKey) -> Comparison:
    """What two people are to each other. Symmetric."""
    contradicting = [word for word, a, b in (("birth date", one.born, other.born), ("sex", one.sex, other.sex)) if _differ(a, b)]
    if one.identifiers & other.identifiers:
        if contradicting:
            return Comparison(Likeness.CONFLICT, f"an identifier is shared, but the {' and '.join(contradicting)} differ")
        return Comparison(Likeness.SAME, "an identifier is shared")
    alike = bool(one.names & other.names) and one.born == other.born and one.born != ""
    bare = not one.identifiers and not other.identifiers
    if one.patient == other.patient and bare and not contradicting and one.names == other.names and one.born == other.born:
        return Comparison(Likeness.SAME_ID, "the Patient id, names, birth date and sex agree and neither has an identifier")
    if alike:
        return Comparison(Likeness.DOUBTFUL, "name and birth date agree, but no identifier is shared: perhaps a twin or a namesake")
    if one.patient == other.patient:
        return Comparison(Likeness.DOUBTFUL, "the Patient id agrees, but nothing else shows that this is one person")
    return Comparison(Likeness.DIFFERENT)


class Link(Struct, frozen=True):
    """The stored person an incoming one is ("" for a new person), and those it may be confused with."""

    same: str
    doubtful: tuple[str, ...] = ()


def link(incoming: PersonKey, stored: Iterable[tuple[str, PersonKey]]) -> Link:
    """Which stored person (handle, key) the incoming one is.

    Raises InvalidInput XL-INTAKE-020 when an identifier is shared but birth date or sex differ, and
    XL-INTAKE-021 when the identifiers lead to more than one stored person.
    """
    same: list[str] = []
    doubtful: list[str] = []
    for handle, known in stored:
        verdict = compare(incoming, known)
        if verdict.likeness is Likeness.CONFLICT:
            raise InvalidInput(
                "XL-INTAKE-020",
                "the record contradicts the person it claims to be",
                where=f"{incoming.patient} and {handle}",
                why=verdict.reason,
                fix="have the registration desk correct the identifier, the birth date or the sex, and take it in again",
            )
        if verdict.likeness in (Likeness.SAME, Likeness.SAME_ID):
            same.append(handle)
        elif verdict.likeness is Likeness.DOUBTFUL:
            doubtful.append(handle)
    if len(same) > 1:
        raise InvalidInput(
            "XL-INTAKE-021",
            "the identifiers of this record belong to several stored people",
            where=f"{incoming.patient} and {', '.join(sorted(same))}",
            why="one person may not be two",
            fix="find out at the registration desk whether the stored people are one, then correct the identifiers",
        )
    return Link(same[0] if same else "", tuple(sorted(doubtful)))


def tokens(person: PersonKey) -> tuple[str, ...]:
    """Texts to look a person up by; the store hashes them with its own key. Sorted; the kind is said in front."""
    found = {f"identifier|{system}|{value}" for system, value in person.identifiers}
    found.add(f"patient|{person.patient}")
    if person.born:
        found |= {f"name-born|{name}|{person.born[:10]}" for name in person.names}
    return tuple(sorted(found))
