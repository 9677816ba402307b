"""Models are kept under their hash, come into use by a gate and a named person, and go back the same way; the ledger tells it."""

import numpy as np
import pytest
from made_people import design, part, people

from xinglin.records.errors import InvalidInput, NotFound, Refused, UsageError
from xinglin.store import Store
from xinglin.training.comparing import against_no_model, compared
from xinglin.training.outcomes import trained
from xinglin.training.registry import Registry


@pytest.fixture(scope="module")
def models():
    """A good one, a better one, and one learnt from noise."""
    noise = people(120, seed=5)
    noise["dose"] = np.random.default_rng(0).permutation(noise["dose"])
    return {
        "good": trained(people(120, seed=4), design(features=("age", "bmi")), name="dose", model="linear")[0],
        "better": trained(people(300, seed=6), design(), name="dose", model="linear")[0],
        "noise": trained(noise, design(), name="dose", model="linear")[0],
    }


@pytest.fixture
def registry(tmp_path):
    with Store.open(tmp_path / "house") as store:
        yield Registry(store)


def said(registry):
    return [(entry.who, entry.what, entry.about) for entry in registry._store.ledger.entries() if entry.what.startswith("model")]


def test_a_kept_model_is_named_by_the_hash_of_its_files_and_answers_as_before(registry, models):
    card = registry.keep(models["good"], "dr.li")
    again = registry.load("dose:challenger")
    row = part(people(10, seed=8), slice(0, 3))
    assert again.predictions(row) == models["good"].predictions(row) and card.digest == models["good"].card.digest
    assert registry.keep(models["good"], "dr.li").made_at == card.made_at and len(registry.named("dose").made) == 1


def test_nothing_is_in_use_until_a_named_person_brings_it_into_use(registry, models):
    registry.keep(models["good"], "dr.li")
    with pytest.raises(NotFound) as refused:
        registry.load("dose")
    assert refused.value.code == "XL-MODEL-003"
    comparison = against_no_model(models["good"])
    with pytest.raises(Refused) as refused:
        registry.promote("dose", " ", comparison)
    assert refused.value.code == "XL-MODEL-005"
    registry.promote("dose", "dr.wang", comparison)
    assert registry.load("dose").card.promoted_by == "dr.wang"
    assert said(registry) == [("dr.li", "model kept", "model dose"), ("dr.wang", "model promoted", "model dose")]


def test_a_worse_challenger_is_refused_and_a_better_one_comes_into_use_and_goes_back(registry, models):
    new = people(200, seed=11)
    registry.keep(models["good"], "dr.li")
    registry.promote("dose", "dr.wang", against_no_model(models["good"]))
    registry.keep(models["noise"], "dr.li")
    worse = compared(models["noise"], models["good"], new)
    assert worse.worse and worse.difference[1] > 0
    with pytest.raises(Refused) as refused:
        registry.promote("dose", "dr.wang", worse)
    assert refused.value.code == "XL-MODEL-007" and registry.named("dose").champion == models["good"].card.digest
    registry.keep(models["better"], "dr.li")
    with pytest.raises(Refused) as refused:
        registry.promote("dose", "dr.wang", worse)
    assert refused.value.code == "XL-MODEL-006", "a comparison of other models does not count"
    registry.promote("dose", "dr.wang", compared(models["better"], models["good"], new))
    assert registry.named("dose").champion == models["better"].card.digest
    back = registry.roll_back("dose", "dr.wang", "complaints from the ward")
    assert back.champion == models["good"].card.digest and back.challenger == models["better"].card.digest
    assert said(registry)[-1] == ("dr.wang", "model rolled back", "model dose")
    assert registry._store.ledger.verify().whole


def test_a_model_worse_than_none_does_not_come_into_use(registry, models):
    from msgspec.structs import replace

    from xinglin.models.foretelling.trained import TrainedOutcome

    made = models["noise"]
    own, none, *others = made.card.scores
    worse = TrainedOutcome(replace(made.card, scores=(replace(own, value=none.value * 1.1), none, *others)), made.fitted, made.conduct)
    card = registry.keep(worse, "dr.li")
    with pytest.raises(Refused) as refused:
        registry.promote("dose", "dr.wang", against_no_model(registry.load("dose:challenger")))
    assert refused.value.code == "XL-MODEL-007" and registry.named("dose").challenger == card.digest


def test_a_table_that_one_of_them_learnt_cannot_judge(models):
    with pytest.raises(Refused) as refused:
        compared(models["better"], models["good"], people(300, seed=6))
    assert refused.value.code == "XL-MODEL-011"


def test_changed_files_are_noticed(registry, models):
    card = registry.keep(models["good"], "dr.li")
    path = registry._folder / card.digest / "model.json"
    path.write_bytes(path.read_bytes().replace(b"identity", b"square-r"))
    with pytest.raises(InvalidInput) as refused:
        registry.load("dose:challenger")
    assert refused.value.code == "XL-MODEL-004"


@pytest.mark.parametrize("name", ["../evil", "Dose", "", "a/b", "a" * 41])
def test_a_name_that_leads_elsewhere_is_refused(registry, models, name):
    from msgspec.structs import replace

    from xinglin.models.foretelling.trained import TrainedOutcome

    made = models["good"]
    with pytest.raises(UsageError) as refused:
        registry.keep(TrainedOutcome(replace(made.card, name=name), made.fitted, made.conduct), "dr.li")
    assert refused.value.code == "XL-MODEL-001"
    with pytest.raises(NotFound):
        registry.card(name)


def test_a_model_is_found_by_the_beginning_of_its_hash_and_not_by_less(registry, models):
    card = registry.keep(models["good"], "dr.li")
    assert registry.card(f"dose@{card.digest[:8]}").digest == card.digest
    for reference in (f"dose@{card.digest[:3]}", "dose@ffffffffff", "other", "dose:best"):
        with pytest.raises(NotFound):
            registry.card(reference)
