"""What a card says of a person's record is what a record holds: keys that workup makes, in units that convert."""

import re

import pytest

from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractDisease
from xinglin.workup.calculations import RECIPES
from xinglin.workup.imaging.facts import _DIMENSIONS

SHELF = Shelf("xinglin.diseases", "DISEASE", AbstractDisease)
CARDS = {
    f"{name}:{variant}" if variant else name: one.card
    for name in SHELF.names()
    for variant, one in {"": SHELF[name], **SHELF[name].variants}.items()
}
LESIONS = {f"lesion:*:{row[0]}" for row in _DIMENSIONS}
PERSON = {"person:age_years", "person:female"}
CALCULATED = {f"calculator:{name}" for name in RECIPES}


def is_made(fact):
    return fact in LESIONS | PERSON | CALCULATED or re.fullmatch(r"loinc:\d{1,6}-\d", fact) is not None


@pytest.mark.parametrize("name", sorted(CARDS))
def test_every_fact_a_card_names_is_one_that_a_record_gives(name):
    card = CARDS[name]
    for row in (*card.observables, *card.parameters):
        assert not row.fact or is_made(row.fact), f"{row.name}: {row.fact}"


def test_what_is_no_key_of_a_record_is_told_apart():
    assert is_made("lesion:*:volume") and is_made("loinc:8302-2")
    assert not any(is_made(fact) for fact in ("lesion:volume_cm3", "lesion:*:size", "loinc:weight", "person:weight"))
