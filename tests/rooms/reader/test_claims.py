"""What a sentence says about a patient: subjects, scopes, sides, times, judgements, whose it is."""

from __future__ import annotations

import pytest

from xinglin.models.reader import read_statements, read_text
from xinglin.models.reader.sample_facts import AS_OF, EVERYTHING
from xinglin.records.reading import Claim


def claims(text: str, language: str | None = None) -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    for sentence in read_text(text, language, EVERYTHING, as_of=AS_OF):  # type: ignore[arg-type]
        for claim in sentence.claims:
            found.setdefault(claim.subject.text.lower(), claim)
    return found


def test_merged_sentences_become_one_claim_per_thing() -> None:
    found = claims("Cr 121 and HTN, metformin 500 mg bid")
    assert found["cr"].numbers[0].value == "121"
    assert found["htn"].facts == ("problem.htn",)
    assert (found["metformin"].numbers[0].value, found["metformin"].frequency) == ("500", "2/24")


def test_one_claim_per_value_with_its_own_date() -> None:
    (sentence,) = read_text("Creatinine was 121 on 4 March 2026, up from 98 on 2 November 2025.", "en", EVERYTHING, as_of=AS_OF)
    first, second = sentence.claims
    assert (first.numbers[0].value, first.times[0].start, first.trend) == ("121", "2026-03-04", "rising")
    assert (second.numbers[0].value, second.times[0].start, second.moment) == ("98", "2025-11-02", "older")


@pytest.mark.parametrize(
    ("text", "thing", "negated"),
    [
        ("The patient denies hypertension and pneumonia.", "pneumonia", True),
        ("No pneumonia, but has hypertension.", "hypertension", False),
        ("Pneumonia was ruled out.", "pneumonia", True),
        ("Not only hypertension.", "hypertension", False),
        ("否认高血压、肺炎病史。", "肺炎", True),
        ("无肺炎，有高血压。", "高血压", False),
        ("无明显诱因出现肺炎。", "肺炎", False),
        ("肺炎已排除。", "肺炎", True),
    ],
)
def test_negation_reaches_as_far_as_it_should(text: str, thing: str, negated: bool) -> None:
    assert claims(text)[thing].negated is negated


@pytest.mark.parametrize(
    ("text", "thing"),
    [("Possible pneumonia.", "pneumonia"), ("肺炎待排。", "肺炎"), ("考虑肺炎。", "肺炎"), ("Pneumonia cannot be excluded.", "pneumonia")],
)
def test_doubt_is_noticed(text: str, thing: str) -> None:
    claim = claims(text)[thing]
    assert claim.certainty == "uncertain" and not claim.negated


@pytest.mark.parametrize(
    ("text", "thing", "whose"),
    [
        ("Her mother had breast cancer. The patient has hypertension.", "hypertension", "patient"),
        ("Her mother had breast cancer.", "breast cancer", "family"),
        ("母亲患乳腺癌，患者有高血压。", "高血压", "patient"),
        ("母亲患乳腺癌，患者有高血压。", "乳腺癌", "family"),
        ("Breast cancer in her mother.", "breast cancer", "family"),
        ("无乳腺癌家族史。", "乳腺癌", "family"),
    ],
)
def test_whose_illness_it_is(text: str, thing: str, whose: str) -> None:
    assert claims(text)[thing].experiencer == whose


@pytest.mark.parametrize(
    ("text", "thing", "side"),
    [
        ("Left knee osteoarthritis.", "knee osteoarthritis", "left"),
        ("Osteoarthritis of the right knee.", "osteoarthritis", "right"),
        ("右膝骨关节炎。", "膝骨关节炎", "right"),
        ("双侧膝骨关节炎。", "膝骨关节炎", "bilateral"),
        ("She left the hospital; knee osteoarthritis.", "knee osteoarthritis", None),
    ],
)
def test_the_side_belongs_to_its_thing(text: str, thing: str, side: str | None) -> None:
    assert claims(text)[thing].side == side


def test_a_header_judges_all_that_follows() -> None:
    found = claims("Above the reference range: creatinine 121 umol/L on 2026-03-04.")
    assert found["creatinine"].flag == "high"


def test_a_pronoun_speaks_of_what_came_before() -> None:
    _, second = read_text("Creatinine is 121. It was 98 in November 2025.", "en", EVERYTHING, as_of=AS_OF)
    assert second.claims[0].key == "loinc:2160-0" and second.claims[0].numbers[0].value == "98"


def test_places_in_a_statement_are_places_in_its_text() -> None:
    text = "The patient has hypertension. Creatinine was 121 umol/L."
    (sentence,) = read_statements([("s7", text)], "en", EVERYTHING, as_of=AS_OF)
    assert sentence.id == "s7"
    for claim in sentence.claims:
        assert text[claim.subject.start : claim.subject.end] == claim.subject.text
        for number in claim.numbers:
            assert text[number.span.start : number.span.end] == number.span.text


def test_headings_and_courtesies_are_not_checkable() -> None:
    assert [sentence.checkable for sentence in read_text("Medications:\nThank you for your referral.\nTakes metformin.", "en", EVERYTHING)] == [
        False, False, True,
    ]  # fmt: skip
