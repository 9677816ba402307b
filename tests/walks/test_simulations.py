"""Illness that runs, as a researcher meets it: told, written, tried in a trial, drafted, signed and released."""

import getpass
import json

import pytest

import xinglin as xl
from xinglin.cli.run import main

pytestmark = pytest.mark.slow


def run(capsys, *words):
    """The exit code, and the JSON a command printed."""
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_cohort_is_told_in_words_in_both_languages(home, capsys):
    for language, word in (("en", "tumour diameter"), ("zh", "肿瘤直径")):
        code, told = run(capsys, "simulate", "nsclc", "--patients", "40", "--days", "100", "--lang", language)
        assert code == 0 and any(word in row["name"] for row in told["facts"])
        assert told["residual"]["greatest"] <= told["residual"]["allowed"]


def test_the_same_cohort_is_the_same_file_from_one_worker_or_two(home, tmp_path, capsys):
    files = []
    for workers in ("1", "2"):
        out = tmp_path / f"{workers}.parquet"
        words = ("simulate", "nsclc", "--patients", "120", "--days", "60", "--regimen", "concurrent", "--seed", "7", "--workers", workers)
        code, told = run(capsys, *words, "-o", str(out))
        assert code == 0 and told["files"] == [str(out)]
        files.append(out.read_bytes())
    assert files[0] == files[1]
    assert main(["label", "check", str(tmp_path / "1.parquet")]) == 0


def test_python_gives_the_numbers_of_the_file(home, tmp_path, capsys):
    import pyarrow.parquet as parquet

    block = xl.simulate("nsclc", 30, days=60, regimen="concurrent", seed=7)
    run(
        capsys,
        "simulate",
        "nsclc",
        "--patients",
        "30",
        "--days",
        "60",
        "--regimen",
        "concurrent",
        "--seed",
        "7",
        "-o",
        str(tmp_path / "a.parquet"),
    )
    rows = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert rows[4]["diameter"] == block.observed["diameter"][4].tolist()


def test_a_trial_is_written_as_a_page_that_says_nobody_exists(home, tmp_path, capsys):
    words = ("trial", "nsclc", "--arm", "none", "concurrent", "--patients", "120", "--follow-days", "730", "--power", "3")
    code, told = run(capsys, *words, "-o", str(tmp_path / "trial"))
    assert code == 0
    assert sum(arm["randomised"] for arm in told["arms"]) == 120
    assert told["comparisons"][0]["true_gained"] > 0 and told["power"]["trials"] == 3
    page = (tmp_path / "trial" / "trial.html").read_text(encoding="utf-8")
    assert "nobody in it exists" in page and page.count("data:image/png") == 2
    assert main(["label", "check", str(tmp_path / "trial" / "trial.html")]) == 0


def test_what_is_asked_wrongly_is_answered_with_what_can_be_asked(home, capsys):
    for words, code in (
        (("simulate", "plague"), "XL-SHELF-001"), (("simulate", "nsclc", "--regimen", "leeches"), "XL-SIM-801"),
        (("simulate", "nsclc", "--trait", "height=2"), "XL-SIM-803"), (("simulate", "nsclc", "--days", "-3"), "XL-SIM-802"),
        (("simulate", "nsclc", "-o", "cohort.csv"), "XL-SIM-912"), (("trial", "nsclc", "--arm", "none"), "XL-TRIAL-001"),
    ):  # fmt: skip
        exit_code, told = run(capsys, *words)
        assert exit_code in (2, 3, 4) and told["error"]["code"] == code and told["error"]["fix"], words


def test_a_virtual_cohort_needs_no_chart_and_goes_all_the_way(home, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", lambda _: "correct horse battery")
    words = ("make", "virtual-cohort", "--option", "patients", "60", "--option", "until", "120", "--option", "arms", "none,concurrent")
    code, draft = run(capsys, *words, "-o", str(tmp_path / "draft"))
    assert code == 0
    assert all(one["verdicts"] == {"faithful": "supported", "plausible": "supported"} for one in draft["statements"]), draft["statements"]
    assert not [issue for issue in draft["issues"] if issue["severity"] == "stop"]
    assert main(["sign", draft["draft"], "--as", "dr.li"]) == 0
    assert main(["release", draft["draft"], "-o", str(tmp_path / "out")]) == 0
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".html", ".pdf", ".txt"}


def test_after_a_cohort_the_first_person_is_chart_1_and_the_only_one(home, record, capsys):
    options = {"patients": "20", "until": "30", "arms": "none"}
    assert xl.make("virtual-cohort", options=options).draft.chart == "chart-nobody"
    assert xl.take_in(record).id == "chart-1"
    code, draft = run(capsys, "make", "case-summary")
    assert code == 0 and draft["chart"] == "chart-1"


def test_a_draft_of_more_courses_than_fit_is_refused_before_any_is_run(home):
    from xinglin.records.errors import InvalidInput

    with pytest.raises(InvalidInput, match="XL-SIM-052"):
        xl.make("virtual-cohort", options={"disease": "chronic", "patients": "200000", "arms": "none,usual,statin,metformin"})


def test_a_mistyped_word_is_answered_with_the_nearest_one(home, capsys):
    for words, near in (
        (("simulate", "nsclcc"), "nsclc"), (("simulate", "nsclc", "--trait", "weigth=50"), "weight"), (("simulate", "nsclc", "--regimen", "concurent"), "concurrent"),
        (("simulate", "pharmacokinetics:vancomycine"), "vancomycin"), (("optimise", "prostate", "--treat", "abirateron"), "abiraterone"),
    ):  # fmt: skip
        _, told = run(capsys, *words)
        assert told["error"]["fix"].startswith(f"did you mean {near}? one of: "), words


def test_a_simulation_is_kept_with_its_draft_and_checked_against_the_digest(home, record):
    from msgspec.structs import replace

    from xinglin.flow.house import House
    from xinglin.records.errors import Refused

    chart = xl.take_in(record)
    draft = xl.make("disease-simulation", chart, as_of="2026-07-01", options={"until": "60", "arms": "none", "courses": "20"})
    assert [picture.name for picture in draft.pictures][:2] == ["course-diameter", "course-volume"]
    house = House.at()
    kept = house.courses.simulation(draft.draft)
    assert kept is not None and kept.requests[0].patients == 20
    (name,) = draft.draft.provenance.images
    forged = replace(draft.draft, provenance=replace(draft.draft.provenance, images={name: "0" * 64}))
    with pytest.raises(Refused, match="XL-SIM-902"):
        house.courses.simulation(forged)


def test_the_newest_twin_of_a_person_counts(home, record):
    from xinglin.flow.house import House
    from xinglin.models.twin import fitted
    from xinglin.records.simulation import Measurement, Regimen

    chart, house = xl.take_in(record), House.at()
    assert house.courses.twin(chart.id, "nsclc") is None
    disease = house.courses.disease("nsclc")
    for seed, volume in enumerate((10.0, 80.0)):
        house.courses.keep_twin(chart.id, fitted(disease, [Measurement(0, "volume", volume)], Regimen("none"), seed=seed, draws=50))
    twin = house.courses.twin(chart.id, "nsclc")
    assert twin is not None and twin.measured[0].value == 80.0
    draft = xl.make("disease-simulation", chart, as_of="2026-07-01", options={"until": "60", "arms": "none"})
    assert "fitted to 1 reading of the record" in draft.text


def test_a_twin_of_another_card_does_not_count_and_the_draft_says_so(home, record, monkeypatch):
    from msgspec.structs import replace

    from xinglin.flow.house import House
    from xinglin.models.twin import fitted
    from xinglin.records.simulation import Measurement, Regimen

    chart, house = xl.take_in(record), House.at()
    disease = house.courses.disease("nsclc")
    house.courses.keep_twin(chart.id, fitted(disease, [Measurement(0, "volume", 10.0)], Regimen("none"), draws=50))
    assert house.courses.twin(chart.id, "nsclc") is not None and not house.courses.outdated(chart.id, "nsclc")
    first, *others = disease.card.parameters
    monkeypatch.setattr(disease, "card", replace(disease.card, parameters=(replace(first, value=first.value * 1.01), *others)))
    assert house.courses.twin(chart.id, "nsclc") is None and house.courses.outdated(chart.id, "nsclc")
    monkeypatch.setattr(House, "at", classmethod(lambda cls, *_: house))
    draft = xl.make("disease-simulation", chart, as_of="2026-07-01", options={"until": "60", "arms": "none", "courses": "20"})
    assert "was fitted to another version of the model" in draft.text and "not fitted" in draft.text


def test_a_made_up_person_with_a_tumour_brings_records_and_scans_of_one_body(home, tmp_path, capsys, monkeypatch):
    from xinglin.flow import virtual_scans

    monkeypatch.setattr(virtual_scans, "SHAPE", (64, 128, 128))
    monkeypatch.setattr(virtual_scans, "SPACING_MM", (4.8, 2.8, 2.8))
    words = ("people", "--number", "2", "--form", "bundles", "--illness", "nsclc", "--regimen", "concurrent", "--scans", "1")
    code, told = run(capsys, *words, "-o", str(tmp_path / "people"))
    assert code == 0 and told["files"]
    (scanned,) = sorted((tmp_path / "people" / "dicom").iterdir())
    taken = xl.take_in(tmp_path / "people" / "bundles" / f"{scanned.name}.json")
    with_scan = xl.take_in(scanned, chart=taken.id)
    assert with_scan.id == taken.id and len(with_scan.scans) == 1 and with_scan.scans[0].synthetic
    sizes = {float(fact.value.value) for fact in xl.facts(taken) if "diameter" in fact.text and hasattr(fact.value, "value")}
    assert sizes, "the record tells the tumour's size"


def test_scans_without_an_illness_are_refused(home, tmp_path, capsys):
    code, told = run(capsys, "people", "--scans", "1", "-o", str(tmp_path / "people"))
    assert code == 2 and told["error"]["code"] == "XL-PEOPLE-021"


def test_a_trial_of_an_illness_that_nothing_stops_counts_the_first_end_of_its_card(home, capsys):
    assert main(["trial", "breast", "--arm", "none", "letrozole", "--patients", "40", "--follow-days", "90", "--seed", "2"]) == 0
    told = capsys.readouterr().out
    assert "what counts: progression" in told and " inf " not in told and "nan" not in told
