"""A signed document on paper: PDF/A-2b, A4, Chinese and Latin letters from the font that ships with Xinglin.

The page is set by Typst from data alone; fonts of the machine are ignored and the date is the release's own,
so the same document gives the same bytes anywhere. The machine-readable label is the Info entry /AIGC, the
place TC260-PG-20258A has for PDF (read in StarPluckerZ/AigcTotal, docs/checks.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from io import BytesIO
from typing import Any, Final

import msgspec

from xinglin.formats.pdf.typesetting import compile_page, spelled_out
from xinglin.records.draft import SignedDocument
from xinglin.records.errors import InvalidInput
from xinglin.records.moments import first_instant
from xinglin.records.outline import Line, NumberedFact, OutlineSection, outline, patient_line
from xinglin.records.page_words import PAGE_WORDS
from xinglin.records.particulars import patient_rows, release_rows

MEDIA_TYPE: Final = "application/pdf"


def write_document(document: SignedDocument) -> bytes:
    """The document as PDF/A-2b. The same document gives the same bytes.

    Raises InvalidInput when nobody signed, OutOfResources when the font is not in place.
    """
    if not document.signatures:
        raise InvalidInput("XL-PDF-101", "the document carries no signature", why="only a signed draft becomes a PDF", fix="sign the draft")
    released = first_instant(document.released_at)
    content = msgspec.json.encode(spelled_out(_content(document, released)) | {"pictures": _pictures(document)}).decode()
    return _with_label(_set(content, int(released.timestamp())), document.label.aigc)


def _set(content: str, seconds: int) -> bytes:
    import typst

    try:
        return compile_page((files("xinglin.formats.pdf") / "document.typ").read_bytes(), {"document": content}, seconds)
    except typst.TypstError:
        refused = InvalidInput(
            "XL-PDF-103", "the document cannot be set as PDF/A", why="the typesetter refused it", fix="release HTML or text"
        )
    raise refused  # without the typesetter's message: it may quote the patient's words


def _with_label(page: bytes, aigc: Mapping[str, str]) -> bytes:
    import pikepdf

    out = BytesIO()
    with pikepdf.open(BytesIO(page)) as pdf:
        pdf.docinfo[pikepdf.Name("/AIGC")] = pikepdf.String(msgspec.json.encode(dict(aigc)).decode())
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _content(document: SignedDocument, released: datetime) -> dict[str, Any]:
    draft, words, laid_out = document.draft, PAGE_WORDS[document.draft.language], outline(document.draft)
    person = patient_line(document)
    return {
        "lang": draft.language,
        "words": words,
        "label": document.label.text[draft.language],
        "title": draft.title,
        "authors": [signature.signer for signature in document.signatures],
        "date": {part: getattr(released, part) for part in ("year", "month", "day", "hour", "minute", "second")},
        "release": document.release,
        "patient": patient_rows(document),
        "patient_name": person.name,
        "made_up": person.made_up,
        "sections": [
            {
                "heading": section.heading,
                "columns": section.columns,
                "widths": _widths(section),
                "rows": [[[_said(line) for line in cell] for cell in row] for row in section.table],
                "lines": [_said(line) for line in section.below],
            }
            for section in laid_out.sections
        ],
        "omissions": [omission.text for omission in laid_out.omissions],
        "sources": [_source(source) for source in laid_out.sources],
        "signatures": [{"signer": s.signer, "at": s.at, "key": s.key, "digest": s.digest} for s in document.signatures],
        "provenance": release_rows(document),
    }


def _widths(section: OutlineSection) -> list[float]:
    """How wide each column is beside the others: by the root of its longest cell, so that rows stay low."""
    cells = [[sum(len(line.statement.text) for line in cell) for cell in column] for column in zip(*section.table, strict=True)]
    return [round(max(60, *column) ** 0.5, 2) for column in cells]


def _said(line: Line) -> dict[str, Any]:
    return {"text": line.statement.text, "numbers": line.numbers, "person": line.statement.by == "person", "grave": line.grave}


def _pictures(document: SignedDocument) -> list[dict[str, Any]]:
    """The pictures of the page: PNG bytes as numbers, width in pixels, caption, and the words for who cannot see it."""
    words = [spelled_out({"caption": shown.caption, "description": shown.description}) for shown in document.pictures]
    return [told | {"png": list(shown.png), "width": _width_px(shown.png)} for told, shown in zip(words, document.pictures, strict=True)]


def _width_px(png: bytes) -> int:
    """Width of a PNG, from its first chunk (PNG specification 11.2.2)."""
    return int.from_bytes(png[16:20], "big")


def _source(source: NumberedFact) -> dict[str, Any]:
    return {"number": source.number, "known": " · ".join(source.known), "places": source.places}
