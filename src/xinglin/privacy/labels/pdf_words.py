"""The words drawn on the pages of a PDF, as far as its fonts say which letters they draw.

Enough to see whether a page tells its reader that AI made it; not a general text extractor.
"""

from __future__ import annotations

import re
from typing import Any, Final

_SHOWS: Final = ("Tj", "TJ", "'", '"')
_HEX = rb"<([0-9A-Fa-f\s]*)>"
_ONE = re.compile(_HEX + rb"\s*" + _HEX)
_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(?:" + _HEX + rb"|\[([^\]]*)\])")
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_WIDEST_RANGE: Final = 0x10000


def words_on_pages(document: Any) -> list[str]:
    """The text of each page of a pikepdf document, without layout; letters of unmapped fonts are left out."""
    import pikepdf

    return [_words(page, pikepdf) for page in document.pages]


def _words(page: Any, pikepdf: Any) -> str:
    fonts = {name: _letters(font) for name, font in _fonts(page, pikepdf).items()}
    said: list[str] = []
    current: tuple[dict[int, str], int] | None = None
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            current = fonts.get(str(operands[0]))
        elif str(operator) in _SHOWS and current is not None:
            said += [_decode(bytes(part), *current) for part in _strings(operands, pikepdf)]
    return "".join(said)


def _fonts(page: Any, pikepdf: Any) -> Any:
    resources = page.obj.get("/Resources", pikepdf.Dictionary())
    return resources.get("/Font", pikepdf.Dictionary())


def _strings(operands: Any, pikepdf: Any):
    for operand in operands:
        if isinstance(operand, pikepdf.Array):
            yield from (part for part in operand if isinstance(part, pikepdf.String))
        elif isinstance(operand, pikepdf.String):
            yield operand


def _letters(font: Any) -> tuple[dict[int, str], int]:
    """Code → letter, and how many bytes a code has: two for composite fonts, one for simple ones."""
    width = 2 if str(font.get("/Subtype")) == "/Type0" else 1
    if "/ToUnicode" in font:
        return _mapping(font["/ToUnicode"].read_bytes()), width
    return ({code: chr(code) for code in range(0x20, 0x7F)} if width == 1 else {}), width


def _mapping(cmap: bytes) -> dict[int, str]:
    letters: dict[int, str] = {}
    for kind, body in _SECTION.findall(cmap):
        if kind == b"bfchar":
            letters.update((_code(code), _text(text)) for code, text in _ONE.findall(body))
            continue
        for first, last, start, listed in _RANGE.findall(body):
            codes = range(_code(first), min(_code(last), _code(first) + _WIDEST_RANGE) + 1)
            texts = [_text(part) for part in re.findall(_HEX, listed)] if listed else _counted(start, len(codes))
            letters.update(zip(codes, texts, strict=False))
    return letters


def _counted(start: bytes, count: int) -> list[str]:
    text = _text(start)
    return [text[:-1] + chr(min(ord(text[-1]) + step, 0x10FFFF)) for step in range(count)] if text else []


def _code(digits: bytes) -> int:
    return int(b"".join(digits.split()) or b"0", 16)


def _text(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")


def _decode(drawn: bytes, letters: dict[int, str], width: int) -> str:
    codes = (int.from_bytes(drawn[i : i + width], "big") for i in range(0, len(drawn), width))
    return "".join(letters.get(code, "") for code in codes)
