"""One form for many ways of writing: full-width letters, small and capital letters, odd spaces and dashes.

Folding never changes the length of a text, so a position in the folded text is a position in the original.
"""

from __future__ import annotations

import re
from functools import lru_cache

from xinglin.records.draft import Language

_TABLE: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_TABLE |= {ord(sign): " " for sign in "\u3000\u00a0\u2002\u2003\u2009\u202f\u2007\ufeff\u200b\t"}
_TABLE |= {ord(sign): "-" for sign in "‐‑‒–−﹣－"}
_TABLE |= {ord(sign): "'" for sign in "‘’ʼ＇"} | {ord(sign): '"' for sign in "“”"}
_TABLE |= {ord("μ"): "µ", ord("／"): "/", ord("％"): "%", ord("℃"): "℃", ord("⁄"): "/", ord("∕"): "/", ord("～"): "~", ord("〜"): "~"}
_TABLE |= {ord(sign): "*" for sign in "×✕·∙•"}

_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The text in small letters and half-width signs, of exactly the same length."""
    plain = text.translate(_TABLE)
    small = plain.lower()
    if len(small) == len(text):
        return small
    return "".join(low if len(low := sign.lower()) == 1 else sign for sign in plain)


def guess_language(text: str) -> Language:
    """`zh` when Chinese characters carry the text, else `en`; an empty text is `en`."""
    chinese = len(_CJK.findall(text))
    return "zh" if chinese and chinese >= len(_LATIN.findall(text)) else "en"


def is_chinese(sign: str) -> bool:
    """True for one Chinese character."""
    return "\u4e00" <= sign <= "\u9fff" or "\u3400" <= sign <= "\u4dbf"
