"""One judge for every door: what it says, what it leaves alone, and what always stops."""

from __future__ import annotations

from msgspec.structs import replace

from xinglin.knowledge import drugs
from xinglin.models.medication_safety import against, concerns, use_of
from xinglin.models.medication_safety.never_words import Order, holds
from xinglin.records.medication import Circumstances, Concern, KnownAllergy, KnownCondition, LabValue, MedicineUse
from xinglin.records.quantity import Quantity

ADULT = Circumstances(as_of="2026-03-10", age_years=60, sex="female", weight_kg=70, height_cm=165)
WARFARIN = use_of("warfarin", "5 mg", "oral", "1/1/d", since="2025-01-01", considered=False)


def loud(found: tuple[Concern, ...]) -> set[str]:
    return {one.kind for one in found if one.severity in {"contraindicated", "major"} and not one.tolerated}


def test_what_is_ordinary_raises_no_alarm() -> None:
    assert loud(against(ADULT, use_of("amlodipine", "5 mg", "oral", "1/1/d"), ())) == set()


def test_a_pair_is_told_once_of_the_medicine_that_is_thought_of() -> None:
    found = [one for one in concerns(ADULT, (use_of("ibuprofen", "400 mg", "oral", "3/1/d"), WARFARIN)) if one.kind == "interaction"]
    assert [(one.medicine, one.other) for one in found] == [("ibuprofen", "warfarin")]


def test_a_pair_long_taken_together_is_told_as_a_note() -> None:
    aspirin = use_of("aspirin", "100 mg", "oral", "1/1/d", since="2025-01-01", considered=False)
    found = [one for one in concerns(ADULT, (aspirin, WARFARIN)) if one.kind == "interaction"]
    assert found and all(one.tolerated and one.severity == "minor" for one in found)


def test_an_intolerance_is_milder_than_an_allergy() -> None:
    order = use_of("amoxicillin", "500 mg", "oral", "3/1/d")
    known = KnownAllergy("amoxicillin", "amoxicillin", "allergy", True)
    allergic = against(replace(ADULT, allergies=(known,)), order, ())
    intolerant = against(replace(ADULT, allergies=(replace(known, kind="intolerance", severe=False),)), order, ())
    assert any(one.kind == "allergy" and one.stop for one in allergic)
    assert "allergy" not in loud(intolerant)


def test_a_dose_already_reduced_for_the_kidneys_is_let_pass() -> None:
    weak = replace(ADULT, egfr=20.0, crcl=20.0)
    full = against(weak, use_of("gabapentin", "1200 mg", "oral", "3/1/d"), ())
    reduced = against(weak, use_of("gabapentin", "300 mg", "oral", "2/1/d"), ())
    assert "organ" in loud(full)
    assert "organ" not in loud(reduced)


def test_what_is_put_on_the_skin_is_not_judged_like_what_is_swallowed() -> None:
    old = replace(ADULT, age_years=82, egfr=30.0)
    assert loud(against(old, use_of("diclofenac", "4 g", "topical", "3/1/d"), (WARFARIN,))) == set()


def test_a_never_event_stops_even_what_is_long_taken() -> None:
    pregnant = replace(ADULT, age_years=30, pregnant=True)
    taken = use_of("isotretinoin", "20 mg", "oral", "1/1/d", since="2025-01-01", considered=False)
    found = concerns(pregnant, (taken,))
    assert any(one.never_event and one.stop and not one.tolerated for one in found)


def test_a_potassium_push_stops_and_an_infusion_does_not() -> None:
    push = against(ADULT, use_of("potassium chloride", "20 mmol", "intravenous push", "once"), ())
    infusion = against(
        replace(ADULT, labs=(LabValue("potassium", Quantity("3.0", "mmol/L")),)),
        use_of("potassium chloride", "20 mmol", "intravenous", "once"),
        (),
    )
    assert any(one.never_event for one in push)
    assert not any(one.never_event for one in infusion)


def test_a_genotype_is_told_with_its_guideline() -> None:
    found = against(replace(ADULT, genes={"CYP2C19": "*2/*2"}), use_of("clopidogrel", "75 mg", "oral", "1/1/d"), ())
    (gene,) = [one for one in found if one.kind == "gene"]
    assert gene.severity == "major" and "CPIC" in gene.words["en"] and gene.knowledge.startswith("knowledge/pgx@")


def test_a_gene_nobody_here_knows_is_passed_over() -> None:
    assert "gene" not in loud(against(replace(ADULT, genes={"F5": "Leiden"}), use_of("clopidogrel", "75 mg", "oral", "1/1/d"), ()))


def test_an_unknown_medicine_is_said_to_be_unjudged() -> None:
    (told,) = against(ADULT, use_of("blorbozine", "5 mg", "oral", "1/1/d"), ())
    assert told.kind == "unknown-medicine" and not told.stop


def test_every_word_of_the_never_event_list_is_understood() -> None:
    order = Order(ADULT, use_of("warfarin", "5 mg", "oral", "1/1/d"), (), 0.0)
    words = {word for row in drugs.never_events() for one in row.circumstance for word in one}
    assert words and all(holds(word, order) in {True, False} for word in words)


def test_a_past_illness_does_not_forbid_for_ever() -> None:
    order = use_of("naproxen", "500 mg", "oral", "2/1/d")
    active = replace(ADULT, conditions=(KnownCondition("peptic-ulcer", "peptic ulcer"),))
    over = replace(ADULT, conditions=(KnownCondition("appendicitis", "appendicitis", active=False),))
    assert "contraindication" in loud(against(active, order, ()))
    assert "contraindication" not in loud(against(over, order, ()))


def test_every_concern_names_its_row_and_whether_anybody_opened_it() -> None:
    uses: tuple[MedicineUse, ...] = (use_of("ibuprofen", "800 mg", "oral", "4/1/d"), WARFARIN)
    for one in concerns(replace(ADULT, age_years=80, egfr=25.0), uses):
        assert one.pointer and one.source and one.words["en"] and one.words["zh"] and one.verified in {True, False}


def test_a_limit_without_a_rhythm_asks_for_no_test_when_a_dose_is_raised() -> None:
    now = use_of("amlodipine", "5 mg", "oral", "1/1/d", since="2025-01-01", considered=False)
    higher = use_of("amlodipine", "10 mg", "oral", "1/1/d")
    low = replace(ADULT, labs=(LabValue("systolic", Quantity("82", "mm[Hg]")),))
    assert "monitoring" not in loud(against(ADULT, higher, (now,)))
    assert "monitoring" in loud(against(low, higher, (now,)))


def test_a_dose_is_not_raised_without_the_test_that_belongs_to_it() -> None:
    now = use_of("lithium", "300 mg", "oral", "2/1/d", since="2025-01-01", considered=False)
    assert "monitoring" in loud(against(ADULT, use_of("lithium", "600 mg", "oral", "2/1/d"), (now,)))


def test_a_route_a_medicine_is_not_made_for_is_said() -> None:
    assert "route" in loud(against(ADULT, use_of("rasburicase", "10 mg", "oral", "1/1/d"), ()))
    assert "route" not in loud(against(ADULT, use_of("loratadine", "10 mg", "oral", "1/1/d"), ()))


def test_ages_stop_what_harms_children_and_the_old() -> None:
    syrup, sleep = use_of("dextromethorphan", "5 mg", "oral", "3/1/d"), use_of("diphenhydramine", "25 mg", "oral", "1/1/d")
    assert "age" in loud(against(replace(ADULT, age_years=1.0), syrup, ()))
    assert "age" in loud(against(replace(ADULT, age_years=80.0), sleep, ()))
    assert "age" not in loud(against(ADULT, sleep, ()))


def test_a_failing_liver_counts_as_the_gravest_grade_where_none_is_recorded() -> None:
    failing = replace(ADULT, conditions=(KnownCondition("liver-failure", "liver failure", True, "problem.1"),))
    cirrhosis = replace(ADULT, conditions=(KnownCondition("cirrhosis-of-liver", "cirrhosis", True, "problem.1"),))
    assert "organ" in loud(against(failing, use_of("lorazepam", "1 mg", "oral", "1/1/d"), ()))
    assert "organ" in loud(against(cirrhosis, use_of("acetaminophen", "1000 mg", "oral", "4/1/d"), ()))
    assert "organ" not in loud(against(cirrhosis, use_of("acetaminophen", "500 mg", "oral", "3/1/d"), ()))


def test_a_great_first_dose_of_an_opioid_stops_only_who_is_not_used_to_it() -> None:
    order = use_of("morphine", "60 mg", "oral", "2/1/d")
    used_to_it = use_of("oxycodone", "20 mg", "oral", "3/1/d", since="2025-01-01", considered=False)
    assert any(one.never_event for one in against(ADULT, order, ()))
    assert not any(one.never_event for one in against(ADULT, order, (used_to_it,)))
    assert not any(one.never_event for one in against(ADULT, use_of("morphine", "10 mg", "oral", "6/1/d"), ()))


def test_a_changed_dose_is_no_second_medicine() -> None:
    now = use_of("apixaban", "2.5 mg", "oral", "2/1/d", since="2025-01-01", considered=False)
    other = use_of("rivaroxaban", "20 mg", "oral", "1/1/d", since="2025-01-01", considered=False)
    order = use_of("apixaban", "5 mg", "oral", "2/1/d")
    assert not any(one.never_event for one in against(ADULT, order, (now,)))
    assert any(one.never_event for one in against(ADULT, order, (other,)))
