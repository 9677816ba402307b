"""A user's table to a model in use: the commands, their JSON, and the same in Python."""

import csv
import sys
from pathlib import Path

import pytest

import xinglin as xl

sys.path.insert(0, str(Path(__file__).parents[1] / "rooms" / "outcomes"))

from made_people import COLUMNS, people


def written(table, path):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        for row in zip(*table.values(), strict=True):
            cells = []
            for column, value in zip(COLUMNS, row, strict=True):
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
    assert code == 0 and not told["kept"] and xinglin("models", "list")[1] == {"models": []}


def test_what_a_model_does_not_know_is_declined_and_a_wrong_cell_refused_without_its_content(xinglin, tables, home):
    xinglin("train", "outcome", tables[0], "--outcome", "dose", *TRAIN)
    for row in (("age=140", "sex=f", "bmi=24", "gene=AG"), ("age=60", "sex=f", "bmi=24", "gene=TT")):
        one = xinglin("predict", "dose:challenger", "--row", *row)[1]["rows"][0]["predictions"][0]
        assert one["value"] is None and "beyond what the model learnt from" in one["declined"]
    code, refused = xinglin("predict", "dose:challenger", "--row", "age=sixty-one")
    assert code == 3 and refused["error"]["code"] == "XL-TABLE-042" and "sixty" not in str(refused)
    assert xinglin("predict", "dose:challenger", "--row", "height=180")[1]["error"]["code"] == "XL-TABLE-044"
