"""Models are kept under their hash, come into use by a gate and a named person, and go back the same way; the ledger tells it."""

import hashlib
import json
import sys
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from made_people import design, part, people

from xinglin.models.foretelling.trained import TrainedOutcome, trained_of
from xinglin.models.kept import digest_of, files_of, part_of
from xinglin.records.errors import InvalidInput, NotFound, Refused, UsageError
from xinglin.records.prediction import ModelCard
from xinglin.store import Store
from xinglin.training import kinds
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


@dataclass(frozen=True)
class Picture:
    """A model of another kind: it has its own files and nothing to do with a table."""

    card: ModelCard
    weights: bytes

    def files(self):
        return files_of(self.card, {"weights.safetensors": self.weights, "recipe.json": b"{}"})


def picture_of(files, card):
    return Picture(card, part_of(files, "weights.safetensors"))


def a_picture(keeps="picture", name="nodules"):
    return Picture(ModelCard(name, "", "diffusion", "1", None, 0, "", 0, keeps=keeps), b"\x00\x01")


def test_any_kind_of_model_is_kept_by_its_files_and_read_by_its_own_reader(registry, models, monkeypatch):
    monkeypatch.setitem(kinds.READERS, "picture", ("a_room_of_pictures", "picture_of"))
    monkeypatch.setitem(sys.modules, "a_room_of_pictures", SimpleNamespace(picture_of=picture_of))
    card = registry.keep(a_picture(), "dr.li")
    again = registry.load("nodules:challenger")
    assert again.weights == b"\x00\x01" and again.card == card and card.keeps == "picture" and card.design is None
    assert digest_of(again.files()) == card.digest, "the hash does not depend on when it was kept"
    with pytest.raises(UsageError) as refused:
        registry.load_as("nodules:challenger", TrainedOutcome)
    assert refused.value.code == "XL-MODEL-015"
    registry.keep(models["good"], "dr.li")
    with pytest.raises(UsageError) as refused:
        registry.keep(a_picture(name="dose"), "dr.li")
    assert refused.value.code == "XL-MODEL-014"


def test_a_kind_nobody_here_knows_is_kept_but_not_read(registry):
    registry.keep(a_picture("from-tomorrow"), "dr.li")
    assert registry.card("nodules:challenger").keeps == "from-tomorrow"
    with pytest.raises(InvalidInput) as refused:
        registry.load("nodules:challenger")
    assert refused.value.code == "XL-MODEL-013"


def test_a_file_that_was_added_is_noticed(registry, models):
    card = registry.keep(models["good"], "dr.li")
    (registry._folder / card.digest / "more.json").write_bytes(b"{}")
    with pytest.raises(InvalidInput) as refused:
        registry.card("dose:challenger")
    assert refused.value.code == "XL-MODEL-004"


def test_a_model_kept_before_cards_said_their_kind_is_read_as_before(models):
    made = models["good"]
    files = made.files()
    plain = json.loads(files["card.json"])
    assert plain.pop("keeps") == "outcome"
    old = {"model.json": files["model.json"], "conduct.json": files["conduct.json"], "card.json": json.dumps(plain).encode()}
    hashes = [hashlib.sha256(old[name]).digest() for name in ("model.json", "conduct.json", "card.json")]
    again = trained_of(old)
    assert again.card.keeps == "outcome" and again.card.digest == hashlib.sha256(b"".join(hashes)).hexdigest()


@pytest.mark.parametrize("name", ["../evil", "Dose", "", "a/b", "a" * 41])
def test_a_name_that_leads_elsewhere_is_refused(registry, models, name):
    from msgspec.structs import replace

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
