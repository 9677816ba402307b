"""A signed document as plain text: the label first and last, numbered sentences and their numbered sources.

The file begins with a small header block ("front matter") that holds the machine-readable label, the place
where TC260-PG-20258A has it for text files (read in StarPluckerZ/AigcTotal, docs/checks.md); then the visible label.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from xinglin.records.draft import SignedDocument
from xinglin.records.errors import InvalidInput
from xinglin.records.outline import Line, NumberedFact, Outline, OutlineSection, outline, patient_line
from xinglin.records.page_words import PAGE_WORDS
from xinglin.records.particulars import patient_rows, release_rows

MEDIA_TYPE: Final = "text/plain"


def write_document(document: SignedDocument) -> bytes:
    """The document as UTF-8 text with `\\n` line ends. Raises InvalidInput when nobody signed."""
    if not document.signatures:
        raise InvalidInput(
            "XL-TEXT-101", "the document carries no signature", why="only a signed draft is written", fix="sign the draft first"
        )
    return ("\n".join(_lines(document)) + "\n").encode()


def _lines(document: SignedDocument) -> Iterator[str]:
    draft, words = document.draft, PAGE_WORDS[document.draft.language]
    label, laid_out = document.label.text[draft.language], outline(document.draft)
    yield from _front_matter(document)
    yield from (label, "", draft.title, "=" * _width(draft.title), "")
    yield from _patient(document)
    for section in laid_out.sections:
        yield from ("", section.heading, "-" * _width(section.heading))
        yield from _table(section)
        yield from (_said(line) for line in section.below)
    yield from _omissions(laid_out, words)
    yield from _heading(words["sources"])
    yield from (_source(source) for source in laid_out.sources)
    yield from _heading(words["signatures"])
    for signature in document.signatures:
        yield f"{signature.signer}, {signature.at}"
        yield f"  {words['key']} Ed25519{words['colon']}{signature.key}"
        yield f"  {words['digest']}{words['colon']}{signature.digest}"
    yield from _heading(words["provenance"])
    yield from (f"{name}{words['colon']}{_one_line(value)}" for name, value in release_rows(document))
    yield from ("", label)


def _table(section: OutlineSection) -> Iterator[str]:
    """A table as text: per row its first column, then every other column under its heading."""
    for row in section.table:
        yield ""
        yield from (_said(line) for line in row[0])
        for column, cell in list(zip(section.columns, row, strict=True))[1:]:
            yield from (f"  {column} | {_said(line)}" for line in cell)
    if section.table and section.below:
        yield ""


def _said(line: Line) -> str:
    return _one_line(line.statement.text) + "".join(f" [{n}]" for n in line.numbers)


def _front_matter(document: SignedDocument) -> Iterator[str]:
    yield "---"
    yield "AIGC:"
    yield from (f"  {name}: {msgspec.json.encode(value).decode()}" for name, value in document.label.aigc.items())
    yield "---"


def _patient(document: SignedDocument) -> Iterator[str]:
    words = PAGE_WORDS[document.draft.language]
    yield from (f"{name}{words['colon']}{_one_line(value)}" for name, value in patient_rows(document))
    if patient_line(document).made_up:
        yield words["made_up"]


def _omissions(laid_out: Outline, words) -> Iterator[str]:
    if laid_out.omissions:
        yield from _heading(words["omissions"])
        yield from (f"+ {_one_line(omission.text)}" for omission in laid_out.omissions)


def _source(source: NumberedFact) -> str:
    return _one_line(f"[{source.number}] {', '.join(source.known)} <{'; '.join(source.places)}>")


def _heading(text: str) -> tuple[str, ...]:
    return ("", text, "-" * _width(text))


def _width(text: str) -> int:
    """Columns on a fixed-width screen: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _one_line(text: str) -> str:
    return " ".join(text.split())
