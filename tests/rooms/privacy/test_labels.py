"""AI labels: what they say, what the law packs ask, and that the reader sees every way a label can be wrong."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signed_example import LABEL, example_document

from xinglin.formats.fhir.write import write_document as write_fhir
from xinglin.formats.html.write import write_document as write_html
from xinglin.formats.pdf.write import write_document as write_pdf
from xinglin.formats.text.write import write_document as write_text
from xinglin.privacy.labels import FIELDS, check, faults_of, house_producer, is_provider_code, label_for
from xinglin.privacy.labels.aigc import credit_check_letter
from xinglin.privacy.law import NAMES, law_pack
from xinglin.records.errors import NotFound, Refused

HOUSE = house_producer("ab" * 32)
MADE_UP_CREDIT = "11000000000000000"
PROVIDER = f"0011{MADE_UP_CREDIT}{credit_check_letter(MADE_UP_CREDIT)}00001"
DOCUMENT = example_document()
WRITERS = {"a.json": write_fhir, "a.html": write_html, "a.pdf": write_pdf, "a.txt": write_text}
every_file = pytest.mark.parametrize("name", WRITERS)


def changed(**fields: str) -> dict[str, str]:
    return dict(LABEL.aigc) | fields


# what a label says


def test_a_release_says_that_ai_made_it_and_who_signed_in_both_languages():
    label = label_for("zh", "rel-1", HOUSE, "Example Hospital", signed_by=("Dr A", "Dr B", "Dr C"))
    assert list(label.text) == ["zh", "en"]
    assert "signed by Dr A, Dr B and Dr C." in label.text["en"]
    assert "人工智能生成" in label.text["zh"] and "Dr A、Dr B和Dr C核查并签发" in label.text["zh"]


def test_a_draft_says_that_nobody_signed_yet():
    label = label_for("en", "draft-1", HOUSE)
    assert "Not yet checked and signed" in label.text["en"] and "尚未经人员核查" in label.text["zh"]


def test_the_object_has_the_seven_fields_and_nothing_wrong():
    aigc = label_for("en", "rel-1", HOUSE, signed_digest="0" * 64).aigc
    assert tuple(aigc) == FIELDS
    assert faults_of(aigc) == ()
    assert aigc["ReservedCode1"] == "sha256:" + "0" * 64


def test_the_check_letter_is_that_of_the_example_in_gb_32100_2015():
    assert credit_check_letter("91350100M000100Y4") == "3"


def test_a_provider_code_has_27_characters_and_a_credit_code_that_checks():
    assert is_provider_code(PROVIDER) and len(PROVIDER) == 27
    wrong = PROVIDER[:21] + ("0" if PROVIDER[21] != "0" else "1") + PROVIDER[22:]
    assert not is_provider_code(wrong)
    assert not is_provider_code(PROVIDER[:-1])


def test_where_the_law_asks_for_a_provider_code_none_is_invented():
    with pytest.raises(Refused, match="XL-LABEL-001"):
        label_for("zh", "rel-1", HOUSE, law_packs=("cn",))
    assert label_for("zh", "rel-1", PROVIDER, law_packs=("cn", "eu")).aigc["ContentProducer"] == PROVIDER


@pytest.mark.parametrize("producer", ["", "Example Hospital", "house:xyz"])
def test_a_producer_that_is_neither_code_nor_fingerprint_is_refused(producer):
    with pytest.raises(Refused, match="XL-LABEL-002"):
        label_for("en", "rel-1", producer)


@pytest.mark.parametrize(("number", "digest"), [("发布1", ""), ("rel 1", ""), ("", ""), ("rel-1", "abc")])
def test_a_label_that_would_not_be_valid_is_refused(number, digest):
    with pytest.raises(Refused, match="XL-LABEL-003"):
        label_for("en", number, HOUSE, signed_digest=digest)


# law packs


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_a_law_pack_has_a_date_and_says_where_it_was_read(name):
    pack = law_pack(name)
    assert pack.rules and len({rule.id for rule in pack.rules}) == len(pack.rules)
    for rule in pack.rules:
        assert re.fullmatch(r"\d{4}(-\d\d-\d\d)?", rule.in_force) and rule.sources and rule.asks


def test_only_the_chinese_pack_asks_for_a_code_and_forbids_prescriptions():
    assert [name for name in NAMES if law_pack(name).needs_provider_code] == ["cn"]
    assert [name for name in NAMES if law_pack(name).forbids_medication_requests] == ["cn"]


def test_an_unknown_pack_is_not_found():
    with pytest.raises(NotFound, match="XL-LAW-001"):
        law_pack("xx")


# reading labels back


@every_file
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_file_we_write_is_compliant_with_one_label_of_each_sort(name, language):
    report = check(WRITERS[name](example_document(language)), name)
    assert (report.verdict, report.problems) == ("compliant", ())
    assert report.explicit and report.implicit == dict(LABEL.aigc)


@every_file
@pytest.mark.parametrize(
    "fields",
    [{"Label": "9"}, {"ProduceID": ""}, {"ProduceID": "a b"}, {"ContentProducer": "医院"}, {"Extra": "1"}],
    ids=lambda f: next(iter(f)),
)
def test_a_wrong_field_is_noncompliant_in_every_file(name, fields):
    label = msgspec.structs.replace(LABEL, aigc=changed(**fields))
    report = check(WRITERS[name](example_document(label=label)), name)
    assert report.verdict == "noncompliant"
    assert "医院" not in " ".join(report.problems)


@every_file
def test_a_missing_field_is_noncompliant_in_every_file(name):
    aigc = changed()
    del aigc["ProduceID"]
    report = check(WRITERS[name](example_document(label=msgspec.structs.replace(LABEL, aigc=aigc))), name)
    assert report.problems == ("field ProduceID is missing",)


@every_file
def test_words_that_do_not_say_ai_are_no_label(name):
    label = msgspec.structs.replace(LABEL, text={"en": "A document.", "zh": "文书。"})
    report = check(WRITERS[name](example_document(label=label)), name)
    assert (report.verdict, report.explicit) == ("noncompliant", False)


def test_two_labels_are_noncompliant():
    aigc = json.dumps(dict(LABEL.aigc))
    meta = f"<meta name='AIGC' content='{aigc}'>"
    assert "2 labels" in check(f"{meta}{meta}<p>AI-generated</p>".encode(), "text/html").problems[0]
    front = "AIGC: {Label: '1'}\n"
    assert "2 labels" in check(f"---\n{front}{front}---\nAI-generated".encode(), "a.md").problems[0]
    composition = json.loads(write_fhir(example_document()))
    first = composition["entry"][0]["resource"]
    first["extension"] *= 2
    assert "2 labels" in check(json.dumps(composition).encode(), "application/fhir+json").problems[0]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"plain words", "a.txt"),
        (b"<p>plain words</p>", "a.html"),
        (b'{"a": 1}', "a.json"),
        (b"[]", "application/json"),
        (b'{"resourceType": "Patient", "meta": [], "extension": {}, "entry": 1, "text": 2}', "a.json"),
    ],
)
def test_a_file_without_any_label_is_not_found(data, name):
    assert check(data, name).verdict == "not_found"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 broken", "a.pdf"),
        (b"{", "a.json"),
        (b"[" * 100_000, "a.json"),
        (b'{"a\x80": 1}', "a.json"),
        (b"\xff\xfe\xfa", "a.txt"),
        (b"GIF89a", "a.gif"),
    ],
)
def test_what_cannot_be_read_is_inconclusive_and_never_a_crash(data, name):
    assert check(data, name).verdict == "inconclusive"


def test_plain_json_carries_its_label_at_the_top():
    body = {"AIGC": dict(LABEL.aigc), "label": "AI-generated content", "value": 1}
    assert check(json.dumps(body).encode(), "answer.json").verdict == "compliant"


def test_a_label_only_in_words_is_noncompliant_and_says_what_is_missing():
    report = check("本内容由AI生成。".encode(), "a.txt")
    assert (report.verdict, report.explicit, report.problems) == ("noncompliant", True, ("no label in the metadata",))


def test_front_matter_written_by_others_is_read():
    text = "---\ntitle: x\nAIGC:\n  Label: '1'\n  ContentProducer: 'A'\n  ProduceID: 'C-2'\n---\n\nAI-generated"
    report = check(text.encode(), "note.md")
    assert report.implicit == {"Label": "1", "ContentProducer": "A", "ProduceID": "C-2"}
    assert report.verdict == "noncompliant"


@pytest.mark.parametrize("name", ["a.json", "a.html", "a.txt", "a.pdf"])
@given(cut=st.integers(0, 4000), bytes_in=st.binary(max_size=40))
@settings(max_examples=60, deadline=None, database=None)
def test_damaged_files_get_a_verdict_and_never_a_crash(name, cut, bytes_in):
    whole = WRITERS[name](DOCUMENT)
    place = cut * len(whole) // 4000
    report = check(whole[:place] + bytes_in + whole[place + len(bytes_in) :], name)
    assert report.verdict in ("compliant", "noncompliant", "not_found", "inconclusive")
    assert (report.verdict == "compliant") == (not report.problems)
