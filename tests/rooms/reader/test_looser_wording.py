"""Loose wording of a pasted text: groups of results, illnesses told by a result, spoken ranges and days, reactions, lay words."""

from __future__ import annotations

import pytest

from xinglin.models.reader import read_text
from xinglin.models.reader.findings import findings_of
from xinglin.models.reader.text_forms import guess_language
from xinglin.records.fact import Evidence, Fact
from xinglin.records.quantity import LOINC, Code, Concept, Quantity
from xinglin.records.reading import CheckCase

AS_OF = "2025-06-16"
_PLACE = (Evidence("chart", "Observation/example"),)


def _result(code: str, name: str, zh: str, value: str, unit: str, when: str, flag: str) -> Fact:
    return Fact(
        f"measurement.{code}-{when}", "measurement", Concept(name, (Code(LOINC, code),)), f"{name} {value} {unit} on {when}", _PLACE,
        key=f"loinc:{code}", names={"en": (name,), "zh": (zh,)}, value=Quantity(value, unit), time=when, flag=flag, latest=when > "2025-03",
    )  # fmt: skip


def _other(kind: str, key: str, en: str, zh: str, text: str, **more: object) -> Fact:
    return Fact(f"{kind}.{key}", kind, Concept(en), text, _PLACE, key=key, names={"en": (en,), "zh": (zh,)}, **more)  # type: ignore[arg-type]


FACTS = (
    _result("2160-0", "creatinine", "肌酐", "98", "umol/L", "2025-01-10", "normal"),
    _result("2160-0", "creatinine", "肌酐", "140", "umol/L", "2025-06-12", "high"),
    _result("2951-2", "sodium", "血钠", "128", "mmol/L", "2025-06-12", "low"),
    _result("718-7", "hemoglobin", "血红蛋白", "134", "g/L", "2025-06-12", "normal"),
    _other("medicine", "name:furosemide", "furosemide", "呋塞米", "furosemide 40 mg twice daily, current", status="current", start="2022-06-20",
           details={"dose": "40 mg", "frequency": "twice daily"}),
    _other("medicine", "name:sertraline", "sertraline", "舍曲林", "sertraline 50 mg once daily, stopped", status="stopped", start="2023-01-10", end="2025-06-13",
           details={"dose": "50 mg", "frequency": "once daily", "reason_stopped": "nausea"}),
    _other("allergy", "name:amoxicillin", "amoxicillin", "阿莫西林", "Allergy to amoxicillin: urticaria", details={"reaction": "urticaria"}),
    _other("procedure", "term:total-knee-replacement", "total knee replacement", "全膝关节置换术", "right total knee replacement on 2018-05-22",
           side="right", time="2018-05-22"),
    _other("family", "term:breast-cancer", "breast cancer", "乳腺癌", "Mother: breast cancer at 47", details={"relationship": "mother", "age_at_onset": "47"}),
)  # fmt: skip


def verdict(text: str) -> str:
    language = guess_language(text)
    sentences = read_text(text, language, FACTS, as_of=AS_OF)
    found = [one.verdict for ones in findings_of(CheckCase(language, sentences, FACTS, as_of=AS_OF)).values() for one in ones]
    return next((word for word in ("contradicted", "unsupported", "not_checkable") if word in found), "supported")


@pytest.mark.parametrize(
    "text",
    [
        "Renal function has worsened since January: creatinine 98 then, 140 now.",
        "She is hyponatraemic at 128.",
        "Not anaemic.",
        "Bloods last Thursday showed a sodium of 128.",
        "Sertraline was stopped on Friday because it made her feel sick.",
        "Comes out in hives with amoxicillin.",
        "Water tablet: furosemide 80 mg a day in two doses.",
        "It was the right knee that was replaced, back in May 2018.",
        "Her mother was 47 when she got breast cancer.",
        "肾功能较年初变差，肌酐140。",
        "低钠，128。",
        "没有贫血。",
        "肌酐一百四十，偏高。",
        "吃阿莫西林起过风团。",
        "舍曲林因恶心已停。",
        "右膝2018年换过关节。",
    ],
)
def test_what_the_record_bears_in_other_words_is_let_through(text: str):
    assert verdict(text) in ("supported", "not_checkable"), text


@pytest.mark.parametrize(
    "text",
    [
        "Renal function has improved since January.",
        "Renal function is normal.",
        "She is anaemic.",
        "Sertraline 50 mg once daily.",
        "On sertraline.",
        "Furosemide 80 mg once a day.",
        "It was the left knee that was replaced, back in May 2018.",
        "Her mother had breast cancer at 74.",
        "She has taken furosemide for six years.",
        "肾功能正常。",
        "贫血。",
        "仍在吃舍曲林。",
        "左膝2018年换过关节。",
        "母亲74岁患乳腺癌。",
        "呋塞米吃了八年。",
    ],
)
def test_what_the_record_contradicts_in_other_words_is_caught(text: str):
    assert verdict(text) in ("contradicted", "unsupported"), text


@pytest.mark.parametrize("text", ["No known heart failure.", "无心力衰竭。"])
def test_denying_what_the_record_never_speaks_of_is_left_to_the_reader(text: str):
    assert verdict(text) == "not_checkable"
