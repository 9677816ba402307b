"""Advice speaks only when its conditions hold, says nothing twice, and always names where it was read."""

from collections import Counter
from itertools import product

import pytest

from xinglin.knowledge import pgx
from xinglin.knowledge.pgx.advice import result
from xinglin.knowledge.pgx.reported import as_reported

SCORES = {
    "CYP2D6": (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 5.0),
    "CYP2C9": (0.0, 0.5, 1.0, 1.5, 2.0),
    "DPYD": (0.0, 0.5, 1.0, 1.5, 2.0),
}


def actions(medicine, results, **more):
    return [(one.action, one.strength) for one in pgx.advice(medicine, results, **more) if one.guideline == "CPIC"]


def possible_results(gene, medicine):
    """Everything a laboratory could say of a gene, and None for not tested."""
    known = pgx.gene(gene)
    if known.phenotype_by == "activity":
        return (*SCORES[gene], "Indeterminate", None)
    if known.phenotype_by == "status":
        pieces = [one for one in pgx.all_advice() if one.medicine == medicine and one.guideline == "CPIC"]
        alleles = {word.split(" ")[0] for one in pieces for word in one.conditions.get(gene, ()) if word.startswith("*")}
        return (*[f"{allele} {status}" for allele in sorted(alleles) for status in ("positive", "negative")], None)
    return (*dict.fromkeys(rule.phenotype for rule in pgx.phenotype_rules().get(gene, ())), None)


def cpic_cases():
    for medicine in pgx.medicines():
        genes = sorted(
            {gene for one in pgx.all_advice() if one.medicine == medicine and one.guideline == "CPIC" for gene in one.conditions}
        )
        if genes and medicine not in ("warfarin", "hydralazine", "metoprolol"):  # these three are not whole tables
            yield medicine, genes


def test_every_piece_of_advice_is_worded_in_both_languages_and_has_a_source():
    for one in pgx.all_advice():
        assert one.text["en"] and one.text["zh"], one.key
        assert bool(one.setting["en"]) == bool(one.setting["zh"]), one.key
        assert one.source in pgx.sources() and one.locator and one.guideline and one.title and one.year > 2000, one.key
        assert one.action in pgx.ACTIONS and one.strength in ("strong", "moderate", "optional", "none"), one.key
        assert one.dose_factor is None or 0 < one.dose_factor[0] <= one.dose_factor[1] <= 3, one.key
        assert one.conditions.keys() <= {gene.name for gene in pgx.genes()}, one.key


def test_advice_names_are_not_given_twice():
    names = Counter(one.key for one in pgx.all_advice())
    assert {name for name, count in names.items() if count > 1} == set()


@pytest.mark.parametrize(("medicine", "genes"), list(cpic_cases()), ids=lambda value: value if isinstance(value, str) else "")
def test_whatever_the_laboratory_says_cpic_advises_once_and_only_once(medicine, genes):
    for combination in product(*(possible_results(gene, medicine) for gene in genes)):
        results = {gene: value for gene, value in zip(genes, combination, strict=True) if value is not None}
        if not results or (medicine in ("capecitabine", "fluorouracil") and results == {"DPYD": "Indeterminate"}):
            continue
        found = Counter((one.population, one.setting["en"]) for one in pgx.advice(medicine, results) if one.guideline == "CPIC")
        assert found and max(found.values()) == 1, results


def test_known_cases_of_the_guidelines():
    assert actions("clopidogrel", {"CYP2C19": "*2/*2"})[0] == ("alternative", "moderate")
    assert ("alternative", "strong") in actions("clopidogrel", {"CYP2C19": "*2/*2"})
    assert actions("codeine", {"CYP2D6": "*4/*4"}) == [("avoid", "strong")]
    assert actions("codeine", {"CYP2D6": "*1/*2x2"}) == [("avoid", "strong")]
    assert actions("abacavir", {"HLA-B": "*57:01 positive"}) == [("avoid", "strong")]
    assert actions("tacrolimus", {"CYP3A5": "*1/*3"}) == [("increase", "strong")]
    assert actions("rasburicase", {"G6PD": ("A- 202A_376G",)}) == [("avoid", "strong")]
    assert actions("gentamicin", {"MT-RNR1": "m.1555A>G"}) == [("avoid", "strong")]
    assert pgx.advice("fluorouracil", {"DPYD": ("c.1905+1G>A (*2A)", "Reference")})[0].dose_factor == (0.5, 0.5)
    assert actions("simvastatin", {"SLCO1B1": "*1/*5"}) == [("alternative", "strong")]


def test_two_gene_advice_uses_both_genes_or_says_what_one_alone_means():
    assert actions("amitriptyline", {"CYP2C19": "*1/*1", "CYP2D6": "*4/*4"}) == [("alternative", "strong")]
    assert actions("amitriptyline", {"CYP2D6": 1.0}) == [("reduce", "moderate")]
    assert actions("azathioprine", {"TPMT": "*1/*3A", "NUDT15": "*3/*3"}) == [("alternative", "strong")]
    assert actions("sevoflurane", {"RYR1": "Malignant Hyperthermia Susceptibility"}) == [("avoid", "strong")]


def test_a_result_of_another_hla_allele_is_not_a_result_of_the_one_that_is_asked():
    positive = {"HLA-A": "*31:01 positive", "HLA-B": "*57:01 negative"}
    assert ("alternative", "strong") in actions("carbamazepine", positive)
    assert ("alternative", "strong") in actions("carbamazepine", {"HLA-A": "*31:01 positive", "HLA-B": "*15:11 negative"})
    assert actions("carbamazepine", {"HLA-B": "*57:01 negative"}) == []


def test_children_and_adults_get_their_own_advice():
    adult, child = (actions("atomoxetine", {"CYP2D6": 0.0}, population=p) for p in ("adult", "child"))
    assert (adult, child) == ([("monitor", "moderate")], [("monitor", "strong")])


def test_warfarin_asks_for_carried_alleles_and_single_variants():
    carriers = pgx.GeneResult(term="Intermediate Metabolizer", activity=1.5, alleles=("*1", "*8"), variants=("rs12777823 A",))
    found = pgx.advice("warfarin", {"CYP2C9": carriers, "VKORC1": "-1639 AA", "CYP4F2": "*1/*3"})
    assert {one.dose_factor for one in found if one.guideline == "CPIC"} == {(0.7, 0.85), (0.75, 0.9), (1.05, 1.1), None}
    plain = pgx.advice("warfarin", {"CYP2C9": "*1/*1", "VKORC1": "-1639 GG"})
    assert {one.dose_factor for one in plain if one.guideline == "CPIC"} == {None}


def test_a_medicine_or_gene_without_advice_says_nothing():
    assert pgx.advice("paracetamol", {"CYP2D6": 0.0}) == ()
    assert pgx.advice("codeine", {"CYP2C19": "*2/*2"}) == ()


def test_results_are_taken_in_every_form_a_caller_has():
    forms = (pgx.phenotype("CYP2D6", "*4", "*4"), 0.0, "*4/*4", ("*4", "*4"))
    assert {result("CYP2D6", form).activity for form in forms} == {0.0}
    assert result("CYP2C19", "Poor Metabolizer").term == result("CYP2C19", "*2/*2").term
    assert result("HLA-B", "*57:01 positive").statuses == ("*57:01 positive",)


def test_drugs_of_a_gene_and_genes_of_a_drug_agree():
    for gene in pgx.genes():
        assert all(gene.name in pgx.genes_of(medicine) for medicine in pgx.drugs_of(gene.name))
    assert {"codeine", "tramadol", "tamoxifen", "metoprolol"} <= set(pgx.drugs_of("CYP2D6"))


def test_alterations_and_frequencies_are_found_by_gene():
    assert {row.effect for row in pgx.somatic("EGFR", "L858R")} == {"sensitive"}
    place = pgx.somatic("EGFR", "p.L858R")[0]
    assert (place.chromosome, place.grch37, place.reference, place.alternate) == ("7", 55259515, "T", "G")
    assert ("osimertinib",) in place.therapies
    for gene in ("CYP2B6", "CYP2C9", "CYP2C19", "CYP2D6", "CYP3A5"):
        for population in ("east-asian", "european"):
            assert sum(one.share for one in pgx.frequencies(gene, population)) == pytest.approx(1, abs=0.002), (gene, population)
    assert not any(one.verified for one in pgx.frequencies("HLA-B"))


def test_a_phenotype_alone_is_advised_like_a_score_of_its_range():
    assert actions("codeine", {"CYP2D6": "Poor Metabolizer"}) == actions("codeine", {"CYP2D6": 0.0})
    assert actions("codeine", {"CYP2D6": "Ultrarapid Metabolizer"}) == actions("codeine", {"CYP2D6": "*1/*2x2"})
    assert actions("capecitabine", {"DPYD": "Intermediate Metabolizer"}) == [("reduce", "strong")]
    assert actions("codeine", {"CYP2D6": "Indeterminate"}) == actions("codeine", {"CYP2D6": result("CYP2D6", "Indeterminate")})


def test_what_laboratories_abbreviate_is_understood():
    assert as_reported("CYP2D6", "PM") == "Poor Metabolizer"
    assert as_reported("CYP2D6", "*1/*2xN") == "*1/*2x2"
    assert as_reported("HLA-B", "positive for *15:02") == "*15:02 positive"
    assert as_reported("HLA-B", "HLA-B*57:01 negative") == "*57:01 negative"
