"""The words burnt into pictures of scans, in the language of the document they stand in, and the letters for them.

ASCII letters come with Pillow; all others from the font that the PDF uses. Where that font was not installed, the words are English,
and a letter that cannot be drawn is spelled out as its code point: a picture never shows empty boxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PIL import ImageFont

from xinglin.records.draft import Language

FONT_FILE: Final = Path(__file__).parents[1] / "pdf" / "fonts" / "NotoSansSC_400Regular.ttf"
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "with": "with, {plane}", "without": "without, {plane}", "difference": "difference, {plane}",
        "axial": "axial", "coronal": "coronal", "sagittal": "sagittal",
        "no_finding": "{label} (AI-generated): no finding of the person",
        "before": "before, slice {number}", "after": "after, slice {number}",
        "translated": "{label}: translated by a model, no finding of the person", "changed": "difference",
        "of_nobody": "{label}: of nobody, not for diagnosis",
        "slice": "{name}, {day}, slice {number}", "undated": "{name}, slice {number}",
        "growth": "{name}: volume, doubling per line", "volume": "{volume} mm³",
    },
    "zh": {
        "with": "植入后，{plane}", "without": "植入前，{plane}", "difference": "差异，{plane}",
        "axial": "横断面", "coronal": "冠状面", "sagittal": "矢状面",
        "no_finding": "{label}（人工智能生成）：非患者病灶",
        "before": "转换前，第{number}层", "after": "转换后，第{number}层",
        "translated": "{label}：模型转换的图像，非患者所见", "changed": "差异",
        "of_nobody": "{label}：人工智能合成，不对应任何真人，不用于诊断",
        "slice": "{name}，{day}，第{number}层", "undated": "{name}，第{number}层",
        "growth": "{name}：体积，每格翻倍", "volume": "{volume} mm³",
    },
}  # fmt: skip


def burnt_in(language: Language, key: str, parts: Mapping[str, object]) -> str:
    """The words `key` of a picture with its parts filled in; English where the letters for another language are not installed."""
    words = _WORDS[language if FONT_FILE.is_file() else "en"][key].format_map(parts)
    return drawable(words if FONT_FILE.is_file() else words.replace("mm³", "mm3"))


def plane_words(language: Language, key: str, plane: str) -> str:
    """The words over a tile: what it shows, and in which plane."""
    return burnt_in(language, key, {"plane": burnt_in(language, plane, {})})


def drawable(words: str) -> str:
    """The words as they can be drawn here: letters beyond ASCII as code points ("[U+5E72]") where their font is not installed."""
    if FONT_FILE.is_file():
        return words
    return "".join(letter if letter.isascii() else f"[U+{ord(letter):04X}]" for letter in words)


def letters(words: str, size: int = 13) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font for these words: the same on every machine."""
    if words.isascii() or not FONT_FILE.is_file():
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(FONT_FILE), size)
