"""What was translated is told with how much it changed; which series is meant is never guessed."""

from dataclasses import replace

import pytest

from xinglin.content.image_translation import KIND
from xinglin.models import sample_images, sample_pictures
from xinglin.models.text.grammar import WRITER
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import NotFound, UsageError
from xinglin.records.imaging import ScanSeries
from xinglin.shelf.promises import Bench

SERIES = tuple(ScanSeries(source="ImagingStudy/a", uid=uid, modality="CT", when="2024-03-05") for uid in ("2.25.1", "2.25.2"))


def scan(uid):
    return replace(sample_images.sample_case().source, series_uid=uid)


def prepared(chart, **options):
    bench = Bench(
        scan, lambda name: None, lambda name: None,
        translated=lambda uid, model, towards, seed: sample_pictures.translated(scan(uid), towards, seed),
    )  # fmt: skip
    return KIND.prepare(ContentRequest("image_translation", "c", options=options, seed=5), chart, bench)


def told(made, language="en", **options):
    facts = {fact.id: fact for fact in made.facts}
    plan = KIND.plan(ContentRequest("image_translation", "c", language, options=options), Chart(), made.facts)
    return " ".join(WRITER.write(plan.points, facts, KIND.words[language], language, 0)), plan


def test_the_series_the_direction_and_the_change_are_told():
    text, plan = told(prepared(Chart(scans=SERIES[:1]), towards="sharp"))
    assert "24 × 40 × 40 voxels, CT, towards sharp, by the model smoother@" in text and "seed 5" in text
    assert "Mean absolute change of a voxel: " in text and " HU." in text and "Anatomy kept (SSIM): 0.97" in text
    assert set(plan.must_mention) == {"made.translation", "made.meaning"}


def test_a_short_draft_still_says_that_findings_rest_on_the_source():
    assert "findings rest on the source series" in told(prepared(Chart(scans=SERIES[:1])), length="short")[0]
    assert "影像所见以源序列为准" in told(prepared(Chart(scans=SERIES[:1])), "zh", length="short")[0]


def test_what_lies_beyond_the_range_of_the_model_is_counted():
    values = scan("2.25.1").voxels
    beyond = ((values < -1000) | (values > 400)).mean()
    assert f"Left as it was: {beyond:.1%} of the voxels" in told(prepared(Chart(scans=SERIES[:1])))[0]


def test_the_change_points_at_the_kept_pictures_and_at_the_series():
    (fact,) = (fact for fact in prepared(Chart(scans=SERIES[:1])).facts if fact.id == "made.change")
    assert [one.source for one in fact.evidence] == ["models/cyclegan@1", "dicom"] and fact.evidence[1].pointer == "2.25.1#series"


def test_which_series_is_never_guessed():
    assert prepared(Chart(scans=SERIES), series="2").pictures.series_uid == "2.25.2"
    for chart, options, code in (
        (Chart(), {}, "XL-PICT-030"), (Chart(scans=SERIES), {}, "XL-PICT-031"), (Chart(scans=SERIES), {"series": "3"}, "XL-PICT-030"),
        (Chart(scans=SERIES), {"series": "2.25.9"}, "XL-PICT-030"),
    ):  # fmt: skip
        with pytest.raises((NotFound, UsageError), match=code) as refusal:
            prepared(chart, **options)
        assert refusal.value.fix


def test_without_models_it_is_said_what_to_do():
    with pytest.raises(NotFound, match="XL-PICT-032"):
        KIND.prepare(ContentRequest("image_translation", "c"), Chart(scans=SERIES[:1]), Bench(scan, lambda name: None, lambda name: None))
