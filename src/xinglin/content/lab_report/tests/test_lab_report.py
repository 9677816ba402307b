"""What a laboratory report holds: urgency first, one sentence per abnormal result, the rest in compact sentences."""

from importlib.resources import files

import pytest

from xinglin import intake
from xinglin.content.lab_report import KIND
from xinglin.models.text.grammar import WRITER
from xinglin.records import ContentRequest
from xinglin.records.errors import UsageError
from xinglin.workup import work_up

AS_OF = "2024-03-07"


@pytest.fixture(scope="module")
def chart():
    (person,) = intake.read([str(files("xinglin.content.lab_report") / "examples" / "record.json")]).people
    return intake.chart_of(person.resources)


def sections(chart, **options):
    facts = work_up(chart, AS_OF)
    plan = KIND.plan(ContentRequest("lab_report", "c", "en", AS_OF, options=options), chart, facts)
    texts = WRITER.write(plan.points, {f.id: f for f in facts}, KIND.words["en"], "en", 0)
    found = {}
    for point, text in zip(plan.points, texts, strict=True):
        found.setdefault(point.section, []).append(text)
    return found


def test_critical_then_abnormal_then_the_rest(chart):
    assert [key for key in sections(chart) if key != "calculations"] == ["critical", "abnormal", "normal"]


def test_short_says_only_what_is_critical_or_abnormal(chart):
    assert set(sections(chart, length="short")) == {"critical", "abnormal"}


def test_one_day_can_be_asked_for(chart):
    found = sections(chart, date="2024-03-01")
    text = " ".join(" ".join(texts) for texts in found.values())
    assert "C-reactive protein 143 mg/L on 2024-03-01" in text and "2024-03-06" not in text


def test_a_short_window_leaves_older_analytes_out(chart):
    assert sections(chart, days="0").keys() >= sections(chart, days="1").keys()


def test_an_unreadable_window_is_a_usage_error(chart):
    with pytest.raises(UsageError, match="XL-LABREP-002"):
        sections(chart, days="many")
