"""A user's table to a model in use: the commands, their JSON, and the same in Python."""

import csv
import sys
from pathlib import Path

import pytest

import xinglin as xl

sys.path.insert(0, str(Path(__file__).parents[1] / "rooms" / "outcomes"))

import made_sources
import made_treated
from made_people import COLUMNS, people


def written(table, path, columns=COLUMNS):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        for row in zip(*table.values(), strict=True):
            cells = []
            for column, value in zip(columns, row, strict=True):
                cells.append(
                    "" if value != value else column.levels[int(value)] if column.kind == "category" else f"{value:.{column.decimals}f}"
                )
            writer.writerow(cells)
    return path


@pytest.fixture
def tables(tmp_path):
    return [written(people(200, seed=seed), tmp_path / f"table-{seed}.csv") for seed in (1, 2)]


TRAIN = ("--features", "age,sex,bmi,gene", "--model", "linear")


def test_from_a_table_to_a_model_in_use_and_a_prediction(xinglin, tables, home):
    code, told = xinglin(
        "train", "outcome", tables[0], "--outcome", "dose", *TRAIN, "--unit", "mg/wk", "--actionable", "bmi", "--by", "dr.li"
    )
    assert code == 0 and told["aliases"] == ["challenger"] and told["card"]["trained_rows"] == 200
    assert told["card"]["scores"][0]["name"] == "mean absolute error"
    code, refused = xinglin("predict", "dose", "--row", "age=61")
    assert code == 4 and refused["error"]["code"] == "XL-MODEL-003"
    code, promoted = xinglin("models", "promote", "dose", "--by", "dr.wang")
    assert code == 0 and promoted["promoted"] and promoted["comparison"]["champion"] == ""
    code, answer = xinglin("predict", "dose", "--row", "age=61", "sex=f", "gene=AG", "--changes")
    (one,) = answer["rows"][0]["predictions"]
    assert code == 0 and one["low"] <= one["value"] <= one["high"] and one["unit"] == "mg/wk" and one["missing"] == ["bmi"]
    total = one["baseline"] + sum(part["effect"] for part in one["contributions"])
    assert one["value"] == pytest.approx(total)
    code, listed = xinglin("models", "list")
    assert [(row["aliases"], row["promoted_by"]) for row in listed["models"]] == [(["champion"], "dr.wang")]
    assert xl.predict("dose", {"age": 61, "sex": "f", "gene": "AG"})[0][0].value == one["value"]
    assert xl.model_cards()[0].promoted_by == "dr.wang"


def test_a_second_model_needs_people_neither_has_learnt_from(xinglin, tables, home):
    for words in (("--features", "age"), ("--features", "age,sex,bmi,gene")):
        xinglin("train", "outcome", tables[0], "--outcome", "dose", "--model", "linear", *words)
        code, refused = xinglin("models", "promote", "dose", "--by", "dr.wang")
    assert code == 2 and refused["error"]["code"] == "XL-MODEL-012"
    code, refused = xinglin("models", "promote", "dose", "--by", "dr.wang", "--table", tables[0])
    assert code == 5 and refused["error"]["code"] == "XL-MODEL-011"
    code, told = xinglin("models", "promote", "dose", "--by", "dr.wang", "--table", tables[1])
    assert code == 0 and told["comparison"]["difference"][0] < 0 and not told["comparison"]["worse"]
    code, back = xinglin("models", "rollback", "dose", "--by", "dr.wang", "--reason", "we keep the simple one")
    assert code == 0 and back["model"] != told["model"] and back["challenger"] == told["model"]


def test_survival_and_a_yes_or_no_by_one_command_each(xinglin, tables, home):
    code, told = xinglin(
        "train", "outcome", tables[0], "--survival", "days,died", "--features", "age,sex,bmi,gene", "--horizon", "200", "600"
    )
    assert code == 0 and told["card"]["kind"] == "cox" and told["card"]["design"]["horizons"] == [200, 600]
    code, answer = xinglin("predict", "died:challenger", tables[1])
    assert code == 0 and len(answer["rows"]) == 200 and [one["horizon"] for one in answer["rows"][0]["predictions"]] == [200, 600]
    code, told = xinglin("train", "outcome", tables[0], "--outcome", "bled=yes", *TRAIN)
    assert code == 0 and told["card"]["scores"][0]["name"] == "Brier score"
    code, refused = xinglin("train", "outcome", tables[0], "--outcome", "bled", *TRAIN)
    assert code == 2 and refused["error"]["code"] == "XL-OUTCOME-022"


def test_dry_run_judges_and_keeps_nothing(xinglin, tables, home):
    code, told = xinglin("train", "outcome", tables[0], "--outcome", "dose", *TRAIN, "--dry-run")
    assert code == 0 and not told["kept"] and xinglin("models", "list")[1]["models"] == []


def test_what_a_model_does_not_know_is_declined_and_a_wrong_cell_refused_without_its_content(xinglin, tables, home):
    xinglin("train", "outcome", tables[0], "--outcome", "dose", *TRAIN)
    for row in (("age=140", "sex=f", "bmi=24", "gene=AG"), ("age=60", "sex=f", "bmi=24", "gene=TT")):
        one = xinglin("predict", "dose:challenger", "--row", *row)[1]["rows"][0]["predictions"][0]
        assert one["value"] is None and "beyond what the model learnt from" in one["declined"]
    code, refused = xinglin("predict", "dose:challenger", "--row", "age=sixty-one")
    assert code == 3 and refused["error"]["code"] == "XL-TABLE-042" and "sixty" not in str(refused)
    assert xinglin("predict", "dose:challenger", "--row", "height=180")[1]["error"]["code"] == "XL-TABLE-044"


@pytest.fixture(scope="module")
def treated(tmp_path_factory):
    """A table of treated and untreated people, and one of people in whom `a` decided alone."""
    folder = tmp_path_factory.mktemp("treated")
    tables = (made_treated.people(300, seed=3)[0], made_treated.people(300, overlap=0.05)[0])
    return [written(table, folder / f"{n}.csv", made_treated.COLUMNS) for n, table in enumerate(tables)]


EFFECT = ("--treatment", "treated", "--outcome", "y", "--features", "a,b,group", "--name", "drug")


def test_from_a_table_to_what_a_treatment_adds_for_one_person(xinglin, treated, home):
    code, told = xinglin("train", "effect", treated[0], *EFFECT, "--unit", "mmol/L", "--use", "research", "--by", "dr.li")
    assert code == 0 and told["card"]["keeps"] == "effect" and told["card"]["kind"] == "dr_learner" and told["aliases"] == ["challenger"]
    scores = {one["name"]: one for one in told["card"]["scores"]}
    assert scores["mean effect"]["low"] < scores["mean effect"]["value"] < scores["mean effect"]["high"]
    assert any(one.startswith("overlap: ") for one in told["card"]["notes"])
    code, promoted = xinglin("models", "promote", "drug", "--by", "dr.wang")
    assert code == 0 and promoted["comparison"]["score"] == "doubly robust loss" and promoted["comparison"]["difference"][0] < 0
    code, answer = xinglin("predict", "drug", "--row", "a=0.1", "b=0.5", "group=y")
    (one,) = answer["rows"][0]["predictions"]
    assert code == 0 and one["treatment"] == "treated" and one["low"] < one["value"] < one["high"] and one["level"] == 0.95
    assert one["unit"] == "mmol/L"
    (silent,) = xinglin("predict", "drug", "--row", "a=9", "b=0.5", "group=y")[1]["rows"][0]["predictions"]
    assert silent["value"] is None and "beyond what the model learnt from: a" in silent["declined"]
    (listed,) = xinglin("models", "list")[1]["models"]
    assert listed["keeps"] == "effect" and listed["aliases"] == ["champion"]
    assert xl.predict("drug", {"a": 0.1, "b": 0.5, "group": "y"})[0][0].value == one["value"]
    code, refused = xinglin("predict", "drug", "--row", "a=0.1", "--changes")
    assert code == 2 and refused["error"]["code"] == "XL-OUTCOME-027"


def test_an_effect_in_python_is_the_one_of_the_command(xinglin, treated, home):
    told = xinglin("train", "effect", treated[0], *EFFECT, "--model", "mean_effect")[1]
    card = xl.train_effect(treated[0], "treated", "y", features=("a", "b", "group"), name="drug", model="mean_effect", keep=False)
    assert card.digest == told["card"]["digest"]
    code, refused = xinglin("train", "outcome", treated[0], "--outcome", "y", "--model", "linear", "--name", "drug")
    assert code == 2 and refused["error"]["code"] == "XL-MODEL-014"


@pytest.mark.parametrize(
    ("table", "words", "code", "exit_code"),
    [
        (1, (), "XL-EFFECT-005", 5),
        (0, ("--treatment", "group=y", "--features", "a,b"), "", 0),
        (0, ("--treatment", "a", "--features", "b,group"), "XL-EFFECT-003", 3),
        (0, ("--treatment", "group=z", "--features", "a,b"), "XL-EFFECT-003", 3),
        (0, ("--treatment", "nobody"), "XL-OUTCOME-021", 2),
        (0, ("--model", "guess"), "XL-SHELF-001", 4),
    ],
)
def test_a_table_that_shows_no_effect_is_refused_with_a_code_and_keeps_nothing(xinglin, treated, home, table, words, code, exit_code):
    model = () if "--model" in words else ("--model", "mean_effect")
    left, told = xinglin("train", "effect", treated[table], *EFFECT, *words, *model, "--dry-run")
    assert (left, told.get("error", {}).get("code", "")) == (exit_code, code) and xinglin("models", "list")[1]["models"] == []


def test_only_one_group_is_refused(xinglin, home, tmp_path):
    table = made_treated.people(200)[0]
    path = written(table | {"treated": table["treated"] * 0}, tmp_path / "one.csv", made_treated.COLUMNS)
    code, refused = xinglin("train", "effect", path, *EFFECT)
    assert code == 3 and refused["error"]["code"] == "XL-EFFECT-006"


def test_four_kinds_of_sources_in_one_model_and_what_it_says_where_one_is_missing(xinglin, home, tmp_path):
    path = written(made_sources.people(400), tmp_path / "sources.csv", made_sources.COLUMNS)
    groups = ("image=nodule_mm,nodule_hu", "gene=egfr_gene", "simulation=simulated_mm")
    words = ("--features", ",".join(made_sources.FEATURES), "--model", "fusion")
    code, told = xinglin("train", "outcome", path, "--outcome", "shrinks", *words, *[word for one in groups for word in ("--group", one)])
    scores = {one["name"]: one["value"] for one in told["card"]["scores"]}
    assert (
        code == 0 and scores["mean absolute error"] < scores["mean absolute error without gene"] < scores["mean absolute error of no model"]
    )
    whole = ("age=61", "stage=ii", "nodule_mm=18", "nodule_hu=-40", "egfr_gene=changed", "simulated_mm=11")
    asked = [tuple(word for word in whole if not word.startswith(gone)) for gone in ("nothing", "egfr_gene", ("nodule", "egfr"))]
    one, without, less = (xinglin("predict", "shrinks:challenger", "--row", *row)[1]["rows"][0]["predictions"][0] for row in asked)
    assert (one["without"], without["without"], less["without"]) == ([], ["gene"], ["gene", "image"])
    assert 1.3 * (one["high"] - one["low"]) < without["high"] - without["low"] and less["low"] < less["value"] < less["high"]
    code, refused = xinglin("train", "outcome", path, "--outcome", "shrinks", *words)
    assert code == 3 and refused["error"]["code"] == "XL-OUTCOME-012"
