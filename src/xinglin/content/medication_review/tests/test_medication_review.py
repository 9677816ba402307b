"""What a medication review holds: never-events first, each medicine with what was found, sums once, and what could not be judged."""

from importlib.resources import files

import pytest
from msgspec.structs import replace

from xinglin import intake
from xinglin.content.medication_review import KIND
from xinglin.models.text.grammar import WRITER
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import UsageError
from xinglin.shelf.promises import Bench
from xinglin.workup import work_up

AS_OF = "2024-03-07"


@pytest.fixture(scope="module")
def chart() -> Chart:
    (person,) = intake.read([str(files("xinglin.content.medication_review") / "examples" / "record.json")], shipped=True).people
    return intake.chart_of(person.resources)


def reviewed(chart, language="en", **options):
    facts = work_up(chart, AS_OF)
    request = ContentRequest("medication_review", "c", language, AS_OF, options=options)
    facts = (*facts, *KIND.prepare(request, chart, Bench(None, None, None, facts)).facts)
    plan = KIND.plan(request, chart, facts)
    texts = WRITER.write(plan.points, {f.id: f for f in facts}, KIND.words[language], language, 0)
    return plan, texts, facts


def sections(chart, language="en", **options):
    plan, texts, _ = reviewed(chart, language, **options)
    found = {}
    for point, text in zip(plan.points, texts, strict=True):
        found.setdefault(point.section, []).append(text)
    return found


def test_a_never_event_comes_before_everything_else(chart):
    first = sections(chart)["first"]
    assert first[0].startswith("Never: methotrexate – weekly methotrexate taken daily is fatal")
    assert [text.split(":")[0] for text in first] == sorted(
        (t.split(":")[0] for t in first), key=["Never", "Contraindicated", "Grave"].index
    )


def test_every_medicine_has_a_row_with_its_dose_its_reason_and_what_was_found(chart):
    plan, _, facts = reviewed(chart)
    taken = {fact.id for fact in facts if fact.kind == "medicine" and fact.status == "current"}
    cells = {point.cell for point in plan.points if point.section == "list"}
    assert {(one, column) for one in taken for column in ("medicine", "reason", "points")} <= cells


def test_every_alert_is_told_once_and_rests_on_the_medicine_and_a_row_of_knowledge(chart):
    plan, _, facts = reviewed(chart, length="full")
    alerts = [fact for fact in facts if fact.id.startswith("made.alert.")]
    told = [point.facts[0] for point in plan.points if point.facts[0].startswith("made.alert.")]
    assert sorted(told) == sorted(fact.id for fact in alerts)
    for fact in alerts:
        assert any(one.source == "chart" for one in fact.evidence)
        assert fact.details["kind"] == "unknown-medicine" or any(one.source.startswith("knowledge/") for one in fact.evidence)


def test_a_sum_over_four_medicines_is_told_once(chart):
    texts = [text for found in sections(chart, length="full").values() for text in found]
    assert sum("adds to bleeding together with" in text for text in texts) == 1
    assert sum("bleeding sum" in text for text in sections(chart)["list"]) == 4


def test_what_nobody_opened_is_marked_and_counted(chart):
    _, texts, facts = reviewed(chart, length="full")
    unread = [fact for fact in facts if fact.id.startswith("made.alert.") and fact.details["verified"] == "no"]
    assert unread and all("source not opened" in fact.details["said"] for fact in unread)
    brief = [fact.details["said"] for fact in facts if fact.id.startswith("made.review.points.")]
    assert any("source not opened" in said for said in brief)
    assert any(text.startswith(f"{len(unread)} of these warnings rest on rows whose source nobody here has opened") for text in texts)


def test_what_could_not_be_judged_is_said(chart):
    unjudged = sections(chart)["unjudged"]
    assert any(text.startswith("Not checked: Grandmother's heart drops") for text in unjudged)
    assert any(text.startswith("No dose is recorded for") for text in unjudged)
    assert any("genes that nobody has tested" in text for text in unjudged)


def test_without_a_kidney_value_it_is_said_that_doses_were_not_judged_by_it(chart):
    blind = sections(replace(chart, measurements=()))
    assert "Kidney function within a year is not in the record: doses were not judged for it." in blind["unjudged"]
    assert "organs" not in blind


def test_a_test_that_was_never_done_asks_for_it_and_not_for_what_its_limit_would_ask(chart):
    missing = next(text for text in sections(chart)["monitoring"] if text.startswith("Caution: warfarin") and "INR" in text)
    assert "Measure it" in missing and "Hold" not in missing


def test_what_has_long_been_borne_is_told_mildly_and_left_out_of_the_short_one(chart):
    assert all(text.startswith("Borne so far: ") for text in sections(chart)["tolerated"])
    assert set(sections(chart, length="short")) == {"overview", "first", "list", "unjudged", "limits"}


def test_nobody_who_takes_nothing_is_reviewed(chart):
    assert sections(replace(chart, medicines=()))["overview"][-1] == "No medicine is recorded as taken now; there is nothing to review."


def test_medicines_are_called_by_their_chinese_names_in_chinese(chart):
    first = sections(chart, "zh")["first"]
    assert first[0].startswith("绝对禁止：甲氨蝶呤——") and not any("methotrexate" in text or "aspirin" in text for text in first)


def test_an_unreadable_length_is_a_usage_error(chart):
    with pytest.raises(UsageError, match="XL-MEDREV-001"):
        sections(chart, length="endless")
