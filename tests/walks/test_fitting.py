"""A twin and a schedule, as a researcher meets them: fitted, told, kept, searched for, and never let out as an order about a person."""

import json

import pytest

import xinglin as xl
from xinglin.cli.run import main
from xinglin.records.simulation import Choice, Goal, Measurement, Regimen

pytestmark = pytest.mark.slow
DRUG = "pharmacokinetics:theophylline"
WEIGHT = {"weight": 62.0}
READINGS = "time_days,observable,value,below\n0.083,concentration,9.1,\n0.25,concentration,6.8,no\n1,concentration,0.5,yes\n"
TREAT = ("--treat", "oral=0,0.5,1")
SEARCH = (
    "--most",
    "oral=400",
    "--goal",
    "near:concentration=10",
    "--evaluations",
    "40",
    "--days",
    "2",
    "--seed",
    "1",
)


def run(capsys, *words):
    """The exit code, and the JSON a command printed."""
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "readings.csv"
    path.write_text(READINGS, encoding="utf-8")
    return str(path)


def test_a_twin_is_fitted_to_a_table_and_says_how_much_was_learned(home, table, capsys):
    code, told = run(capsys, "calibrate", DRUG, "--readings", table, "--given", "one_dose")
    assert code == 3 and told["error"]["code"] == "XL-DOSE-010", "a drug's covariate is not guessed"
    code, told = run(capsys, "calibrate", DRUG, "--readings", table, "--given", "one_dose", "--trait", "weight=62")
    assert code == 0 and told["readings"] == 3 and not told["kept"] and told["effective"] >= 400
    assert max(one["shrunk"] for one in told["estimates"]) > 0.3
    readings = [
        Measurement(0.083, "concentration", 9.1),
        Measurement(0.25, "concentration", 6.8),
        Measurement(1, "concentration", 0.5, below=True),
    ]
    twin = xl.calibrate(DRUG, readings, given="one_dose", traits=WEIGHT)
    assert [one.middle for one in twin.estimates] == [one["middle"] for one in told["estimates"]]


def test_a_schedule_about_nobody_is_written_beside_what_it_is_held_against(home, table, tmp_path, capsys):
    code, told = run(capsys, "optimise", DRUG, *TREAT, *SEARCH, "-o", str(tmp_path / "out"))
    assert code == 0 and {one["kind"] for one in told["options"]} >= {"none", "standard", "random", "learned", "cma", "receding", "oracle"}
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"schedules.html", "schedules.json", "course-concentration.png"} <= names
    page = (tmp_path / "out" / "schedules.html").read_text(encoding="utf-8")
    assert "nobody in it exists" in page and "PRELIMINARY" not in page
    assert main(["label", "check", str(tmp_path / "out" / "schedules.html")]) == 0


def test_a_schedule_about_a_person_is_a_preliminary_page_and_no_order(home, record, tmp_path, capsys):
    from xinglin.flow.house import House

    chart = xl.take_in(record)
    code, told = run(capsys, "optimise", DRUG, chart.id, *TREAT, *SEARCH)
    assert code == 4 and told["error"]["code"] == "XL-FIT-004"
    twin = xl.calibrate(DRUG, [Measurement(0.083, "concentration", 9.1)], given="one_dose", traits=WEIGHT)
    House.at().courses.keep_twin(chart.id, twin)
    code, told = run(
        capsys,
        "optimise",
        DRUG,
        chart.id,
        *SEARCH,
        "--now-days",
        "0.1",
        "--treat",
        "oral=0.5,1",
        "-o",
        str(tmp_path / "out"),
        "--lang",
        "zh",
    )
    assert code == 0 and told["before"]["doses"][0]["time"] == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"schedules.html", "schedules.json"}
    page = (tmp_path / "out" / "schedules.html").read_text(encoding="utf-8")
    assert 'class="watermark"' in page and "不是医嘱" in page
    assert (tmp_path / "out" / "schedules.html").stat().st_mode & 0o077 == 0
    assert "MedicationRequest" not in (tmp_path / "out" / "schedules.json").read_text(encoding="utf-8")


def test_python_looks_for_a_schedule_for_a_twin(home):
    twin = xl.calibrate(DRUG, [Measurement(0.083, "concentration", 9.1)], given=Regimen("none"), traits=WEIGHT)
    found = xl.optimise(
        DRUG,
        [Choice(treatment="oral", times=(12.0, 24.0), most=400)],
        Goal(kind="near", of="concentration", target=10),
        twin=twin,
        until=36.0,
        evaluations=30,
    )
    assert found.best and found.now == pytest.approx(0.083 * 24)


def test_what_cannot_be_fitted_or_searched_is_answered_with_what_can(home, record, table, tmp_path, capsys):
    chart = xl.take_in(record)
    bad = tmp_path / "bad.csv"
    bad.write_text("time_days,observable,value\n0,volume,large\n", encoding="utf-8")
    for words, code in (
        (("calibrate", "nsclc"), "XL-FIT-001"), (("calibrate", "nsclc", chart.id), "XL-FIT-002"),
        (("calibrate", "nsclc", "--readings", str(bad)), "XL-READ-002"), (("calibrate", "nsclc", "--readings", str(tmp_path / "no.csv")), "XL-READ-001"),
        (("calibrate", "nsclc", "--readings", table), "XL-TWIN-001"), (("optimise", DRUG, "--treat", "surgery"), "XL-SCHED-001"),
        (("optimise", DRUG, "--treat", "oral=0,1", "--most", "oral=9", "--goal", "cure"), "XL-FIT-005"),
        (("optimise", DRUG, "--treat", "oral=0,1", "--most", "oral=9", "--limit", "nausea=0.1"), "XL-SCHED-004"),
    ):  # fmt: skip
        exit_code, told = run(capsys, *words)
        assert exit_code in (2, 3, 4, 5) and told["error"]["code"] == code and told["error"]["fix"], words
        assert "large" not in json.dumps(told)
