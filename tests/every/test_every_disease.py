"""Every disease on the shelf goes through the same trials: its card, its sources, both solvers, blocks, positivity, both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from xinglin.models.simulator import arms
from xinglin.models.simulator.summary import compared, simulated
from xinglin.records.simulation import DiseaseCard, SimulationRequest
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractDisease
from xinglin.workup.simulation_facts import facts_of

SHELF = Shelf("xinglin.diseases", "DISEASE", AbstractDisease)
WHOLE = {name: SHELF[name] for name in SHELF.names()}
EACH = WHOLE | {f"{name}:{variant}": one for name, disease in WHOLE.items() for variant, one in disease.variants.items()}
ROOM = Path(__file__).parents[2] / "src/xinglin/diseases"
LOOKED_AT = 7  # times a course is looked at here: enough to see it, few enough to be quick
every_disease = pytest.mark.parametrize("disease", list(EACH.values()), ids=list(EACH))
every_whole = pytest.mark.parametrize("disease", list(WHOLE.values()), ids=list(WHOLE))
TALL_GRID = {"glioma"}  # three dimensions: its own tests compare it, and take minutes


def request(card: DiseaseCard, regimen=None, patients=3, seed=11) -> SimulationRequest:
    """A short stretch of the course, so that slow solvers stay quick."""
    last = min(card.horizon, {"min": 720.0, "h": 240.0, "d": 120.0, "a": 4.0}[card.time_unit])
    times = tuple(float(t) for t in np.linspace(0, last, LOOKED_AT))
    (asked,) = arms.requests(card, [regimen or arms.UNTREATED], times, patients=patients, seed=seed)
    return asked


@every_disease
def test_its_card_says_what_a_reader_needs(disease):
    card = disease.card
    assert disease.name == card.name or ":" in card.name or disease.name in EACH
    for words in (card.title, card.about, card.limits):
        assert words["en"].strip() and words["zh"].strip()
    for row in card.parameters:
        assert row.meaning["en"] and row.meaning["zh"] and row.unit, row.name
        assert row.low <= row.high, row.name
    for one in (*card.observables, *card.ends, *card.harms, *card.treatments):
        assert one.names["en"] and one.names["zh"], one.name


@every_disease
def test_a_number_is_verified_only_when_its_source_was_opened(disease):
    card = disease.card
    for row in card.parameters:
        assert row.source in card.sources, row.name
        own = row.source in ("ours", "project")  # a choice of the model that claims no source
        assert own or row.unverified or card.sources[row.source].source_read, f"{row.name}: {row.source} was not opened"


@every_whole
def test_it_has_a_page_that_says_what_it_is_not_for(disease):
    page = (ROOM / disease.name / "README.md").read_text(encoding="utf-8")
    assert "ot for" in page and "validated" in page


@every_whole
def test_the_fast_solver_agrees_with_the_slow_one_in_every_regimen(disease):
    if disease.name in TALL_GRID:
        return
    for regimen in (arms.UNTREATED, *disease.card.regimens):
        asked = request(disease.card, regimen)
        people = disease.draw(asked, 0, asked.patients)
        block = replace_residual(disease.run(asked, people))
        found = compared(disease, asked, people, block)
        assert found.greatest <= max(1e-4, 10 * found.allowed), (regimen.name, found)


def replace_residual(block):
    """The block without its own word on how good it is."""
    from dataclasses import replace as changed

    return changed(block, residual=None)


@every_disease
def test_a_person_is_the_same_alone_or_in_a_block(disease):
    asked = request(disease.card, patients=4)
    together = disease.run(asked, disease.draw(asked, 0, 4))
    alone = disease.run(replace(asked, patients=1), disease.draw(asked, 2, 1), 2)
    for name, values in together.observed.items():
        assert np.array_equal(values[2], alone.observed[name][0], equal_nan=True), name
    for name, when in together.ends.items():
        assert np.array_equal(when[2:3], alone.ends[name], equal_nan=True), name


@every_disease
def test_nothing_becomes_negative_or_no_number(disease):
    for regimen in (arms.UNTREATED, *disease.card.regimens[:3]):
        asked = request(disease.card, regimen, patients=3 if disease.name in TALL_GRID else 24)
        block = disease.run(asked, disease.draw(asked, 0, asked.patients))
        for name, values in block.observed.items():
            assert np.all(np.isnan(values) | (values >= 0)), (regimen.name, name)
            assert not np.any(np.isinf(values)), (regimen.name, name)


@every_disease
def test_drawn_people_lie_inside_the_range_of_their_source(disease):
    asked = request(disease.card, patients=200)
    people = disease.draw(asked, 0, 200)
    for row in disease.card.parameters:
        assert np.all((people[row.name] >= row.low) & (people[row.name] <= row.high)), row.name


@every_whole
def test_what_is_said_of_it_is_said_in_both_languages(disease):
    asked = request(disease.card, (*disease.card.regimens, arms.UNTREATED)[0])
    facts = facts_of(disease.card, simulated(disease, [asked]), asked.times[-1:], people=True)
    for fact in facts:
        assert fact.details["said"].strip() and fact.details["said_zh"].strip()
        assert fact.id.startswith("made.") and fact.evidence[0].source.startswith("diseases/")
