"""Genes on the road: a made-up person's VCF, a tumour's and a laboratory's calls join a chart, every fact points into it, and all of it can be erased."""

import json
import re

import pytest

import xinglin as xl
from xinglin.flow.house import House
from xinglin.formats import vcf
from xinglin.models.virtual_person import genome_of
from xinglin.records.errors import InvalidInput, XinglinError

ALLELES = {"CYP2C19": ("*2", "*17"), "DPYD": ("Reference", "c.1905+1G>A (*2A)"), "SLCO1B1": ("*1", "*5"), "CYP2D6": ("*1", "*4")}


@pytest.fixture
def genes(tmp_path):
    path = tmp_path / "genes.vcf"
    path.write_bytes(vcf.vcf_of(genome_of(ALLELES, "GRCh37"), "GRCh37", sample="ZHANG-SAN"))
    return path


@pytest.fixture
def tumour(tmp_path):
    path = tmp_path / "tumour.vcf"
    path.write_text(
        "##fileformat=VCFv4.2\n##reference=GRCh38\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT\n"
        "chr7\t55191822\t.\tT\tG\t.\tPASS\t.\tGT:AD\t0/1:70,30\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def calls(tmp_path):
    path = tmp_path / "calls.tsv"
    path.write_text("CYP2D6\t*4/*4\t\t\nHLA-B\t*57:01/*08:01\t\t\n", encoding="utf-8")
    return path


def test_nothing_is_kept_of_a_file_that_is_only_called(home, genes):
    found = {call.gene: call for call in xl.genes(genes)}
    assert {name: sorted(found[name].diplotypes[0].alleles) for name in ("CYP2C19", "SLCO1B1", "CYP2D6")} == {
        name: sorted(ALLELES[name]) for name in ("CYP2C19", "SLCO1B1", "CYP2D6")
    }
    assert found["DPYD"].phenotypes == ("Intermediate Metabolizer",)


def test_genes_join_the_chart_of_the_same_command_and_their_facts_point_into_it(home, record, genes, tumour, calls):
    chart = xl.take_in(record, genes, outside_calls=calls)
    chart = xl.take_in(tumour, chart=chart, somatic=True)
    facts = {fact.id: fact for fact in xl.facts(chart, as_of="2026-07-01")}
    assert facts["gene.call.CYP2C19"].details["phenotype"] == "Intermediate Metabolizer"
    assert facts["gene.call.CYP2D6"].value == "*4/*4"
    assert "laboratory" in facts["gene.call.CYP2D6"].details["note"]
    assert facts["gene.tumour.EGFR.L858R"].key == "gene:EGFR"
    house = House.at(home)
    kept = dict(house.store.resources(chart.id))
    for name in ("gene.call.CYP2C19", "gene.call.DPYD", "gene.call.HLA-B", "gene.tumour.EGFR.L858R"):
        for evidence in facts[name].evidence:
            if evidence.source != "chart":
                continue
            reference, _, place = evidence.pointer.partition("#")
            found = json.loads(kept[reference])
            for step in filter(None, place.split(".")):
                word, number = re.fullmatch(r"(\w+)(?:\[(\d+)])?", step).groups()
                found = found[word] if number is None else found[word][int(number)]
            assert found
    assert "ZHANG" not in json.dumps([raw.decode() if isinstance(raw, bytes) else raw for raw in kept.values()])
    assert {call.gene for call in xl.genes(chart)} >= {"CYP2C19", "DPYD", "HLA-B"}


def test_the_same_file_twice_changes_nothing(home, record, genes):
    once = xl.take_in(record, genes)
    twice = xl.take_in(genes, chart=once)
    assert len(twice.genomes) == 1
    assert once.genomes == twice.genomes


def test_a_refused_file_leaves_nothing_behind(home, record, genes, tmp_path):
    broken = tmp_path / "broken.vcf"
    broken.write_bytes(genes.read_bytes()[:-200] + b"chrX\t1\n")
    chart = xl.take_in(record)
    with pytest.raises(XinglinError):
        xl.take_in(genes, broken, chart=chart)
    assert xl.take_in(record).genomes == ()


def test_a_file_of_the_other_sex_is_refused(home, record, tmp_path):
    chart = xl.take_in(record)
    given = {"male": ("B (reference)", "A- 202A_376G"), "female": ("A- 202A_376G",)}[chart.person.sex]
    path = tmp_path / "other.vcf"
    path.write_bytes(vcf.vcf_of(genome_of({"G6PD": given}, "GRCh38", phased=False), "GRCh38"))
    with pytest.raises(InvalidInput, match="XL-INTAKE-080"):
        xl.take_in(path, chart=chart)


def test_genes_that_a_foreign_record_claims_this_house_read_are_not_believed(home, record, genes, tmp_path):
    chart = xl.take_in(record, genes)
    kept = next(raw for name, raw in House.at(home).store.resources(chart.id) if name.startswith("DocumentReference/genes-"))
    foreign = json.loads(record.read_text(encoding="utf-8"))
    patient = next(one["resource"] for one in foreign["entry"] if one["resource"]["resourceType"] == "Patient")
    claimed = {**json.loads(kept), "subject": {"reference": f"Patient/{patient['id']}"}}
    for name, identifier in (("ours.json", claimed["id"]), ("another.json", "letter-1")):
        path = tmp_path / name
        entries = [{"resource": patient}, {"resource": {**claimed, "id": identifier}}]
        path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}), encoding="utf-8")
        assert xl.take_in(path, home=tmp_path / f"house-{name}").genomes == ()


def test_genes_of_an_erased_chart_are_gone(home, record, genes):
    chart = xl.take_in(record, genes)
    house = House.at(home)
    house.store.erase(chart.id, "asked to", "dr.li")
    digest = chart.genomes[0].digest.encode()
    assert not [path for path in home.rglob("*") if path.is_file() and (b"rs4244285" in path.read_bytes() or digest in path.read_bytes())]
