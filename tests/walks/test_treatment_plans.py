"""A treatment plan as two clinicians meet it: six questions, options in order, what is out and why, two signatures, and no order anywhere."""

import json

import pytest
from plan_people import PEOPLE

from xinglin.knowledge import therapies

AS_OF = "2024-03-07"
SOUND = {"faithful": "supported", "plausible": "supported"}
FIRST = {  # who -> (the question, the option that stands first, an option that is out and a word of the reason)
    "anticoagulation": ("anticoagulation-atrial-fibrillation", "apixaban", None),
    "stent": ("antiplatelet-after-stent", "ticagrelor", ("prasugrel", "stroke")),
    "nsclc": ("nsclc-advanced", "osimertinib", ("alectinib", "alk")),
    "breast": ("breast-cancer-early", "aromatase-inhibitor", ("tamoxifen", "cyp2d6")),
    "fluoropyrimidine": ("fluoropyrimidine-colorectal-cancer", "capecitabine-half", ("oxaliplatin", "dpyd")),
    "diabetes": ("type-2-diabetes-kidney", "sglt2-inhibitor", None),
    "levels": ("hypertension", "ace-inhibitor", None),
}
everyone = pytest.mark.parametrize("who", sorted(PEOPLE))


@pytest.fixture
def planned(xinglin, tmp_path):
    """The plan of a made-up person, as `make --json` tells it."""

    def make(who, language="en", *more):
        path = tmp_path / f"{who}.json"
        path.write_text(json.dumps(PEOPLE[who]), encoding="utf-8")
        code, draft = xinglin("make", "treatment-plan", path, "--as-of", AS_OF, "--lang", language, *more)
        assert code == 0, draft
        return draft

    return make


def ranked(draft, journey):
    """The keys of a question's options in the order of the plan."""
    prefix = f"made.option.{journey}."
    options = {o.key for o in therapies.journey(journey).options}
    return [
        s["facts"][0].removeprefix(prefix)
        for s in draft["statements"]
        if s["facts"][0].startswith(prefix) and s["facts"][0].removeprefix(prefix) in options
    ]


@everyone
def test_every_sentence_of_a_plan_holds_and_the_right_option_stands_first(planned, who):
    draft = planned(who)
    journey, first, out = FIRST[who]
    assert [s["text"] for s in draft["statements"] if s["verdicts"] != SOUND] == []
    assert not [i for i in draft["issues"] if i["severity"] == "stop"], draft["issues"]
    order = ranked(draft, journey)
    assert order[0] == first and len(order) == len(set(order))
    if out:
        said = [s["text"].casefold() for s in draft["statements"] if "ruled out" in s["text"]]
        assert any(out[0] in text and out[1] in text for text in said), said


@everyone
def test_a_plan_in_chinese_says_the_same_and_in_its_own_words(planned, who):
    english, chinese = planned(who), planned(who, "zh")
    assert [s["facts"] for s in english["statements"]] == [s["facts"] for s in chinese["statements"]]
    assert [s["text"] for s in chinese["statements"] if s["verdicts"] != SOUND] == []


def test_every_fact_about_an_option_names_the_row_of_knowledge_it_rests_on(planned):
    for fact in planned("nsclc")["facts"]:
        if fact["id"].startswith("made."):
            assert any(e["source"].startswith(("knowledge/", "diseases/")) for e in fact["evidence"]), fact["id"]


def test_what_the_patient_reads_comes_from_rows_that_somebody_opened(planned):
    for who, (journey, _, _) in FIRST.items():
        for statement in planned(who)["statements"]:
            key = statement["facts"][0]
            if ".people." in key and key.startswith(f"made.option.{journey}."):
                option, _, place = key.removeprefix(f"made.option.{journey}.").partition(".people.")
                row = next(o for o in therapies.journey(journey).options if o.key == option).outcomes[int(place)]
                assert row.verified and row.with_percent is not None
                assert "source not opened" not in statement["text"]


def test_the_warfarin_dose_is_told_with_its_genes_and_its_error(planned):
    said = " ".join(s["text"] for s in planned("anticoagulation")["statements"])
    assert "Warfarin, stable dose by the IWPC equation with CYP2C9 *1/*3, VKORC1 -1639 A/A: about" in said
    assert "off by 8.6 mg a week" in said


def test_a_missing_test_says_whether_it_could_change_what_stands_first(planned, monkeypatch):
    without = {**PEOPLE["nsclc"], "entry": [e for e in PEOPLE["nsclc"]["entry"] if e["resource"]["id"] != "v0"]}
    monkeypatch.setitem(PEOPLE, "nsclc", without)
    said = [s["text"] for s in planned("nsclc")["statements"] if "Not in the record" in s["text"]]
    assert any("EGFR" in text and "could change which option stands first" in text and "osimertinib" in text.casefold() for text in said), (
        said
    )


def test_an_edit_that_proposes_what_is_ruled_out_is_stopped(planned, xinglin):
    draft = planned("stent")
    place = next(s["id"] for s in draft["statements"] if s["facts"][0].endswith(".ticagrelor"))
    _, edited = xinglin("review", draft["draft"], "--edit", place, "1. Prasugrel 10 mg by mouth once daily.", "--by", "dr.li")
    stops = [i for i in edited["issues"] if i["severity"] == "stop" and i["statement"] == place]
    assert any(i["check"].startswith("xl203") for i in stops), edited["issues"]


def _signed_and_released(xinglin, draft, passphrase, out):
    for name in ("dr.li", "dr.wang"):
        xinglin("signer", "add", name, "--passphrase-file", passphrase)
    code, told = xinglin("review", draft["draft"], "--accept", "all", "--by", "dr.li", "--reason", "seen")
    assert code == 0, told
    assert xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)[0] == 0
    code, refused = xinglin("release", draft["draft"], "-o", out)
    assert code == 5 and "1 of 2 signatures" in json.dumps(refused)
    assert xinglin("sign", draft["draft"], "--as", "dr.wang", "--passphrase-file", passphrase, "--meaning", "reviewer")[0] == 0
    code, told = xinglin("release", draft["draft"], "-o", out)
    assert code == 0, told
    return json.loads((out / "document.fhir.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("law", ["eu", ""])
def test_two_sign_and_what_leaves_is_a_proposal_and_never_an_order(planned, xinglin, home, passphrase, tmp_path, law):
    home.mkdir(exist_ok=True)
    (home / "xinglin.toml").write_text(f'law_packs = ["{law}"]\n' if law else "", encoding="utf-8")
    bundle = _signed_and_released(xinglin, planned("anticoagulation"), passphrase, tmp_path / "out")
    own = [e["resource"] for e in bundle["entry"] if "urn:xinglin:release" in e["resource"].get("meta", {}).get("source", "")]
    (plan,) = [r for r in own if r["resourceType"] == "CarePlan"]
    assert (plan["status"], plan["intent"]) == ("draft", "proposal")
    requests = [r for r in own if r["resourceType"] == "MedicationRequest"]
    assert bool(requests) == bool(law)
    assert all((r["status"], r["intent"]) == ("draft", "proposal") for r in requests)
    assert [r for r in own if r.get("intent") == "order"] == []
    issues = [r for r in own if r["resourceType"] == "DetectedIssue"]
    assert issues and all(r["status"] == "preliminary" and r["detail"] for r in issues)
    assert any(r["resourceType"] == "GuidanceResponse" and r["result"]["reference"] == f"CarePlan/{plan['id']}" for r in own)
    page = (tmp_path / "out" / "document.html").read_text(encoding="utf-8")
    assert "<table>" in page and "Apixaban" in page
    assert (tmp_path / "out" / "document.pdf").read_bytes().startswith(b"%PDF")


def test_under_the_law_of_china_options_leave_as_words_alone():
    from xinglin.privacy.law import may_propose_medicines

    assert may_propose_medicines(("eu",)) and not may_propose_medicines(("cn",))
    assert not may_propose_medicines(("eu", "cn")) and not may_propose_medicines(())


def test_a_record_that_opens_no_question_is_told_so(xinglin, record):
    code, draft = xinglin("make", "treatment-plan", record, "--option", "journey", "nsclc-advancd")
    assert code == 4 and draft["error"]["fix"].startswith("did you mean nsclc-advanced?")
