"""Courses by torch are the fast solver's courses: the same people, the same chance, the same ends, the same numbers up to rounding."""

from __future__ import annotations

import cards
import numpy as np
import pytest
from msgspec.structs import replace

from xinglin.cli.run import main
from xinglin.models.simulator import arms
from xinglin.models.simulator.cohort import simulate
from xinglin.models.simulator.course import ALLOWED, CardDisease, apart
from xinglin.models.simulator.torch_engine import in_torch
from xinglin.records.simulation import DiseaseCard, Dose, Regimen, SimulationRequest
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractDisease

torch = pytest.importorskip("torch", reason="torch is an extra that is not installed")

SHELF = Shelf("xinglin.diseases", "DISEASE", AbstractDisease)
WHOLE = {name: SHELF[name] for name in SHELF.names()}
EACH = WHOLE | {f"{name}:{variant}": one for name, disease in WHOLE.items() for variant, one in disease.variants.items()}
CARDS = {name: one for name, one in EACH.items() if isinstance(one, CardDisease)}
LONG = {"neutropenia": 21.0, "prostate:chemotherapy": 10.0}  # days: courses of many small steps, one after another in torch
FLIPPED = 2 * ALLOWED  # where rounding decides that somebody's steps are halved once more


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


def asked(name: str, card: DiseaseCard, regimen: Regimen, patients: int) -> SimulationRequest:
    last = min(card.horizon, LONG.get(name, 120.0))
    (request,) = arms.requests(card, [regimen], np.linspace(0, last, 5), patients=patients, seed=11)
    return request


@pytest.mark.parametrize("name", list(CARDS))
def test_every_card_disease_runs_alike_in_every_regimen(name: str) -> None:
    disease = CARDS[name]
    served = in_torch(disease)
    for regimen in (arms.UNTREATED, *disease.card.regimens):
        request = asked(name, disease.card, regimen, 6)
        people = disease.draw(request, 0, 6)
        for trait, values in served.draw(request, 0, 6).items():
            np.testing.assert_array_equal(values, people[trait])
        fast, theirs = disease.run(request, people), served.run(request, people)
        for observable, values in fast.observed.items():
            assert apart(theirs.observed[observable], values) <= FLIPPED, (regimen.name, observable)
        for end, moments in fast.ends.items():
            np.testing.assert_allclose(theirs.ends[end], moments, rtol=1e-6, err_msg=f"{regimen.name}, {end}")


def test_every_closed_form_hazard_condition_infusion_and_rule_is_walked_alike(closed_forms: CardDisease, tumour: CardDisease) -> None:
    for disease, regimens in ((closed_forms, cards.CLOSED_FORMS.regimens), (tumour, (cards.COURSE, *cards.TUMOUR.regimens))):
        for regimen in (arms.UNTREATED, *regimens):
            (request,) = arms.requests(disease.card, [regimen], np.linspace(0, disease.card.horizon, 6), patients=40, seed=3, measured=True)
            people = disease.draw(request, 100, 40)
            fast, theirs = disease.run(request, people, 100), in_torch(disease).run(request, people, 100)
            for name, values in fast.observed.items():
                assert apart(theirs.observed[name], values) <= FLIPPED, (disease.name, regimen.name, name)
            for name, moments in fast.ends.items():
                np.testing.assert_allclose(theirs.ends[name], moments, rtol=1e-6, err_msg=name)
            assert not any(np.isnan(moments).all() for moments in fast.ends.values()) or disease is tumour, (
                "the ends must come to be compared"
            )


def test_a_cohort_in_blocks_is_the_cohort_in_one(tumour: CardDisease) -> None:
    request = cards.asked(cards.TUMOUR, patients=50, regimen=cards.COURSE)
    (whole,), parts = simulate(in_torch(tumour), request), list(simulate(in_torch(tumour), request, block=7))
    assert whole.residual is not None and whole.residual.greatest <= ALLOWED
    for name, values in whole.observed.items():
        assert apart(np.concatenate([part.observed[name] for part in parts]), values) <= FLIPPED


def test_single_precision_keeps_four_digits(tumour: CardDisease) -> None:
    request = cards.asked(cards.TUMOUR, patients=20, regimen=cards.COURSE)
    people = tumour.draw(request, 0, 20)
    single, exact = in_torch(tumour, single=True).run(request, people), tumour.run(request, people)
    assert max(apart(single.observed[name], exact.observed[name]) for name in exact.observed) <= 1e-4


def test_what_torch_ran_says_so(tumour: CardDisease) -> None:
    assert in_torch(tumour).engine == f"torch {torch.__version__}, cpu, float64"


def test_a_graphics_card_gives_the_same_where_there_is_one(tumour: CardDisease) -> None:
    request = cards.asked(cards.TUMOUR, patients=200, regimen=cards.COURSE)
    people = tumour.draw(request, 0, 200)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    theirs, fast = in_torch(tumour, device).run(request, people), tumour.run(request, people)
    assert max(apart(theirs.observed[name], fast.observed[name]) for name in fast.observed) <= FLIPPED


def test_the_file_of_a_cohort_says_what_ran_it(tmp_path, monkeypatch, capsys) -> None:
    import pyarrow.parquet

    monkeypatch.setenv("XINGLIN_HOME", str(tmp_path / "house"))
    tables = []
    for words in (["--engine", "torch", "--device", "cpu"], []):
        out = tmp_path / f"{len(tables)}.parquet"
        assert main(["simulate", "nsclc", "--patients", "30", "--days", "60", "-o", str(out), *words]) == 0
        tables.append(pyarrow.parquet.read_table(out))
    theirs, fast = tables
    assert theirs.schema.metadata[b"xinglin_engine"].startswith(b"torch ") and b"xinglin_engine" not in fast.schema.metadata
    assert {key for key in theirs.schema.metadata if key != b"xinglin_engine"} == set(fast.schema.metadata)
    for name in theirs.column_names:
        if name.startswith("trait_"):
            assert theirs[name].equals(fast[name])


def test_a_dose_beyond_the_last_look_changes_nothing(tumour: CardDisease) -> None:
    request = cards.asked(cards.TUMOUR, regimen=cards.COURSE, patients=3)
    later = replace(request, regimen=replace(cards.COURSE, doses=(*cards.COURSE.doses, Dose(1e4, "chemo", 1.0))))
    people = tumour.draw(request, 0, 3)
    one, other = in_torch(tumour).run(request, people), in_torch(tumour).run(later, people)
    for name in one.observed:
        np.testing.assert_array_equal(one.observed[name], other.observed[name])
