"""Tries the planting on a few invented statements: every class fires, nothing stays true, the same seed gives the same plants.

Run it: python benchmarks/plant9/selftest.py. It prints the plants so that they can be read.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from xinglin.records.draft import Language, Statement
from xinglin.records.fact import Fact, FactKind
from xinglin.records.quantity import Concept, Quantity

sys.path.insert(0, str(Path(__file__).resolve().parent))
from plant import CLASSES, Plant, omissions, plants, slips
from score import score


def fact(
    name: str, kind: FactKind, en: str, zh: str, key: str, value: Quantity | str | None = None, time: str = "", flag: str = "",
    side: str = "", status: str = "", polarity: str = "present", importance: int = 1, dose: str = "", frequency: str = "",
) -> Fact:  # fmt: skip
    return Fact(
        id=name,
        kind=kind,
        concept=Concept(text=en),
        text=f"{en} {time}",
        evidence=(),
        key=key,
        names={"en": (en,), "zh": (zh,)},
        value=value,
        time=time,
        flag=flag,
        side=side or None,  # type: ignore[arg-type]
        status=status,
        polarity=polarity,  # type: ignore[arg-type]
        importance=importance,
        details={"dose": dose, "frequency": frequency} if dose else {},
    )


def creatinine(name: str, value: str, time: str) -> Fact:
    return fact(name, "measurement", "creatinine", "肌酐", "loinc:2160-0", Quantity(value, "mg/dL", "mg/dL"), time)


NEW, OLD = creatinine("new", "1.42", "2019-03-04"), creatinine("old", "1.21", "2018-09-05")
TREND = fact("trend", "trend", "creatinine", "肌酐", "loinc:2160-0", flag="rising")
METFORMIN = fact(
    "met", "medicine", "metformin", "二甲双胍", "rxnorm:6809", status="current", dose="500 mg", frequency="twice daily", importance=3
)
STOPPED = fact("gli", "medicine", "glipizide", "格列吡嗪", "rxnorm:4821", status="stopped", dose="5 mg", frequency="once daily")
KNEE = fact("knee", "problem", "osteoarthritis of the knee", "膝骨关节炎", "term:knee-osteoarthritis", side="left", status="active")
PENICILLIN = fact("pen", "allergy", "penicillin", "青霉素", "name:penicillin", importance=3)
NO_CANCER = fact("none", "problem", "lung cancer", "肺癌", "term:lung-cancer", polarity="absent")
SEX, AGE = fact("sex", "person", "sex", "性别", "name:sex", "female"), fact("age", "person", "age", "年龄", "name:age", Quantity("67", "a"))
MINE = [NEW, OLD, TREND, METFORMIN, STOPPED, KNEE, PENICILLIN, NO_CANCER, SEX, AGE]
YOURS = [
    creatinine("his", "0.88", "2019-01-02"),
    fact("copd", "problem", "emphysema", "肺气肿", "term:emphysema", status="active"),
    fact("his-sex", "person", "sex", "性别", "name:sex", "male"),
    fact("his-age", "person", "age", "年龄", "name:age", Quantity("54", "a")),
]
STATEMENTS: list[tuple[Language, str, list[Fact]]] = [
    ("en", "Creatinine was 1.42 mg/dL on 2019-03-04.", [NEW]),
    ("en", "Creatinine has risen from 1.21 to 1.42 mg/dL.", [NEW, OLD, TREND]),
    ("en", "Takes metformin 500 mg twice daily.", [METFORMIN]),
    ("en", "Glipizide 5 mg once daily was stopped.", [STOPPED]),
    ("en", "Has osteoarthritis of the knee (left).", [KNEE]),
    ("en", "Allergy to penicillin.", [PENICILLIN]),
    ("en", "No evidence of lung cancer.", [NO_CANCER]),
    ("en", "The patient is a 67-year-old female.", [SEX, AGE]),
    ("zh", "2019年3月4日肌酐1.42 mg/dL。", [NEW]),
    ("zh", "肌酐由1.21升至1.42 mg/dL。", [NEW, OLD, TREND]),
    ("zh", "目前服用二甲双胍500 mg，每日两次。", [METFORMIN]),
    ("zh", "患有左侧膝骨关节炎。", [KNEE]),
    ("zh", "对青霉素过敏。", [PENICILLIN]),
    ("zh", "无肺癌。", [NO_CANCER]),
    ("zh", "患者为67岁女性。", [SEX, AGE]),
]


def made(language: Language, text: str, cited: list[Fact], seed: int = 1) -> list[Plant]:
    return plants(text, cited, MINE, YOURS, language, random.Random(seed))


def check() -> None:
    seen: dict[str, set[str]] = {"en": set(), "zh": set()}
    for language, text, cited in STATEMENTS:
        for plant in made(language, text, cited):
            print(f"{language} {plant.class_name:14} {plant.text}")
            seen[language].add(plant.class_name)
        for seed in range(30):
            every = made(language, text, cited, seed)
            assert every == made(language, text, cited, seed), "the same seed gives the same plants"
            assert all(p.text != text for p in every), "a plant changes the sentence"
            assert len({p.class_name for p in every}) == len(every), "one plant per class"
            assert all("1.21" not in p.text for p in every if p.class_name == "wrong_value" and "1.21" not in text), (
                "an older true value is stale, not wrong"
            )
            assert not any(p.class_name == "negation_flip" for p in every if cited == [STOPPED]), (
                "a stopped medicine may be denied truthfully"
            )
    for language in seen:
        assert seen[language] == set(CLASSES), f"{language}: {set(CLASSES) - seen[language]} never fired"
    stale = [
        p.text for s in range(20) for p in made("en", "Creatinine was 1.21 mg/dL on 2018-09-05.", [OLD], s) if p.class_name == "stale_value"
    ]
    assert not stale, "an older result told as such has nothing staler presented as the latest"
    both = [
        KNEE,
        fact("other", "problem", "osteoarthritis of the knee", "膝骨关节炎", "term:knee-osteoarthritis", side="right", status="active"),
    ]
    assert not [p for p in plants("Left knee osteoarthritis.", both[:1], both, [], "en", random.Random(1)) if p.class_name == "wrong_side"]
    assert all(abs(float(n) / 140 - 1) > 0.04 for n in slips("140", random.Random(2)))
    said = [
        Statement("s1", "a", "Takes metformin.", ("met",)),
        Statement("s2", "a", "Allergy to penicillin.", ("pen",)),
        Statement("s3", "a", "Metformin.", ("met",)),
    ]
    assert omissions(said, MINE) == [("s2", ("pen",))]
    rate = score([{"class": "wrong_value", "verdict": "contradicted"}, {"class": "clean", "verdict": "supported"}])
    assert rate["wrong_value"].rate == 1.0 and rate["false alarms"].rate == 0.0
    print("all checks hold")


if __name__ == "__main__":
    check()
