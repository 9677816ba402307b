"""A page of results that are about nobody: pictures, tables and notes under one label. Self-contained, without script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.json import encode

from xinglin.formats.html.sheet import sheet
from xinglin.records.imaging import Picture
from xinglin.records.page_words import PAGE_WORDS


@dataclass(frozen=True)
class Table:
    """Rows of words under a heading; the first cell of a row names it."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def write_results(
    title: str, lead: Sequence[str], pictures: Sequence[Picture], tables: Sequence[Table], notes: Sequence[str], *, language: str, label: str,
    aigc: Mapping[str, str], preliminary: bool = False,
) -> bytes:  # fmt: skip
    """The page as one HTML file, watermarked where it is `preliminary`. The same results give the same bytes."""
    drawn = [
        {"name": one.name, "data": b64encode(one.png).decode(), "caption": one.caption, "description": one.description} for one in pictures
    ]
    content = {
        "words": PAGE_WORDS[language], "aigc": encode(dict(aigc)).decode(), "label": label, "title": title, "lead": lead, "pictures": drawn,
        "tables": tables, "notes": notes, "preliminary": preliminary,
    }  # fmt: skip
    return sheet("results.html", content, scripted=False)
