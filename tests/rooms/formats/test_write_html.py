"""The page people read: complete, self-contained, safe against what a text may hold, honest about what is unsigned."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import msgspec
import pytest
from signed_example import LABEL, SOURCES, example_document, example_draft

from xinglin.formats.html import write_document, write_index, write_preview
from xinglin.formats.html.evidence import marked_record, resolve
from xinglin.formats.html.sheet import whole
from xinglin.privacy.labels import check
from xinglin.records import Evidence
from xinglin.records.errors import InvalidInput
from xinglin.records.page_words import PAGE_WORDS

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
VOID = {"meta", "br", "input", "img", "link", "hr", "circle"}


class Tree(HTMLParser):
    """Element names, attributes and visible text of a page; fails on tags that do not close in order."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page.decode())
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.words.append(data)

    def all(self, tag: str) -> list[dict]:
        return [attrs for name, attrs in self.tags if name == tag]


def pages(language: str) -> list[bytes]:
    return [write_document(example_document(language)), write_preview(example_draft(language, unsigned=True), SOURCES, LABEL)]


@LANGUAGES
def test_the_same_document_gives_the_same_bytes(language):
    assert pages(language) == pages(language)


@LANGUAGES
def test_pages_are_well_formed_and_ask_nothing_of_the_network(language):
    for page in pages(language):
        tree = Tree(page)
        assert not [a for _, attrs in tree.tags for a in attrs if a.startswith("on") or a in ("src", "style", "srcset")]
        assert all(attrs["href"].startswith("#") for attrs in tree.all("a"))
        assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", page.decode())


@LANGUAGES
def test_the_policy_allows_this_style_and_this_script_and_nothing_else(language):
    for page in pages(language):
        policy = next(m["content"] for m in Tree(page).all("meta") if m.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'")
        for tag in ("style", "script"):
            inside = re.search(rf"<{tag}>(.*?)</{tag}>", page.decode(), re.DOTALL)[1]
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy


@LANGUAGES
def test_every_sentence_opens_its_evidence(language):
    for page in pages(language):
        tree = Tree(page)
        identifiers = [attrs["id"] for _, attrs in tree.tags if "id" in attrs]
        assert len(identifiers) == len(set(identifiers))
        links = [attrs["href"] for attrs in tree.all("a") if attrs.get("class") == "statement"]
        assert links == [f"#e-s{i}" for i in range(1, 6)]
        assert {link[1:] for link in links} <= set(identifiers)


def test_a_sentence_that_holds_markup_is_shown_and_not_obeyed():
    page = write_document(example_document("en"))
    assert b"<b>&" not in page and b"&lt;b&gt;&amp;" in page


def test_dates_and_values_with_their_unit_stay_on_one_line():
    page = write_document(example_document("zh")).decode()
    assert '肌酐 <span class="whole">3.20 mg/dL</span>（偏高，<span class="whole">2026-03-01</span>）' in page


@pytest.mark.parametrize("kept", ["12–16 g/dL", "9.0 ×10³/µL", "885 mm³", "y -42.4", "12.9 mm", "27 HU"])
def test_ranges_powers_of_ten_and_coordinates_stay_on_one_line_too(kept):
    assert whole(f"before {kept}; after") == f'before <span class="whole">{kept}</span>; after'


def test_a_record_that_holds_a_script_is_shown_and_not_obeyed():
    evil = b'{"resourceType": "Condition", "id": "c-1", "note": [{"text": "</pre><script>alert(1)</script>"}], "<b>": 1}'
    page = write_document(example_document("en", sources={**SOURCES, "Condition/c-1": evil})).decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and '"<b>"' not in page


@LANGUAGES
def test_the_place_is_marked_in_the_source_with_its_digits_as_written(language):
    page = write_document(example_document(language)).decode()
    assert '<mark>{\n    <span class="k">&#34;value&#34;</span>: <span class="n">3.20</span>' in page
    assert '<mark><span class="n">5.9</span></mark>' in page


@LANGUAGES
def test_the_signed_page_says_who_when_from_what_and_what_is_missing(language):
    words = "".join(Tree(write_document(example_document(language))).words)
    for part in ("林示例 Lin Shili", "1958-04-12", "MRN-000417", "Dr Ada Example", "2026-03-02T10:05:00+08:00", "rel-0001", "labs@2026.1"):
        assert part in words
    assert example_draft(language).omissions[0].text in words
    assert PAGE_WORDS[language]["made_up"] in words


@LANGUAGES
def test_the_label_stands_first_and_last(language):
    for page in pages(language):
        text = [word.strip() for word in Tree(page).words if word.strip()]
        label = LABEL.text[language]
        body = text[text.index(label) :]
        assert body[0] == label and text.count(label) == 2


@LANGUAGES
def test_a_preview_is_watermarked_and_never_looks_signed(language):
    page = write_preview(example_draft(language, unsigned=True), SOURCES, LABEL)
    tree = Tree(page)
    assert any(attrs.get("class") == "watermark" for attrs in tree.all("div"))
    assert PAGE_WORDS[language]["preliminary"] in tree.words
    assert not any(attrs.get("class") == "signature" for attrs in tree.all("div"))
    assert "Lin Shili" not in page.decode()
    assert b'class="watermark"' not in write_document(example_document(language))


@LANGUAGES
def test_a_preview_says_beside_each_sentence_what_the_checks_found_by_sign_word_and_colour(language):
    page = write_preview(example_draft(language, unsigned=True), SOURCES, LABEL).decode()
    words = PAGE_WORDS[language]
    marks = re.findall(r'<li><span class="tag (\w+)"><b aria-hidden="true">(.)</b>(.+?)</span><a class="statement"', page)
    assert marks == [
        ("supported", "✓", words["supported"]),
        ("derived", "=", words["derived"]),
        ("contradicted", "!", words["contradicted"]),
        ("unsupported", "?", words["unsupported"]),
        ("supported", "✓", words["supported"]),
    ]
    assert "xl101_unsupported" in page and words["stop"] in page


def test_an_unsigned_document_is_refused():
    with pytest.raises(InvalidInput, match="XL-HTML-101"):
        write_document(example_document(signatures=()))


RECORD = {"resourceType": "Observation", "component": [{"valueQuantity": {"value": 1}}], "code": {"text": "x"}, "name": [{"text": "n"}]}


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("code.text", ("code", "text")),
        ("Observation.code", ("code",)),
        ("component[0].valueQuantity", ("component", 0, "valueQuantity")),
        ("name.text", ("name", 0, "text")),
        ("component[7]", None),
        ("extension('http://x').value", None),
        ("", None),
    ],
)
def test_a_place_is_found_or_nothing_is_marked(path, steps):
    assert resolve(RECORD, path) == steps


def test_a_marked_record_reads_back_as_the_record():
    shown = re.sub(r"<[^>]+>", "", str(marked_record(json.dumps(RECORD).encode(), ("code.text",), ""))).replace("&#34;", '"')
    assert json.loads(shown) == RECORD


def test_several_places_in_one_record_are_marked_in_one_copy_of_it():
    draft = example_draft("en")
    evidence = tuple(Evidence("chart", f"Observation/cr-2#{path}") for path in ("valueQuantity.value", "effectiveDateTime"))
    fact = msgspec.structs.replace(draft.facts[1], evidence=evidence)
    draft = msgspec.structs.replace(draft, facts=(fact,), statements=draft.statements[1:2])
    page = write_document(example_document("en", draft=draft)).decode()
    assert page.count("<pre") == 1 and page.count("<mark>") == 2
    assert "Observation/cr-2 · valueQuantity.value, effectiveDateTime" in page


def test_a_long_attachment_is_shortened_and_the_page_says_so():
    body = json.dumps({"resourceType": "Binary", "data": "A" * 5000}).encode()
    assert "(+4600 characters not shown)" in str(marked_record(body, (), "characters not shown"))


def test_a_source_that_is_not_json_is_refused_without_showing_it():
    with pytest.raises(InvalidInput, match="XL-HTML-102") as caught:
        write_document(example_document(sources={"Condition/c-1": b'{"secret'}))
    assert "secret" not in str(caught.value) and caught.value.__context__ is None


def test_a_source_that_is_not_in_the_file_is_named_and_said_to_be_missing():
    page = write_document(example_document("en", sources={})).decode()
    assert PAGE_WORDS["en"]["not_shown"] in page and "Condition/c-1" in page


def test_sentences_of_an_unknown_section_are_kept_at_the_end():
    draft = example_draft("en")
    draft = msgspec.structs.replace(draft, sections=draft.sections[1:])
    page = write_document(example_document("en", draft=draft)).decode()
    assert "active since 2014" in page


def test_the_start_page_links_to_each_item_under_the_heading_of_its_state():
    items = [
        {"title": "Draft", "language": "en", "path": "en/draft.html", "state": "draft", "text": "word " * 90},
        {"title": "二", "language": "zh", "path": "zh/two.html", "state": "release", "text": "第二 <b>"},
        {"title": "Other", "language": "en", "path": "other.html", "state": "Somewhere else"},
    ]
    page = write_index(items)
    tree = Tree(page)
    assert [a["href"] for a in tree.all("a")] == ["zh/two.html", "en/draft.html", "other.html"]
    assert {"第二 <b>", "PRELIMINARY", "Somewhere else"} <= set(tree.words)
    assert next(word for word in tree.words if word.startswith("word word")).endswith("word …")
    assert tree.all("script") == []


def test_the_start_page_carries_a_label_when_its_cards_quote_drafts():
    page = write_index([{"title": "x", "language": "en", "path": "x.html"}], aigc=LABEL.aigc)
    assert check(page, "text/html").verdict == "compliant"
