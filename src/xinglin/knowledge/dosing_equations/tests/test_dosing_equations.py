"""The warfarin equations of the IWPC: their terms, what they assume, when they are silent."""

import pytest
from msgspec.structs import replace

from xinglin.knowledge.dosing_equations import TOPIC, WarfarinPerson, equations, level_drugs, warfarin_dose
from xinglin.records.errors import NotFound

PERSON = WarfarinPerson(62, 168.0, 71.0, "A/G", "*1/*3", "white", False, False)


def test_the_square_root_of_the_weekly_dose_is_the_sum_of_the_terms_of_the_paper():
    told = warfarin_dose(PERSON)
    by_hand = 5.6044 - 0.2614 * 6 + 0.0087 * 168 + 0.0128 * 71 - 0.8677 - 0.9357
    assert told.weekly_mg == pytest.approx(by_hand**2, rel=1e-12) and sum(told.terms.values()) == pytest.approx(by_hand)
    assert told.assumed == () and "NEJMoa0809329" in told.source
    clinical = warfarin_dose(PERSON, "warfarin-iwpc-clinical")
    assert clinical.weekly_mg == pytest.approx((4.0376 - 0.2546 * 6 + 0.0118 * 168 + 0.0134 * 71) ** 2, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"vkorc1": "A/A"}, -1), ({"vkorc1": "G/G"}, 1), ({"cyp2c9": "*3/*3"}, -1), ({"cyp2c9": "*1/*1"}, 1), ({"amiodarone": True}, -1),
        ({"inducer": True}, 1), ({"age_years": 85}, -1), ({"weight_kg": 110.0}, 1),
    ],
)  # fmt: skip
def test_each_circumstance_moves_the_dose_the_way_it_should(change, sign):
    assert (warfarin_dose(replace(PERSON, **change)).weekly_mg - warfarin_dose(PERSON).weekly_mg) * sign > 1


def test_a_genotype_may_be_written_either_way_round():
    assert warfarin_dose(replace(PERSON, vkorc1="G/A", cyp2c9="*3/*1")) == warfarin_dose(PERSON)


def test_what_is_not_known_is_told():
    told = warfarin_dose(WarfarinPerson(62, 168.0, 71.0))
    assert told.weekly_mg is not None and len(told.assumed) == 5


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"weight_kg": None}, "weight"), ({"age_years": 9}, "age"), ({"height_cm": 1.68}, "height"), ({"cyp2c9": "*1/*8"}, "CYP2C9"),
        ({"vkorc1": "C/T"}, "VKORC1"),
    ],
)  # fmt: skip
def test_where_it_was_not_made_for_it_gives_no_dose_and_says_why(change, why):
    told = warfarin_dose(replace(PERSON, **change))
    assert told.weekly_mg is None and why in told.declined


def test_an_unknown_equation_is_an_error_and_the_topic_counts_its_rows():
    with pytest.raises(NotFound):
        warfarin_dose(PERSON, "warfarin-other")
    assert len(equations()) == 2 and TOPIC.rows() == 2 + len(level_drugs()) and TOPIC.unverified() == 1
