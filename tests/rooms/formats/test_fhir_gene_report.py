"""A report on genes leaves as FHIR Genomics Reporting, a review of medicines with its warnings: what was signed, coded, and nothing ordered."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from signed_example import example_document

from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.formats import vcf
from xinglin.formats.fhir.gene_report import reference_sequence, variant_components
from xinglin.formats.fhir.write import write_document
from xinglin.records import Concept, ContentRequest, Fact
from xinglin.records.errors import InvalidInput
from xinglin.records.genomics import WantedSite

CONTENT = Path(__file__).parents[3] / "src/xinglin/content"
SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[4] / "shared/data")) / "genomics-vcf2fhir"


def written(tmp_path: Path, kind: str, language: str = "en", record: str = "") -> dict:
    house = House(Settings(home=tmp_path / "house", organisation="Example Hospital"))
    _, (taken,) = house.take_in([CONTENT / (record or kind) / "examples/record.json"])
    draft = house.make(ContentRequest(kind, taken.chart.id, language, "2024-03-07"), keep=False)
    patient = next(body for name, body in house.store.resources(taken.chart.id) if name.startswith("Patient/"))
    return json.loads(write_document(example_document(language, draft=draft, sources=house.sources(draft), patient=patient)))


def ours(bundle: dict, kind: str) -> list[dict]:
    release = "urn:xinglin:release:"
    made = [entry["resource"] for entry in bundle["entry"]]
    return [one for one in made if one["resourceType"] == kind and one.get("meta", {}).get("source", "").startswith(release)]


def code(part: dict) -> str:
    return part["coding"][0]["code"]


def components(observation: dict) -> dict[str, dict]:
    return {code(part["code"]): part for part in observation["component"]}


@pytest.fixture(scope="module")
def genes(tmp_path_factory) -> dict:
    return written(tmp_path_factory.mktemp("genes"), "pgx_report")


@pytest.fixture(scope="module")
def review(tmp_path_factory) -> dict:
    return written(tmp_path_factory.mktemp("review"), "medication_review")


def test_the_report_names_every_observation_and_each_stands_in_the_document(genes):
    (report,) = ours(genes, "DiagnosticReport")
    assert report["category"][0]["coding"][0]["code"] == "GE" and code(report["code"]) == "51969-4"
    named = {one["reference"] for one in report["result"]}
    assert named == {f"Observation/{one['id']}" for one in ours(genes, "Observation")} and named


def test_a_genotype_says_its_gene_its_alleles_and_how_the_medicine_is_metabolised(genes):
    genotypes = [one for one in ours(genes, "Observation") if code(one["code"]) == "84413-4"]
    found = {one["valueCodeableConcept"]["text"]: one for one in genotypes}
    one = found["CYP2C19 *2/*2"]
    assert components(one)["48018-6"]["valueCodeableConcept"]["text"] == "CYP2C19"
    assert components(one)["53040-2"]["valueCodeableConcept"]["coding"][0]["code"] == "LA9657-3"
    assert {"reference": "Observation/g-2c19"} in one["derivedFrom"]


def test_alleles_of_a_call_are_haplotypes_the_genotype_is_derived_from(genes):
    haplotypes = {
        f"Observation/{o['id']}": o["valueCodeableConcept"]["text"] for o in ours(genes, "Observation") if code(o["code"]) == "84414-2"
    }
    one = next(o for o in ours(genes, "Observation") if o.get("valueCodeableConcept", {}).get("text") == "CYP2D6 *1/*4")
    assert {haplotypes[r["reference"]] for r in one["derivedFrom"] if r["reference"] in haplotypes} == {"CYP2D6*1", "CYP2D6*4"}


def test_advice_is_a_therapeutic_implication_with_its_medicine_level_and_publication(genes):
    found = [one for one in ours(genes, "Observation") if code(one["code"]) == "therapeutic-implication"]
    clopidogrel = [one for one in found if components(one)["51963-7"]["valueCodeableConcept"]["text"] == "clopidogrel"]
    assert len(clopidogrel) == 3
    for one in clopidogrel:
        assert components(one)["93044-6"]["valueCodeableConcept"]["text"].startswith("CPIC 2022")
        assert one["extension"][0]["valueRelatedArtifact"]["url"].startswith("https://pubmed.ncbi.nlm.nih.gov/")
        assert "conclusion-string" in components(one) and one["derivedFrom"]


def test_every_reference_of_ours_resolves(genes, review):
    for bundle in (genes, review):
        there = {entry["fullUrl"] for entry in bundle["entry"]}
        base = "https://records.invalid/fhir/"
        own = [one for kind in ("DiagnosticReport", "Observation", "DetectedIssue") for one in ours(bundle, kind)]
        written_as = json.dumps(own)
        for part in written_as.split('"reference": "')[1:]:
            name = part.partition('"')[0]
            assert name in there or base + name in there or any(url.endswith(f"/{name}") for url in there), name


def test_no_order_is_written(genes, review):
    for bundle in (genes, review):
        assert not ours(bundle, "MedicationRequest") and not ours(bundle, "ServiceRequest") and not ours(bundle, "CarePlan")


def test_a_warning_is_a_preliminary_issue_with_the_medicines_it_is_about(review):
    issues = ours(review, "DetectedIssue")
    assert issues and {one["status"] for one in issues} == {"preliminary"}
    pair = next(one for one in issues if one["detail"].startswith("Contraindicated: clarithromycin with simvastatin"))
    assert {one["reference"] for one in pair["implicated"]} == {"MedicationRequest/m-cla", "MedicationRequest/m-sim"}
    assert pair["severity"] == "high" and code(pair["code"]) == "DRG" and "mitigation" not in pair
    assert any("knowledge/drugs" in row["valueString"] for row in pair["extension"])


def test_a_plan_that_rests_on_genes_brings_their_genotypes_along(tmp_path):
    plan = written(tmp_path, "treatment_plan", record="medication_review")
    (report,) = ours(plan, "DiagnosticReport")
    genotypes = {o["valueCodeableConcept"]["text"] for o in ours(plan, "Observation") if code(o["code"]) == "84413-4"}
    assert "CYP2C9 *1/*3" in genotypes and len(report["result"]) >= len(genotypes)


def test_chinese_words_stand_in_chinese_documents(tmp_path):
    issues = ours(written(tmp_path, "medication_review", "zh"), "DetectedIssue")
    assert any(one["detail"].startswith("绝对禁止：甲氨蝶呤") for one in issues)


def _expected(name: str) -> dict[tuple[str, int], tuple[str, str, str]]:
    """(sequence, position) -> (reference, alternate, allelic state) of each variant of an expected bundle."""
    found: dict[tuple[str, int], tuple[str, str, str]] = {}

    def walk(part: object) -> None:
        if isinstance(part, list):
            for one in part:
                walk(one)
        elif isinstance(part, dict):
            if part.get("resourceType") == "Observation" and code(part["code"]) == "69548-6":
                known = components(part)
                state = code(known["53034-5"]["valueCodeableConcept"]) if "53034-5" in known else ""
                place = (code(known["48013-7"]["valueCodeableConcept"]), int(known["81254-5"]["valueRange"]["low"]["value"]))
                found[place] = (known["69547-8"]["valueString"], known["69551-0"]["valueString"], state)
            for one in part.values():
                walk(one)

    walk(json.loads((SHARED / name).read_text(encoding="utf-8")))
    return found


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data not present")
@pytest.mark.parametrize(
    ("file", "expected", "assembly"),
    [
        ("vcf_example1.vcf", "expected_example1_wo_patient.json", "GRCh37"),
        ("vcf_example4.vcf", "expected_example4.json", "GRCh38"),
        ("NB6TK328_filtered.vcf", "expected_annotation.json", "GRCh38"),
    ],
)
def test_variants_of_a_file_agree_with_vcf2fhir(file, expected, assembly):
    """The same sequence, place, alleles and allelic state. Where a genotype is not called (./.) vcf2fhir writes a variant all the same; we do not."""
    chromosomes = {reference_sequence(f"chr{name}", assembly): f"chr{name}" for name in (*map(str, range(1, 23)), "X", "Y", "M")}
    wanted_of = _expected(expected)
    assert wanted_of
    sites = tuple(
        WantedSite(f"{chromosomes[sequence]}:{position}", "", chromosomes[sequence], position, reference, (alternate,))
        for (sequence, position), (reference, alternate, _) in wanted_of.items()
    )
    genome = vcf.read_genome(SHARED / file, vcf.Wanted({"GRCh37": (), "GRCh38": (), assembly: sites}), assembly=assembly)
    written_at = {}
    for site in genome.sites:
        if site.state not in {"called", "filtered"} or not any(site.alleles):
            continue
        known = {
            "gene": "", "site": site.id, "chromosome": site.chromosome, "position": str(site.position), "reference": site.reference,
            "alleles": "/".join(site.alleles), "assembly": assembly,
        }  # fmt: skip
        fact = Fact("made.variant.x", "alert", Concept(site.id), "", (), details=known)
        for base in dict.fromkeys(one for one in site.alleles if one and one != site.reference):
            made = {code(part["code"]): part for part in variant_components(fact, base)}
            place = (code(made["48013-7"]["valueCodeableConcept"]), made["81254-5"]["valueRange"]["low"]["value"])
            written_at[place] = (
                made["69547-8"]["valueString"],
                made["69551-0"]["valueString"],
                code(made["53034-5"]["valueCodeableConcept"]),
            )
    assert written_at
    uncalled = {place for place in wanted_of if place not in written_at}
    for place, (reference, alternate, state) in written_at.items():
        assert wanted_of[place][:2] == (reference, alternate)
        assert wanted_of[place][2] in {"", state}
    no_call = {
        (reference_sequence(site.chromosome, assembly), site.position) for site in genome.sites if site.state in {"no-call", "absent"}
    }
    assert uncalled <= no_call


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data not present")
def test_a_file_whose_head_names_another_assembly_than_vcf2fhir_was_told_is_refused():
    """`vcf_example3.vcf` says GRCh37 in its head and was converted as GRCh38; coordinates of the wrong build are worse than none."""
    with pytest.raises(InvalidInput, match="XL-VCF-012"):
        vcf.read_genome(SHARED / "vcf_example3.vcf", vcf.Wanted({"GRCh37": (), "GRCh38": ()}), assembly="GRCh38")
