"""The start page of a folder of results: one card per page or file, under a heading for what state it is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.json import encode

from xinglin.formats.html.sheet import sheet
from xinglin.records.page_words import PAGE_WORDS

TITLE: Final = "A patient's record, turned into checked, signed documents"
LEAD: Final = (
    "Choose a page. Every sentence opens the evidence it rests on; what nobody has signed yet is marked as preliminary.",
    "请选择页面。每句话都可以查看依据；未经签发的内容均标为草稿。",
)
LABEL: Final = "AI-generated content · 人工智能生成内容"
STATES: Final = {  # in the order of the page
    "release": "Signed and released · 已签发",
    "draft": "Drafts for review · 待审草稿",
    "check": "Text from elsewhere, checked against the record · 核查外来文字",
    "": "",
}
LONGEST_TEXT: Final = 130


def write_index(
    items: Iterable[Mapping[str, str]], title: str = TITLE, lead: Sequence[str] = LEAD, aigc: Mapping[str, str] | None = None
) -> bytes:
    """The start page as one HTML file. Each item is a card. `aigc` is the label for machines, when the cards quote drafts.

    Keys of an item: `title`, `language` ("en" or "zh"), `path` (relative to the start page); and optionally
    `text`, of which the card shows the beginning, and `state`: "release", "draft", "check" or a heading of its own.
    """
    cards: dict[str, list[dict[str, str]]] = {state: [] for state in STATES}
    for item in items:
        cards.setdefault(item.get("state", ""), []).append(_card(item))
    groups = [{"name": STATES.get(state, state), "cards": listed} for state, listed in cards.items() if listed]
    content = {"words": PAGE_WORDS["en"], "aigc": encode(dict(aigc)).decode() if aigc else "", "label": LABEL}
    return sheet("start.html", content | {"title": title, "lead": lead, "groups": groups}, scripted=False)


def _card(item: Mapping[str, str]) -> dict[str, str]:
    words = PAGE_WORDS[item["language"]]
    text = " ".join(item.get("text", "").split())
    return {
        "title": item["title"],
        "text": text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT].rstrip() + " …",
        "path": item["path"],
        "lang": words["lang"],
        "language_name": words["english" if item["language"] == "en" else "chinese"],
        "preliminary": words["preliminary"] if item.get("state") == "draft" else "",
    }
