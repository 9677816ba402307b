"""What a text can speak of: this person's facts under every name they go by, and medical words the record does not hold.

Built once per patient. The record's own names come first; the word list and the laboratory table add synonyms,
and lend the names of everything that this person does NOT have, so that an invented illness is recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from xinglin.models.reader.context_words import context_tree
from xinglin.models.reader.everyday_words import class_words, everyday_words
from xinglin.models.reader.fact_names import TOO_PLAIN, names_of
from xinglin.models.reader.phrase_tree import PhraseTree, Token, longest_below, words_of
from xinglin.records.collecting import collecting_later
from xinglin.records.fact import Fact
from xinglin.records.quantity import LOINC, Concept


class Subject(NamedTuple):
    """One thing to speak of. `facts` are ids; empty: a medical word that the record knows nothing of."""

    key: str
    kind: str
    facts: tuple[str, ...] = ()
    name: str = ""
    also: str = ""  # key of the word-list term that lent the name


BLOOD_PRESSURE = ("blood pressure", "bp", "血压", "arterial blood pressure", "arterial pressure")
PRESSURE = "analyte:blood-pressure"
SYSTOLIC, DIASTOLIC = "loinc:8480-6", "loinc:8462-4"
_PRESSURE_WORDS = frozenset(words_of(word)[0] for word in BLOOD_PRESSURE)
_BOTH_PRESSURES = ((("", ""), "both pressures"),)
_GROUP = {
    "measurement": "measurement", "trend": "measurement", "calculation": "measurement", "problem": "problem", "medicine": "medicine", "allergy": "allergy",
    "procedure": "procedure", "family": "family", "imaging": "imaging", "report": "report", "document": "document", "immunization": "immunization",
    "encounter": "encounter", "plan": "plan", "goal": "plan", "gene": "gene", "device": "device", "gap": "gap",
}  # fmt: skip


class KnownWords(NamedTuple):
    """Medical words of the word list and the laboratory table, as one tree."""

    tree: PhraseTree[Subject]
    by_key: dict[str, tuple[str, tuple[str, ...]]]  # key -> (kind, names)
    by_code: dict[tuple[str, str], str]  # (system, code) -> key
    parents: dict[str, tuple[str, ...]]


_TERM_KINDS = {
    "problem": "problem", "symptom": "problem", "finding": "problem", "medicine": "medicine", "drug_class": "drug_class", "allergen": "allergen", "procedure": "procedure",
    "imaging": "imaging", "anatomy": "anatomy", "vaccine": "immunization", "organism": "organism", "device": "device", "social": "social", "relative": "relative",
    "measurement": "measurement", "allergy": "allergy",
}  # fmt: skip


@cache
def known_words() -> KnownWords:
    """The medical words known to the house, whoever the patient is."""
    tree: PhraseTree[Subject] = PhraseTree(usable=_usable)
    by_key: dict[str, tuple[str, tuple[str, ...]]] = {}
    by_code: dict[tuple[str, str], str] = {}
    parents: dict[str, tuple[str, ...]] = {}
    for key, kind, names, codes, broader in _rows():
        by_key[key] = (kind, names)
        parents[key] = broader
        for code in codes:
            by_code.setdefault(code, key)
        may_deny = kind in ("social", "allergen", "problem")
        for name in names:
            if not (may_deny and (_DENIES.match(name) or _PAST_NAME.search(name))):
                tree.add(name, Subject(key, kind, (), name, key))
    for word in BLOOD_PRESSURE:
        tree.add(word, Subject(PRESSURE, "measurement", (), word))
    return KnownWords(tree, by_key, by_code, parents)


def _rows() -> Iterable[tuple[str, str, tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]]:
    """(key, kind, names, codes, broader keys) from the laboratory table and the word list, whichever are present."""
    yield from _analytes()
    try:
        from xinglin.knowledge.terms import book
    except ImportError:
        return
    try:
        terms = book.terms()
    except FileNotFoundError:
        return
    for term in terms:
        names = tuple(name for name in (*term.en, *term.zh) if name not in term.ambiguous)
        codes = tuple((code.system, code.code) for code in term.codes)
        yield term.key, _TERM_KINDS.get(term.kind, "problem"), names, codes, term.parents


def _analytes() -> Iterable[tuple[str, str, tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]]:
    from xinglin.knowledge.labs.book import analytes

    for one in analytes():
        names = tuple(name for words in one.names.values() for name in words)
        yield f"analyte:{one.key}", "measurement", names, tuple((LOINC, code) for code in one.loincs), ()


_PAST_NAME = re.compile(r"^(?:personal )?history of |史$|^(?:ex|former|previous|quit)\b|戒[烟酒]", re.IGNORECASE)
_DENIES = re.compile(
    r"(?:no|not|never|non|without|does not|denies)\b|nonsmoker|无(?!尿|痛|菌|脉|症|精|牙)|未(?!分化|破裂)|从不|从未|否认|不吸|不饮",
    re.IGNORECASE,
)


@lru_cache(maxsize=32768)
def _usable(name: str) -> bool:
    """False for names that mean nothing on their own or are words of the context list."""
    path = words_of(name)
    if not path or " ".join(path) in TOO_PLAIN or "".join(path) in TOO_PLAIN:
        return False
    if len(path) == 1 and (path[0] in TOO_PLAIN or path[0].isdigit()):
        return False
    return not (len(path) == 1 and len(path[0]) > 1 and path[0].isascii() and context_tree().get(name) is not None)


class Subjects(NamedTuple):
    """What this patient's record knows, by name."""

    tree: RecordTree
    by_key: dict[str, Subject]


_made: list[tuple[Sequence[Fact], Subjects]] = []


def subjects_of(facts: Sequence[Fact]) -> Subjects:
    """The names of one person's facts, with the synonyms that the word list and the laboratory table know for them.

    Made once while a tuple of facts is the same object: one record is read again for every kind of text.
    """
    for known, subjects in _made:
        if known is facts:
            return subjects
    subjects = _subjects(facts)
    if isinstance(facts, tuple):
        _made.append((facts, subjects))
        del _made[:-2]
    return subjects


@collecting_later()
def _subjects(facts: Sequence[Fact]) -> Subjects:
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        group = _GROUP.get(fact.kind)
        if group:
            groups.setdefault((fact.key or f"name:{fact.concept.words.lower()}", group), []).append(fact)
    things = []
    for (key, group), members in groups.items():
        words = _vocabulary(key, group, _distinct(members), members[0].details.get("analyte", ""))
        things.append((key, group, tuple([fact.id for fact in members]), words))
    return _compiled(tuple(things))


@lru_cache(maxsize=8)
def _compiled(things: tuple[tuple[str, str, tuple[str, ...], _Vocabulary], ...]) -> Subjects:
    """The words of (key, group, fact ids, words) rows; the last few are kept, for one record is drafted from and checked many times."""
    by_key: dict[str, Subject] = {}
    own: dict[_Sort, Subject] = {}
    members: dict[str, list[_Member]] = {}
    for key, group, ids, words in things:
        own[key, group] = subject = Subject(key, group, ids, words.shown, words.term)
        by_key.setdefault(key, subject)
        member = (key, group, words)
        for first in words.branches:
            if first in members:
                members[first].append(member)
            else:
                members[first] = [member]
    return Subjects(RecordTree(members, own, tuple([by_key[key] for key in (SYSTOLIC, DIASTOLIC) if key in by_key])), by_key)


_Sort = tuple[str, str]  # key and group: one thing of a record


class RecordTree:
    """The phrases of one record as branches, one per first word, each made when a text first has that word.

    A branch only says which things are spoken of, so it is the same for everybody who has these things; they become this
    person's subjects when a phrase is found.
    """

    def __init__(self, members: dict[str, list[_Member]], own: dict[_Sort, Subject], pressures: tuple[Subject, ...]) -> None:
        self._members, self._own, self._pressures = members, own, pressures
        self._branches: dict[str, dict] = {}
        for first in _PRESSURE_WORDS if pressures else ():
            members.setdefault(first, [])

    def __contains__(self, first: object) -> bool:
        """Whether any phrase begins with this word."""
        return first in self._members

    def longest(self, tokens: list[Token], position: int) -> tuple[int, tuple[Subject, ...]] | None:
        """The longest phrase that begins at token `position`: (token behind it, subjects)."""
        first = tokens[position].word
        branch = self._branches.get(first)
        if branch is None:
            if first not in self._members:
                return None
            branch = self._branches[first] = _branch(first, tuple(self._members[first]), bool(self._pressures) and first in _PRESSURE_WORDS)
        found = longest_below(branch, tokens, position)
        if found is None:
            return None
        if found[1] is _BOTH_PRESSURES:
            return found[0], self._pressures
        own = self._own
        return found[0], tuple([own[sort] if not broader else own[sort]._replace(also=broader) for sort, broader in found[1]])


@lru_cache(maxsize=16384)
def _branch(first: str, members: tuple[_Member, ...], pressure: bool) -> dict:
    """All phrases that begin with `first`, each with the things it speaks of: ((key, group), broader term or ""), own names first.

    With `pressure`, "BP 148/92" speaks of two measurements at once.
    """
    meanings: dict[tuple[str, ...], dict[_Sort, str]] = {}
    for key, group, words in members:
        for path, broader in words.branches[first]:
            meanings.setdefault(path, {}).setdefault((key, group), broader)
    tree: PhraseTree[tuple[tuple[_Sort, str], ...]] = PhraseTree()
    for path in (words_of(word) for word in BLOOD_PRESSURE if pressure):
        if path[0] == first:
            tree.add_path(path, _BOTH_PRESSURES)
    for path, said in meanings.items():
        tree.add_path(path, tuple(said.items()))
    return tree.branch(first)


class _Named(NamedTuple):
    """What a fact is called, whatever else it says: a hundred results of one analyte are called the same."""

    kind: str
    concept: Concept
    names: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Vocabulary:
    """The names of one thing as paths of tokens, by their first word: (path, "") for its own, (path, broader term) for those of the
    terms above it. Told apart by identity.
    """

    shown: str
    term: str
    branches: dict[str, tuple[tuple[tuple[str, ...], str], ...]]


_Member = tuple[str, str, _Vocabulary]  # key, group, words


@lru_cache(maxsize=8192)
def _vocabulary(key: str, group: str, members: tuple[_Named, ...], analyte: str) -> _Vocabulary:
    """Worked out once per thing: patients share most of what is known of them."""
    known = known_words()
    own = list(dict.fromkeys(name for one in members for name in names_of(key, one.kind, one.concept, dict(one.names))))
    terms = _terms_for(key, members[0], analyte, own, known)
    lay = [word for name in own for word in class_words(name)] if group == "medicine" else []
    words = dict.fromkeys([*own, *everyday_words(own), *lay, *(name for term in terms for name in known.by_key[term][1])])
    broader = dict.fromkeys(above for term in terms for above in _ancestors(term, known))
    branches: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for above, names in (("", words), *((above, known.by_key.get(above, ("", ()))[1]) for above in broader)):
        for path in _paths(names):  # a broader word ("diabetes") also speaks of the narrower fact
            branches.setdefault(path[0], []).append((path, above))
    return _Vocabulary(own[0] if own else key, terms[0] if terms else "", {first: tuple(paths) for first, paths in branches.items()})


def _paths(words: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """The paths of the words that can be read, each once."""
    return tuple(dict.fromkeys(words_of(word) for word in words if _usable(word)))


def _distinct(members: Sequence[Fact]) -> tuple[_Named, ...]:
    """The names of the facts of one group, each set of names once, under the kind of the first fact that has it."""
    seen: dict[tuple, _Named] = {}
    last: Fact | None = None
    for fact in members:
        if last is not None and fact.concept == last.concept and fact.names == last.names:
            continue  # comparing with the one before is cheaper than looking it up: results of one test are called the same
        last = fact
        names = tuple(fact.names.items())
        if (fact.concept, names) not in seen:
            seen[fact.concept, names] = _Named(fact.kind, fact.concept, names)
    return tuple(seen.values())


def _terms_for(key: str, first: _Named, analyte: str, own: Sequence[str], known: KnownWords) -> list[str]:
    """Keys of the word-list rows that speak of the same thing, by key, by code or by an equal name."""
    found: dict[str, None] = {}
    kind = _GROUP.get(first.kind, "")
    if key in known.by_key:
        found[key] = None
    if key.startswith("loinc:") and (LOINC, key[6:]) in known.by_code:
        found[known.by_code[LOINC, key[6:]]] = None
    if analyte and f"analyte:{analyte}" in known.by_key:
        found[f"analyte:{analyte}"] = None
    for code in first.concept.codes:
        match = known.by_code.get((code.system, code.code))
        if match:
            found[match] = None
    for name in own:
        subject = known.tree.get(name)
        if subject is not None and _same_sort(kind, subject.kind):
            found[subject.key] = None
    return list(found)


_SORTS = {
    "measurement": ("measurement",), "medicine": ("medicine", "drug_class"), "allergy": ("medicine", "allergen", "drug_class", "allergy", "problem"),
    "immunization": ("immunization", "medicine"), "problem": ("problem", "social"), "family": ("problem",), "procedure": ("procedure", "imaging"), "imaging": ("imaging", "procedure"),
    "report": ("imaging", "procedure", "measurement"), "plan": ("procedure", "problem", "medicine", "imaging"), "device": ("device", "procedure"),
    "encounter": ("problem", "procedure"),
}  # fmt: skip


def _same_sort(group: str, kind: str) -> bool:
    return kind in _SORTS.get(group, (kind,))


_TOO_BROAD = frozenset(f"term:{word}" for word in ["pain", "disease", "infection", "injury", "neoplasm", "cancer", "disorder", "symptom", "bleeding", "inflammation", "fracture"]) - {
    "term:cancer", "term:fracture"
}  # fmt: skip


def _ancestors(term: str, known: KnownWords) -> list[str]:
    todo, seen = list(known.parents.get(term, ())), []
    while todo:
        key = todo.pop()
        if key in seen or key in _TOO_BROAD:
            continue
        seen.append(key)
        todo.extend(known.parents.get(key, ()))
    return seen
