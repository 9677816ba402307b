"""What a name says of a form, what a severe reaction means for relatives, which tests an order waits for, genes as laboratories write them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from xinglin.knowledge.pgx.reported import as_reported
from xinglin.models.medication_safety import against, allergen_key, condition_key, genes_told, use_of
from xinglin.models.medication_safety.forms import bare_name, forms_of
from xinglin.records.medication import Circumstances, Concern, KnownAllergy, KnownCondition, LabValue, MedicineUse
from xinglin.records.quantity import Quantity

ADULT = Circumstances(as_of="2026-03-10", age_years=50, sex="male", weight_kg=75, height_cm=175, egfr=90.0)


def grave(found: tuple[Concern, ...]) -> set[str]:
    return {one.kind for one in found if one.grave}


def heard(order: MedicineUse, who: Circumstances = ADULT, *taken: MedicineUse) -> set[str]:
    return grave(against(who, order, taken))


def taking(name: str, dose: str, frequency: str = "1/1/d", route: str = "oral") -> MedicineUse:
    return use_of(name, dose, route, frequency, since="2025-01-01", considered=False)


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("phenytoin oral suspension", {"oral"}),
        ("haloperidol decanoate", {"depot"}),
        ("morphine extended-release", {"slow-release"}),
        ("tiotropium inhalation capsule", {"inhaled"}),
        ("nitroglycerin patch", {"skin"}),
        ("paclitaxel protein-bound particles for injectable suspension", set()),
        ("硝苯地平缓释片", {"slow-release"}),
        ("metoprolol", set()),
    ],
)
def test_a_name_tells_its_form(name: str, forms: set[str]) -> None:
    assert forms_of(name) == forms


def test_a_name_with_words_of_its_form_is_still_known() -> None:
    assert bare_name("nimodipine capsule contents") == "nimodipine"
    assert use_of("nimodipine capsule contents").key == "nimodipine"


@pytest.mark.parametrize(
    ("name", "dose", "route"),
    [
        ("phenytoin oral suspension", "100 mg", "intravenous"),
        ("haloperidol decanoate", "100 mg", "intravenous"),
        ("nifedipine extended-release", "30 mg", "enteral tube"),
        ("glycerin suppository", "2 g", "oral"),
        ("salbutamol nebules", "5 mg", "intravenous"),
    ],
)
def test_a_form_by_another_route_than_its_own_interrupts(name: str, dose: str, route: str) -> None:
    assert "contraindication" in heard(use_of(name, dose, route, "once"))


def test_the_form_by_its_own_route_is_let_pass() -> None:
    oral = taking("haloperidol", "5 mg", "2/1/d")
    assert heard(use_of("haloperidol decanoate", "100 mg", "intramuscular", "1/4/wk"), ADULT, oral) == set()
    relief = use_of("morphine oral solution", "10 mg", "oral", "1/4/h", as_needed=True)
    assert "duplicate" not in heard(relief, ADULT, taking("morphine extended-release", "30 mg", "2/1/d"))


def test_a_long_acting_opioid_as_needed_stops() -> None:
    found = against(ADULT, use_of("morphine extended-release", "30 mg", "oral", "1/12/h", as_needed=True), ())
    assert any(one.never_event and one.stop for one in found)


def test_two_long_acting_opioids_are_one_too_many() -> None:
    patch = use_of("fentanyl", "25 ug/h", "transdermal", "1/72/h")
    assert "duplicate" in heard(patch, ADULT, taking("morphine extended-release", "30 mg", "2/1/d"))


def allergic(words: str, reaction: str, severe: bool = False) -> Circumstances:
    return replace(ADULT, allergies=(KnownAllergy(allergen_key(words), words, "allergy", severe, reaction),))


def test_a_severe_reaction_reaches_relatives_and_a_mild_one_does_not() -> None:
    morphine = use_of("morphine", "10 mg", "intramuscular", "1/4/h")
    assert "allergy" in heard(morphine, allergic("codeine", "anaphylaxis", severe=True))
    assert "allergy" not in heard(morphine, allergic("codeine", "itching"))


def test_after_a_severe_delayed_reaction_no_beta_lactam_is_given() -> None:
    cefazolin = use_of("cefazolin", "2 g", "intravenous", "once")
    assert "allergy" in heard(cefazolin, allergic("penicillin", "haemolytic anaemia"))
    assert "allergy" not in heard(cefazolin, allergic("penicillin", "mild rash in childhood"))


def test_an_allergy_to_a_class_is_one_to_each_of_its_members() -> None:
    assert "allergy" in heard(use_of("cefazolin", "1 g", "intravenous", "3/1/d"), allergic("cephalosporins", "rash"))


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("heart failure NYHA III", "heart-failure"),
        ("WPW syndrome", "wolff-parkinson-white-syndrome"),
        ("mechanical mitral valve", "mechanical-heart-valve"),
        ("family history of stroke", ""),
        ("venous thromboembolism prophylaxis", ""),
        ("no diabetes", ""),
    ],
)
def test_an_illness_is_read_without_its_qualifiers_and_never_out_of_another(words: str, key: str) -> None:
    assert condition_key(words) == key


def test_an_order_waits_for_the_test_it_rests_on() -> None:
    lithium = use_of("lithium", "300 mg", "oral", "3/1/d")
    tested = replace(ADULT, labs=(LabValue("tsh", Quantity("2", "m[IU]/L")),))
    assert "monitoring" in heard(lithium, replace(tested, egfr=None))
    assert "monitoring" not in heard(replace(lithium, considered=False), tested)


def test_a_blood_count_is_known_by_any_of_its_values_but_not_for_clozapine() -> None:
    counted = replace(ADULT, labs=(LabValue("wbc", Quantity("6", "10*9/L")), LabValue("alt", Quantity("20", "U/L"))))
    assert "monitoring" not in heard(use_of("azathioprine", "100 mg", "oral", "1/1/d"), counted)
    assert "monitoring" in heard(use_of("clozapine", "12.5 mg", "oral", "1/1/d"), counted)


def test_a_value_without_a_unit_is_read_where_there_is_none_to_write() -> None:
    high = replace(ADULT, labs=(LabValue("inr", Quantity("6", "")),))
    assert "monitoring" in heard(use_of("warfarin", "5 mg", "oral", "1/1/d"), high)


def test_kidneys_are_worked_out_where_creatinine_alone_was_measured() -> None:
    weak = replace(ADULT, egfr=None, labs=(LabValue("creatinine", Quantity("500", "umol/L")),))
    assert "organ" in heard(use_of("metformin", "1000 mg", "oral", "2/1/d"), weak)


def test_an_order_that_replaces_a_dose_is_judged_alone() -> None:
    weak = replace(ADULT, egfr=40.0)
    assert heard(use_of("metformin", "500 mg", "oral", "2/1/d"), weak, taking("metformin", "1000 mg", "2/1/d")) == set()


@pytest.mark.parametrize(
    ("gene", "words", "read"),
    [
        ("G6PD", "Canton", "Canton, Taiwan-Hakka, Gifu-like, Agrigento-like"),
        ("MT-RNR1", "1555A>G", "m.1555A>G"),
        ("CYP2D6", "ultra-rapid metaboliser", "Ultrarapid Metabolizer"),
        ("TPMT", "deficient", "Poor Metabolizer"),
        ("SLCO1B1", "rs4149056 T/C", "Decreased Function"),
        ("CYP2D6", "poor metaboliser (activity score 0)", "Poor Metabolizer"),
        ("CYP2D6", "something else", "something else"),
    ],
)
def test_a_gene_is_read_as_laboratories_write_it(gene: str, words: str, read: str) -> None:
    assert as_reported(gene, words) == read


def test_an_allele_beside_its_gene_is_a_finding_of_the_gene() -> None:
    assert genes_told({"HLA-B*15:02": "positive", "CYP2C19": "*2/*2"}) == {"HLA-B": "*15:02 positive", "CYP2C19": "*2/*2"}
    assert "gene" in heard(
        use_of("carbamazepine", "200 mg", "oral", "2/1/d"), replace(ADULT, genes=genes_told({"HLA-B*15:02": "positive"}))
    )


def test_a_dose_already_as_low_as_the_gene_asks_is_let_pass() -> None:
    slow = replace(ADULT, genes={"CYP2C19": "*2/*2"})
    assert "gene" not in heard(use_of("citalopram", "20 mg", "oral", "1/1/d"), slow)
    assert "gene" in heard(use_of("citalopram", "40 mg", "oral", "1/1/d"), slow)


def test_what_stands_in_the_genes_counts_as_an_illness() -> None:
    leiden = replace(ADULT, sex="female", age_years=30, genes={"F5": "factor V Leiden homozygous"})
    assert "contraindication" in heard(use_of("ethinyl estradiol and levonorgestrel", "30 ug", "oral", "1/1/d"), leiden)
    normal = replace(leiden, genes={"F5": "no factor V Leiden, normal"})
    assert "contraindication" not in heard(use_of("ethinyl estradiol and levonorgestrel", "30 ug", "oral", "1/1/d"), normal)


def test_a_dose_that_goes_with_the_other_medicine_is_let_pass() -> None:
    amlodipine = taking("amlodipine", "10 mg")
    assert "interaction" not in heard(use_of("simvastatin", "20 mg", "oral", "1/1/d"), ADULT, amlodipine)
    assert "interaction" in heard(use_of("simvastatin", "40 mg", "oral", "1/1/d"), ADULT, amlodipine)


def test_limits_of_another_illness_do_not_excuse_a_dose() -> None:
    adrenaline = use_of("epinephrine", "0.5 mg", "intravenous", "once", indication="anaphylaxis")
    arrest = use_of("epinephrine", "1 mg", "intravenous push", "once", indication="cardiac arrest")
    assert "dose" in heard(adrenaline)
    stopped = replace(ADULT, conditions=(KnownCondition("cardiac-arrest", "cardiac arrest"),))
    assert heard(arrest, stopped) == set()


def test_a_rule_of_several_conditions_weighs_what_it_says_and_is_no_never_event() -> None:
    old = replace(ADULT, age_years=84, weight_kg=52, conditions=(KnownCondition("atrial-fibrillation", "atrial fibrillation"),))
    found = against(old, use_of("apixaban", "5 mg", "oral", "2/1/d"), ())
    rule = next(one for one in found if one.other == "apixaban-two-of-three")
    assert rule.severity == "major" and not rule.never_event and not rule.stop
    assert not any(one.other == "apixaban-two-of-three" for one in against(old, use_of("apixaban", "2.5 mg", "oral", "2/1/d"), ()))
