"""Who is who: identifiers decide; a twin and a namesake are never merged."""

from __future__ import annotations

import itertools

import pytest

from xinglin.intake import Likeness, PersonKey, compare, link, tokens
from xinglin.records.errors import InvalidInput

ADA = PersonKey("Patient/1", frozenset({("urn:mrn", "A1")}), frozenset({"adaquill"}), "1960-01-01", "female")


def like(**changes) -> PersonKey:
    fields = {name: getattr(ADA, name) for name in ADA.__struct_fields__}
    return PersonKey(**{**fields, **changes})


BARE = like(identifiers=frozenset())
CASES = {
    "a shared identifier": (ADA, like(patient="Patient/9", names=frozenset({"other"})), Likeness.SAME),
    "one more identifier": (ADA, like(identifiers=ADA.identifiers | {("urn:x", "7")}), Likeness.SAME),
    "a shorter birth date": (ADA, like(born="1960"), Likeness.SAME),
    "sex not known": (ADA, like(sex="unknown"), Likeness.SAME),
    "a shared identifier, another birth date": (ADA, like(born="1961-01-01"), Likeness.CONFLICT),
    "a shared identifier, another sex": (ADA, like(sex="male"), Likeness.CONFLICT),
    "the namesake": (ADA, like(patient="Patient/2", identifiers=frozenset({("urn:mrn", "B2")})), Likeness.DOUBTFUL),
    "the namesake under the same id": (ADA, like(identifiers=frozenset({("urn:mrn", "B2")})), Likeness.DOUBTFUL),
    "the same value in another system": (ADA, like(patient="Patient/2", identifiers=frozenset({("urn:x", "A1")})), Likeness.DOUBTFUL),
    "the same id, no identifiers, all alike": (BARE, BARE, Likeness.SAME_ID),
    "the same id, one without identifiers": (ADA, BARE, Likeness.DOUBTFUL),
    "the same id, another name": (BARE, like(identifiers=frozenset(), names=frozenset({"bo"})), Likeness.DOUBTFUL),
    "the twin: another name, same birth date": (
        ADA,
        like(patient="Patient/2", identifiers=frozenset({("urn:mrn", "B2")}), names=frozenset({"idaquill"})),
        Likeness.DIFFERENT,
    ),
    "no birth dates, same name": (like(born=""), like(patient="Patient/2", identifiers=frozenset(), born=""), Likeness.DIFFERENT),
}


@pytest.mark.parametrize("one,other,expected", CASES.values(), ids=CASES.keys())
def test_two_people_are_compared(one, other, expected):
    assert compare(one, other).likeness is expected
    assert compare(other, one).likeness is expected


def test_reasons_hold_nobodys_values():
    for one, other, _ in CASES.values():
        reason = compare(one, other).reason
        assert not any(word in reason for word in ("A1", "ada", "1960"))


def test_the_stored_person_is_found_and_the_doubtful_are_named():
    namesake = like(patient="Patient/5", identifiers=frozenset({("urn:mrn", "C3")}))
    found = link(like(patient="Patient/9"), [("chart-1", ADA), ("chart-2", namesake)])
    assert (found.same, found.doubtful) == ("chart-1", ("chart-2",))
    assert link(namesake, [("chart-1", ADA)]).same == ""


def test_a_contradiction_is_an_error_with_a_remedy():
    with pytest.raises(InvalidInput) as caught:
        link(like(born="1999-01-01"), [("chart-1", ADA)])
    assert caught.value.code == "XL-INTAKE-020"
    assert caught.value.fix
    assert "1999" not in str(caught.value) and "A1" not in str(caught.value)


def test_identifiers_of_two_stored_people_are_an_error():
    other = PersonKey("Patient/2", frozenset({("urn:x", "7")}), ADA.names, ADA.born, ADA.sex)
    both = like(identifiers=ADA.identifiers | other.identifiers)
    with pytest.raises(InvalidInput) as caught:
        link(both, [("chart-1", ADA), ("chart-2", other)])
    assert caught.value.code == "XL-INTAKE-021"


def test_people_who_are_the_same_or_doubtful_share_a_token():
    """Else the store would never find them to compare."""
    people = {key: (one, other) for key, (one, other, expected) in CASES.items() if expected is not Likeness.DIFFERENT}
    for key, (one, other) in people.items():
        assert set(tokens(one)) & set(tokens(other)), key


def test_tokens_are_sorted_and_say_their_kind():
    assert tokens(ADA) == ("identifier|urn:mrn|A1", "name-born|adaquill|1960-01-01", "patient|Patient/1")


def test_comparison_is_symmetric_for_every_pair():
    keys = [key for one, other, _ in CASES.values() for key in (one, other)]
    for one, other in itertools.combinations(keys, 2):
        assert compare(one, other) == compare(other, one)
