"""VCF files read at the places that matter: however packed and named, the same bases; what is wrong is refused with code, place and remedy."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest
from msgspec.structs import replace

from xinglin.formats import vcf
from xinglin.intake.genomes import Stated, read, see_that_it_may_be, wanted
from xinglin.knowledge import pgx
from xinglin.models.virtual_person.genome import sites_of
from xinglin.records import Chart
from xinglin.records.chart import Person
from xinglin.records.errors import XinglinError
from xinglin.workup.genes import call_of

HEAD = "##fileformat=VCFv4.2\n##contig=<ID=chr10,length=133797422>\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
STAR_2 = "chr10\t94781859\trs4244285\tG\tA\t.\tPASS\t.\tGT:AD:DP\t0/1:12,11:23\n"


def site(genome, name):
    return next(one for one in genome.sites if one.id == name)


def text(*records: str, samples: str = "S1", head: str = HEAD) -> str:
    return head + COLUMNS + samples + "\n" + "".join(records)


@pytest.fixture
def written(tmp_path):
    def write(words: str | bytes, name: str = "a.vcf") -> Path:
        path = tmp_path / name
        path.write_bytes(words.encode() if isinstance(words, str) else words)
        return path

    return write


def refused(path: Path, code: str, **said) -> XinglinError:
    with pytest.raises(XinglinError) as caught:
        read(path, Stated(**said))
    assert caught.value.code == code
    assert caught.value.where
    assert caught.value.fix
    assert "S1" not in str(caught.value)
    return caught.value


def bases(genome) -> list:
    return [(one.id, one.alleles, one.state) for one in genome.sites]


def test_plain_gzip_bgzip_and_indexed_files_say_the_same(written, tmp_path):
    pysam = pytest.importorskip("pysam")
    plain = written(vcf.vcf_of(sites_of("CYP2C19", ("*2", "*17"), "GRCh38"), "GRCh38"))
    packed = written(gzip.compress(plain.read_bytes()), "g.vcf.gz")
    blocks = tmp_path / "b.vcf.gz"
    pysam.tabix_compress(str(plain), str(blocks))
    first = [bases(read(one, Stated())) for one in (plain, packed, blocks)]
    pysam.tabix_index(str(blocks), preset="vcf")
    assert (tmp_path / "b.vcf.gz.tbi").is_file()
    assert [*first, bases(read(blocks, Stated()))] == [first[0]] * 4


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
@pytest.mark.parametrize("prefix", [True, False])
def test_the_assembly_is_found_in_the_bases_where_the_head_is_silent(written, assembly, prefix):
    whole = vcf.vcf_of(
        [
            one
            for gene in ("CYP2C19", "DPYD", "CYP2D6")
            for one in sites_of(gene, ("*1",) * 2 if gene != "DPYD" else ("Reference",) * 2, assembly)
        ],
        assembly,
        chr_prefix=prefix,
    )
    silent = "\n".join(line for line in whole.decode().splitlines() if not line.startswith(("##reference", "##contig"))) + "\n"
    assert read(written(silent), Stated()).assembly == assembly


def test_what_a_plain_file_does_not_mention_is_not_read(written):
    path = written(text(STAR_2))
    found = read(path, Stated())
    assert site(found, "rs4244285").alleles == ("G", "A")
    assert site(found, "rs3758581").state == "absent"
    assert site(read(path, Stated(absent_is_reference=True)), "rs3758581").alleles == ("A", "A")


def test_a_stretch_of_reference_counts_and_a_shallow_or_uncalled_one_does_not(written):
    block = "chr10\t94842800\t.\tA\t<NON_REF>\t.\t.\tEND=94842{}\tGT:DP\t{}\n"
    head = HEAD + '##ALT=<ID=NON_REF,Description="any">\n'
    whole = read(written(text(STAR_2, block.format(900, "0/0:30"), head=head)), Stated())
    assert site(whole, "rs3758581").state == "reference-block"
    assert whole.whole
    for end, genotype in ((900, "0/0:2"), (900, "./.:30")):
        assert site(read(written(text(STAR_2, block.format(end, genotype), head=head)), Stated()), "rs3758581").state == "no-call"


def test_one_indel_in_any_writing_is_one_allele(written):
    place = next(one for one in pgx.positions("UGT1A1") if one.rsid == "rs3064744")
    head = "##fileformat=VCFv4.2\n##contig=<ID=chr2,length=242193529>\n"
    unit, after = place.bases[0], place.after
    answers = set()
    for position, reference, alternate in (
        (place.grch38, unit, unit + unit[1:]),
        (place.grch38, unit + after[:4], unit + unit[1:] + after[:4]),
        (place.grch38 + 2, (unit + after)[2:3], (unit + unit[1:] + after)[2:5]),
        (place.grch38 + 4, (unit + after)[4:5], (unit + unit[1:] + after)[4:7]),
    ):
        record = f"chr2\t{position}\t.\t{reference}\t{alternate}\t.\tPASS\t.\tGT\t0/1\n"
        answers.add(site(read(written(text(record, head=head)), Stated()), "rs3064744").alleles)
    assert answers == {(unit, unit + unit[1:])}


def test_phase_sets_multiple_alleles_and_half_calls_are_kept(written):
    records = (
        "chr10\t94761900\t.\tC\tG,T\t.\tPASS\t.\tGT:PS\t0|2:7\n",
        "chr10\t94775367\t.\tA\tG\t.\tPASS\t.\tGT\t.|1\n",
        "chr10\t94781859\t.\tG\tA,*\t.\tPASS\t.\tGT\t1/2\n",
    )
    found = read(written(text(*records)), Stated())
    one = site(found, "rs12248560")
    assert (one.alleles, one.phased, one.phase_set) == (("C", "T"), True, "7")
    assert any(one.state == "no-call" and "" in one.alleles and "G" in one.alleles for one in found.sites)


@pytest.mark.parametrize(
    ("record", "state", "said"),
    [
        (STAR_2.replace("PASS", "LowQual"), "filtered", "LowQual"),
        (STAR_2.replace("12,11:23", "2,1:3"), "no-call", "3 reads"),
        (STAR_2.replace("\tG\tA\t", "\tG\tC\t"), "disagrees", "no definition knows"),
        (STAR_2.replace("\tG\tA\t", "\tG\t<DEL>\t"), "disagrees", "not written in bases"),
        (STAR_2.replace("\tG\tA\t", "\tT\tA\t"), "disagrees", "the assembly's"),
        (STAR_2.replace("0/1:12,11:23", "./.:.:."), "no-call", ""),
    ],
)
def test_a_place_that_cannot_be_used_says_why(written, record, state, said):
    found = site(read(written(text(record)), Stated(assembly="GRCh38")), "rs4244285")
    assert found.state == state
    assert said in found.note


def test_two_people_in_one_file_are_refused_until_one_is_named(written):
    path = written(text(STAR_2.replace("\n", "\t1/1:0,9:9\n"), samples="S1\tS2"))
    refused(path, "XL-VCF-021")
    refused(path, "XL-VCF-022", sample="S3")
    assert site(read(path, Stated(sample="S2")), "rs4244285").alleles == ("A", "A")
    assert "S2" not in read(path, Stated(sample="S2")).sample
    refused(written(text(STAR_2, samples="S1\tS1")), "XL-VCF-005")


def test_a_file_of_another_assembly_than_it_says_is_refused(written):
    lifted = vcf.vcf_of([one for gene in ("CYP2C19", "CYP2B6") for one in sites_of(gene, ("*1", "*1"), "GRCh38")], "GRCh38")
    other = next(base for base in "ACGT")
    wrong = lifted.decode().splitlines()
    body = [number for number, line in enumerate(wrong) if not line.startswith("#")]
    for number in body[::2]:
        cells = wrong[number].split("\t")
        if len(cells[3]) == 1:
            cells[3] = "T" if cells[3] != "T" else other
            cells[4], cells[9] = ".", "0/0"
            wrong[number] = "\t".join(cells)
    refused(written("\n".join(wrong) + "\n"), "XL-VCF-012")
    refused(written(lifted), "XL-VCF-012", assembly="GRCh37")
    refused(written(text(STAR_2, head=HEAD + "##reference=hg19\n")), "XL-VCF-011")
    refused(written(text(STAR_2, head="##fileformat=VCFv4.2\n##reference=hg18\n")), "XL-VCF-011")
    refused(written(text("chr10\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1\n", head="##fileformat=VCFv4.2\n")), "XL-VCF-011")


def test_a_file_that_lost_its_tail_is_refused(written, tmp_path):
    pysam = pytest.importorskip("pysam")
    plain = written(vcf.vcf_of(sites_of("RYR1", ("Reference",) * 2, "GRCh38"), "GRCh38"))
    blocks = tmp_path / "b.vcf.gz"
    pysam.tabix_compress(str(plain), str(blocks))
    whole = blocks.read_bytes()
    refused(written(whole[:-28], "cut.vcf.gz"), "XL-VCF-006")
    refused(written(gzip.compress(plain.read_bytes())[:-400], "cut2.vcf.gz"), "XL-VCF-006")
    damaged = bytearray(gzip.compress(plain.read_bytes()))
    damaged[len(damaged) // 2] ^= 0xFF
    assert refused(written(bytes(damaged), "bad.vcf.gz"), "XL-VCF-007").fix
    refused(written(b"", "empty.vcf"), "XL-VCF-002")
    refused(tmp_path / "nothing.vcf", "XL-VCF-001")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("hello\n", "XL-VCF-002"),
        ("##fileformat=VCFv3.3\n", "XL-VCF-003"),
        ("##fileformat=VCFv4.2\n#CHROM\tPOS\n", "XL-VCF-004"),
        ("##fileformat=VCFv4.2\nchr1\t5\n", "XL-VCF-004"),
        (text("chr10\t94781859\t.\tG\tA\t.\n", samples="S1"), "XL-VCF-009"),
        (text(STAR_2.replace("94781859", "9478185x")), "XL-VCF-009"),
        (text(STAR_2.replace("0/1", "0/7")), "XL-VCF-009"),
        (text(STAR_2.replace("0/1", "a/b")), "XL-VCF-009"),
        (text(STAR_2.replace("0/1", "0/1/1")), "XL-VCF-009"),
        (text(STAR_2.replace("12,11", "12,11,4")), "XL-VCF-009"),
        (text(STAR_2.replace("12,11", "12,many")), "XL-VCF-009"),
        (text(STAR_2.replace("\tG\tA\t", "\tG\tA!\t")), "XL-VCF-009"),
        (text(STAR_2.replace("\tG\tA\t", "\t.\tA\t")), "XL-VCF-009"),
        (text(STAR_2, STAR_2), "XL-VCF-010"),
        (HEAD + COLUMNS.removesuffix("\tFORMAT\t") + "\n", "XL-VCF-020"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(written, words, code):
    error = refused(written(words), code)
    assert "0/7" not in str(error)
    if code == "XL-VCF-009":
        assert "line 4" in error.where


def test_limits_are_limits(written):
    long = text(STAR_2.replace(".\tPASS\t.", ".\tPASS\t" + "X" * 5000))
    with pytest.raises(XinglinError, match="XL-VCF-008"):
        vcf.read_genome(written(long), wanted(), limits=vcf.Limits(line_bytes=2000))
    with pytest.raises(XinglinError, match="XL-VCF-008"):
        vcf.read_genome(written(long), wanted(), limits=vcf.Limits(file_bytes=2000))
    with pytest.raises(XinglinError, match="XL-VCF-008"):
        vcf.read_genome(written(text(STAR_2, samples="S1\tS2")), wanted(), limits=vcf.Limits(samples=1))


def test_records_out_of_order_are_read_and_said(written):
    later = "chr10\t94761900\t.\tC\tT\t.\tPASS\t.\tGT\t0/1\n"
    found = read(written(text(STAR_2, later)), Stated())
    assert found.notes == ("records are not in order of position",)
    assert site(found, "rs12248560").alleles == ("C", "T")


def test_a_sample_whose_x_contradicts_the_chart_is_refused(written):
    woman = read(written(vcf.vcf_of(sites_of("G6PD", ("B (reference)", "A- 202A_376G"), "GRCh38", phased=False), "GRCh38")), Stated())
    assert woman.sex == "female"
    chart = Chart(id="chart-1", person=Person(sex="male", source="Patient/one"))
    with pytest.raises(XinglinError, match="XL-INTAKE-080") as caught:
        see_that_it_may_be(woman, chart)
    assert caught.value.fix
    see_that_it_may_be(woman, replace(chart, person=replace(chart.person, sex="female")))


def test_a_written_file_says_again_what_was_written(written):
    sites = sites_of("CYP2D6", ("*4", "*10"), "GRCh37")
    found = read(written(vcf.vcf_of(sites, "GRCh37", meta={"source": "nobody"})), Stated())
    mine = {one.id: one.alleles for one in found.sites if one.gene == "CYP2D6"}
    assert {one.id: one.alleles for one in sites} == {name: mine[name] for name in (one.id for one in sites)}
    with pytest.raises(XinglinError, match="XL-VCF-030"):
        vcf.vcf_of(sites, "GRCh37", sample="two words")


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_never_breaks_the_reader(written, seed):
    whole = vcf.vcf_of(
        [one for gene in ("UGT1A1", "CYP2C9", "G6PD") for one in sites_of(gene, (pgx.gene(gene).reference,) * 2, "GRCh38")], "GRCh38"
    )
    draw = random.Random(seed)
    read_again = refused_ones = 0
    for _ in range(120):
        bytes_now = bytearray(whole)
        for _ in range(draw.choice((1, 3, 12))):
            place = draw.randrange(len(bytes_now))
            change = draw.randrange(3)
            if change == 0:
                bytes_now[place] = draw.choice(b"\t\n,.:|/0123456789ACGT<>*;=\x00\xff")
            elif change == 1:
                del bytes_now[place : place + draw.randrange(1, 60)]
            else:
                bytes_now[place:place] = bytes(bytes_now[place : place + draw.randrange(1, 60)])
        try:
            found = read(written(bytes(bytes_now)), Stated())
            for gene in ("UGT1A1", "CYP2C9", "G6PD"):
                call_of(gene, found)
            read_again += 1
        except XinglinError as error:
            assert error.code.startswith("XL-VCF-")
            refused_ones += 1
    assert read_again
    assert refused_ones
