"""Typst with the fonts that ship with Xinglin, and what to do about letters none of them has.

A letter no font can show is never dropped or drawn as an empty box: it is spelled out as its code point,
"[U+D55C]", so that a reader sees that something stands there and what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from xinglin.records.errors import OutOfResources

FONT_FILES: Final = ("NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")
FONTS: Final = Path(str(files("xinglin.formats.pdf"))) / "fonts"
_TRIAL: Final = b"""#set text(font: ("Noto Sans SC", "Libertinus Serif", "DejaVu Sans Mono"), fallback: false)
#for letter in sys.inputs.letters.clusters() [#letter #parbreak() #strong(letter) #parbreak()]"""


def fonts_in_place() -> bool:
    """True when the font files are where the build puts them."""
    return all((FONTS / name).is_file() for name in FONT_FILES)


@lru_cache(maxsize=1)
def fonts() -> Any:
    """Noto Sans SC from the package and the fonts inside Typst; none of the machine's. Raises OutOfResources."""
    import typst

    if not fonts_in_place():
        raise OutOfResources(
            "XL-PDF-102",
            "the font for PDF is not installed",
            where="xinglin/formats/pdf/fonts",
            why="it is fetched when the package is built, and that did not happen",
            fix="install the package again with the npm registry in reach, or with XINGLIN_FONTS set to a folder that holds the fonts",
        )
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


def compile_page(source: bytes, inputs: dict[str, str], seconds: int) -> bytes:
    """PDF/A-2b of a Typst source whose data are `inputs`; dated `seconds` since 1970. Raises typst.TypstError."""
    import typst

    return typst.compile(
        source,
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=["a-2b"],
        timestamp=seconds,
        format="pdf",
    )


def spelled_out(content: Any) -> Any:
    """The same texts, lists and mappings, with every letter that no font shows as its code point: "[U+D55C]"."""
    letters = {letter for text in _texts(content) for letter in text if not " " <= letter <= "~" and letter not in "\n\t"}
    controls = frozenset(letter for letter in letters if letter < " " or "\x7f" <= letter < "\xa0")
    missing = _missing("".join(sorted(letters - controls))) | controls
    return _replaced(content, {ord(letter): f"[U+{ord(letter):04X}]" for letter in missing})


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        yield from (text for part in content.values() for text in _texts(part))
    elif isinstance(content, (list, tuple)):
        yield from (text for part in content for text in _texts(part))


def _replaced(content: Any, table: dict[int, str]) -> Any:
    if isinstance(content, str):
        return content.translate(table)
    if isinstance(content, Mapping):
        return {name: _replaced(part, table) for name, part in content.items()}
    return [_replaced(part, table) for part in content] if isinstance(content, (list, tuple)) else content


@lru_cache(maxsize=4096)
def _missing(letters: str) -> frozenset[str]:
    """Letters that cannot be shown, found by halving: one trial for a text where all can."""
    import typst

    if not letters:
        return frozenset()
    try:
        compile_page(_TRIAL, {"letters": letters}, 0)
    except typst.TypstError:
        half = len(letters) // 2
        return _missing(letters[:half]) | _missing(letters[half:]) if half else frozenset(letters)
    return frozenset()
