"""What is wrong with a record is located and said; it never reaches the chart unnoticed."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from fhir_examples import MEDICATION, ORDER, cc, observation, one, rows

from xinglin.formats.fhir.chart import READERS, derive
from xinglin.formats.fhir.files import in_file
from xinglin.formats.fhir.html_words import text_of_html
from xinglin.formats.fhir.shape import walk
from xinglin.records import Code


@pytest.fixture
def data() -> Path:
    folder = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[3] / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip("shared data not present")
    return folder


def test_entered_in_error_never_reaches_the_chart_and_is_listed():
    wrong = [
        observation(status="entered-in-error"),
        {"resourceType": "Condition", "id": "c", "verificationStatus": cc("entered-in-error"), "code": {"text": "x"}},
        {"resourceType": "Goal", "id": "g", "lifecycleStatus": "entered-in-error", "description": {"text": "x"}},
    ]
    found = one(*wrong)
    assert (found.chart.measurements, found.chart.problems, found.chart.goals) == ((), (), ())
    assert found.set_aside == 3
    assert {(u.resource_type, u.why) for u in found.chart.unmapped} == {
        (k, "entered in error") for k in ("Observation", "Condition", "Goal")
    }


def test_what_has_no_place_is_counted_with_its_path():
    claim = {"resourceType": "Claim", "id": "k", "status": "active"}
    odd = observation(
        extension=[{"url": "u"}],
        _status={"id": "x"},
        component=[{"code": cc("1"), "extension": [{"url": "u"}]}],
        code={"coding": [{"code": "1", "version": "2"}]},
    )
    found = {(u.resource_type, u.path): u.count for u in one(claim, odd, {**odd, "id": "o2"}).chart.unmapped}
    assert found == {
        ("Claim", ""): 1,
        ("Observation", "extension"): 2,
        ("Observation", "_status"): 2,
        ("Observation", "component.extension"): 2,
        ("Observation", "code.coding.version"): 2,
    }


def test_a_modifier_extension_is_doubtful_wherever_it_stands():
    for elements in ({"modifierExtension": [{"url": "u"}]}, {"component": [{"code": cc("1"), "modifierExtension": [{"url": "u"}]}]}):
        found = one(observation(**elements))
        assert [f.code for f in found.findings] == ["XL-FHIR-105"]


@pytest.mark.parametrize(
    "elements,path",
    [
        ({"code": "2160-0"}, "code"),
        ({"valueQuantity": {"value": "5"}}, "valueQuantity.value"),
        ({"component": [{"code": cc("1")}, "x"]}, "component[1]"),
        ({"category": cc("x")}, "category"),
        ({"valueString": 5}, "valueString"),
        ({"valueBoolean": "true"}, "valueBoolean"),
        ({"code": {"coding": [{"code": 5}]}}, "code.coding.code"),
    ],
)
def test_a_wrong_type_sets_one_resource_aside_with_its_place(elements, path):
    found = one(observation(**elements), observation(id="good"))
    assert [m.source for m in found.chart.measurements] == ["Observation/good"]
    assert [(f.code, f.place) for f in found.findings] == [("XL-FHIR-104", f"Observation/o1 {path}")]


def test_null_elements_are_left_out_and_said():
    found = one(observation(valueString=None, note=None, code={"coding": [None, {"code": "1"}], "text": None}))
    assert found.chart.measurements[0].concept.codes == (Code("", "1"),)
    assert [f.code for f in found.findings] == ["XL-FHIR-103"]


@pytest.mark.parametrize("date", ["2023-02-29", "2024-13-01", "24-01-01", "yesterday", "2024-01-01T25:00:00Z", "0000-01-01", "2024-1-1"])
def test_a_date_the_calendar_does_not_know_is_said_and_the_entry_kept_without_it(date):
    found = one(observation(effectiveDateTime=date, valueString="x"))
    assert found.chart.measurements[0].when == ""
    assert [(f.code, f.place) for f in found.findings] == [("XL-FHIR-101", "Observation/o1 effectiveDateTime")]


@pytest.mark.parametrize("date", ["2024", "2024-02", "2024-02-29", "2024-02-29T23:59:59.123+14:00", "9999-12-31", "0001-01-01"])
def test_partial_and_extreme_dates_are_dates(date):
    assert one(observation(effectiveDateTime=date)).chart.measurements[0].when == date


def test_a_moment_outside_utc_is_no_date():
    assert one(observation(effectiveDateTime="0001-01-01T00:00:00+14:00")).chart.measurements[0].when == ""


def test_the_newest_moment_is_told_across_time_zones():
    early, late = "2024-03-05T01:00:00+09:00", "2024-03-04T20:00:00-05:00"
    assert one(observation(effectiveDateTime=early), observation(id="o2", effectiveDateTime=late)).chart.newest == late
    assert one(observation(effectiveDateTime="2024"), observation(id="o2", effectiveDateTime="2023-12-31")).chart.newest == "2024"


def test_the_chart_does_not_depend_on_the_order_of_its_sources():
    sources = rows(
        observation(),
        {**ORDER, "medicationReference": {"reference": "Medication/m1"}},
        MEDICATION,
        observation(id="o2", modifierExtension=[]),
    )
    first = derive(sources)
    for seed in range(5):
        mixed = sources[:]
        random.Random(seed).shuffle(mixed)
        assert derive(mixed) == first
    assert derive(sources[:-1]).chart.version != first.chart.version


def test_bytes_that_are_no_resource_are_set_aside_not_raised():
    found = derive([("Observation/x", b"{"), ("Observation/y", b"[]")])
    assert (found.set_aside, found.mapped) == (2, 0)
    assert {f.code for f in found.findings} == {"XL-FHIR-009", "XL-FHIR-012"}


@pytest.mark.parametrize(
    "elements,code", [({"status": "unknown"}, "XL-FHIR-117"), ({"status": None}, "XL-FHIR-118"), ({"status": "finnal"}, "XL-FHIR-119")]
)
def test_a_status_that_tells_nothing_is_said(elements, code):
    found = one({k: v for k, v in observation(**elements).items() if v is not None})
    assert [f.code for f in found.findings] == [code]
    assert len(found.chart.measurements) == 1


def test_an_order_not_to_give_a_medicine_is_no_medicine():
    found = one({**ORDER, "doNotPerform": True, "medicationCodeableConcept": {"text": "aspirin"}})
    assert found.chart.medicines == ()
    assert (found.set_aside, found.mapped, [f.code for f in found.findings]) == (1, 0, ["XL-FHIR-116"])


def test_elements_that_turn_the_meaning_round_are_doubtful():
    for resource in (
        observation(implicitRules="http://example.org/rules"),
        {"resourceType": "Patient", "id": "1", "active": False},
        {"resourceType": "Patient", "id": "1", "link": [{"type": "replaced-by"}]},
    ):
        assert [f.code for f in one(resource).findings] == ["XL-FHIR-105"]
    full_dose = {"resourceType": "Immunization", "id": "i", "status": "completed", "vaccineCode": {"text": "MMR"}, "isSubpotent": False}
    assert one(full_dose).findings == ()


def test_a_reason_given_by_reference_is_called_by_its_name():
    order = {
        **ORDER,
        "medicationCodeableConcept": {"text": "x"},
        "reasonReference": [{"reference": "urn:uuid:c"}, {"reference": "Condition/gone"}],
    }
    condition = {"resourceType": "Condition", "id": "c", "code": {"text": "Asthma"}}
    assert [c.text for c in one(order, condition).chart.medicines[0].reasons] == ["Asthma"]


def test_the_fast_check_and_the_walk_agree_on_every_resource(data):
    """The compiled shape says yes only where the slow walk finds no wrong type, and counts the same."""
    yes = no = 0
    for name in ("fhir-r4-examples", "fhir-us-core", "fhir-zh-tw-nhi-pas", "fhir-synthea-r4/bundles"):
        for path in sorted((data / name).rglob("*.json")):
            for found in in_file(path, []):
                kind = found.reference.partition("/")[0]
                if kind not in READERS or found.deleted:
                    continue
                shape, fast, slow = READERS[kind][0], {}, {}
                if shape.fits(found.raw, found.value, fast):
                    walk(found.value, shape.node, slow)
                    assert fast == slow, found.reference
                    yes += 1
                else:
                    no += 1
    assert yes > 3000
    assert no > 50


def test_of_two_stored_versions_the_newer_is_used_in_any_order():
    old = rows(observation(valueInteger=1, meta={"versionId": "9"}))
    new = rows(observation(valueInteger=2, meta={"versionId": "10"}))
    found = derive(old + new)
    assert derive(new + old) == found
    assert [m.quantity.value for m in found.chart.measurements if m.quantity] == ["2"]
    assert [f.code for f in found.findings] == ["XL-FHIR-121"]


@pytest.mark.parametrize(
    "html,text",
    [
        ("<p>a</p><p>b &amp; c</p>", "a\nb & c"),
        ("x<br/>y", "x\ny"),
        ("<table><tr><td>K</td><td>4.1</td></tr></table>", "K 4.1"),
        ('<a title="a>b">link</a>', "link"),
        ("a <!-- <p>hidden</p> --> b", "a b"),
        ("a<SCRIPT>alert('<p>')</SCRIPT>b<style>p{}</style>c", "abc"),
        ("K < 3.5 and > 2", "K < 3.5 and > 2"),
        ("&lt;p&gt; &#x4e2d;", "<p> 中"),
        ("<![CDATA[1 < 2 &amp;]]>", "1 < 2 &amp;"),
        ("cut <p", "cut <p"),
        ("İ<script>x</script>y", "İ<script>x</script>y".replace("<script>x</script>", "")),
    ],
)
def test_the_words_of_html_are_read(html, text):
    assert text_of_html(html) == text


@pytest.mark.parametrize(
    "piece", ["<", "<!", "<!--", "<a", '<a x="', "</", "&", "&#", "<?", "<script>", "<script></a ", "<![CDATA[", "<!--x-", "<p>"]
)
def test_hostile_html_takes_no_longer_than_its_length(piece):
    start = time.process_time()
    text_of_html(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 3
