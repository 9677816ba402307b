"""Takes a line of a medicine record apart: which substances, how much of each, in what form, released how fast.

Reads the shapes that records really hold: RxNorm ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet"),
pharmacy ("Aspirin 81mg TAB", "insulin glargine [Lantus]") and Chinese ("盐酸二甲双胍缓释片 0.5g"). Nothing is guessed:
a substance that the word list does not know comes back as the words of the source.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from xinglin.knowledge.terms.book import Term, find
from xinglin.knowledge.terms.dose_forms import FORMS_EN, FORMS_ZH, RELEASES_EN, RELEASES_ZH, SALTS, SALTS_ZH


class MedicineName(Struct, frozen=True):
    """What a medicine line says. `ingredients` and `strengths` run side by side where the source gives strengths.

    A strength is (value, unit) as written, ("", "") where none is given. `form` is an English dose form ("oral tablet"),
    `form_zh` the same in Chinese; `release` is "", "extended", "controlled", "delayed" or "disintegrating"; `brand` the bracketed name.
    """

    ingredients: tuple[Term | str, ...]
    strengths: tuple[tuple[str, str], ...] = ()
    form: str = ""
    form_zh: str = ""
    release: str = ""
    brand: str = ""
    text: str = ""

    def words(self, language: str) -> str:
        """The substances and the form in "en" or "zh"; an unknown substance keeps the words of the source."""
        names = [item if isinstance(item, str) else item.name(language) for item in self.ingredients]
        parts = [f"{name} {value} {unit}".strip() for name, (value, unit) in zip(names, self.strengths, strict=True)]
        joined = (" + " if language == "zh" else " / ").join(parts)
        form = self.form_zh if language == "zh" else self.form
        if language == "zh":
            release = {"extended": "缓释", "controlled": "控释", "delayed": "肠溶", "disintegrating": "口崩"}.get(self.release, "")
            return f"{joined} {release if form else ''}{form}".strip()
        release = self.release if self.release in ("", "disintegrating") else f"{self.release}-release"
        return " ".join(part for part in (joined, release, form) if part)


_UNIT = (
    r"(?:MG|MCG|UG|µG|μG|GM|G|ML|L|MEQ|MMOL|UNT|UNITS?|IU|MIU|KIU|%|HR|MOL|CELLS|ACTUAT|MCI|BAU|AMB|PNU"
    r"|毫克|微克|克|毫升|升|单位|国际单位|万单位)"
)
_PER = r"(?:\s?/\s?(?:\d+(?:\.\d+)?\s?(?:ML|L|HR|ACTUAT|毫升|升)|" + _UNIT + "))?"
_STRENGTH = re.compile(rf"(?<![\w.])(\d[\d,]*(?:\.\d+)?|\.\d+)\s*[- ]?({_UNIT}{_PER})(?![a-z])", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:NDA\d+\s+|ANDA\d+\s+|\d+(?:\.\d+)?\s?(?:HR|hour)s?\s+|\d+(?:\.\d+)?\s?(?:ML|ACTUAT|DAY)\s+|(?:Abuse-Deterrent|Once-Daily)\s+)",
    re.IGNORECASE,
)
_PACK = re.compile(r"\s*\b\d+\s+(?:day\s+)?pack\b.*$", re.IGNORECASE)
_BRACKET = re.compile(r"\s*\[([^\]]+)\]\s*$")
_PARENTHESIS = re.compile(r"\s*\(([^()]*)\)")
_SALT = re.compile(r"\b(?:" + "|".join(SALTS) + r")\b\.?", re.IGNORECASE)
_SALT_ZH = re.compile("^(?:" + "|".join(SALTS_ZH) + ")|(?:" + "|".join(SALTS_ZH) + ")$")
_PACKING = re.compile(r"[×xX*]\s*\d+\s*(?:片|粒|支|袋|瓶|丸|贴|枚|揿|喷|s\b)(?:/[盒瓶板])?")
# words beside a name that say how often, how strong or how packed; left out only where that makes the name known
_BESIDE = re.compile(
    r"\b(?:once|twice|three times|daily|nightly|weekly|a day|per day|per|every|hours?|bid|tid|qid|qd|qhs|prn|at bedtime|"
    r"(?:extra|maximum|regular|low) (?:strength|dose)|u-?100|insulin|day)\b|(?<!\S)[\d.][\d./]*(?:hr|h|%)?(?!\S)",
    re.IGNORECASE,
)
_WIDE = str.maketrans("（）［］【】", "()[][]")
_HAN = re.compile(r"[\u3400-\u9fff]")


def _taken(text: str, table: tuple[tuple[re.Pattern[str], str], ...]) -> tuple[str, str]:
    """The first entry of the table that the text holds, and the text without it."""
    for pattern, value in table:
        hit = pattern.search(text)
        if hit:
            return value, f"{text[: hit.start()]} {text[hit.end() :]}".strip()
    return "", text


def _substance(text: str) -> Term | str | None:
    """The term a piece of text names, its own words when unknown, None when nothing is left."""
    words = " ".join(text.replace("*", " ").split()).strip(" -,./、+:；")
    if not words:
        return None
    bare = " ".join(_SALT_ZH.sub("", words).split()) if _HAN.search(words) else " ".join(_SALT.sub("", words).split()).strip(" -,")
    for attempt in (words, bare, _BESIDE.sub(" ", bare)):
        if attempt:
            for kind in ("medicine", "vaccine", "drug_class", "device"):
                if found := find(attempt, kind=kind):
                    return found
    return words


def _bracketed(text: str) -> tuple[str, str]:
    """(brand, text without brackets): a bracket that names a medicine is a brand, any other is dropped words."""
    brand = ""
    if hit := _BRACKET.search(text):
        brand, text = hit.group(1).strip(), text[: hit.start()].strip()
    kept = text
    for hit in _PARENTHESIS.finditer(text):
        inside = hit.group(1).strip()
        if find(text.strip()) is not None:
            return brand, text
        if not brand and not _STRENGTH.search(inside) and find(inside, kind="medicine"):
            brand = inside
        kept = kept.replace(hit.group(0), " ")
    return brand, " ".join(kept.split())


def _strength(hits: list[re.Match[str]]) -> tuple[str, str]:
    """(value, unit) of one substance; a fixed combination written "50μg/250μg" gives "50/250" and its unit."""
    if not hits:
        return "", ""
    pairs = [(hit.group(1), re.sub(r"\s", "", hit.group(2))) for hit in hits]
    same = [value for value, unit in pairs if unit == pairs[0][1]]
    return "/".join(same), pairs[0][1]


def _pieces(text: str) -> list[tuple[str, tuple[str, str]]]:
    """(substance words, strength) for each part between slashes, plus signs or the word "and"."""
    found: list[tuple[str, tuple[str, str]]] = []
    for part in re.split(r"\s+/\s+|\s*\+\s*|、", text):
        hits = list(_STRENGTH.finditer(part))
        strength = _strength(hits)
        name = re.sub(r"\(\s*\)|(?<=\s)/(?=\s)", " ", _STRENGTH.sub(" ", part))
        found.append((" ".join(name.split()), strength))
    return found


def _split_further(name: str, strength: tuple[str, str]) -> list[tuple[Term | str, tuple[str, str]]]:
    """One piece as one substance, or as several when only its parts ("oxycodone-acetaminophen") are known."""
    whole = _substance(name)
    if whole is None:
        return []
    if isinstance(whole, Term):
        return [(whole, strength)]
    for separator in (r"\s*/\s*", r"\s*-\s*", r"\s+and\s+|\s+with\s+"):
        parts = [_substance(part) for part in re.split(separator, name, flags=re.IGNORECASE) if part.strip()]
        if len(parts) > 1 and all(isinstance(part, Term) for part in parts):
            return [(part, ("", "")) for part in parts if part is not None]
    return [(whole, strength)]


@lru_cache(maxsize=10_000)
def medicine(text: str) -> MedicineName:
    """The substances, strengths, form and release that a medicine line names.

    >>> name = medicine("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet")
    >>> name.ingredients[0].key, name.strengths, name.form, name.release  # type: ignore[union-attr]
    ('term:metformin', (('500', 'MG'),), 'oral tablet', 'extended')
    """
    whole = find(text, kind="medicine") or find(text, kind="vaccine")
    if whole:
        return MedicineName((whole,), (("", ""),), text=text)
    brand, rest = _bracketed(_PACKING.sub(" ", text.translate(_WIDE)).strip())
    while _LEAD.match(rest):
        rest = _LEAD.sub("", rest, count=1)
    rest = _PACK.sub("", rest)
    chinese = bool(_HAN.search(rest))
    release, rest = _taken(rest, RELEASES_ZH if chinese else RELEASES_EN)
    pair, rest = _taken(rest, FORMS_ZH if chinese else FORMS_EN)
    form, _, form_zh = pair.partition("|")
    parts = [item for name, strength in _pieces(rest) for item in _split_further(name, strength)]
    if not parts and brand:
        parts = [(_substance(brand) or brand, ("", ""))]
    ingredients, strengths = tuple(item for item, _ in parts), tuple(strength for _, strength in parts)
    return MedicineName(ingredients, strengths, form, form_zh, release, brand, text)
