"""Star alleles: every pair that can be made is found again, in both assemblies, with and without phase; and what a call says it does not know."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from msgspec.structs import replace

from xinglin.formats.vcf import vcf_of
from xinglin.intake.genomes import Stated, read
from xinglin.knowledge import pgx
from xinglin.models.virtual_person.genome import sites_of
from xinglin.records.genomics import Genome, OutsideCall, SiteCall
from xinglin.workup.genes import call_of, gene_calls
from xinglin.workup.genes.matching import Read, matched

STARRED = [gene.name for gene in pgx.genes() if gene.method == "named-alleles"]
LISTED = [gene.name for gene in pgx.genes() if gene.method == "variant-list"]
MANY = 400  # pairs of one gene tried here; all of them in benchmarks/star_alleles


def genome(*sites: SiteCall) -> Genome:
    return Genome("vcf/made", "one", "GRCh38", "germline", "0" * 64, sites=sites)


def alleles(gene: str) -> list[str]:
    return [one.name for one in pgx.alleles(gene) if one.kind in {"reference", "defined", "core"}]


def some_pairs(gene: str) -> list[tuple[str, str]]:
    pairs = list(combinations_with_replacement(alleles(gene), 2))
    return pairs[:: max(1, len(pairs) // MANY)]


def told(call) -> list[set[str]]:
    return [set(pair.alleles) for pair in call.diplotypes]


def unread(site: SiteCall, state: str = "absent") -> SiteCall:
    return replace(site, alleles=(), state=state)


@pytest.mark.parametrize("gene", STARRED)
def test_every_pair_of_alleles_is_found_again_when_the_strands_are_known(gene):
    missed = [pair for pair in some_pairs(gene) if {*pair} not in told(call_of(gene, genome(*sites_of(gene, pair, "GRCh38")), "female"))]
    assert missed == []


@pytest.mark.parametrize("gene", STARRED)
def test_without_phase_a_pair_is_only_told_otherwise_where_another_explains_the_same_bases_with_more_places(gene):
    for pair in some_pairs(gene):
        sites = sites_of(gene, pair, "GRCh38", phased=False)
        call = call_of(gene, genome(*sites), "female")
        if {*pair} in told(call):
            continue
        answer = matched(gene, {site.id: Read(site.alleles) for site in sites})
        assert {frozenset(pair)} <= {frozenset(name.split("/")) for name in answer.fitting}, pair
        assert call.diplotypes, pair


@pytest.mark.parametrize("gene", STARRED)
def test_both_assemblies_give_one_answer_through_a_written_file(gene, tmp_path):
    for number, pair in enumerate(some_pairs(gene)[:: MANY // 12]):
        answers = []
        for assembly in ("GRCh37", "GRCh38"):
            file = tmp_path / f"{number}.{assembly}.vcf"
            file.write_bytes(vcf_of(sites_of(gene, pair, assembly), assembly, chr_prefix=number % 2 == 0))
            call = call_of(gene, read(file, Stated()), "female")
            answers.append((call.diplotypes, call.phenotypes, call.missing))
        assert answers[0] == answers[1], pair
        assert {*pair} in [set(one.alleles) for one in answers[0][0]], pair


@pytest.mark.parametrize("gene", LISTED)
def test_every_pair_of_variants_is_found_again(gene):
    names = [name for name in alleles(gene) if name != "Reference" and "HapB3" not in name]
    for one, two in list(combinations_with_replacement(names, 2))[:: {"RYR1": 250, "DPYD": 5}.get(gene, 1)]:
        if one != two and {place for a in (one, two) for place in _places(gene, a)} != {*_places(gene, one), *_places(gene, two)}:
            continue
        if one != two and set(_places(gene, one)) & set(_places(gene, two)):
            continue  # one place, two bases: still one on each strand
        call = call_of(gene, genome(*sites_of(gene, (one, two), "GRCh38")))
        assert told(call) == [{one, two}], (one, two)
        assert call.phenotypes == (pgx.phenotype(gene, *pgx.deciding(gene, (one,), (two,))).term,)


def _places(gene: str, name: str) -> list[str]:
    return [place for allele in pgx.alleles(gene) if allele.name == name for place in allele.bases]


def test_dpyd_across_phase_sets_tells_every_way_they_can_lie():
    sites = {site.id: replace(site, phased=True) for site in sites_of("DPYD", ("c.61C>T", "c.1627A>G (*5)"), "GRCh38")}
    for place, name in (("rs72549310", "11"), ("rs1801159", "22")):
        sites[place] = replace(sites[place], phase_set=name)
    call = call_of("DPYD", genome(*sites.values()))
    assert {one.name for one in call.diplotypes} == {"c.61C>T/c.1627A>G (*5)", "Reference/[c.61C>T + c.1627A>G (*5)]"}
    assert set(call.phenotypes) == {"Intermediate Metabolizer"}


def test_dpyd_without_phase_is_told_in_coding_order_and_the_two_worst_decide():
    names = ("c.498G>A", "c.2846A>T", "c.2933A>G")
    strands = ("c.2846A>T + c.498G>A", "c.2933A>G")
    call = call_of("DPYD", genome(*sites_of("DPYD", strands, "GRCh38", phased=False)))
    assert [one.name for one in call.diplotypes] == [", ".join(names)]
    assert call.activities == ("0.5",)
    assert any("strands" in note for note in call.notes)


def test_a_harmful_variant_on_the_one_copy_that_was_read_is_not_lost():
    sites = [
        replace(site, alleles=("", "T"), state="no-call") if site.id == "rs3918290" else site
        for site in sites_of("DPYD", ("Reference",) * 2, "GRCh38")
    ]
    call = call_of("DPYD", genome(*sites))
    assert [one.name for one in call.diplotypes] == ["Reference/c.1905+1G>A (*2A)"]
    assert call.phenotypes == ("Intermediate Metabolizer",)
    assert "rs3918290" in call.missing


def test_a_place_that_was_not_read_is_said_with_what_it_could_change():
    sites = [unread(site) if site.id == "rs4244285" else site for site in sites_of("CYP2C19", ("*1", "*1"), "GRCh38", phased=False)]
    call = call_of("CYP2C19", genome(*sites))
    assert call.missing == ("rs4244285",)
    assert call.phenotypes == ("Normal Metabolizer",)
    sites = [unread(site) if site.id == "rs12248560" else site for site in sites_of("CYP2C19", ("*1", "*1"), "GRCh38", phased=False)]
    assert "*17" in {name for one in call_of("CYP2C19", genome(*sites)).alternatives for name in one.alleles}


def test_a_base_that_no_definition_knows_gives_no_star_allele():
    note = "line 9: an allele that no definition knows"
    sites = [
        replace(site, alleles=("", site.alleles[1]), state="disagrees", note=note) if site.id == "rs4244285" else site
        for site in sites_of("CYP2C19", ("*1", "*1"), "GRCh38")
    ]
    call = call_of("CYP2C19", genome(*sites))
    assert call.diplotypes == ()
    assert call.missing == ("rs4244285",)
    assert any("no definition knows" in one for one in call.notes)


def test_slco1b1_falls_back_on_its_one_place():
    sites = sites_of("SLCO1B1", ("*1", "*1"), "GRCh38", phased=False)
    odd = [
        replace(site, alleles=("C", "T")) if site.id == "rs4149056" else unread(site, "no-call") if site.id == "rs2306283" else site
        for site in sites
    ]
    changed = next(site for site in odd if site.id not in {"rs4149056", "rs2306283"})
    odd = [
        replace(site, alleles=("", "A"), state="disagrees", note="line 4: an allele that no definition knows") if site is changed else site
        for site in odd
    ]
    call = call_of("SLCO1B1", genome(*odd))
    assert [one.name for one in call.diplotypes] == ["rs4149056 C/rs4149056 T"]
    assert call.phenotypes == ("Decreased Function",)


def test_nat2_tells_the_commoner_of_pairs_that_cannot_be_told_apart_and_says_so():
    call = call_of("NAT2", genome(*sites_of("NAT2", ("*1", "*30"), "GRCh38", phased=False)))
    assert told(call) == [{"*5", "*6"}]
    assert any("*1/*30" in note for note in call.notes)
    assert told(call_of("NAT2", genome(*sites_of("NAT2", ("*1", "*30"), "GRCh38")))) == [{"*1", "*30"}]


def test_nat2_without_one_of_its_five_places_is_not_called():
    sites = [unread(site) if site.id == "rs1801280" else site for site in sites_of("NAT2", ("*1", "*1"), "GRCh38")]
    call = call_of("NAT2", genome(*sites))
    assert call.diplotypes == ()
    assert call.missing == ("rs1801280",)


def test_g6pd_of_a_man_is_one_allele_and_two_alleles_there_are_not_used():
    name = "A- 202A_376G"
    man = call_of("G6PD", genome(*sites_of("G6PD", (name,), "GRCh38")), "male")
    assert [one.name for one in man.diplotypes] == [name]
    assert man.phenotypes == ("Deficient",)
    written_as_two = call_of("G6PD", genome(*sites_of("G6PD", (name, name), "GRCh38", phased=False)), "male")
    assert [one.name for one in written_as_two.diplotypes] == [name]
    mixed = call_of("G6PD", genome(*sites_of("G6PD", (name, "B (reference)"), "GRCh38", phased=False)), "male")
    assert any("male" in note for note in mixed.notes)


def test_a_laboratorys_call_counts_and_a_disagreement_is_said():
    mine = genome(*sites_of("CYP2D6", ("*1", "*4"), "GRCh38"))
    call = next(one for one in gene_calls([mine], [OutsideCall("CYP2D6", "Observation/lab", "*4/*1x2")]) if one.gene == "CYP2D6")
    assert [one.name for one in call.diplotypes] == ["*1x2/*4"]
    assert call.activities == ("2",)
    assert any("*1/*4" in note for note in call.notes)


@pytest.mark.parametrize(
    ("gene", "changed", "expected"),
    [
        ("CYP2B6", {"rs8192709": "TT", "rs3211371": "TT"}, "[*2 + *5]/[*2 + *5]"),
        ("CYP2C19", {"rs12248560": "TC", "rs12769205": "AG", "rs4244285": "AA", "rs3758581": "GG"}, "*2/[*17 + g.94781859G>A]"),
    ],
)
def test_for_research_a_novel_combination_is_told_and_no_phenotype_follows(gene, changed, expected):
    sites = [
        replace(site, alleles=tuple(changed.get(site.id, site.reference * 2 if len(site.reference) == 1 else "")) or (site.reference,) * 2)
        for site in sites_of(gene, (pgx.gene(gene).reference,) * 2, "GRCh38")
    ]
    assert call_of(gene, genome(*sites)).diplotypes == ()
    call = call_of(gene, genome(*sites), research=True)
    assert [one.name for one in call.diplotypes] == [expected]
    assert call.phenotypes == ("",)
    assert call.by == "combination"


def test_a_gene_reported_by_its_effect_is_no_disagreement_with_a_file_that_says_the_same():
    place = next(one for one in pgx.positions("VKORC1") if one.id == "rs9923231")
    site = SiteCall(place.id, "VKORC1", place.chromosome, place.grch38, place.reference38, ("T", "T"))
    genome = Genome("vcf/abcdef123456", "s", "GRCh38", "germline", "a" * 64, sites=(site,))
    same, other = (gene_calls((genome,), (OutsideCall("VKORC1", "Observation/x", diplotype=pair),))[0] for pair in ("A/A", "G/A"))
    assert (same.phenotypes, same.notes) == (("-1639 AA",), ())
    assert other.phenotypes == ("-1639 AG",) and "the laboratory's call counts" in other.notes[0]
