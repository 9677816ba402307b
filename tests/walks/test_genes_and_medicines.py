"""Genes and medicines as a clinician meets them: a report and a review made, signed and released in both languages, and no order anywhere."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

AS_OF = "2024-03-07"
SOUND = {"faithful": "supported", "plausible": "supported"}
EXAMPLES = {kind: files(f"xinglin.content.{kind}") / "examples/record.json" for kind in ("pgx_report", "medication_review")}
SHARED = Path(__file__).parents[3] / "shared/data"
GETRM = SHARED / "pgx-getrm-1000g"
both = pytest.mark.parametrize("kind", sorted(EXAMPLES))


def made(xinglin, kind, language="en", *more):
    code, draft = xinglin("make", kind.replace("_", "-"), EXAMPLES[kind], "--as-of", AS_OF, "--lang", language, *more)
    assert code == 0, draft
    return draft


@both
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("length", ["short", "standard", "full"])
def test_every_sentence_holds(xinglin, kind, language, length):
    draft = made(xinglin, kind, language, "--option", "length", length)
    assert [s["text"] for s in draft["statements"] if s["verdicts"] != SOUND] == []
    assert not [one for one in draft["issues"] if one["severity"] == "stop"] and not draft["omissions"]


@both
def test_both_languages_say_the_same(xinglin, kind):
    english, chinese = made(xinglin, kind), made(xinglin, kind, "zh")
    assert [s["facts"] for s in english["statements"]] == [s["facts"] for s in chinese["statements"]]


@both
def test_it_is_signed_by_one_and_released_without_an_order(xinglin, kind, passphrase, tmp_path):
    draft = made(xinglin, kind)["draft"]
    xinglin("signer", "add", "dr.li", "--passphrase-file", passphrase)
    code, told = xinglin("review", draft, "--accept", "all", "--by", "dr.li", "--reason", "seen")
    assert code == 0, told
    assert xinglin("sign", draft, "--as", "dr.li", "--passphrase-file", passphrase)[0] == 0
    code, told = xinglin("release", draft, "-o", tmp_path / "out")
    assert code == 0, told
    document = tmp_path / "out/document.fhir.json"
    entries = [entry["resource"] for entry in json.loads(document.read_text(encoding="utf-8"))["entry"]]
    ours = [one for one in entries if str(one.get("meta", {}).get("source", "")).startswith("urn:xinglin:release:")]
    assert {one["resourceType"] for one in ours} & {"DetectedIssue", "DiagnosticReport"}
    assert not {one["resourceType"] for one in ours} & {"MedicationRequest", "ServiceRequest", "Task", "CarePlan"}


@pytest.mark.skipif(not GETRM.is_dir(), reason="shared data not present")
@pytest.mark.parametrize("sample", ["NA18526", "NA18565"])
def test_a_real_genome_and_a_laboratorys_calls_become_a_report(xinglin, sample):
    code, taken = xinglin(
        "take-in", EXAMPLES["pgx_report"], GETRM / f"{sample}.preprocessed.vcf", "--outside-calls", GETRM / f"{sample}.outside_calls.tsv"
    )
    assert code == 0, taken
    for language in ("en", "zh"):
        code, draft = xinglin("make", "pgx-report", "chart-1", "--as-of", AS_OF, "--lang", language, "--option", "length", "full")
        assert code == 0, draft
        assert [s["text"] for s in draft["statements"] if s["verdicts"] != SOUND] == []
    said = [s["text"] for s in draft["statements"]]
    assert "TPMT *1/*1。" in said and any("个定义位点未读取" in text for text in said)
    assert any("以实验室结果为准" in text for text in said)  # the record's laboratory says otherwise than the file
