"""The readable words of HTML and XHTML, in time that grows with the length alone, whatever was sent.

Tags are dropped, blocks begin a new line, scripts, styles and comments say nothing. Nothing is ever run or fetched.
"""

from __future__ import annotations

import html
import re

_BLOCKS = frozenset(
    """p div br tr li h1 h2 h3 h4 h5 h6 table ul ol dl dt dd section article paragraph title item blockquote pre hr caption""".split()  # noqa: SIM905
)
_CELLS = frozenset({"td", "th"})
_SILENT = ("script", "style")
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]*)")
_LONGEST_TAG = 4096


def text_of_html(source: str) -> str:
    """The readable text of HTML, one block per line."""
    words = "".join(_pieces(source))
    lines = (" ".join(line.split()) for line in html.unescape(words).split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(source: str) -> list[str]:
    pieces: list[str] = []
    low = source.lower()
    low = low if len(low) == len(source) else source  # some capitals change their length
    at = 0
    while True:
        opening = source.find("<", at)
        if opening < 0:
            pieces.append(source[at:])
            return pieces
        pieces.append(source[at:opening])
        at, said = _after_tag(source, low, opening)
        pieces.append(said)


def _after_tag(source: str, low: str, opening: int) -> tuple[int, str]:
    """Where reading goes on after what begins at `opening`, and what it adds to the text."""
    for start, end in (("<!--", "-->"), ("<![CDATA[", "]]>")):
        if source.startswith(start, opening):
            close = source.find(end, opening)
            inside = source[opening + 9 : close] if start == "<![CDATA[" and close > 0 else ""
            return (close + 3, inside.replace("&", "&amp;")) if close >= 0 else (len(source), "")
    name = _NAME.match(source, opening + 1)
    if not name and not source.startswith(("<!", "<?"), opening):
        return opening + 1, "&lt;"
    close = _end_of_tag(source, opening)
    if close < 0:
        return opening + 1, "&lt;"
    word = name.group(1).lower() if name else ""
    if word in _SILENT and source[opening + 1] != "/":
        end = low.find(f"</{word}", close)
        return (end if end >= 0 else len(source)), ""
    return close + 1, "\n" if word in _BLOCKS else "\t" if word in _CELLS else ""


def _end_of_tag(source: str, opening: int) -> int:
    """The place of the tag's ">", not one within quotes; -1 when there is none within 4,096 characters."""
    first = source.find(">", opening, opening + _LONGEST_TAG)
    if first < 0 or source.count('"', opening, first) % 2 == 0:
        return first
    quote = source.find('"', first, opening + _LONGEST_TAG)
    return source.find(">", quote, opening + _LONGEST_TAG) if quote > 0 else first
