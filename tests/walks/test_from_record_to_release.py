"""The road of one case through the command line: taken in, drafted, reviewed, signed, released; and where it must stop."""

import json

import pytest

KINDS = ("case-summary", "lab-report", "discharge-summary")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_record_becomes_a_signed_labelled_document(kind, language, xinglin, record, passphrase, tmp_path):
    code, draft = xinglin("make", kind, record, "--lang", language, "--as-of", "2026-07-01")
    assert code == 0 and draft["statements"]
    assert all(s["facts"] and s["verdicts"]["faithful"] == "supported" for s in draft["statements"])
    code, _ = xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    assert code == 0
    code, release = xinglin("release", draft["draft"], "-o", tmp_path / "out")
    assert code == 0 and len(release["files"]) == 4
    for file in release["files"]:
        code, label = xinglin("label", "check", file["path"])
        assert (code, label["verdict"], label["integrity"]) == (0, "compliant", "as released")
    document = json.loads((tmp_path / "out" / "document.fhir.json").read_text(encoding="utf-8"))
    assert document["type"] == "document" and document["entry"][0]["resource"]["status"] == "final"
    assert xinglin("audit", "verify")[1]["whole"]


def test_nothing_leaves_unsigned(xinglin, record, tmp_path):
    _, draft = xinglin("make", "lab-report", record)
    code, answer = xinglin("release", draft["draft"], "-o", tmp_path / "out")
    assert code == 5 and answer["error"]["code"].startswith("XL-")
    assert not (tmp_path / "out").exists()


def test_an_edit_that_contradicts_the_record_blocks_the_signature_until_it_is_mended(xinglin, record, passphrase):
    _, draft = xinglin("make", "lab-report", record, "--as-of", "2026-07-01")
    number, right = next(
        (n, s["text"]) for n, s in enumerate(draft["statements"], 1) if any(f.startswith("measurement") for f in s["facts"])
    )
    code, after = xinglin("review", draft["draft"], "--edit", number, "Serum potassium was 17.3 mmol/L on 2026-01-01.", "--by", "dr.li")
    assert code == 0 and after["blocking"]
    assert xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)[0] == 5
    _, mended = xinglin("review", draft["draft"], "--edit", number, right, "--by", "dr.li")
    assert mended["blocking"] == []
    assert xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)[0] == 0


def test_a_rejected_sentence_does_not_leave(xinglin, record, passphrase, tmp_path):
    _, draft = xinglin("make", "case-summary", record, "--as-of", "2026-07-01")
    gone = draft["statements"][-1]["text"]
    assert xinglin("review", draft["draft"], "--reject", len(draft["statements"]), "not needed here")[0] == 0
    xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    assert xinglin("release", draft["draft"], "-o", tmp_path / "out")[0] == 0
    assert gone not in (tmp_path / "out" / "document.txt").read_text(encoding="utf-8")


def test_the_release_carries_the_name_and_the_draft_does_not(xinglin, record, passphrase, tmp_path):
    name = json.loads(record.read_text(encoding="utf-8"))["entry"][0]["resource"]["name"][0]["family"]
    _, draft = xinglin("make", "case-summary", record)
    assert name not in json.dumps(draft, ensure_ascii=False)
    xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    xinglin("release", draft["draft"], "-o", tmp_path / "out")
    assert name in (tmp_path / "out" / "document.html").read_text(encoding="utf-8")


def test_a_second_take_in_of_the_same_record_changes_nothing(xinglin, record):
    first, second = xinglin("take-in", record)[1], xinglin("take-in", record)[1]
    assert first["charts"][0]["new"] and not second["charts"][0]["new"]
    assert first["charts"][0]["id"] == second["charts"][0]["id"]


def test_our_own_release_taken_in_again_adds_no_fact(xinglin, record, passphrase, tmp_path):
    _, draft = xinglin("make", "case-summary", record, "--as-of", "2026-07-01")
    xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    xinglin("release", draft["draft"], "-o", tmp_path / "out")
    before = xinglin("chart", draft["chart"], "--as-of", "2026-07-01")[1]["facts"]
    code, again = xinglin("take-in", tmp_path / "out" / "document.fhir.json")
    assert code == 0 and again["charts"][0]["id"] == draft["chart"]
    assert xinglin("chart", draft["chart"], "--as-of", "2026-07-01")[1]["facts"] == before


def test_an_empty_record_gives_an_honest_nearly_empty_note(xinglin, tmp_path):
    path = tmp_path / "empty.json"
    path.write_text(json.dumps({"resourceType": "Patient", "id": "nobody"}), encoding="utf-8")
    for kind in KINDS:
        code, draft = xinglin("make", kind, path)
        assert code == 0 and 1 <= len(draft["statements"]) <= 12
        assert all(s["verdicts"]["faithful"] == "supported" for s in draft["statements"])


@pytest.mark.parametrize(
    ("language", "note"),
    [("en", "The patient underwent a lung transplantation in 2011."), ("zh", "患者2011年行肺移植术。")],
)
def test_a_pasted_invention_is_caught(language, note, xinglin, record, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text(note, encoding="utf-8")
    code, judged = xinglin("check", path, "--chart", record, "--lang", language)
    assert code == 5 and judged["sentences"][0]["verdict"] in ("unsupported", "contradicted")


def test_mistakes_at_the_door_are_answered_with_place_reason_and_remedy(xinglin, tmp_path):
    (tmp_path / "bad.json").write_text('{"resourceType": "Patient", "id": "a", "id": "b"}', encoding="utf-8")
    code, answer = xinglin("take-in", tmp_path / "bad.json")
    assert code == 3 and answer["error"]["code"].startswith("XL-") and answer["error"]["where"]
    assert xinglin("make", "no-such-kind", tmp_path / "bad.json")[0] in (3, 4)
    assert xinglin("make", "case-summary", "chart-99")[0] == 4
    assert xinglin("sign", "draft-99", "--as", "dr.li", "--passphrase-file", tmp_path / "bad.json")[0] == 4


def test_a_released_file_that_was_altered_is_noticed(xinglin, record, passphrase, tmp_path):
    _, draft = xinglin("make", "lab-report", record, "--as-of", "2026-07-01")
    xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    _, release = xinglin("release", draft["draft"], "-o", tmp_path / "out")
    page = tmp_path / "out" / "document.html"
    page.write_text(page.read_text(encoding="utf-8").replace("g/dL", "g/L", 1), encoding="utf-8")
    assert xinglin("label", "check", page)[0] == 5
    assert len(release["files"]) == 4


def test_a_refused_signature_says_what_blocks_it(xinglin, record, passphrase):
    _, draft = xinglin("make", "lab-report", record, "--as-of", "2026-07-01")
    xinglin("review", draft["draft"], "--edit", 1, "Serum potassium was 17.3 mmol/L on 2026-01-01.")
    code, answer = xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    assert code == 5 and answer["issues"] and all(i["check"] for i in answer["issues"])
    assert xinglin("review", draft["draft"], "--accept", 1)[0] == 5


def test_the_answer_of_any_command_can_be_written_to_a_file(xinglin, record, tmp_path):
    xinglin("take-in", record, "-o", tmp_path / "answer.json")
    assert json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))["charts"][0]["id"] == "chart-1"
