"""The page people read: the signed report, and the watermarked preview of a draft nobody has signed.

Every sentence opens the evidence it rests on: the facts, the source record with the place marked, the
knowledge cited. One file, no network, readable on a phone and on paper (A4).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from xinglin.formats.html.evidence import places_of, shown_by
from xinglin.formats.html.sheet import sheet
from xinglin.records.draft import Draft, Issue, Label, SignedDocument, Statement
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Picture
from xinglin.records.outline import Outline, outline, patient_line
from xinglin.records.page_words import PAGE_WORDS
from xinglin.records.particulars import draft_rows, patient_rows, release_rows

MEDIA_TYPE: Final = "text/html"
SYMBOLS: Final = {"supported": "✓", "derived": "=", "unsupported": "?", "contradicted": "!", "omitted": "+", "not_checkable": "–"}
_DERIVED: Final = ("trend", "calculation")


def write_document(document: SignedDocument) -> bytes:
    """The signed report as one HTML file. Raises InvalidInput when nobody signed."""
    if not document.signatures:
        raise InvalidInput("XL-HTML-101", "the document carries no signature", why="only a signed draft is released", fix="sign the draft")
    records = dict(document.sources)
    if document.patient:
        records[f"Patient/{msgspec.json.decode(document.patient).get('id', '')}"] = document.patient
    page = _page(document.draft, records, document.label, document.pictures) | {
        "preview": False,
        "house": document.house,
        "patient": patient_rows(document),
        "made_up": patient_line(document).made_up,
        "signatures": document.signatures,
        "provenance": release_rows(document),
    }
    return sheet("document.html", page, scripted=True)


def write_preview(draft: Draft, sources: Mapping[str, bytes], label: Label, pictures: Sequence[Picture] = ()) -> bytes:
    """The same page for an unsigned draft: watermarked, with marks and issues beside each sentence, no identity."""
    words = PAGE_WORDS[draft.language]
    page = _page(draft, sources, label, pictures) | {
        "preview": True,
        "house": "",
        "patient": ((words["record"], draft.chart), (words["draft"], draft.id), (words["revision"], str(draft.revision))),
        "made_up": False,
        "signatures": (),
        "provenance": draft_rows(draft),
        "verdict_cards": _verdict_cards(draft, words),
        "general_issues": [issue for issue in draft.issues if not issue.statement],
    }
    return sheet("document.html", page, scripted=True)


def _page(draft: Draft, records: Mapping[str, bytes], label: Label, pictures: Sequence[Picture]) -> dict[str, Any]:
    words, laid_out = PAGE_WORDS[draft.language], outline(draft)
    return {
        "words": words,
        "aigc": msgspec.json.encode(dict(label.aigc)).decode(),
        "label": label.text[draft.language],
        "title": draft.title,
        "sections": _sections(draft, laid_out, records, pictures),
        "pictures": [
            {"name": p.name, "data": b64encode(p.png).decode(), "caption": p.caption, "description": p.description} for p in pictures
        ],
        "omissions": [omission.text for omission in laid_out.omissions],
        "omitted": _mark("omitted"),
        "legend": [_mark(key) for key in SYMBOLS],
        "sources": [{"number": s.number, "known": " · ".join(s.known), "where": "; ".join(s.places)} for s in laid_out.sources],
    }


def _sections(draft: Draft, laid_out: Outline, records: Mapping[str, bytes], pictures: Sequence[Picture]) -> list[dict[str, Any]]:
    shortened = PAGE_WORDS[draft.language]["shortened"]
    shown = {
        source.number: {
            "number": source.number,
            "name": source.name,
            "value": source.value,
            "flag": source.flag,
            "time": source.time,
            "places": places_of(source, records, shortened),
            "pictures": [{"name": p.name, "caption": p.caption} for p in pictures if shown_by(p, source.evidence)],
        }
        for source in laid_out.sources
    }
    kinds = {source.number: source.fact.kind for source in laid_out.sources}
    found = []
    for section in laid_out.sections:
        lines = {
            line.statement.id: _line(line.statement, line.numbers, shown, kinds, draft.issues) | {"grave": line.grave}
            for line in section.lines
        }
        rows = [[[lines[line.statement.id] for line in cell] for cell in row] for row in section.table]
        below = [lines[line.statement.id] for line in section.below]
        found.append({"heading": section.heading, "lines": list(lines.values()), "columns": section.columns, "rows": rows, "below": below})
    return found


def _line(
    statement: Statement, numbers: tuple[int, ...], shown: Mapping[int, Any], kinds: Mapping[int, str], issues: tuple[Issue, ...]
) -> dict[str, Any]:
    derived = statement.faithful == "supported" and any(kinds[number] in _DERIVED for number in numbers)
    return {
        "id": statement.id,
        "text": statement.text,
        "numbers": numbers,
        "person": statement.by == "person",
        "mark": _mark("derived" if derived else statement.faithful),
        "plausible": _mark(statement.plausible),
        "issues": [issue for issue in issues if issue.statement == statement.id],
        "facts": [shown[number] for number in numbers],
    }


def _mark(key: str) -> dict[str, str]:
    return {"key": key, "symbol": SYMBOLS[key]}


def _verdict_cards(draft: Draft, words: Mapping[str, str]) -> list[dict[str, str]]:
    whole = len(draft.statements)
    faithful = sum(statement.faithful == "supported" for statement in draft.statements)
    plausible = sum(statement.plausible == "supported" for statement in draft.statements)
    return [
        {"name": words["faithful"], "count": f"{faithful} / {whole}", "note": words["faithful_note"]},
        {"name": words["plausible"], "count": f"{plausible} / {whole}", "note": words["plausible_note"]},
        {"name": words["omitted"], "count": str(len(draft.omissions)), "note": words["omitted_note"]},
    ]
