"""A person with readings: what was given stays given, options begin at the last reading, and the person is alive then."""

from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec.structs import replace

from xinglin.diseases.nsclc import DISEASE
from xinglin.models.simulator import from_now
from xinglin.models.simulator.course import CardDisease
from xinglin.models.twin import fitted
from xinglin.records.errors import Refused, UsageError
from xinglin.records.simulation import Dose, End, Measurement, Regimen, Rule, SimulationRequest

GIVEN = next(one for one in DISEASE.card.regimens if one.name == "docetaxel")
READ = (Measurement(0.0, "volume", 14.0), Measurement(60.0, "volume", 20.0), Measurement(120.0, "volume", 30.0))


@pytest.fixture(scope="module")
def twin():
    return fitted(DISEASE, READ, GIVEN, draws=300)


def told(twin, **options):
    prepare = import_module("xinglin.content.disease_simulation.prepare").prepare
    bench = SimpleNamespace(disease=lambda _: DISEASE, twin=lambda _: twin, facts=())
    return prepare(SimpleNamespace(options=options, seed=1, language="en"), SimpleNamespace(), bench)


def test_every_arm_has_what_was_given_until_the_last_reading_and_its_own_doses_from_there_on(twin):
    simulation = told(twin, until="360", arms="none,radiotherapy,docetaxel").simulation
    arms = {one.arm: one for one in simulation.requests}
    assert arms["none"].regimen.doses == (Dose(0.0, "docetaxel", 1.0, 120.0),)
    assert arms["docetaxel"].regimen.doses == (Dose(0.0, "docetaxel", 1.0, 120.0), Dose(120.0, "docetaxel", 1.0, 126.0))
    assert arms["radiotherapy"].regimen.doses[1].time == 120.0 and len(arms["radiotherapy"].regimen.doses) == 31
    assert all(one.times[0] == 0.0 and one.times[-1] == 480.0 and {60.0, 120.0} <= set(one.times) for one in arms.values())


def test_courses_before_the_last_reading_are_shared_and_go_through_the_readings(twin):
    bands = [one for one in told(twin, until="360", arms="none,docetaxel").simulation.bands if one.observable == "volume"]
    ahead = bands[0].times.index(120.0)
    assert bands[0].middle[: ahead + 1] == pytest.approx(bands[1].middle[: ahead + 1], rel=1e-4)
    assert bands[0].middle[-1] > bands[1].middle[-1]
    for one in READ:
        place = bands[0].times.index(one.time)
        assert bands[0].low[place] < one.value < bands[0].high[place]


def test_the_draft_says_from_when_an_arm_is_given_and_counts_from_the_last_reading(twin):
    facts = told(twin, until="360", arms="none", shown="0,180").facts
    text = "\n".join(fact.text for fact in facts)
    assert "from the last reading on, nothing is given; before it, docetaxel" in text
    assert "180 days after the last reading" in text and "no treatment at the last reading" in text
    assert "of courses by 360 days after the last reading" in text
    assert any("末次测量起：不给予任何治疗；此前：多西他赛" in fact.details["said_zh"] for fact in facts)


def test_a_twins_traits_are_not_set_by_hand(twin):
    with pytest.raises(UsageError, match="XL-DSIM-004"):
        told(twin, traits="weight=40")


def test_an_arm_with_a_rule_cannot_begin_now_and_is_said_to_be_left_out(twin):
    ruled = Regimen("ruled", rules=(Rule("docetaxel", "volume", "1", "2", 1.0),))
    assert not from_now.can_begin(ruled, 120.0) and from_now.can_begin(ruled, 0.0)
    with pytest.raises(UsageError, match="XL-SIM-807"):
        from_now.given_before(DISEASE.card, ruled, 120.0)


def test_an_infusion_is_stopped_now_with_the_part_that_was_given():
    card = replace(DISEASE.card, treatments=(replace(DISEASE.card.treatments[0], kind="infusion"), *DISEASE.card.treatments[1:]))
    before = Regimen("given", doses=(Dose(8.0, "chemotherapy", 6.0, 6.0), Dose(1.0, "docetaxel", 1.0), Dose(10.0, "docetaxel", 1.0)))
    assert from_now.given_before(card, before, 10.0) == (Dose(8.0, "chemotherapy", 2.0, 2.0), Dose(1.0, "docetaxel", 1.0, 9.0))


def test_whoever_died_by_chance_before_now_gets_other_chances():
    name = {"en": "death", "zh": "死亡"}
    mortal = CardDisease(replace(DISEASE.card, ends=(End("death", name, hazard="0.01", stops=True),), fast=None))
    request = SimulationRequest("nsclc", (0.0, 100.0, 200.0), patients=400, seed=5)
    people = mortal.draw(request, 0, 400)
    assert 200 < np.sum(mortal.run(request, people).ends["death"] <= 100) < 300
    block = from_now.run_of_the_living(mortal, request, people, 100.0)
    assert block.patients > 380 and not (block.ends["death"] <= 100).any()
    assert np.mean(block.ends["death"] <= 200) == pytest.approx(1 - np.exp(-1), abs=0.08)


def test_a_person_whose_every_course_ended_before_is_refused():
    request = SimulationRequest("nsclc", (0.0, 3000.0), patients=40, seed=5)
    doomed = dict(DISEASE.draw(request, 0, 40))
    doomed["rho"] = np.full(40, 0.05)
    with pytest.raises(Refused, match="XL-SIM-808"):
        from_now.run_of_the_living(DISEASE, request, doomed, 3000.0)
