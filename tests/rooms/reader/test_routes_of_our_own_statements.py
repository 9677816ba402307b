"""The way in which a medicine goes in is no procedure of its own; what is meant but not named is no crash."""

import pytest

from xinglin.checks.xl101_unsupported import CHECK
from xinglin.models import reader
from xinglin.records import CheckCase, Concept, Evidence, Fact


def medicine(route):
    return Fact(
        "medicine.MedicationRequest/k", "medicine", Concept("ketorolac"), f"ketorolac 15 mg {route}", (Evidence("chart", "MedicationRequest/k"),),
        key="term:ketorolac", names={"en": ("ketorolac",), "zh": ("酮咯酸",)}, status="current", details={"route": route, "dose": "15 mg"},
    )  # fmt: skip


def issues(text, language, *facts):
    sentences = reader.read_statements([("s1", text)], language, facts, identity=None, as_of="2024-03-07")
    return CHECK.run(CheckCase(language, sentences, facts, {"s1": tuple(fact.id for fact in facts)}, as_of="2024-03-07"))


@pytest.mark.parametrize(("route", "found"), [("intramuscular", 0), ("oral", 1)])
def test_an_injection_into_muscle_is_the_route_of_a_medicine_that_is_given_so(route, found):
    assert len(issues("酮咯酸，每次 15 mg，肌内注射。", "zh", medicine(route))) == found


def test_a_thing_meant_but_not_named_is_judged_like_any_other():
    said = "Caution: ketorolac – creatinine is not known: the kidneys clear it. Check before each rise of dose."
    assert all(one.check == "xl101_unsupported" for one in issues(said, "en", medicine("oral")))
