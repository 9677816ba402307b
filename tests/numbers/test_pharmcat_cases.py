"""PharmCAT's own cases (PharmGKB/PharmCAT, MPL-2.0, outside the repository): the calls its tests expect, and files that are wrong on purpose."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from tests.numbers.pharmcat import CASES, SHARED, genome, lines, present

from xinglin.intake.genomes import Stated, outside_calls, read
from xinglin.knowledge import pgx
from xinglin.records.errors import XinglinError
from xinglin.records.genomics import OutsideCall
from xinglin.workup.genes import call_of, gene_calls

pytestmark = present
ALL_MATCHES = {"PipelineTest#testCyp2b6star1star34AllMatch"}  # asks for pairs below the best too
ABSENT = pytest.mark.skip(reason="shared data not present")


def told(call) -> list[str]:
    return [pair.name for pair in call.diplotypes]


def single_cases() -> list[dict]:
    """The cases that hold an expectation and all their bases."""
    return [case for case in lines("genotype_cases.jsonl") if case.get("expected") and all(one["alleles"] for one in case["variations"])]


@pytest.mark.parametrize("case", single_cases() or [pytest.param({"test": "none"}, marks=ABSENT)], ids=lambda case: case["test"])
def test_a_genotype_of_one_gene_gives_the_expected_pairs(case):
    bases = {one["rsid"]: one["alleles"] for one in case["variations"]}
    call = call_of(case["gene"], genome(case["gene"], bases, case["missing"], phased=case["phased"]))
    assert call is not None
    found = set(told(call)) if case["top_candidate_only"] else set(told(call)) | {pair.name for pair in call.alternatives}
    assert set(told(call)) <= set(case["expected"])
    assert case["expected"][0] in told(call)
    assert set(case["expected"]) <= found or not case["top_candidate_only"]


def whole_cases() -> list[tuple[dict, str]]:
    """The cases that kept their bases and outside calls when they were cut out of the Java source."""
    every = [(case, gene) for case in lines("pipeline_cases.jsonl") for gene in case["expected_printed_calls"]]
    return [(case, gene) for case, gene in every if _is_whole(case, gene)]


def _is_whole(case: dict, gene: str) -> bool:
    mine = [one for one in case["variations"] if one["gene"] == gene]
    told_otherwise = gene in {line.split("\t")[0] for line in case["outside_calls"]} or gene in case["reference_genes"]
    return bool(mine or told_otherwise) and all(one["alleles"] for one in mine)


def test_only_ten_cases_are_left_out() -> None:
    every = sum(len(case["expected_printed_calls"]) for case in lines("pipeline_cases.jsonl"))
    assert len(lines("genotype_cases.jsonl")) - len(single_cases()) + every - len(whole_cases()) == 10


@pytest.mark.parametrize(
    ("case", "gene"),
    whole_cases() or [pytest.param({"test": "none"}, "", marks=ABSENT)],
    ids=lambda one: one if isinstance(one, str) else one["test"],
)
def test_a_whole_case_prints_the_expected_calls(case, gene):
    mine = [one for one in case["variations"] if one["gene"] == gene]
    reported = [line.split("\t") for line in case["outside_calls"]]
    outside = [OutsideCall(cells[0], "case", cells[1] if len(cells) > 1 else "", cells[2] if len(cells) > 2 else "") for cells in reported]
    missing = [rs for one in case["missing"] if one["gene"] == gene for rs in one["rsids"]]
    files = (
        [genome(gene, {one["rsid"]: one["alleles"] for one in mine}, missing, phased=case["phased"])]
        if mine or gene in case["reference_genes"]
        else []
    )
    call = next(one for one in gene_calls(files, outside) if one.gene == gene)
    expected = case["expected_printed_calls"][gene]
    if case["test"] in ALL_MATCHES:
        assert set(told(call)) <= set(expected)
        assert {pgx.phenotype(gene, *name.split("/")).term for name in expected} >= set(call.phenotypes)
    else:
        assert set(told(call)) == set(expected)


def expected_files() -> list[tuple[str, str, str]]:
    if not CASES.exists():
        return []
    with (CASES / "expected.csv").open(encoding="utf-8") as file:
        return [(row["vcf"], row["expected"], row["test"]) for row in csv.DictReader(file) if row["expected"]]


GENE_OF = {"cyp2c19": "CYP2C19", "cyp2c9": "CYP2C9", "cyp3a5": "CYP3A5", "cyp4f2": "CYP4F2"}


def first_sample(path) -> str:
    with (gzip.open if path.suffix != ".vcf" else open)(path, "rt", encoding="utf-8", errors="replace") as file:
        return next((line.rstrip("\n").split("\t")[9] for line in file if line.startswith("#CHROM") and line.count("\t") > 8), "")


@pytest.mark.parametrize(("name", "expected", "test"), expected_files())
def test_a_file_gives_the_expected_pairs(name, expected, test):
    folder = name.split("/")[-2]
    gene, path = GENE_OF.get(folder, folder), CASES / "vcf" / name
    call = call_of(gene, read(path, Stated(assembly="GRCh38", sample=first_sample(path))))
    assert call is not None
    assert set(told(call)) <= set(expected.split("|")), test
    assert expected.split("|")[0] in told(call), test


WRONG_ON_PURPOSE = {  # file -> what must be said of it
    "haplotype/VcfReaderTest-AD-invalid.vcf": "XL-VCF-009",
    "haplotype/VcfReaderTest-badAllele.vcf": "XL-VCF-009",
}


@pytest.mark.parametrize(
    "path", sorted((CASES / "vcf").rglob("*.vcf*")) or [pytest.param(Path("none"), marks=ABSENT)], ids=lambda path: path.name
)
def test_every_file_is_read_or_refused_with_a_code_a_place_and_a_reason(path):
    name = str(path.relative_to(CASES / "vcf"))
    try:
        found = read(path, Stated(assembly="GRCh38", sample=first_sample(path)))
    except XinglinError as error:
        assert error.code.startswith("XL-VCF-")
        assert error.where
        assert error.why or error.fix
        assert WRONG_ON_PURPOSE.get(name, error.code) == error.code
        return
    assert name not in WRONG_ON_PURPOSE
    assert found.assembly == "GRCh38"
    gene_calls([found], ())


def test_the_example_answers_as_pharmcat_reports_it():
    example = CASES / "example"
    found = read(example / "pharmcat.example.vcf", Stated())
    reported = [
        OutsideCall(cells[0], "case", cells[1])
        for line in (example / "pharmcat.example.outsideCall.tsv").read_text(encoding="utf-8").splitlines()
        if len(cells := line.split("\t")) > 1
    ]
    calls = {call.gene: call for call in gene_calls([found], reported)}
    with (example / "pharmcat.example.report.tsv").open(encoding="utf-8") as file:
        next(file)
        rows = list(csv.DictReader(file, delimiter="\t"))
    compared = [row for row in rows if row["Gene"] in calls and row["Gene"] not in {"HLA-A", "HLA-B", "MT-RNR1"}]
    assert len(compared) >= 18
    for row in compared:
        assert row["Source Diplotype"] in told(calls[row["Gene"]]), row["Gene"]
        if row["Phenotype"].strip():
            assert row["Phenotype"] in calls[row["Gene"]].phenotypes, row["Gene"]


def test_a_laboratorys_file_of_calls_becomes_observations():
    assert len(outside_calls(CASES / "example" / "pharmcat.example.outsideCall.tsv", "Patient/one")) == 3


GETRM = SHARED / "pgx-getrm-1000g"
REGIONS = {"chr10": ("CYP2C9", "CYP2C19"), "chr19": ("CYP2B6", "CYP4F2"), "chr7": ("CYP3A5",), "chr12": ("SLCO1B1",), "chr16": ("VKORC1",)}


@pytest.mark.skipif(not GETRM.exists(), reason="shared data not present")
@pytest.mark.parametrize("sample", ["NA18526", "NA18565"])
def test_a_reference_sample_is_called_and_the_laboratorys_copies_count(sample):
    """GeT-RM's consensus in the shared data is CYP2D6 with copies and hybrids, which small variants cannot show: the outside call is the call."""
    found = read(GETRM / f"{sample}.preprocessed.vcf", Stated())
    gene, diplotype = next(
        line.split("\t")[:2] for line in (GETRM / f"{sample}.outside_calls.tsv").read_text(encoding="utf-8").splitlines() if line[0] != "#"
    )
    calls = {call.gene: call for call in gene_calls([found], [OutsideCall(gene, "lab", diplotype)])}
    assert calls[gene].by == "outside"
    assert set(told(calls[gene])[0].split("/")) == set(diplotype.split("/"))
    assert all(call.diplotypes or call.missing for call in calls.values())


@pytest.mark.skipif(not GETRM.exists(), reason="shared data not present")
@pytest.mark.parametrize("chromosome", sorted(REGIONS))
@pytest.mark.parametrize("sample", ["NA18526", "NA18565"])
def test_the_sequencers_own_file_answers_as_the_prepared_one(sample, chromosome):
    """Variant sites alone, two people in one file: with the word that everything was looked at, the calls are those of the prepared file."""
    stated = Stated(sample=sample, assembly="GRCh38", absent_is_reference=True)
    raw, prepared = read(GETRM / "region" / f"{chromosome}.vcf.gz", stated), read(GETRM / f"{sample}.preprocessed.vcf", Stated())
    for gene in REGIONS[chromosome]:
        here, there = call_of(gene, raw), call_of(gene, prepared)
        assert here is not None
        assert there is not None
        assert set(here.phenotypes) & set(there.phenotypes) or not there.diplotypes, gene
        assert set(told(here)) & {*told(there), *(pair.name for pair in there.alternatives)} or not there.diplotypes, gene


FHIR = SHARED / "genomics-vcf2fhir"
MADE = {
    "vcf_example1.vcf",
    "vcf_example2.vcf",
    "vcf_example4.vcf",
    "vcf_example4.vcf.gz",
    "vcftests.vcf",
}  # a few records each, no assembly in the head


@pytest.mark.skipif(not FHIR.exists(), reason="shared data not present")
@pytest.mark.parametrize("origin", ["germline", "somatic"])
@pytest.mark.parametrize(
    "path",
    [path for path in sorted(FHIR.glob("*.vcf*")) if path.suffix != ".tbi"] or [pytest.param(Path("none"), marks=ABSENT)],
    ids=lambda path: path.name,
)
def test_other_peoples_files_are_read_or_refused_for_their_assembly(path, origin):
    try:
        found = read(path, Stated(origin=origin))
    except XinglinError as error:
        assert error.code == "XL-VCF-011"
        assert path.name in MADE
        return
    assert found.origin == origin
    assert path.name not in MADE
    assert {one.gene for one in found.somatic} == ({"BRCA2"} if (path.name, origin) == ("NB6TK328_filtered.vcf", "somatic") else set())
