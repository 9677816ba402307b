"""When two spellings are the same word: case, plural, hyphen, British or American, Simplified or Traditional.

Both the word list and the text that is looked up go through `spelled`, so only the outcome's equality matters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

_TAG = re.compile(
    r"\s*\((?:disorder|finding|situation|procedure|regime/therapy|morphologic abnormality|body structure|substance|product|"
    r"medicinal product|clinical drug|qualifier value|observable entity|organism|person|occupation|event|physical object|"
    r"record artifact|record artefact|navigational concept|social concept|context-dependent category|context|environment|"
    r"assessment scale|specimen|function|cell|cell structure|attribute|life style|lifestyle|adult|pediatric|adult\) \(pediatric)\)\s*$"
)
_MARKS = str.maketrans(dict.fromkeys('-‐‑‒–—_,;:"“”()[]{}+*.·', " ") | dict.fromkeys("\u200b\u200c\ufeff®™", None))  # type: ignore[arg-type]
_HAN = re.compile(r"[\u3400-\u9fff]")
_KEPT_ENDINGS = ("ss", "us", "is", "as", "os")


def has_han(text: str) -> bool:
    """Whether the text holds a Chinese character."""
    return _HAN.search(text) is not None


def without_tag(text: str) -> str:
    """The name without the bracketed word that says what kind of thing it is: "Anemia (disorder)" gives "Anemia"."""
    shown = text
    while (shorter := _TAG.sub("", shown.rstrip().lower())) != shown.rstrip().lower():
        shown = shown.rstrip()[: len(shorter)]
    return shown.strip()


@lru_cache(maxsize=50_000)
def _word(word: str) -> str:
    if word.endswith(("'s", "’s")):
        word = word[:-2]
    word = word.replace("'", "").replace("’", "")
    if word.isascii() and len(word) > 3:
        word = word.replace("ae", "e").replace("oe", "e").replace("sulph", "sulf").replace("leuco", "leuko")
        if word.endswith("ies"):
            word = word[:-3] + "y"
        elif word.endswith("s") and not word.endswith(_KEPT_ENDINGS):
            word = word[:-1]
        if word.endswith("our") and len(word) > 4:
            word = word[:-3] + "or"
        elif word.endswith(("ibre", "itre", "entre")):
            word = word[:-2] + "er"
    return word


def spelled(text: str) -> str:
    """The spelling under which a name is filed: equal for all ways of writing one name.

    >>> spelled("Oedemas") == spelled("edema"), spelled("COVID-19") == spelled("covid 19")
    (True, True)
    """
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    lowered = text.lower().rstrip()
    if lowered.endswith(")"):
        lowered = without_tag(lowered)
    lowered = lowered.translate(_MARKS)
    if not lowered.isascii() and _HAN.search(lowered):
        return simplified(lowered).replace(" ", "")
    return " ".join([_word(word) for word in lowered.split()])


@cache
def _to_simplified() -> dict[int, str]:
    lines = Path(__file__).with_name("data").joinpath("traditional.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {ord(old): new for old, new in pairs}


def simplified(text: str) -> str:
    """The text with Traditional characters replaced one for one, so that positions stay the same.

    Knows the characters that occur in this word list.
    """
    return text.translate(_to_simplified())
