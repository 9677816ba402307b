"""How clinicians really write: series of values, findings ruled out, ages at the head, limits and short forms. Everybody is made up."""

from __future__ import annotations

import pytest

from xinglin.models.reader import read_text
from xinglin.models.reader.findings import findings_of
from xinglin.models.reader.sample_facts import AS_OF, EVERYTHING, OLD, RESULTS, creatinine
from xinglin.models.reader.text_forms import guess_language
from xinglin.records.fact import Evidence, Fact
from xinglin.records.quantity import LOINC, Code, Concept, Quantity
from xinglin.records.reading import CheckCase

_PLACE = (Evidence("chart", "Observation/example"),)


def _fact(kind: str, name: str, zh: str, **more) -> Fact:
    return Fact(
        f"{kind}.{name}", kind, Concept(name), more.pop("text", name), _PLACE, key=more.pop("key", f"name:{name}"),
        names={"en": (name,), "zh": (zh,)}, **more,
    )  # fmt: skip


_PENICILLIN = _fact("allergy", "Penicillin", "青霉素", status="active", details={"reaction": "rash"})
_NONE = _fact("allergy", "No known allergies", "无已知过敏", status="active")
_SCAN = _fact(
    "imaging", "CT of chest", "胸部CT", time="2026-02-20", status="final",
    value="Small right pleural effusion. No pulmonary embolism. 右侧少量胸腔积液。未见肺栓塞。",
)  # fmt: skip
_ECHO = _fact(
    "imaging", "Echocardiogram", "超声心动图", time="2026-02-21", value="Left ventricular ejection fraction 55%. No pericardial effusion."
)
_MAMMOGRAM = _fact("imaging", "Mammogram", "钼靶", time="2026-03-01", value="No evidence of recurrence in the right breast.")
_CANCER = _fact(
    "problem", "Breast cancer", "乳腺癌", key="term:breast-cancer", side="right", status="active", start="2024-01-09", time="2024-01-09"
)
_SMOKING = _fact(
    "measurement", "Tobacco smoking status", "吸烟", key="loinc:72166-2", value="Ex-smoker, stopped in 2011", time="2026-03-04", latest=True
)
_KNEE = _fact(
    "procedure", "Total knee replacement", "全膝关节置换术", side="right", time="2019-05-07", start="2019-05-07", status="completed"
)
_ARTHRITIS = _fact(
    "problem", "Rheumatoid arthritis", "类风湿关节炎", key="term:rheumatoid-arthritis", status="active", start="2014-02", time="2014-02"
)
_AUNT = _fact("family", "Breast cancer", "乳腺癌", key="term:breast-cancer", details={"relationship": "elder sister"})
_PLATELETS = Fact(
    "measurement.plt", "measurement", Concept("Platelets", (Code(LOINC, "777-3"),)), "platelets", _PLACE, key="loinc:777-3",
    names={"en": ("platelets",), "zh": ("血小板",)}, value=Quantity("76", "10*9/L"), time="2026-03-04", flag="low", latest=True,
)  # fmt: skip
_BILIRUBIN = Fact(
    "measurement.bil", "measurement", Concept("Total bilirubin", (Code(LOINC, "1975-2"),)), "bilirubin", _PLACE, key="loinc:1975-2",
    names={"en": ("bilirubin",), "zh": ("胆红素",)}, value=Quantity("48", "umol/L"), time="2026-03-04", flag="high", latest=True,
    details={"reference_high": "21"},
)  # fmt: skip
_FACTS = (
    *(fact for fact in EVERYTHING if fact not in RESULTS), OLD, creatinine("121", "2026-03-04", "high", latest=False), creatinine("150", "2026-03-08", "high"),
    _PENICILLIN, _SCAN, _ECHO, _MAMMOGRAM, _CANCER, _SMOKING, _KNEE, _ARTHRITIS, _AUNT, _PLATELETS, _BILIRUBIN,
)  # fmt: skip


def codes(text: str, facts: tuple[Fact, ...] = _FACTS) -> set[str]:
    """The kinds of disagreement found in a pasted text."""
    language = guess_language(text)
    sentences = read_text(text, language, facts, None, AS_OF)
    return set(findings_of(CheckCase(language, sentences, facts, {}, None, None, "", AS_OF, ())))


@pytest.mark.parametrize(
    "text",
    [
        "Creatinine 98 -> 121 -> 150.",
        "Creatinine keeps climbing: 98, 121 and now 150 umol/L.",
        "Creatinine rose from 98 to 121 by 4 March and has since gone up to 150.",
        "肌酐98→121→150μmol/L。",
        "肌酐进行性升高，98、121、现150。",
    ],
)
def test_a_row_of_values_in_the_order_of_time_is_neither_stale_nor_wrong(text: str) -> None:
    assert codes(text) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Creatinine 121 -> 98 -> 150.", "trend"),
        ("Creatinine 98 -> 134 -> 150.", "value"),
        ("Creatinine 98 -> 121.", "stale"),
        ("肌酐121→98→150。", "trend"),
        ("肌酐98→111→150。", "value"),
    ],
)
def test_a_row_with_a_wrong_member_or_order_is_contradicted(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Echo showed no pericardial effusion.",
        "Chest CT did not show a pulmonary embolism.",
        "Mammogram shows no sign of the breast cancer coming back.",
        "胸部CT未见肺栓塞。",
        "胸部CT示右侧胸腔积液。",
    ],
)
def test_what_a_conclusion_denies_may_be_denied(text: str) -> None:
    assert codes(text) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CT chest showed a pulmonary embolism.", "negation"),
        ("There was no pleural effusion on the CT of chest.", "negation"),
        ("CT证实左侧胸腔积液。", "side"),
        ("胸部CT未见胸腔积液。", "negation"),
        ("Mammogram: no breast cancer.", "negation"),
    ],
)
def test_what_a_conclusion_says_otherwise_is_contradicted(text: str, code: str) -> None:
    assert code in codes(text)


def test_recorded_absence_of_allergies_is_understood_in_both_directions() -> None:
    known_none = (*EVERYTHING, _NONE)
    assert codes("无药物过敏史。", known_none) == set()
    assert codes("否认药物过敏。", known_none) == set()
    assert codes("Nil known drug allergies.", known_none) == set()
    assert codes("Nil known drug allergies.") == {"negation"}
    assert codes("She is allergic to latex.", known_none) == {"negation"}


def test_a_year_in_the_words_of_an_answer_is_its_date() -> None:
    assert codes("She gave up smoking in 2011.") == set()
    assert codes("2011年戒烟。") == set()
    assert "date" in codes("She gave up smoking in 2014.")


def test_an_operation_told_as_what_was_done_is_found() -> None:
    assert codes("She had her right knee replaced in May 2019.") == set()
    assert codes("She had her left knee replaced in May 2019.") == {"side"}


def test_both_of_two_medicines_is_no_side() -> None:
    assert "side" not in codes("Rheumatoid arthritis on metformin 500 mg and folic acid, both once a week.")


def test_a_younger_sister_is_not_the_elder_one() -> None:
    assert codes("姐姐患乳腺癌。") == set()
    assert "family" in codes("妹妹患乳腺癌。")


def test_counts_in_ten_thousands_are_converted() -> None:
    assert codes("血小板7.6万/μl。") == set()
    assert codes("血小板6.7万/μl。") == {"value"}


_STAY = _fact("encounter", "Inpatient admission", "住院", time="2026-03-04", start="2026-03-04", end="2026-03-09", status="finished")
_STAYED = (*_FACTS, _STAY)


@pytest.mark.parametrize(
    "text", ["67F with hypertension.", "67 y/o woman with hypertension.", "This 67-year-old woman has hypertension.", "女，67岁，高血压。"]
)
def test_age_and_sex_at_the_head_are_those_of_the_person(text: str) -> None:
    assert codes(text) == set()


@pytest.mark.parametrize(
    "text", ["58F with hypertension.", "67M with hypertension.", "Mrs Example, 58, has hypertension.", "男，67岁，高血压。"]
)
def test_age_and_sex_of_somebody_else_at_the_head_are_found(text: str) -> None:
    assert codes(text) == {"wrong_person"}


def test_a_letter_before_a_part_of_the_body_is_a_side() -> None:
    assert codes("R total knee replacement.") == set()
    assert codes("L total knee replacement.") == {"side"}


def test_the_value_at_arrival_is_not_stale() -> None:
    assert codes("Creatinine on arrival 121 umol/L.", _STAYED) == set()
    assert codes("入院查肌酐121μmol/L。", _STAYED) == set()
    assert codes("Creatinine 121 umol/L.", _STAYED) == {"stale"}


def test_months_with_a_short_year_days_of_a_stay_and_days_alone_are_dates() -> None:
    assert codes("Breast cancer dx Jan 24.") == set()
    assert codes("Breast cancer dx Feb 24.") == {"date"}
    assert codes("Admitted 4-9 March.", _STAYED) == set()
    assert codes("3月4日住院，9日出院。", _STAYED) == set()
    assert "date" in codes("3月4日住院，7日出院。", _STAYED)


@pytest.mark.parametrize(
    "text",
    [
        "Bilirubin is more than twice the upper limit of normal.",
        "胆红素超过正常上限的两倍。",
        "Bilirubin is not above the upper limit of 21.",
    ],
)
def test_a_value_told_by_its_limit_is_held_against_the_limit(text: str) -> None:
    assert codes(text) == ({"value"} if " not " in text else set())


@pytest.mark.parametrize(
    "text",
    [
        "Bilirubin is more than three times the upper limit of normal.",
        "胆红素超过正常上限的三倍。",
        "胆红素未超过30的上限。",
        "Bilirubin is below the upper limit of normal.",
        "胆红素达标。",
    ],
)
def test_a_wrong_multiple_or_limit_is_found(text: str) -> None:
    assert codes(text) & {"value", "flag"}


def test_an_intolerance_is_told_in_other_words() -> None:
    assert codes("She can't take penicillin because it gave her a rash.") == set()
    assert "medicine" in codes("She can't take ibuprofen because it gave her a rash.") or codes(
        "She can't take ibuprofen because of a rash."
    )


def test_a_panel_only_introduces_its_values() -> None:
    assert codes("血常规：血小板76。") == set()


def test_an_ejection_fraction_in_brackets_is_that_of_the_conclusion() -> None:
    failing = (
        *_FACTS,
        _fact("problem", "Heart failure", "心力衰竭", key="term:heart-failure", status="active", start="2020-01", time="2020-01"),
    )
    assert codes("Heart failure (EF 55%).", failing) == set()
    assert codes("Heart failure (EF 35%).", failing) == {"value"}
