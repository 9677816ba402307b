"""Which words mean the same, across speech and clinical writing, and which exclude each other.

`classes` gives every token the meanings it may have (single words and phrases of `same_meaning.tsv` and of
`knowledge.terms`); `OPPOSITES` are the sets of which a sentence may use only one of at the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from xinglin.models.transcript_reader.words import Token, stem

LONGEST_PHRASE = 5

OPPOSITES: tuple[tuple[frozenset[str], ...], ...] = tuple(
    tuple(frozenset(words.split()) for words in group)
    for group in (
        ("left left-sided leftward", "right right-sided rightward", "bilateral bilaterally both"),
        ("increase increased increasing up higher raise rise elevated rising bump", "decrease decreased decreasing down lower reduce reduced cut reducing fell"),
        ("improve improved improving better improvement", "worsen worse worsened worsening aggravated", "stable unchanged same steady"),
        ("daily day", "weekly week weeks", "monthly month months", "hourly hour hours", "yearly year years annually annual", "nightly"),
        ("once one 1", "twice two 2", "three 3 thrice", "four 4"),
        ("male man gentleman boy he him his mr sir", "female woman lady girl she her mrs ms"),
        ("mother mom maternal mum", "father dad paternal", "brother", "sister", "son", "daughter", "grandmother grandma", "grandfather grandpa", "aunt", "uncle", "cousin"),
        ("husband", "wife", "friend", "neighbor", "girlfriend", "boyfriend"),
        ("mild mildly", "moderate moderately", "severe severely"),
        ("start started initiate begin starting prescribe", "stop stopped discontinue quit discontinued hold", "continue continued keep"),
        ("upper", "lower", "middle"),
        ("anterior", "posterior"), ("medial", "lateral"), ("proximal", "distal"),
        ("flexion flex", "extension extend"), ("acute", "chronic"),
        ("morning mornings", "evening evenings", "night nights nightly bedtime", "afternoon afternoons"),
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"),
        ("before prior", "after following"),
        ("mg milligram milligrams", "mcg microgram micrograms", "g gram grams", "ml milliliter milliliters", "units unit"),
        ("pounds pound lbs", "kilograms kilogram kg"), ("inches inch", "centimeters cm centimeter", "feet foot", "millimeters mm"),
        ("first", "second", "third", "fourth", "fifth"),
        ("type", "stage", "grade"),
        ("dry", "productive"), ("positive", "negative"),
        ("married", "single", "divorced", "widowed"),
        ("knee", "hip", "ankle", "shoulder", "elbow", "wrist"), ("foot feet", "hand hands"), ("leg legs", "arm arms"),
        ("possible possibly may might could suspect suspected probable probably likely unclear questionable", "definite definitely certain certainly confirmed"),
    )
)  # fmt: skip


@lru_cache(maxsize=1)
def opposites() -> dict[str, tuple[int, int]]:
    """Stem -> (group, side) for words that exclude their neighbours in the group; the first group wins."""
    found: dict[str, tuple[int, int]] = {}
    for group, sides in enumerate(OPPOSITES):
        for side, words in enumerate(sides):
            for word in words:
                found.setdefault(word, (group, side))
    return found


@lru_cache(maxsize=1)
def phrases() -> dict[tuple[str, ...], tuple[int, ...]]:
    """Phrase of stems -> the meanings it has."""
    found: dict[tuple[str, ...], list[int]] = {}
    rows = files("xinglin.models.transcript_reader").joinpath("same_meaning.tsv").read_text(encoding="utf-8").splitlines()
    lists = [row.split("\t") for row in rows if row.strip()]
    lists += _known_terms()
    for meaning, words in enumerate(lists):
        for phrase in words:
            key = tuple(stem(w) for w in phrase.lower().replace("-", " ").split())
            if 0 < len(key) <= LONGEST_PHRASE and meaning not in found.setdefault(key, []):
                found[key].append(meaning)
    return {key: tuple(meanings) for key, meanings in found.items()}


def _known_terms() -> list[list[str]]:
    """English names of problems, symptoms, medicines and procedures that have more than one."""
    from xinglin.knowledge import terms

    return [list(t.en) for t in terms.TERMS if len(t.en) > 1]


@lru_cache(maxsize=1)
def medicine_stems() -> frozenset[str]:
    """First words of all medicines the terms know."""
    from xinglin.knowledge import terms

    return frozenset(stem(name.lower().split()[0]) for t in terms.TERMS if t.kind == "medicine" for name in t.en)


_DRUG_ENDINGS = (
    "pril", "sartan", "statin", "olol", "azole", "cillin", "mycin", "floxacin", "cycline", "gliptin", "gliflozin", "tidine", "prazole",
    "dipine", "setron", "triptan", "oxetine", "pam", "lam", "zosin", "parin", "xaban", "gatran", "mab", "formin", "glitazone", "steride",
    "profen", "oxicam", "codone", "zine", "thiazide", "lukast", "terol", "sone", "solone", "vir",
)  # fmt: skip


def is_medicine(token: Token) -> bool:
    """Whether a word is a medicine's name, by the terms or by its ending."""
    return token.stem in medicine_stems() or (len(token.word) > 6 and token.word.endswith(_DRUG_ENDINGS))


def meanings(found: Sequence[Token]) -> list[tuple[int, ...]]:
    """For every token the meanings of the words and phrases it is part of."""
    book = phrases()
    out: list[set[int]] = [set() for _ in found]
    stems = [s for t in found for s in (t.stem,)]
    for i in range(len(found)):
        for length in range(1, LONGEST_PHRASE + 1):
            if i + length > len(found) or found[i + length - 1].sentence != found[i].sentence:
                break
            got = book.get(tuple(stems[i : i + length]))
            if got:
                for j in range(i, i + length):
                    out[j].update(got)
    return [tuple(sorted(m)) for m in out]
