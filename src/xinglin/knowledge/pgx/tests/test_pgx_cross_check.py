"""Our tables against two outside ones: PharmCAT's definitions and pypgx's tables. Every difference is counted and has a named reason."""

import csv
import gzip
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from xinglin.knowledge import pgx
from xinglin.records.errors import NotFound

SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[5] / "../shared/data")) / "pgx-tables"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="shared data not present")
PHARMCAT_GENES = ("CYP2B6", "CYP2C19", "CYP2C9", "CYP3A5", "DPYD", "NUDT15", "SLCO1B1", "TPMT", "UGT1A1", "VKORC1")
CONVENTIONS = {  # places where a table's choice of the reference haplotype, not the allele, decides whether the base is written down
    "CYP2C19": {"rs3758581"},  # our *1 carries it, the genome is *38; pypgx leaves it out of every star allele in GRCh38
    "CYP2D6": {"rs16947", "rs1135840", "rs1058164"},  # of *2; GRCh37 carries the first two; the third is in the newer core definitions
    "CYP3A5": {"rs776746"},  # GRCh37 is *3
    "DPYD": {"rs1801265"},  # GRCh37 carries c.85T>C
    "NAT2": {"rs1208"},  # the newer reference is *1, the older *4
}
EXPLAINED = {  # alleles whose core differs, and why
    ("CYP2B6", "*17"): "three substitutions, which pypgx writes as an insertion and a deletion",
    ("CYP2D6", "*20"): "newer core: two more substitutions beside the insertion",
    ("CYP2D6", "*83"): "newer core: more of the exon 9 conversion",
    ("CYP2D6", "*141"): "newer core: more of the exon 9 conversion",
    ("CYP2D6", "*100"): "pypgx leaves rs1065852 out in GRCh38 but not in GRCh37",
    ("G6PD", "Mediterranean, Dallas, Panama, Sassari, Cagliari, Birmingham"): "rs2230037 differs from the genome and is not read",
}


def rows(name):
    with (SHARED / "pypgx" / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def ours_of(row):
    """Our gene and allele name for a row of pypgx; None for genes and alleles we do not read from a VCF."""
    try:
        gene = pgx.gene(row["Gene"])
    except NotFound:
        return None
    alleles = {allele.name: allele for allele in pgx.alleles(gene.name)}
    return (gene, alleles.get(row["StarAllele"])) if gene.method != "outside" else None


def trimmed(position, reference, alternate):
    while min(len(reference), len(alternate)) > 1 and reference[-1] == alternate[-1]:
        reference, alternate = reference[:-1], alternate[:-1]
    while min(len(reference), len(alternate)) > 1 and reference[0] == alternate[0]:
        reference, alternate, position = reference[1:], alternate[1:], position + 1
    return position, reference, alternate


def same_sequence(place, change, assembly):
    """Whether another spelling of a deletion or insertion makes the same sequence as one of ours, on the sequence around it."""
    around = place.before + place.reference38 + place.after
    start = place.place(assembly) - len(place.before)

    def applied(position, reference, alternate):
        at = position - start
        if at < 0 or around[at : at + len(reference)] != reference:
            return None
        return around[:at] + alternate + around[at + len(reference) :]

    theirs = applied(*change)
    return theirs is not None and theirs in {applied(place.place(assembly), place.reference38, base) for base in place.bases[1:]}


def differences(gene, allele, cell, assembly):
    places = {place.id: place for place in pgx.positions(gene.name) if place.use != "extra"}
    unsure = {places[key].place(assembly) for key in CONVENTIONS.get(gene.name, ())}
    unsure |= {places[key].place(assembly) for key, base in allele.bases.items() if base in pgx.WOBBLE}
    theirs = {trimmed(int(p), r, a) for _, p, r, a in (one.split("-") for one in cell.split(",") if one not in ("", "N/A"))}
    ours = set()
    for key, place in places.items():
        base, reference = allele.bases.get(key, place.reference38), place.reference(assembly)
        if base != reference and base not in pgx.WOBBLE:
            ours.add(trimmed(place.place(assembly), reference, base))
    ours = {one for one in ours if one[0] not in unsure}
    theirs = {one for one in theirs if one[0] not in unsure}
    if ours == theirs:
        return "same"
    left, right = ours - theirs, theirs - ours
    indels = [place for place in places.values() if place.kind != "snv"]
    if len(left) == len(right) == 1 and any(same_sequence(place, next(iter(right)), assembly) for place in indels):
        return "other spelling of the same change"
    return "different"


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_core_definitions_are_those_of_pypgx_but_for_the_explained_ones(assembly):
    found, differing = Counter(), set()
    for row in rows("allele-table.csv"):
        both = ours_of(row)
        if not both or both[1] is None or row["SV"] == "TRUE" or both[1].kind not in ("defined", "reference", "subvariant"):
            continue
        verdict = differences(*both, row[f"{assembly}Core"], assembly)
        found[verdict] += 1
        if verdict == "different":
            differing.add((both[0].name, both[1].name))
    explained = EXPLAINED if assembly == "GRCh38" else {k: v for k, v in EXPLAINED.items() if k[1] != "*100" and k[0] != "G6PD"}
    assert differing == set(explained)
    assert found["same"] >= 740 and found["other spelling of the same change"] == 7


def test_alleles_that_only_pypgx_has_are_withdrawn_older_or_not_seen_in_a_vcf():
    missing = Counter()
    for row in rows("allele-table.csv"):
        both = ours_of(row)
        if both and both[1] is None and not row["StarAllele"].startswith("rs") and row["StarAllele"] != "Reference":
            missing[both[0].name] += 1
    assert missing == {"CYP2D6": 1, "CYP3A5": 3, "CYP4F2": 1, "G6PD": 1, "NAT2": 10, "RYR1": 1, "SLCO1B1": 6}


@pytest.mark.parametrize("gene", PHARMCAT_GENES)
def test_definitions_are_pharmcats_base_for_base(gene):
    with gzip.open(SHARED / "pharmcat" / f"definition_alleles_{gene}_translation.json.gz", "rt", encoding="utf-8") as file:
        theirs = json.load(file)
    places = {(place.grch38, place.reference38): place for place in pgx.positions(gene)}
    ours = {allele.name: allele for allele in pgx.alleles(gene)}
    columns = [places[one["position"], one["ref"]] for one in theirs["variants"]]
    assert len(columns) == sum(place.use != "extra" for place in places.values())
    for column, one in zip(columns, theirs["variants"], strict=True):
        assert set(column.bases) == {one["ref"], *one["alts"]}
    for one in theirs["namedAlleles"]:
        told = {column.id: base for column, base in zip(columns, one["alleles"], strict=True) if base is not None}
        if one["reference"]:
            assert all(base == ours[one["name"]].bases.get(key, told[key]) for key, base in told.items())
            assert ours[one["name"]].kind == "reference"
        else:
            assert ours[one["name"]].bases == told, one["name"]
    assert {allele.name for allele in ours.values() if allele.bases or allele.kind == "reference"} == {
        one["name"] for one in theirs["namedAlleles"]
    }


@pytest.mark.parametrize("gene", PHARMCAT_GENES)
def test_functions_and_phenotypes_are_pharmcats_for_every_diplotype(gene):
    with gzip.open(SHARED / "pharmcat" / f"phenotype_{gene}.json.gz", "rt", encoding="utf-8") as file:
        theirs = json.load(file)
    for one in theirs["namedAlleles"]:
        ours = pgx.function(gene, one["name"])
        assert ours is not None and ours.function == one["functionValue"], one["name"]
        told = one["activityValue"]
        assert ours.activity == (float(told) if told not in (None, "n/a") else None), one["name"]
    for pair in theirs["diplotypes"]:
        names = [name for name, count in pair["diplotypekey"].items() for _ in range(count)]
        assert pgx.phenotype(gene, *names).term == (pair.get("phenotype") or pair["generesult"]), names


def test_phenotypes_are_those_of_pypgx_unless_an_allele_was_reclassified_or_withdrawn():
    genes = ("ABCG2", "CACNA1S", "CYP2B6", "CYP2C19", "CYP3A5", "NUDT15", "RYR1", "SLCO1B1", "TPMT", "UGT1A1")
    variant = {"Reference": "rs2231142 reference (G)", "rs2231142": "rs2231142 variant (T)"}
    changed = set()
    for row in rows("allele-table.csv"):
        if row["Gene"] in genes and row["Gene"] != "ABCG2":
            ours = pgx.function(row["Gene"], row["StarAllele"])
            if ours is None or ours.function.casefold() != row["Function"].casefold():
                changed.add((row["Gene"], row["StarAllele"]))
    same, other = Counter(), Counter()
    for row in rows("diplotype-table.csv"):
        gene, names = row["Gene"], row["Diplotype"].split("/")
        if gene not in genes:
            continue
        if pgx.phenotype(gene, *(variant.get(name, name) if gene == "ABCG2" else name for name in names)).term == row["Phenotype"]:
            same[gene] += 1
        else:
            other[gene] += 1
            assert any((gene, name) in changed for name in names), row
    # CYP2B6: six alleles reclassified in 2023. SLCO1B1: *39, *41, *45 reclassified in 2025, six alleles withdrawn. RYR1: one allele
    # renamed, two reclassified in 2023. CYP3A5: three alleles withdrawn.
    assert other == {"CYP2B6": 78, "SLCO1B1": 195, "RYR1": 55, "CYP3A5": 3}
    assert same["CYP2C19"] == 630 and same["TPMT"] == 946 and same["NUDT15"] == same["UGT1A1"] == 45 and same["CYP2B6"] == 625


def test_advice_and_the_older_recommendations_in_pypgx_point_the_same_way():
    scores = {"Poor Metabolizer": 0.0, "Intermediate Metabolizer": 1.0, "Normal Metabolizer": 2.0, "Ultrarapid Metabolizer": 3.0}
    agreeing, differing = 0, set()
    for row in rows("recommendation-table.csv"):
        told, medicine = row["Recommendation"], row["Drug"].replace(" ", "-")
        if medicine not in pgx.medicines() or told in ("", "None") or told.startswith("No recommendation"):
            continue
        results = {}
        for number in "12":
            gene, term = row[f"Gene{number}"], row[f"Phenotype{number}"].removeprefix("G6PD ")
            if gene != "None" and term != "None":
                scored = pgx.gene(gene).phenotype_by == "activity"
                results[gene] = scores.get(term, -1.0) if scored else term.lower() if "Aminoglycoside" in term else term
        if not results or -1.0 in results.values() or any(pgx.gene(gene).phenotype_by == "status" for gene in results):
            continue
        ours = {one.action for one in pgx.advice(medicine, results) if one.guideline == "CPIC"}
        assert ours, (medicine, results)
        turned_away = told.lower().startswith(("avoid", "select", "choose", "prescribe an alternative"))
        if turned_away and not ours & {"avoid", "alternative"}:
            differing.add((medicine, *results.values()))
        else:
            agreeing += 1
    assert agreeing > 540
    assert differing == {
        ("paroxetine", 0.0),  # the guideline of 2023 halves the dose where the older one first chose another medicine
        ("tamoxifen", 2.0),  # "avoid" is said of CYP2D6 inhibitors beside it, not of tamoxifen
        ("tamoxifen", 3.0),
    }
