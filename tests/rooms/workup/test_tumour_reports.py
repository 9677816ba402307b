"""A tumour's results as laboratories send them in FHIR become the words that options ask for, each of its own kind."""

from __future__ import annotations

import json

import pytest

from xinglin import intake
from xinglin.records.therapy import Criterion
from xinglin.workup import work_up
from xinglin.workup.dose_predictions import warfarin_prediction
from xinglin.workup.options import held
from xinglin.workup.tumour_changes import changes_of, receptor

LOINC, AS_OF = "http://loinc.org", "2024-03-07"
GENE, PROTEIN, CODING, SOURCE, CHANGE, STATE, CLINICAL = "48018-6", "48005-3", "48004-6", "48002-0", "48019-4", "53034-5", "53037-8"


def coded(code, words, system=LOINC):
    return {"coding": [{"system": system, "code": code, "display": words}]}


def observation(code, words, value, components=None, unit="%"):
    parts = [{"code": coded(one, one), "valueCodeableConcept": {"text": said}} for one, said in (components or {}).items()]
    told = {"valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}} if isinstance(value, (int, float)) else {
        "valueCodeableConcept": {"text": value}}  # fmt: skip
    return {"resourceType": "Observation", "status": "final", "code": coded(code, words), "effectiveDateTime": "2024-03-01"} | told | (
        {"component": parts} if parts else {})  # fmt: skip


def variant(gene, value="Present", source="Somatic", **parts):
    known = {"protein": PROTEIN, "coding": CODING, "change": CHANGE, "state": STATE, "clinical": CLINICAL}
    return observation(
        "69548-6", "Genetic variant assessment", value, {GENE: gene, SOURCE: source} | {known[one]: said for one, said in parts.items()}
    )


@pytest.fixture
def facts_of(tmp_path):
    def read(*observations):
        patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-01-01"}
        entries = [patient, *(one | {"id": f"o{n}", "subject": {"reference": "Patient/p"}} for n, one in enumerate(observations))]
        path = tmp_path / "record.json"
        path.write_text(
            json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in entries]}), encoding="utf-8"
        )
        (person,) = intake.read([str(path)]).people
        return work_up(intake.chart_of(person.resources), AS_OF)

    return read


@pytest.mark.parametrize(
    ("sent", "gene", "change"),
    [
        (variant("EGFR", coding="NM_005228.4:c.2573T>G", protein="NP_005219.2:p.Leu858Arg"), "EGFR", "p.L858R"),
        (variant("EGFR", protein="NP_005219.2:p.Glu746_Ala750del"), "EGFR", "exon 19 deletion"),
        (variant("ALK", coding="EML4-ALK", change="fusion"), "ALK", "fusion"),
        (variant("KRAS", protein="p.(Gly12Cys)"), "KRAS", "p.G12C"),
        (variant("BRAF", protein="NP_004324.2:p.(Val600Glu)"), "BRAF", "p.V600E"),
        (variant("ERBB2", change="copy_number_gain"), "ERBB2", "amplification"),
        (variant("BRCA2", protein="p.(Ser1982fs)", clinical="Pathogenic"), "BRCA2", "pathogenic variant"),
    ],
)
def test_a_tumours_change_is_the_tumours_and_says_what_options_ask_for(facts_of, sent, gene, change):
    (fact,) = [one for one in facts_of(sent) if one.kind == "gene"]
    assert fact.id == "gene.tumour.Observation/o0" and fact.details["origin"] == "tumour" and fact.details["gene"] == gene
    assert change in changes_of(fact)
    asked = Criterion(about=f"gene:{gene}", is_="one-of", values=(change,), source="s")
    assert held(asked, (fact,)).verdict == "met"


def test_a_gene_that_was_looked_at_and_found_unchanged_is_absent_and_named_alone(facts_of):
    (fact,) = [one for one in facts_of(variant("ROS1", "Absent")) if one.kind == "gene"]
    assert fact.polarity == "absent" and fact.text == "ROS1: Absent" and changes_of(fact) == frozenset()


def test_what_a_person_was_born_with_is_not_the_tumours(facts_of):
    (fact,) = [
        one for one in facts_of(variant("BRCA1", source="Germline", protein="p.(Gln23Ter)", clinical="Pathogenic")) if one.kind == "gene"
    ]
    assert fact.id == "gene.Observation/o0" and "origin" not in fact.details


def test_an_amplified_gene_makes_the_receptor_positive(facts_of):
    assert receptor("human-epidermal-growth-factor-2-positive", facts_of(variant("ERBB2", change="copy_number_gain")))[0] == "positive"


@pytest.mark.parametrize(
    ("code", "words", "marker"),
    [
        ("85147-7", "PD-L1 by clone 22C3 [Interpretation] in Tissue by Immune stain", "pd-l1"),
        ("83052-1", "PD-L1 by clone 22C3 [Presence] in Tissue by Immune stain", "pd-l1"),
        ("89247-1", "ECOG Performance Status score", "performance-status"),
    ],
)
def test_a_result_is_known_by_its_code_whatever_it_is_called(facts_of, code, words, marker):
    facts = facts_of(observation(code, words, 60))
    assert held(Criterion(about=f"marker:{marker}", is_="at-least", number=50, source="s"), facts).verdict == "met"
    assert held(Criterion(about=f"marker:{marker}", is_="at-least", number=90, source="s"), facts).verdict == "not-met"


@pytest.mark.parametrize(
    ("parts", "value", "genotype"),
    [({"coding": "c.-1639G>A", "state": "Heterozygous"}, "Present", "A/G"), ({"coding": "c.-1639G>A", "state": "Homozygous"}, "Present", "A/A"),
     ({"coding": "c.-1639G>A"}, "Absent", "G/G"), ({"coding": "c.-1639G>A"}, "Present", "unknown")],
)  # fmt: skip
def test_the_place_of_vkorc1_is_read_with_its_copies(facts_of, parts, value, genotype):
    body = (observation("29463-7", "Body weight", 70, unit="kg"), observation("8302-2", "Body height", 168, unit="cm"))
    said = warfarin_prediction(facts_of(variant("VKORC1", value, "Germline", **parts), *body), AS_OF).text
    assert (f"VKORC1 -1639 {genotype}" in said) if genotype != "unknown" else ("VKORC1 not known" in said.replace("CYP2C9 and ", ""))
