"""Pictures of nobody on the whole road: a kept model draws them, checks look at them, a person signs, DICOM and page leave marked."""

import json
from io import BytesIO

import numpy as np
import pydicom
import pytest
from msgspec.structs import replace

import xinglin as xl
from xinglin.cli.run import main
from xinglin.flow.house import House
from xinglin.models import sample_pictures
from xinglin.records.errors import NotFound, Refused, UsageError
from xinglin.records.image_learning import ImageJudgement, LearningPlan
from xinglin.training.comparing import Comparison
from xinglin.training.registry import Registry

pytestmark = pytest.mark.slow
OPTIONS = {"count": "3", "conditions": "finding=benign,age=50"}


@pytest.fixture(scope="module")
def generator(tmp_path_factory):
    """A model of a set of spots: it has learnt next to nothing, and its judgement is made up."""
    from xinglin.models.image.vae import MODEL
    from xinglin.training.image_learning.fit import learnt
    from xinglin.training.image_learning.keeping import kept_of
    from xinglin.training.image_sets import ImageSet

    random = np.random.default_rng(5)
    known = np.stack([random.integers(0, 2, 60), random.uniform(20, 80, 60)], axis=1).astype(np.float32)
    form = replace(sample_pictures.FORM, modality="CT", unit="HU", low=-1000.0, high=400.0)
    pictures = sample_pictures.pictures(60, 4) / 255 * 1400 - 1000
    spots = ImageSet.of(pictures, form, conditions=known, name="spots", source="drawn by us", licence="CC0-1.0", synthetic=20)
    found = learnt(
        spots, MODEL, {"width": 8, "chance": 8}, LearningPlan(4, batch=8, precision="float32"), tmp_path_factory.mktemp("learning")
    )
    return kept_of(found, name="spots", intended_use="trying the road out").judged(
        ImageJudgement("spots", spots.card.digest, 200, 1, sample_pictures.SCORES)
    )


@pytest.fixture
def house(home, generator):
    """A house in which that model is in use."""
    here = House.at()
    keep(here, generator)
    promote(here, "spots")
    return here


def keep(house, model):
    Registry(house.store).keep(model, "dr.li")


def promote(house, name):
    models = Registry(house.store)
    named = models.named(name)
    comparison = Comparison("distance", named.challenger, named.champion, 1.0, 2.0, (-1.0, -1.5, -0.5), 200, "made pictures")
    models.promote(name, "dr.li", comparison)


def stops(draft):
    return sorted({issue.check for issue in draft.issues if issue.severity == "stop"})


def test_pictures_are_drafted_signed_and_leave_marked(house, tmp_path, passphrase, capsys):
    words = [part for name, value in OPTIONS.items() for part in ("--option", name, value)]
    assert main(["make", "synthetic-image", *words, "--seed", "7", "-o", str(tmp_path / "draft"), "--json"]) == 0
    draft = json.loads(capsys.readouterr().out)
    assert all(one["verdicts"] == {"faithful": "supported", "plausible": "supported"} for one in draft["statements"]), draft["statements"]
    assert not [issue for issue in draft["issues"] if issue["severity"] == "stop"], draft["issues"]
    page = (tmp_path / "draft" / f"{draft['draft']}.html").read_text(encoding="utf-8")
    assert page.count("data:image/png") == 1 and "age 50" in page
    assert main(["sign", draft["draft"], "--as", "dr.li", "--passphrase-file", str(passphrase)]) == 0
    assert main(["release", draft["draft"], "-o", str(tmp_path / "out")]) == 0
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    dicom = ["picture.dcm", "series-001-0001.dcm", "series-002-0001.dcm", "series-003-0001.dcm"]
    assert files == sorted([*dicom, "document.html", "document.pdf", "document.txt"])
    for name in dicom:
        assert main(["label", "check", str(tmp_path / "out" / name)]) == 0
        header = pydicom.dcmread(tmp_path / "out" / name)
        assert header.SyntheticData == "YES" and header.PatientID == "NOBODY" and header.SeriesDescription.startswith("SYNTHETIC")
    made = house.picture_room.made(house.store.draft(draft["draft"]))
    first = pydicom.dcmread(BytesIO((tmp_path / "out" / "series-001-0001.dcm").read_bytes()))
    values = first.pixel_array * float(first.RescaleSlope) + float(first.RescaleIntercept)
    np.testing.assert_allclose(values, made.array()[0, 0], atol=0.02)
    text = (tmp_path / "out" / "document.txt").read_text(encoding="utf-8")
    assert "CC0-1.0" in text and "near-copies" in text.lower() and "nobody" in text


def test_the_same_asking_gives_the_same_pictures_and_another_seed_others(house):
    one, again, other = (xl.make("synthetic-image", seed=seed, options={"count": "2"}).draft for seed in (7, 7, 8))
    assert one.id == again.id != other.id and one.provenance.images == again.provenance.images != other.provenance.images
    made = house.picture_room.drawn("", 2, 7, {})
    assert made.packed == house.picture_room.drawn("spots", 2, 7, {}).packed == house.picture_room.made(one).packed
    assert made.array().shape == (2, 1, 16, 16) and not np.array_equal(made.array()[0], made.array()[1])


def test_pictures_of_another_model_are_another_draft(house, generator):
    first = xl.make("synthetic-image", options={"count": "2"}).draft
    told = replace(generator.told, intended_use="the second one")
    keep(house, type(generator)(told, generator.parts, generator.made_by))
    promote(house, "spots")
    second = xl.make("synthetic-image", options={"count": "2"}).draft
    assert first.id != second.id and "the second one" in " ".join(one.text for one in second.statements)


def test_kept_pictures_that_were_exchanged_are_refused(house):
    draft = xl.make("synthetic-image", options={"count": "2"}).draft
    (name,) = draft.provenance.images
    forged = replace(draft, provenance=replace(draft.provenance, images={name: "0" * 64}))
    with pytest.raises(Refused, match="XL-PICT-015"):
        house.picture_room.made(forged)


def test_an_edit_is_checked_beside_the_same_pictures(house):
    draft = xl.make("synthetic-image", options={"count": "2"}).draft
    house.desk.decide(draft.id, "dr.li", "edit", "s1", text="Synthetic pictures: 2 pictures of 16 × 16 pixels.")
    assert stops(house.store.draft(draft.id)) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"count": "0"}, "XL-PICT-005"), ({"count": "65"}, "XL-PICT-005"), ({"count": "two"}, "XL-PICT-005"),
        ({"conditions": "finding"}, "XL-PICT-004"), ({"conditions": "age=30,age=40"}, "XL-PICT-004"), ({"length": "endless"}, "XL-PICT-007"),
        ({"conditions": "side=left"}, "XL-LEARN-042"), ({"conditions": "finding=odd"}, "XL-LEARN-043"), ({"conditions": "age=130"}, "XL-LEARN-043"),
        ({"conditions": "age=nan"}, "XL-LEARN-043"), ({"model": "nothing"}, "XL-MODEL-002"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_a_remedy(house, asked, code):
    with pytest.raises((UsageError, NotFound)) as refusal:
        xl.make("synthetic-image", options=asked)
    assert refusal.value.code == code and refusal.value.fix


def test_without_a_model_in_use_the_one_that_comes_with_xinglin_draws(home):
    assert "chest-phantom" in xl.make("synthetic-image", options={"count": "1"}).draft.statements[0].text


def test_without_any_model_it_is_said_what_to_do(home, generator, monkeypatch):
    monkeypatch.setattr("xinglin.flow.pictures.shipped", dict)
    with pytest.raises(NotFound, match="XL-PICT-010"):
        xl.make("synthetic-image")
    here = House.at()
    keep(here, generator)
    with pytest.raises(NotFound, match="XL-PICT-010"):
        xl.make("synthetic-image")
    waiting = xl.make("synthetic-image", options={"model": "spots:challenger", "count": "2"}).draft
    assert ("xl513_model_gates", "warning") in {(issue.check, issue.severity) for issue in waiting.issues} and stops(waiting) == []


def test_two_models_in_use_must_be_told_apart(house, generator):
    told = replace(generator.told, name="others")
    keep(house, type(generator)(told, generator.parts, generator.made_by))
    promote(house, "others")
    with pytest.raises(UsageError, match="XL-PICT-011") as refusal:
        xl.make("synthetic-image")
    assert "others, spots" in refusal.value.fix
    assert xl.make("synthetic-image", options={"model": "others", "count": "2"}).draft.id


def test_what_a_model_made_that_was_never_judged_cannot_be_signed(home, generator):
    here = House.at()
    keep(here, type(generator)(replace(generator.told, judgement=None), generator.parts, generator.made_by))
    draft = xl.make("synthetic-image", options={"model": "spots:challenger", "count": "2"}).draft
    assert stops(draft) == ["xl513_model_gates"] and here.desk.blocking(draft)


def test_a_model_that_copies_stops_its_pictures(home, generator):
    from xinglin.records.image_learning import Spread

    scores = tuple(replace(one, made=Spread(3.0), passed=False) if one.name == "near-copies" else one for one in sample_pictures.SCORES)
    here = House.at()
    keep(here, generator.judged(ImageJudgement("spots", generator.told.set_digest, 200, 1, scores)))
    draft = xl.make("synthetic-image", options={"model": "spots:challenger", "count": "2"}).draft
    assert stops(draft) == ["xl511_near_copy", "xl513_model_gates"]


def test_so_many_large_pictures_are_refused_before_any_is_drawn(house, monkeypatch):
    from xinglin.flow import pictures
    from xinglin.records.errors import OutOfResources

    monkeypatch.setattr(pictures, "MOST_VALUES", 1000)
    with pytest.raises(OutOfResources, match="XL-PICT-014") as refusal:
        xl.make("synthetic-image", options={"count": "8"})
    assert refusal.value.fix == "at most 3"
