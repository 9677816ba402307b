"""What an imaging report holds: the newest measurements, the change behind them, the category, and nothing nobody marked."""

from importlib.resources import files

import msgspec
import pytest

from xinglin import intake
from xinglin.content.imaging_report import KIND
from xinglin.models.text.grammar import WRITER
from xinglin.records import ContentRequest
from xinglin.records.errors import UsageError
from xinglin.workup import work_up

AS_OF = "2024-03-07"


@pytest.fixture(scope="module")
def chart():
    (person,) = intake.read([str(files("xinglin.content.imaging_report") / "examples" / "record.json")], shipped=True).people
    return intake.chart_of(person.resources)


def told(chart, language="en", **options):
    """(sentences by section, facts of each sentence)."""
    facts = {fact.id: fact for fact in work_up(chart, AS_OF)}
    plan = KIND.plan(ContentRequest("imaging_report", "c", language, AS_OF, options=options), chart, tuple(facts.values()))
    texts = WRITER.write(plan.points, facts, KIND.words[language], language, 0)
    found = {}
    for point, text in zip(plan.points, texts, strict=True):
        found.setdefault(point.section, []).append(text)
    return found, [facts[name] for point in plan.points for name in point.facts]


def test_the_newest_size_of_each_lesion_is_told_once(chart):
    sizes = [text for text in told(chart)[0]["lesions"] if "long axis" in text]
    assert len(sizes) == 2 and all(text.startswith("On 2024-03-05") for text in sizes)


def test_short_leaves_out_change_and_response(chart):
    assert set(told(chart, length="short")[0]) == {"studies", "lesions", "category"}


def test_full_tells_density_too(chart):
    assert any("HU" in text for text in told(chart, length="full")[0]["lesions"])
    assert not any("HU" in text for text in told(chart)[0]["lesions"])


def test_every_measurement_points_at_its_slice(chart):
    for fact in told(chart, length="full")[1]:
        if fact.kind == "measurement" and fact.details.get("lesion"):
            assert any(evidence.source == "dicom" and "#slice=" in evidence.pointer for evidence in fact.evidence), fact.id


def test_one_lesion_can_be_asked_for(chart):
    found = told(chart, lesion="B")[0]
    assert all(" B " in f" {text} ".replace(":", " ") for text in found["lesions"] if "Place" in text) and len(found["lesions"]) == 2


def test_a_lesion_nobody_marked_is_a_usage_error(chart):
    with pytest.raises(UsageError, match="XL-IMGREP-002"):
        told(chart, lesion="Z")


def test_days_are_told_in_chinese(chart):
    (text,) = [text for text in told(chart, "zh")[0]["change"] if "倍增时间" in text]
    assert text.endswith("天。") and "days" not in text


def test_a_record_without_marked_lesions_says_just_that(chart):
    found, facts = told(msgspec.structs.replace(chart, lesions=()))
    assert list(found) == ["missing"] and [fact.key for fact in facts] == ["gap:lesions"]


def test_artificial_scans_give_a_real_person_no_finding(chart):
    real = msgspec.structs.replace(chart, person=msgspec.structs.replace(chart.person, made_up=False))
    found, facts = told(real)
    assert set(found) == {"missing"} and {fact.kind for fact in facts} == {"gap"}
    assert all("artificial" in text for text in found["missing"])


def test_a_report_of_one_lesion_leaves_the_sum_of_the_others_out(chart):
    assert "response" in told(chart)[0]
    assert "response" not in told(chart, lesion="B")[0] and "response" not in told(chart, lesion="A")[0]
