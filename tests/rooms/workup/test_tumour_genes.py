"""A tumour's VCF becomes facts that options understand, by annotation or by place; what failed a filter or is not carried does not."""

from __future__ import annotations

import pytest

from xinglin.intake.genomes import Stated, read
from xinglin.records import Chart
from xinglin.records.chart import Person
from xinglin.records.errors import XinglinError
from xinglin.workup.genes.tumour_facts import tumour_facts
from xinglin.workup.tumour_changes import changes_of

HEAD = "##fileformat=VCFv4.2\n##reference=GRCh38\n"
ANN = "##INFO=<ID=ANN,Number=.,Type=String,Description=\"Functional annotations: 'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID | Feature_Type | Feature_ID | Transcript_BioType | Rank | HGVS.c | HGVS.p'\">\n"
CSQ = '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. Format: Allele|Consequence|IMPACT|SYMBOL|EXON|HGVSc|HGVSp|CANONICAL|CLIN_SIG">\n'
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tNORMAL\tTUMOR\n"


def row(chromosome, position, reference, alternate, info=".", genotype="0/1:60,40:100", kept="PASS"):
    return f"chr{chromosome}\t{position}\t.\t{reference}\t{alternate}\t.\t{kept}\t{info}\tGT:AD:DP\t0/0:50,0:50\t{genotype}\n"


def facts(tmp_path, *records, head=HEAD + ANN):
    path = tmp_path / "tumour.vcf"
    path.write_text(head + COLUMNS + "".join(records), encoding="utf-8")
    genome = read(path, Stated(origin="somatic"))
    return {fact.id: fact for fact in tumour_facts(Chart(id="c", person=Person(source="Patient/p"), genomes=(genome,)))}, genome


def test_a_known_place_is_told_without_any_annotation(tmp_path):
    found, genome = facts(tmp_path, row(7, 55191822, "T", "G"), row(12, 25245351, "C", "A", genotype="0/0:99,0:99"), head=HEAD)
    assert list(found) == ["gene.tumour.EGFR.L858R"]
    fact = found["gene.tumour.EGFR.L858R"]
    assert changes_of(fact) == {"p.L858R"}
    assert fact.key == "gene:EGFR"
    assert "osimertinib" in fact.details["label_medicines"]
    assert fact.details["fraction"] == "40% of reads"
    assert fact.evidence[0].pointer.endswith("#extension[1].valueString")
    assert genome.sites == ()


def test_an_annotated_deletion_and_fusion_are_told_in_the_words_options_ask_for(tmp_path):
    deletion = "ANN=G|disruptive_inframe_deletion|MODERATE|EGFR|ENSG|transcript|T|protein_coding|19/28|c.2235_2249delGGAATTAAGAGAAGC|p.Glu746_Ala750del"
    fusion = "ANN=A|gene_fusion|HIGH|EML4&ALK|ENSG|transcript|T|protein_coding||n.1|"
    found, _ = facts(
        tmp_path,
        row(7, 55174771, "AGGAATTAAGAGAAGC", "A", deletion),
        row(2, 42295516, "A", "A]chr2:29223528]", fusion),
        row(7, 55174900, "G", "A", "ANN=A|synonymous_variant|LOW|EGFR|E|transcript|T|protein_coding|19/28|c.1|p.Thr1="),
    )
    assert set(found) == {"gene.tumour.EGFR.E746_A750del", "gene.tumour.ALK.fusion-EML4-ALK"}
    assert "exon 19 deletion" in changes_of(found["gene.tumour.EGFR.E746_A750del"])
    assert "fusion" in changes_of(found["gene.tumour.ALK.fusion-EML4-ALK"])


def test_the_main_transcript_and_its_significance_are_taken(tmp_path):
    info = "CSQ=A|stop_gained|HIGH|BRCA1|10/22|ENST1:c.5A>T|ENSP1:p.Gln2Ter||,A|stop_gained|HIGH|BRCA1|11/23|ENST2:c.68A>T|ENSP2:p.Gln23Ter|YES|pathogenic"
    found, _ = facts(tmp_path, row(17, 43094000, "G", "A", info), head=HEAD + CSQ)
    fact = found["gene.tumour.BRCA1.Q23*"]
    assert "pathogenic variant" in changes_of(fact)


def test_what_failed_the_filter_is_counted_not_told(tmp_path):
    found, genome = facts(tmp_path, row(7, 55191822, "T", "G", kept="germline"))
    assert found == {}
    assert genome.notes == ("1 variants of cancer genes failed the file's own filter",)


def test_a_tumours_file_without_assembly_is_refused(tmp_path):
    with pytest.raises(XinglinError, match="XL-VCF-011"):
        facts(tmp_path, row(7, 55191822, "T", "G"), head="##fileformat=VCFv4.2\n")
