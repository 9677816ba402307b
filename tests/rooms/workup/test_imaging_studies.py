"""An imaging study is called by its own words; one without words by what made it, in both languages."""

import pytest
from msgspec.structs import replace

from xinglin.records import Chart
from xinglin.records.chart import ImagingStudy
from xinglin.workup.reports import imaging_facts
from xinglin.workup.selections import unreported

CALLED = [
    ((), "", "imaging study", "影像检查"),
    ((), " ", "imaging study", "影像检查"),
    (("CT",), "-", "CT", "CT"),
    (("CR", "DX"), "", "X-ray", "X线"),
    (("CT", "PT"), "", "CT, PET", "CT、PET"),
]


@pytest.mark.parametrize(("modalities", "description", "english", "chinese"), CALLED)
def test_a_study_without_words_is_called_by_what_made_it(modalities, description, english, chinese):
    study = ImagingStudy(source="ImagingStudy/1", modalities=modalities, description=description)
    (fact,) = imaging_facts(Chart(imaging=(study,)))
    assert (fact.names["en"][0], fact.names["zh"][0], fact.text) == (english, chinese, english)


def test_a_study_with_words_keeps_them():
    (fact,) = imaging_facts(Chart(imaging=(ImagingStudy(source="ImagingStudy/1", modalities=("CT",), description="Zephyr protocol 7"),)))
    assert fact.concept.words == fact.text == "Zephyr protocol 7"


def test_a_summary_says_of_a_marked_lesion_only_what_its_newest_scan_shows():
    (study,) = imaging_facts(Chart(imaging=(ImagingStudy(source="ImagingStudy/1", modalities=("CT",)),)))
    older, newest = (replace(study, id=f"lesion.{n}", details={"lesion": "A"}, latest=n == 2) for n in (1, 2))
    assert unreported([study, older, newest], []) == [study, newest]
