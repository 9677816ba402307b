"""A series as a model would show it, on the whole road: kept beside its source, checked, signed, and marked in every file that leaves."""

import numpy as np
import pydicom
import pytest
from msgspec.structs import replace

import xinglin as xl
from xinglin.cli.run import main
from xinglin.flow.house import House
from xinglin.flow.pictures import see_that_it_is_of_the_form
from xinglin.models import sample_pictures
from xinglin.records.errors import InvalidInput, NotFound, OutOfResources, UsageError
from xinglin.records.image_learning import ImageForm, ImageJudgement, LearningPlan
from xinglin.records.volume import Volume
from xinglin.training.comparing import Comparison
from xinglin.training.registry import Registry

pytestmark = pytest.mark.slow
SIDE, SPACING = 160, 2.2
SMALL = ("--slices", "48", "--pixels", str(SIDE), f"--spacing=3.5,{SPACING},{SPACING}")
FORM = ImageForm(
    (SIDE, SIDE), low=-1000.0, high=400.0, unit="HU", modality="CT", spacing_mm=(SPACING, SPACING), domains=("sharp", "smooth")
)


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """A small phantom as a folder of DICOM files."""
    folder = tmp_path_factory.mktemp("scan")
    assert main(["phantom", "-o", str(folder / "ct"), "--home", str(folder / "house"), *SMALL]) == 0
    return folder / "ct"


@pytest.fixture(scope="module")
def translator(tmp_path_factory):
    """A model between two kinds of noise: it has learnt next to nothing, and its judgement is made up."""
    from xinglin.models.image.cyclegan import MODEL
    from xinglin.training.image_learning.fit import learnt
    from xinglin.training.image_learning.keeping import kept_of
    from xinglin.training.image_sets import ImageSet

    random = np.random.default_rng(2)
    pictures = random.uniform(-1000, 400, (16, 1, SIDE, SIDE)).astype(np.float32)
    noise = ImageSet.of(
        pictures, FORM, domains=["sharp", "smooth"] * 8, name="noise", source="drawn by us", licence="CC0-1.0", synthetic=16
    )
    settings = {"width": 8, "blocks": 1, "critic_width": 8, "critic_layers": 1}
    found = learnt(noise, MODEL, settings, LearningPlan(1, batch=2, precision="float32"), tmp_path_factory.mktemp("learning"))
    return kept_of(found, name="smoother").judged(
        ImageJudgement("smoother", noise.card.digest, 200, 1, sample_pictures.SCORES[:1] + sample_pictures.SCORES[3:])
    )


@pytest.fixture
def chart(home, scan, translator):
    """A chart with that series, in a house in which that model is in use."""
    taken = xl.take_in(scan)
    models = Registry(House.at().store)
    models.keep(translator, "dr.li")
    named = models.named("smoother")
    models.promote("smoother", "dr.li", Comparison("distance", named.challenger, "", 1.0, 2.0, (-1.0, -1.5, -0.5), 200, "made pictures"))
    return taken


def test_a_translated_series_leaves_marked_beside_its_source(chart, scan, tmp_path, passphrase):
    found = xl.make("image-translation", chart, seed=3, options={"towards": "smooth"})
    draft = found.draft
    assert {one.faithful for one in draft.statements} == {"supported"}, [one for one in draft.statements if one.faithful != "supported"]
    assert not [issue for issue in draft.issues if issue.severity == "stop"], draft.issues
    assert [picture.name for picture in found.pictures] == ["translation"]
    assert main(["sign", draft.id, "--as", "dr.li", "--passphrase-file", str(passphrase)]) == 0
    assert main(["release", draft.id, "-o", str(tmp_path / "out")]) == 0
    before = {d.ImagePositionPatient[2]: d for d in map(pydicom.dcmread, scan.iterdir())}
    after = {d.ImagePositionPatient[2]: d for d in map(pydicom.dcmread, (tmp_path / "out").glob("series-*.dcm"))}
    assert before.keys() == after.keys() and len(after) == 48
    house = House.at()
    made = house.picture_room.made(house.store.draft(draft.id))
    source = house.images.volume(chart.id, made.series_uid)
    assert made.towards == "smooth" and made.array().shape == (48, 1, SIDE, SIDE)
    beyond = (source.voxels < FORM.low) | (source.voxels > FORM.high)
    assert beyond.any() and np.array_equal(made.applied_to(source).voxels[beyond], source.voxels[beyond])
    assert not np.array_equal(made.applied_to(source).voxels, source.voxels)
    for place, one in after.items():
        assert one.SyntheticData == "YES" and one.ImageType[0] == "DERIVED" and one.SeriesDescription.startswith("SYNTHETIC")
        assert one.StudyInstanceUID == before[place].StudyInstanceUID and one.SeriesInstanceUID != before[place].SeriesInstanceUID
        assert one.FrameOfReferenceUID == before[place].FrameOfReferenceUID
    assert (tmp_path / "out" / "picture.dcm").exists()
    assert main(["label", "check", str(tmp_path / "out" / "series-0001.dcm")]) == 0


def test_what_was_translated_here_is_known_again(chart, tmp_path, passphrase):
    draft = xl.make("image-translation", chart).draft
    main(["sign", draft.id, "--as", "dr.li", "--passphrase-file", str(passphrase)])
    main(["release", draft.id, "-o", str(tmp_path / "out")])
    for path in (tmp_path / "out").glob("*.dcm"):
        header = pydicom.dcmread(path)
        del header.SyntheticData, header.ContributingEquipmentSequence
        header.save_as(path)
    again = House.at().take_in_images([tmp_path / "out"], chart=chart.id)[0]
    assert all(one.synthetic for one in again.series)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"series": "7"}, "XL-PICT-030"), ({"towards": "sharper"}, "XL-PICT-021"), ({"length": "endless"}, "XL-PICT-033"), ({"model": "none"}, "XL-MODEL-002"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_a_remedy(chart, options, code):
    with pytest.raises((UsageError, NotFound)) as refusal:
        xl.make("image-translation", chart, options=options)
    assert refusal.value.code == code and refusal.value.fix


def test_a_generator_translates_nothing_and_a_translator_draws_nothing(chart, monkeypatch):
    monkeypatch.setattr("xinglin.flow.pictures.shipped", dict)
    with pytest.raises(UsageError, match="XL-PICT-012"):
        xl.make("synthetic-image", options={"model": "smoother"})
    with pytest.raises(NotFound, match="XL-PICT-010"):
        xl.make("synthetic-image")


def series(shape=(3, SIDE, SIDE), unit="HU", modality="CT", spacing=(3.5, SPACING, SPACING)):
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = (*spacing, 1.0)
    return Volume(np.zeros(shape, np.int16), affine, unit, modality, series_uid="2.25.1")


@pytest.mark.parametrize(
    ("volume", "code"),
    [
        (series((3, SIDE, SIDE + 1)), "XL-PICT-022"), (series(modality="MR"), "XL-PICT-023"), (series(unit=""), "XL-PICT-023"),
        (series(spacing=(3.5, 1.1, 1.1)), "XL-PICT-024"),
    ],
)  # fmt: skip
def test_a_series_of_another_form_is_refused_and_nothing_is_resized(volume, code):
    with pytest.raises(InvalidInput) as refusal:
        see_that_it_is_of_the_form(volume, FORM)
    assert refusal.value.code == code and refusal.value.fix


def test_a_series_of_the_form_is_taken_and_a_model_of_volumes_takes_the_whole(monkeypatch):
    see_that_it_is_of_the_form(series(), FORM)
    see_that_it_is_of_the_form(series(), replace(FORM, shape=(3, SIDE, SIDE), spacing_mm=(3.5, SPACING, SPACING)))
    monkeypatch.setattr("xinglin.flow.pictures.MOST_VALUES", 1000)
    with pytest.raises(OutOfResources, match="XL-PICT-014"):
        see_that_it_is_of_the_form(series(), FORM)


def test_a_draft_of_a_series_that_was_replaced_keeps_to_the_old_one_or_says_so(chart):
    made = sample_pictures.translated(House.at().images.volume(chart.id, chart.scans[0].uid))
    with pytest.raises(InvalidInput, match="XL-PICT-029"):
        made.applied_to(series())
