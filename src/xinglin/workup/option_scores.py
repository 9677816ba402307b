"""Scores that an option may ask for and the record does not hold itself: stroke and bleeding risk in atrial fibrillation.

What the record does not mention counts as absent, and the sentence says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinglin.knowledge import terms
from xinglin.records import Concept, Fact, Quantity
from xinglin.records.errors import InvalidInput
from xinglin.records.fact import MADE_HERE
from xinglin.workup.calculator import VERSION
from xinglin.workup.calculators import CALCULATORS

_FIBRILLATION = ("atrial-fibrillation", "atrial-flutter")
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "heart_failure": ("heart-failure",),
    "hypertension": ("hypertension",),
    "diabetes": ("type-2-diabetes", "type-1-diabetes", "diabetes-mellitus", "diabetes"),
    "stroke": ("stroke", "ischemic-stroke", "transient-ischemic-attack", "cerebral-infarction", "systemic-embolism"),
    "vascular_disease": ("myocardial-infarction", "peripheral-artery-disease", "coronary-artery-disease", "coronary-heart-disease"),
}


def score_facts(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """CHA2DS2-VASc as a fact made here, for adults with atrial fibrillation whose record holds no such score; () for anybody else."""
    person = next((f for f in facts if f.id == "person"), None)
    years = person.details.get("age_years", "") if person else ""
    sex = person.details.get("sex", "") if person else ""
    illnesses = [f for f in facts if f.kind == "problem" and f.polarity == "present"]
    if person is None or not years or sex not in {"male", "female"} or not any(_one_of(f, _FIBRILLATION) for f in illnesses):
        return ()
    counted = {name: [f for f in illnesses if _one_of(f, keys)] for name, keys in _COUNTED.items()}
    given = {"age_years": int(years), "sex": sex} | {name: bool(found) for name, found in counted.items()}
    try:
        result = CALCULATORS["cha2ds2_vasc"].compute(given)
    except InvalidInput:
        return ()
    behind = [person, *(found[0] for found in counted.values() if found)]
    title = CALCULATORS["cha2ds2_vasc"].title
    parts = [_name(found[0]) for found in counted.values() if found]
    value = result.value
    en = f"{title['en']} {value}, from age, sex{''.join(', ' + part[0] for part in parts)}; what the record does not mention counts as absent."
    zh = f"{title['zh']}{value}分，依据年龄、性别{''.join('、' + part[1] for part in parts)}；病历未提及者按无计算。"
    from xinglin.records import Evidence

    return (
        Fact(
            id=f"{MADE_HERE}score.cha2ds2_vasc", kind="prediction", concept=Concept(title["en"]), text=en, key="made:cha2ds2_vasc",
            evidence=(Evidence(f"knowledge/calculators@{VERSION}", "cha2ds2_vasc"), *(fact.evidence[0] for fact in behind)),
            names={"en": (title["en"],), "zh": (title["zh"],)}, value=Quantity(value, "{score}"), importance=2, details={"said": en, "said_zh": zh},
        ),
    )  # fmt: skip


def _one_of(fact: Fact, keys: Sequence[str]) -> bool:
    return any(terms.is_kind_of(fact.key, key) for key in keys)


def _name(fact: Fact) -> tuple[str, str]:
    return (fact.names.get("en") or (fact.concept.words,))[0], (fact.names.get("zh") or fact.names.get("en") or (fact.concept.words,))[0]
