"""A CPIC release becomes tables of this topic; a file that is not one, or contradicts itself, is refused by its code."""

import csv
import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

from xinglin.knowledge import pgx
from xinglin.knowledge.pgx import release_shapes
from xinglin.knowledge.pgx.release_import import read_release, write_tables
from xinglin.records.errors import InvalidInput

SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[5] / "../shared/data")) / "pgx-tables/pharmcat"


def definition(**changes):
    """An invented release of CYP3A5 with one known place and one new one beside it."""
    return {
        "gene": "CYP3A5",
        "source": "invented",
        "version": "0",
        "variants": [
            {"chromosome": "chr7", "position": 99672916, "rsid": "rs776746", "ref": "T", "alts": ["C"]},
            {"chromosome": "chr7", "position": 99672900, "rsid": None, "ref": "G", "alts": ["A"]},
        ],
        "namedAlleles": [
            {"name": "*1", "alleles": ["T", "G"], "reference": True},
            {"name": "*3", "alleles": ["C", None]},
            {"name": "*99", "alleles": [None, "A"]},
        ],
        **changes,
    }


def phenotypes(**changes):
    return {
        "gene": "CYP3A5",
        "haplotypes": {"*1": "Normal function", "*3": "No function"},
        "diplotypes": [
            {"generesult": "Normal Metabolizer", "diplotypekey": {"*1": 2}},
            {"generesult": "Intermediate Metabolizer", "diplotypekey": {"*1": 1, "*3": 1}},
        ],
        **changes,
    }


GUIDELINE = {
    "drugname": "tacrolimus",
    "guidelinename": "CYP3A5 and Tacrolimus",
    "citations": [{"year": 2015, "pmid": "1"}],
    "recommendations": [
        {"drugrecommendation": "an invented sentence", "classification": "Strong", "lookupkey": {"CYP3A5": "Poor Metabolizer"}},
    ],
}


def release(folder, **files):
    for name, content in files.items():
        (folder / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_release(folder, "cpic-1_40")


def refused(folder, **files):
    with pytest.raises(InvalidInput) as error:
        release(folder, **files)
    return error.value.code


def test_a_release_becomes_rows_in_the_shape_of_the_tables(tmp_path):
    tables = release(tmp_path, definition=definition(), phenotypes=phenotypes(), guideline=GUIDELINE).tables
    known, new = tables["positions.csv"]
    assert (known["grch37"], known["ref37"], known["grch37_basis"]) == ("99270539", "C", "read")
    assert (new["id"], new["grch37"], new["grch37_basis"]) == ("99672900G", "99270523", "offset")
    assert [(row["allele"], row["kind"], row["definition"]) for row in tables["alleles.csv"]] == [
        ("*1", "reference", ""),
        ("*3", "defined", "rs776746=C"),
        ("*99", "defined", "99672900G=A"),
    ]
    assert tables["functions.csv"][1]["function"] == "No function"
    assert [row["zh"] for row in tables["phenotypes.csv"]] == ["中间代谢型", "正常代谢型"]
    assert all(row["source"] == "cpic-1_40" and row["locator"] for rows in tables.values() for row in rows)


def test_recommendations_come_out_for_a_person_to_word_and_class_not_as_advice(tmp_path):
    tables = release(tmp_path, guideline=GUIDELINE).tables
    assert "recommendations.csv" not in tables
    assert tables["recommendations_to_review.csv"][0]["strength"] == "strong"


def test_an_indel_without_its_surroundings_is_left_out_and_so_is_its_allele(tmp_path):
    variants = [*definition()["variants"], {"chromosome": "chr7", "position": 99672905, "ref": "GA", "alts": ["G"]}]
    alleles = [{"name": "*1", "alleles": ["T", "G", "GA"], "reference": True}, {"name": "*98", "alleles": [None, None, "G"]}]
    made = release(tmp_path, definition=definition(variants=variants, namedAlleles=alleles))
    assert [row["allele"] for row in made.tables["alleles.csv"]] == ["*1"]
    assert len(made.left_out) == 2


def test_tables_are_written_whole_and_read_back(tmp_path):
    (tmp_path / "in").mkdir()
    made = release(tmp_path / "in", definition=definition())
    written = write_tables(made, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in written)
    with (tmp_path / "out/alleles.csv").open(encoding="utf-8", newline="") as lines:
        assert [row["allele"] for row in csv.DictReader(lines)] == ["*1", "*3", "*99"]


def test_what_is_no_release_is_refused_by_its_code(tmp_path, monkeypatch):
    assert refused(tmp_path) == "XL-PGX-300"
    assert refused(tmp_path, broken="{") == "XL-PGX-302"
    assert refused(tmp_path, broken="[1]") == "XL-PGX-302"
    assert refused(tmp_path, broken={"gene": "CYP3A5"}) == "XL-PGX-302"
    assert refused(tmp_path, broken={"gene": "CYP3A5", "variants": 3}) == "XL-PGX-302"
    assert refused(tmp_path, broken="[" * 200000) == "XL-PGX-302"
    monkeypatch.setattr(release_shapes, "LARGEST_FILE_BYTES", 10)
    assert refused(tmp_path, broken=definition()) == "XL-PGX-301"


def test_a_definition_that_contradicts_itself_is_refused_by_its_code(tmp_path):
    twice = [definition()["variants"][0], {**definition()["variants"][0], "rsid": None}, {**definition()["variants"][0], "rsid": None}]
    assert refused(tmp_path, it=definition(variants=twice)) == "XL-PGX-303"
    assert refused(tmp_path, it=definition(namedAlleles=[{"name": "*1", "alleles": ["T"], "reference": True}])) == "XL-PGX-303"
    strange = [{**definition()["variants"][0], "alts": ["insA"]}, definition()["variants"][1]]
    assert refused(tmp_path, it=definition(variants=strange)) == "XL-PGX-304"
    other = [*definition()["namedAlleles"][:1], {"name": "*3", "alleles": ["A", None]}]
    assert refused(tmp_path, it=definition(namedAlleles=other)) == "XL-PGX-304"
    assert refused(tmp_path, it=definition(namedAlleles=definition()["namedAlleles"][1:])) == "XL-PGX-305"
    assert refused(tmp_path, it=definition(gene="TP53")) == "XL-PGX-308"


def test_a_phenotype_table_that_contradicts_itself_is_refused_by_its_code(tmp_path):
    pair = phenotypes()["diplotypes"][0]
    assert refused(tmp_path, it=phenotypes(diplotypes=[{**pair, "diplotypekey": {"*7": 2}}])) == "XL-PGX-306"
    assert refused(tmp_path, it=phenotypes(diplotypes=[pair, {**pair, "generesult": "Poor Metabolizer"}])) == "XL-PGX-307"


def test_no_error_tells_what_stands_in_the_file(tmp_path):
    with pytest.raises(InvalidInput) as error:
        release(tmp_path, it={"gene": "Zhang San", "variants": [{"position": "Zhang San"}], "namedAlleles": []})
    assert "Zhang" not in str(error.value)


@pytest.mark.skipif(not SHARED.exists(), reason="shared data not present")
def test_a_real_release_of_ten_genes_gives_our_tables(tmp_path):
    for packed in SHARED.glob("*.gz"):
        with gzip.open(packed) as source, (tmp_path / packed.stem).open("wb") as target:
            shutil.copyfileobj(source, target)
    made = read_release(tmp_path, "pharmcat-3_1")
    assert made.left_out == []
    for row in made.tables["positions.csv"]:
        ours = next(place for place in pgx.positions(row["gene"]) if place.id == row["id"])
        assert (row["grch38"], row["grch37"], row["bases"]) == (str(ours.grch38), str(ours.grch37), "|".join(ours.bases))
    for row in made.tables["alleles.csv"]:
        ours = next(allele for allele in pgx.alleles(row["gene"]) if allele.name == row["allele"])
        assert (row["kind"], row["definition"]) == (ours.kind, "|".join(f"{key}={base}" for key, base in ours.bases.items()))
    for row in made.tables["functions.csv"]:
        assert pgx.function(row["gene"], row["allele"]).function == row["function"]
    assert len(made.tables["positions.csv"]) == 355 and len(made.tables["alleles.csv"]) == 385
