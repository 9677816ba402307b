"""The words of a section as FHIR narrative: a small, safe piece of XHTML that any FHIR viewer can show.

Each sentence is a list item whose `id` is the sentence's own, so that a Provenance can point at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

_FORBIDDEN = re.compile("[^\\t\\n\\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not allowed in XML 1.0


def sentences(lines: Iterable[tuple[str, str]], language: str) -> str:
    """An XHTML div holding one list item per (id, text)."""
    items = "".join(f'<li id="{_text(key)}">{_text(text)}</li>' for key, text in lines)
    return f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{language}" xml:lang="{language}"><ul>{items}</ul></div>'


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Iterable[tuple[str, str]]]], below: Iterable[tuple[str, str]], language: str
) -> str:
    """An XHTML div holding a table whose cells hold paragraphs of (id, text), and a list of what stands below it."""
    head = "".join(f"<th>{_text(words)}</th>" for words in columns)
    body = "".join(
        "<tr>"
        + "".join("<td>" + "".join(f'<p id="{_text(key)}">{_text(text)}</p>' for key, text in cell) + "</td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    items = "".join(f'<li id="{_text(key)}">{_text(text)}</li>' for key, text in below)
    listed = f"<ul>{items}</ul>" if items else ""
    whole = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{listed}"
    return f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{language}" xml:lang="{language}">{whole}</div>'


def paragraphs(texts: Iterable[str], language: str) -> str:
    """An XHTML div holding one paragraph per text."""
    items = "".join(f"<p>{_text(text)}</p>" for text in texts)
    return f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{language}" xml:lang="{language}">{items}</div>'


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text), quote=True)
