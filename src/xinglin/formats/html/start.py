"""The start page of a folder of results: one card per page or file, in the order given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from msgspec import Struct

from xinglin.formats.html.sheet import sheet
from xinglin.records.page_words import PAGE_WORDS

TITLE: Final = "A patient's record, turned into checked, signed documents"
LEAD: Final = (
    "Choose a page. Every sentence opens the evidence it rests on; what nobody has signed yet is marked as preliminary.",
    "请选择页面。每句话都可以查看依据；未经签发的内容均标为草稿。",
)


class IndexItem(Struct, frozen=True):
    """One card. `path` is relative to the start page; items of the same `group` stand under one heading."""

    title: str
    description: str
    language: Literal["en", "zh"]
    path: str
    group: str = ""


def write_index(items: Iterable[IndexItem], title: str = TITLE, lead: Sequence[str] = LEAD) -> bytes:
    """The start page as one HTML file that links to the items."""
    groups: dict[str, list[dict[str, str]]] = {}
    for item in items:
        name = PAGE_WORDS[item.language]["english" if item.language == "en" else "chinese"]
        card = {"title": item.title, "description": item.description, "path": item.path, "language_name": name}
        groups.setdefault(item.group, []).append(card)
    listed = [{"name": name, "cards": cards} for name, cards in groups.items()]
    return sheet("start.html", {"words": PAGE_WORDS["en"], "aigc": "", "title": title, "lead": lead, "groups": listed}, scripted=False)
