"""The word list itself: reads the data files once, files every name by its spelling, and finds it again.

One row per idea. A name marked `?` in the files is ambiguous ("MS" is a disease, a valve, a drug): it is never found,
only offered among `candidates`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path
from typing import get_args

from msgspec import Struct

from xinglin.knowledge.terms.spelling import has_han, spelled
from xinglin.knowledge.terms.term_kinds import Kind
from xinglin.records import Code
from xinglin.records.errors import InvalidInput
from xinglin.records.quantity import ATC, ICD10, ICD10_CM, RXNORM

VERSION = "2026.1"
KINDS: tuple[str, ...] = get_args(Kind)
_DATA = Path(__file__).with_name("data")
_SYSTEMS = {"icd10": ICD10, "icd10cm": ICD10_CM, "rxnorm": RXNORM, "atc": ATC}
_TAILS = re.compile(
    r"(?:,\s*|\s+)(?:unspecified|nos|not elsewhere classified|nec|site not specified|initial encounter|uncomplicated|"
    r"unspecified type|type unspecified|not otherwise specified|unspecified organism|initial episode of care|未特指的?|未特指)$"
)


class Term(Struct, frozen=True, gc=False):
    """One idea: names with the preferred one first, broader ideas by key, codes where sure, and names too short to trust."""

    key: str
    kind: Kind
    en: tuple[str, ...]
    zh: tuple[str, ...]
    parents: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    ambiguous: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """The preferred name in "en" or "zh"."""
        return (self.zh if language == "zh" else self.en)[0]


def _codes(cell: str) -> tuple[Code, ...]:
    pairs = (item.split(":", 1) for item in cell.split())
    return tuple(Code(system=_SYSTEMS[system], code=code) for system, code in pairs)


def _row(line: str, kind: Kind, where: str) -> Term:
    cells = line.split("\t")
    if len(cells) != 5:
        raise InvalidInput("XL-TERM-001", "a row of the word list has not five columns", where=where, fix="key, en, zh, parents, codes")
    key, en, zh, parents, codes = cells
    ambiguous: tuple[str, ...] = ()
    if "?" in en or "?" in zh:
        ambiguous = tuple(name[:-1] for name in f"{en}; {zh}".split("; ") if name[-1] == "?")
        en, zh = en.replace("?; ", "; ").removesuffix("?"), zh.replace("?; ", "; ").removesuffix("?")
    broader = tuple(f"term:{parent}" for parent in parents.split("; ")) if parents else ()
    return Term(f"term:{key}", kind, tuple(en.split("; ")), tuple(zh.split("; ")), broader, _codes(codes) if codes else (), ambiguous)


@cache
def terms() -> tuple[Term, ...]:
    """Every term of the list, ordered by kind and key."""
    found: list[Term] = []
    for kind in get_args(Kind):
        text = _DATA.joinpath(f"{kind}.tsv").read_text(encoding="utf-8")
        lines = text.splitlines()[1:]
        found.extend(_row(line, kind, f"terms/data/{kind}.tsv line {number}") for number, line in enumerate(lines, 2) if line)
    return tuple(found)


@cache
def _keys() -> dict[str, Term]:
    return {term.key: term for term in terms()}


@cache
def _index(han: bool) -> dict[str, list[tuple[Term, str, bool]]]:
    """Spelling → (term, language, trusted) in order of kinds, preferred names first; one index for names in Chinese characters, one for all
    others, so that a reader of one language waits for one only.
    """
    filed: defaultdict[str, list[tuple[Term, str, bool]]] = defaultdict(list)
    for preferred in (True, False):
        for term in terms():
            doubtful = term.ambiguous
            for language, names in (("en", term.en), ("zh", term.zh)):
                for name in names[:1] if preferred else names[1:]:
                    if (not name.isascii() and has_han(name)) is han:
                        filed[spelled(name)].append((term, language, name not in doubtful))
    return dict(filed)


def _filed(spelling: str) -> list[tuple[Term, str, bool]]:
    return _index(not spelling.isascii() and has_han(spelling)).get(spelling, [])


def by_key(key: str) -> Term | None:
    """The term of that key ("term:fever"), or None."""
    return _keys().get(key)


@lru_cache(maxsize=20_000)
def candidates(text: str, language: str = "", kind: str = "") -> tuple[Term, ...]:
    """Every term that goes by this name, ambiguous short forms included; preferred names first, without repeats."""
    hits = _filed(spelled(text))
    return tuple(dict.fromkeys(t for t, lang, _ in hits if language in ("", lang) and kind in ("", t.kind)))


@lru_cache(maxsize=20_000)
def find(text: str, language: str = "", kind: str = "") -> Term | None:
    """The term that goes by this whole name, or None. Ambiguous names find nothing, unless `kind` leaves only one.

    `language` "en" or "zh" looks among those names only; `kind` (one of KINDS) among those terms only. Case, plural, hyphens,
    British and American spelling, Traditional characters, a bracketed tag such as "(disorder)" and a classification's tail such
    as ", unspecified" do not matter.

    >>> find("Hypertension (disorder)").key == find("高血壓").key == "term:hypertension"  # type: ignore[union-attr]
    True
    """
    spelling = spelled(text)
    for term, lang, trusted in _filed(spelling):
        if trusted and language in ("", lang) and kind in ("", term.kind):
            return term
    if kind and len(only := candidates(text, language, kind)) == 1:
        return only[0]
    shorter = _TAILS.sub("", text.strip().lower())
    return find(shorter, language, kind) if shorter and shorter != text.strip().lower() else None


def is_a(term: Term, broader: str) -> bool:
    """Whether the term is, or is a kind of, the term with key `broader`."""
    todo, seen = [term.key], set()
    while todo:
        key = todo.pop()
        if key == broader:
            return True
        if key not in seen:
            seen.add(key)
            found = by_key(key)
            todo.extend(found.parents if found else ())
    return False


def is_kind_of(key: str, broader: str) -> bool:
    """Whether a key, with or without "term:", names the same idea as `broader` or a kind of it; an unknown key is of no kind but its own."""
    bare, wider = key.removeprefix("term:"), broader.removeprefix("term:")
    term = by_key(f"term:{bare}")
    return bare == wider or (term is not None and is_a(term, f"term:{wider}"))
