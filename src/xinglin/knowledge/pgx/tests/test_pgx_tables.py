"""The pharmacogene tables hold together: every allele stands on known places, every row on a known source."""

import csv
import doctest
from itertools import pairwise
from pathlib import Path

import pytest

from xinglin.knowledge import pgx
from xinglin.knowledge.pgx import book
from xinglin.records.errors import NotFound

DATA = Path(book.__file__).parent / "data"
TABLES = sorted(DATA.glob("*.csv"))
BASES = set("ACGT")


def all_positions():
    return [place for gene in pgx.genes() for place in pgx.positions(gene.name)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_names_a_known_source_a_place_in_it_and_whether_it_was_read(table):
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            assert row["source"] in pgx.sources(), row
            assert row["locator"], row
            assert row["verified"] in ("yes", "no"), row


def test_every_allele_stands_on_places_and_bases_of_its_gene():
    for gene in pgx.genes():
        places = {place.id: place for place in pgx.positions(gene.name)}
        assert len(places) == len(pgx.positions(gene.name)), gene.name
        for allele in pgx.alleles(gene.name):
            for place, base in allele.bases.items():
                assert base in places[place].bases or base in pgx.WOBBLE, (gene.name, allele.name, place)
            if allele.kind in ("defined", "subvariant"):
                assert allele.bases, (gene.name, allele.name)


def test_no_two_alleles_of_a_gene_have_one_name_or_one_definition():
    for gene in pgx.genes():
        defined = [allele for allele in pgx.alleles(gene.name) if allele.bases]
        assert len({allele.name for allele in pgx.alleles(gene.name)}) == len(pgx.alleles(gene.name)), gene.name
        assert len({tuple(sorted(allele.bases.items())) for allele in defined}) == len(defined), gene.name


def test_each_gene_read_from_a_vcf_has_one_reference_allele():
    for gene in pgx.genes():
        if pgx.positions(gene.name):
            assert [allele.name for allele in pgx.alleles(gene.name) if allele.kind == "reference"] == (
                ["*38"] if gene.name == "CYP2C19" else [gene.reference]
            )


def test_positions_are_forward_strand_bases_left_aligned_with_an_anchor():
    for place in all_positions():
        assert place.bases[0] == place.reference38, place.id
        assert all(set(base) <= BASES for base in (*place.bases, place.reference37)), place.id
        other_length = [base for base in place.bases if len(base) != len(place.reference38)]
        assert all(base[0] == place.reference38[0] for base in other_length), place.id


def test_every_indel_carries_sixty_bases_on_either_side_and_none_of_them_could_move_left():
    indels = [place for place in all_positions() if place.kind != "snv"]
    assert len(indels) == 49
    for place in indels:
        assert len(place.before) == len(place.after) == 60, place.id
        for base in place.bases[1:]:
            one, other = place.reference38, base
            while len(one) > 1 and len(other) > 1 and one[-1] == other[-1]:
                one, other = one[:-1], other[:-1]
            assert one[-1] != other[-1], place.id  # equal last bases would let the change roll left past its anchor


def test_the_two_assemblies_differ_by_a_shift_that_changes_rarely_along_a_gene():
    for gene in pgx.genes():
        places = sorted((p for p in pgx.positions(gene.name) if p.use != "extra"), key=lambda p: p.grch38)
        shifts = [p.grch37 - p.grch38 for p in places]
        changes = sum(a != b for a, b in pairwise(shifts))
        assert changes <= (4 if gene.name in ("CYP2D6", "G6PD") else 0), (gene.name, changes)


def test_the_assemblies_carry_different_bases_at_five_places():
    odd = {(p.gene, p.id, p.reference37, p.reference38) for p in all_positions() if p.reference37 != p.reference38}
    assert odd == {
        ("CYP2C19", "rs3758581", "G", "A"),
        ("CYP2D6", "rs1135840", "G", "C"),
        ("CYP2D6", "rs16947", "A", "G"),
        ("CYP3A5", "rs776746", "C", "T"),
        ("DPYD", "rs1801265", "G", "A"),
    }


def test_wanted_positions_name_each_place_once_per_assembly_with_the_assemblys_own_reference():
    for assembly in ("GRCh37", "GRCh38"):
        wanted = pgx.wanted_positions(assembly)
        assert len(wanted) == len(all_positions()) == len({(w.chromosome, w.position, w.reference) for w in wanted})
        assert all(w.reference not in w.alternates and w.alternates for w in wanted)
    cyp3a5 = {w.id: w for w in pgx.wanted_positions("GRCh37")}["rs776746"]
    assert (cyp3a5.position, cyp3a5.reference, cyp3a5.alternates) == (99270539, "C", ("T",))


def test_phenotypes_follow_from_functions_scores_sex_and_status():
    assert pgx.phenotype("CYP2C19", "*2", "*17").term == "Intermediate Metabolizer"
    assert pgx.phenotype("CYP2D6", "*1x2", "*1").activity == 3.0
    assert pgx.phenotype("CYP2D6", "*36+*10", "*10").activity == 0.5
    assert pgx.phenotype("CYP2D6", "*13+*68x2+*4", "*1").activity == 1.0
    assert pgx.phenotype("CYP2D6", "*1+*4x2", "*4").activity == 1.0
    assert pgx.phenotype("CYP2D6", "*2x≥3", "*1").at_least
    assert pgx.phenotype("CYP2D6", "*4", "*151").term == "Indeterminate"
    assert pgx.phenotype("G6PD", "B (reference)").term == "Normal"
    assert pgx.phenotype("G6PD", "B (reference)", "A- 202A_376G").term == "Variable"
    assert pgx.phenotype("SLCO1B1", "*45.001", "*1").term == pgx.phenotype("SLCO1B1", "*45", "*1").term == "Decreased Function"
    assert pgx.phenotype("CYP4F2", "*1", "*3") is None
    assert pgx.phenotype("MT-RNR1", "m.1555A>G").zh == "氨基糖苷类耳聋风险增高"


def test_dpyd_takes_the_two_lowest_values_or_the_lowest_of_each_strand():
    found = ["c.85T>C (*9A)", "c.1905+1G>A (*2A)", "c.2846A>T"]
    assert pgx.activity("DPYD", *pgx.deciding("DPYD", found)) == 0.5
    assert pgx.activity("DPYD", *pgx.deciding("DPYD", found, [])) == 1.0
    assert pgx.deciding("DPYD", []) == ("Reference", "Reference")
    assert pgx.phenotype("DPYD", *pgx.deciding("DPYD", ["c.1129-5923C>G, c.1236G>A (HapB3)"])).activity == 1.5


def test_a_variant_of_ryr1_that_is_associated_decides_whatever_stands_beside_it():
    harmless = next(a.name for a in pgx.alleles("RYR1") if a.kind == "defined" and pgx.function("RYR1", a.name) is None)
    known = next(a.name for a in pgx.alleles("RYR1") if (f := pgx.function("RYR1", a.name)) and f.function.startswith("Malignant"))
    assert known in pgx.deciding("RYR1", [harmless, harmless, known])
    assert pgx.phenotype("RYR1", known, "Reference").term == "Malignant Hyperthermia Susceptibility"


def test_an_unknown_gene_is_refused_by_its_code():
    with pytest.raises(NotFound) as refused:
        pgx.positions("TP54")
    assert refused.value.code == "XL-PGX-401"


def test_the_page_of_the_topic_tells_the_numbers_of_the_tables_and_its_example_runs():
    page = Path(book.__file__).parent / "README.md"
    told = page.read_text(encoding="utf-8")
    for table in TABLES:
        with table.open(encoding="utf-8", newline="") as lines:
            line = next(line for line in told.splitlines() if f"`{table.name}`" in line)
            assert f" {sum(1 for _ in csv.DictReader(lines)):,} |" in line, table.name
    assert doctest.testfile(str(page), module_relative=False).failed == 0
    assert pgx.TOPIC.rows() == 5411 and pgx.TOPIC.unverified() == 49


def test_special_places_are_places_of_their_gene():
    for gene in pgx.genes():
        assert {special.position for special in pgx.special_places(gene.name)} <= {place.id for place in pgx.positions(gene.name)}
    assert [special.rule for special in pgx.special_places("DPYD")] == ["hapb3-intron", "hapb3-exon"]
