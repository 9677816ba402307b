"""What a text says beyond the names of the record: answers, refusals, habits, judgements, silence, units and quotations."""

from __future__ import annotations

import pytest

from xinglin.models.reader import read_statements, read_text
from xinglin.models.reader.contradictions import contradictions_of
from xinglin.models.reader.findings import findings_of, issues_of
from xinglin.models.reader.omissions import unmentioned
from xinglin.models.reader.sample_facts import AS_OF, HYPERTENSION, PERSON
from xinglin.models.reader.text_forms import guess_language
from xinglin.records.fact import Evidence, Fact
from xinglin.records.quantity import LOINC, Code, Concept, Quantity
from xinglin.records.reading import CheckCase

_PLACE = (Evidence("chart", "Observation/example"),)


def _answer(code: str, name: str, zh: str, value: str, when: str = "2025-06-01", **details: str) -> Fact:
    return Fact(
        f"measurement.{code}-{when}", "measurement", Concept(name, (Code(LOINC, code),)), f"{name} {value} on {when}", _PLACE, key=f"loinc:{code}",
        names={"en": (name,), "zh": (zh,)}, value=value, time=when, latest=True, details=details,
    )  # fmt: skip


def _measured(code: str, name: str, zh: str, value: str, unit: str, flag: str = "") -> Fact:
    return Fact(
        f"measurement.{code}", "measurement", Concept(name, (Code(LOINC, code),)), f"{name} {value} {unit} on 2025-06-01", _PLACE, key=f"loinc:{code}",
        names={"en": (name,), "zh": (zh,)}, value=Quantity(value, unit), time="2025-06-01", flag=flag, latest=True,
    )  # fmt: skip


def _smoker(answer: str) -> Fact:
    return _answer("72166-2", "smoking status", "吸烟史", answer, **{"class": "smoking"})


def _allergy(key: str, name: str, polarity: str = "present", **details: str) -> Fact:
    return Fact(
        f"allergy.{key}", "allergy", Concept(name), name, _PLACE, key=key, names={"en": (name,)}, polarity=polarity, details=details
    )  # type: ignore[arg-type]


NO_STATUS = Fact("gap.allergies", "gap", Concept("allergy status"), "The record holds no allergy status", _PLACE, key="gap:allergies",
                 names={"en": ("allergy status",), "zh": ("过敏史",)})  # fmt: skip
VACCINE = Fact("immunization.hepb", "immunization", Concept("hepatitis B vaccine"), "hepatitis B vaccine given on 2011-08-15", _PLACE,
               key="term:hepatitis-b-vaccine", names={"en": ("hepatitis B vaccine",), "zh": ("乙肝疫苗",)}, time="2011-08-15")  # fmt: skip
WEIGHT = _measured("29463-7", "body weight", "体重", "83.35521383632029", "kg")
HEIGHT = _measured("8302-2", "body height", "身高", "172.33351380379008", "cm")
BMI = _measured("39156-5", "body mass index", "体重指数", "28.07", "kg/m2", "high")
HIV = _answer("75622-1", "HIV test", "HIV检测", "Negative")
FACTS = (PERSON, HYPERTENSION, VACCINE, WEIGHT, HEIGHT, BMI, HIV, _smoker("Never smoker"), NO_STATUS)


def verdict(text: str, facts: tuple[Fact, ...] = FACTS) -> str:
    language = guess_language(text)
    sentences = read_text(text, language, facts, as_of=AS_OF)
    found = [one for ones in findings_of(CheckCase(language, sentences, facts, as_of=AS_OF)).values() for one in ones]
    verdicts = {one.verdict for one in found}
    return "contradicted" if "contradicted" in verdicts else "unsupported" if verdicts else "supported"


@pytest.mark.parametrize(
    ("answer", "text", "expected"),
    [
        ("Never smoker", "吸烟20年。", "contradicted"),
        ("Never smoker", "现仍吸烟。", "contradicted"),
        ("Never smoker", "有吸烟史。", "contradicted"),
        ("Never smoker", "She smokes 20 cigarettes a day.", "contradicted"),
        ("Never smoker", "Smoker for 20 years.", "contradicted"),
        ("Never smoker", "Current heavy smoker.", "contradicted"),
        ("Never smoker", "Ex-smoker.", "contradicted"),
        ("Never smoker", "Denies tobacco use.", "supported"),
        ("Never smoker", "从不吸烟。", "supported"),
        ("Former smoker", "She smokes.", "contradicted"),
        ("Former smoker", "Never smoked.", "contradicted"),
        ("Former smoker", "Ex-smoker.", "supported"),
        ("Former smoker", "已戒烟。", "supported"),
        ("Former smoker", "She does not smoke.", "supported"),
        ("Former smoker", "She quit smoking in 2015.", "unsupported"),
        ("Current every day smoker", "She smokes.", "supported"),
        ("Current every day smoker", "She smokes 20 cigarettes a day.", "unsupported"),
        ("Current every day smoker", "不吸烟。", "contradicted"),
        ("Current every day smoker", "已戒烟。", "contradicted"),
    ],
)
def test_what_was_answered_about_smoking_counts(answer: str, text: str, expected: str) -> None:
    assert verdict(text, (PERSON, _smoker(answer))) == expected


def test_the_newest_answer_about_smoking_is_the_one_that_counts() -> None:
    facts = (PERSON, _answer("72166-2", "smoking status", "吸烟史", "Current smoker", "2019-01-01"), _smoker("Former smoker"))
    assert verdict("She smokes.", facts) == "contradicted"
    assert verdict("On 1 January 2019 she was a current smoker.", facts) == "supported"


@pytest.mark.parametrize("text", ["HIV test: positive.", "HIV检测阳性。"])
def test_another_answer_than_the_recorded_one_is_contradicted(text: str) -> None:
    assert verdict(text) == "contradicted"


@pytest.mark.parametrize("text", ["HIV test: negative.", "HIV test was negative.", "HIV检测阴性。"])
def test_the_recorded_answer_is_supported(text: str) -> None:
    assert verdict(text) == "supported"


@pytest.mark.parametrize("text", ["No known allergies.", "No known drug allergies.", "无药物过敏史。"])
def test_no_known_allergies_needs_a_recorded_absence(text: str) -> None:
    assert verdict(text) == "unsupported"
    assert verdict(text, (PERSON, _allergy("term:penicillin", "penicillin", category="medication"))) == "contradicted"
    assert verdict(text, (PERSON, _allergy("allergy:none", "no known allergy", "absent"))) == "supported"


def test_an_allergy_to_food_leaves_no_drug_allergies_open() -> None:
    assert verdict("No known drug allergies.", (PERSON, _allergy("term:nut", "nut", category="food"))) == "unsupported"


@pytest.mark.parametrize(
    "text",
    [
        "Hepatitis B vaccine was refused.",
        "Hepatitis B vaccine was declined.",
        "拒绝接种乙肝疫苗。",
        "乙肝疫苗未接种。",
        "Hepatitis B vaccine not given.",
    ],
)
def test_refused_or_not_given_denies_what_was_done(text: str) -> None:
    assert verdict(text) == "contradicted"


@pytest.mark.parametrize(
    "text",
    [
        "Drinks two beers a day.", "Her husband smokes.", "She has two daughters.", "All vaccinations are up to date.", "Blood pressure is well controlled.",
        "67-year-old woman, well.", "病情稳定。", "血压控制良好。", "患者已婚，育有二子。", "Retired teacher.", "Good compliance with medication.",
    ],
)  # fmt: skip
def test_habits_home_and_judgements_without_a_fact_are_unsupported(text: str) -> None:
    assert verdict(text) == "unsupported"


def test_a_judgement_that_a_fact_bears_is_supported() -> None:
    asthma = Fact("problem.asthma", "problem", Concept("Well controlled asthma"), "well controlled asthma", _PLACE, key="term:asthma",
                  names={"en": ("asthma",)}, status="active")  # fmt: skip
    assert verdict("Her asthma is well controlled.", (PERSON, asthma)) == "supported"


def test_plain_courtesies_stay_unchecked() -> None:
    (sentence,) = read_text("Thank you for your referral.", "en", FACTS, as_of=AS_OF)
    assert not sentence.checkable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("体重83.4斤。", "contradicted"), ("体重166.8斤。", "supported"), ("Weight 83.4 kg.", "supported"), ("Weight 83.4 foozles.", "unsupported"),
        ("体重83.4石。", "unsupported"), ("Height 5 ft 8 in.", "supported"), ("Height 5 ft 9 in.", "contradicted"), ("Weight 13 st 2 lb.", "supported"),
        ("Weight 83.4 on 1 June 2025.", "supported"),
    ],
)  # fmt: skip
def test_everyday_units_are_converted_and_unknown_ones_support_nothing(text: str, expected: str) -> None:
    assert verdict(text) == expected


def test_long_decimals_are_shown_short() -> None:
    sentences = read_text("Weight 90 kg.", "en", FACTS, as_of=AS_OF)
    (issue,) = issues_of(CheckCase("en", sentences, FACTS, as_of=AS_OF), "value", "xl103_value", "stop")
    assert issue.known == "83.36 kg (2025-06-01)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BMI is 28, overweight.", "supported"), ("体重指数28.1，超重。", "supported"), ("She is obese.", "contradicted"), ("体重过轻。", "contradicted"),
        ("She is not obese.", "supported"),
    ],
)  # fmt: skip
def test_words_for_weight_follow_from_the_body_mass_index(text: str, expected: str) -> None:
    assert verdict(text, (*FACTS[:-3], BMI)) == expected


def test_a_sentence_about_the_silence_of_the_record_is_true_where_there_is_a_gap() -> None:
    assert verdict("Allergies are not recorded.") == verdict("病历未记载过敏情况。") == "supported"
    assert verdict("患者性别未记录，年龄未记录。") == "contradicted"


def test_the_death_that_the_record_holds_may_be_told() -> None:
    died = Fact("person.death", "person", Concept("death"), "has died", _PLACE, key="person.death", status="deceased")
    assert (
        verdict("病历记载患者已死亡。", (PERSON, died))
        == verdict("The record says that the patient has died.", (PERSON, died))
        == "supported"
    )
    assert verdict("The patient has died.", (PERSON,)) == "unsupported"


def test_a_quoted_conclusion_is_not_taken_apart() -> None:
    words = "This culture is mixed. IF NO GROWTH IS REPORTED BY 14 MAY 2019, 3 OTHER PATHOGENS ARE NOT PRESENT in this culture."
    culture = _answer("600-7", "wound culture", "伤口培养", words)
    twin = _answer("601-5", "fluid culture", "体液培养", "Another culture: this culture is mixed.")
    text = [("a", f"Wound culture: {words}"), ("b", "Fluid culture: Another culture: this culture is mixed.")]
    sentences = read_statements(text, "en", (PERSON, culture, twin), as_of=AS_OF)
    case = CheckCase("en", sentences, (PERSON, culture, twin), {"a": (culture.id,), "b": (twin.id,)}, as_of=AS_OF)
    assert findings_of(case) == {}
    assert contradictions_of(case) == ()


def test_a_word_added_ahead_of_a_quotation_is_still_judged() -> None:
    report = _answer("600-7", "wound culture", "伤口培养", "pneumonia present")
    sentences = read_statements([("a", "Wound culture: no pneumonia present")], "en", (PERSON, report), as_of=AS_OF)
    assert findings_of(CheckCase("en", sentences, (PERSON, report), {"a": (report.id,)}, as_of=AS_OF)) != {}


def test_years_far_ahead_are_dates() -> None:
    (sentence,) = read_text("自2201年3月5日起患高血压。", "zh", FACTS, as_of=AS_OF)
    assert [time.start for time in sentence.times] == ["2201-03-05"]
    assert not any(number.role == "duration" for claim in sentence.claims for number in claim.numbers)


def test_an_antigen_does_not_make_its_value_a_former_one() -> None:
    antigen = _measured("2857-1", "prostate specific antigen", "前列腺特异性抗原", "4.54", "ng/mL", "high")
    (sentence,) = read_text("前列腺特异性抗原 4.54 ng/mL，偏高。", "zh", (antigen,), as_of=AS_OF)
    assert [(number.value, number.role) for claim in sentence.claims for number in claim.numbers] == [("4.54", "value")]


def test_the_history_of_an_illness_mentions_the_illness() -> None:
    arrest = Fact("problem.arrest", "problem", Concept("Cardiac arrest"), "Cardiac arrest: active, since 2000-12-19", _PLACE, key="term:cardiac-arrest",
                  names={"en": ("Cardiac arrest",), "zh": ("心脏骤停",)}, start="2000-12-19", status="active", importance=3)  # fmt: skip
    past = Fact("problem.past", "problem", Concept("History of cardiac arrest"), "History of cardiac arrest: active, since 2000-12-19", _PLACE,
                key="term:history-of-cardiac-arrest", names={"en": ("History of cardiac arrest",), "zh": ("心脏骤停史",)}, start="2000-12-19")  # fmt: skip
    sentences = read_text("既往2000年12月心脏骤停史。", "zh", (arrest, past), as_of=AS_OF)
    assert unmentioned(CheckCase("zh", sentences, (arrest, past), as_of=AS_OF)) == ()


@pytest.mark.parametrize("added", ["目前仍吸烟。", "吸烟20年。"])
def test_an_answer_added_to_our_own_statement_is_judged_too(added: str) -> None:
    smoker = _smoker("Never smoker")
    sentences = read_statements([("a", f"吸烟史：从不吸烟。{added}")], "zh", (PERSON, smoker), as_of=AS_OF)
    assert "status" in findings_of(CheckCase("zh", sentences, (PERSON, smoker), {"a": (smoker.id,)}, as_of=AS_OF))


def test_a_gap_bears_no_recorded_absence_in_our_own_statement() -> None:
    sentences = read_statements([("a", "No known allergies.")], "en", FACTS, as_of=AS_OF)
    assert "unsupported" in findings_of(CheckCase("en", sentences, FACTS, {"a": (NO_STATUS.id,)}, as_of=AS_OF))


def test_the_dose_of_another_medicine_is_no_quotation() -> None:
    first = Fact("medicine.a", "medicine", Concept("amlodipine"), "amlodipine 5 mg", _PLACE, key="term:amlodipine", names={"en": ("amlodipine",)},
                 value="5 mg", status="current", details={"dose": "5 mg"})  # fmt: skip
    other = Fact("medicine.l", "medicine", Concept("lisinopril"), "lisinopril 10 mg", _PLACE, key="term:lisinopril", names={"en": ("lisinopril",)},
                 value="10 mg", status="current", details={"dose": "10 mg"})  # fmt: skip
    sentences = read_statements([("a", "Still current: amlodipine, 10 mg; lisinopril, 10 mg.")], "en", (first, other), as_of=AS_OF)
    assert "dose" in findings_of(CheckCase("en", sentences, (first, other), {"a": (first.id, other.id)}, as_of=AS_OF))
