"""What guidelines advise for a medicine, given what is known of a person's genes.

One row of `recommendations.csv` is one piece of advice with its conditions; a row speaks only when every condition holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal

import msgspec

from xinglin.knowledge.pgx import book
from xinglin.knowledge.pgx.entries import Entry, Phenotype
from xinglin.knowledge.pgx.phenotyping import INDETERMINATE, activity, phenotype

Action = Literal["avoid", "alternative", "reduce", "increase", "standard", "monitor", "none"]
Strength = Literal["strong", "moderate", "optional", "none"]
ACTIONS: tuple[Action, ...] = ("avoid", "alternative", "reduce", "increase", "monitor", "standard", "none")
"""Most urgent first."""
NOT_TESTED = "not tested"
_SCORE_OF = {"Poor Metabolizer": 0.0, "Intermediate Metabolizer": 1.0, "Normal Metabolizer": 2.0, "Ultrarapid Metabolizer": 3.0}
"""A score in the range of a phenotype, for genes with scores where a laboratory tells the phenotype alone."""
_SCORE = re.compile(r"^(?P<low>\d+(?:\.\d+)?)(?:(?P<open>\+)|-(?P<high>\d+(?:\.\d+)?))?$")


class Advice(Entry, frozen=True, kw_only=True):
    """One piece of a guideline's advice on one medicine.

    `conditions` maps a gene to what it may be: phenotype terms, score ranges ("0.25-1", "2.5+"), "*57:01 positive", "carries *5",
    "not tested". `dose_factor` is the share of the usual dose, low and high, where the guideline gives one; `setting` narrows the
    advice to an indication or history in words; `year` is that of the guideline's newest publication, or of the version read.
    """

    medicine: str
    conditions: dict[str, tuple[str, ...]]
    population: Literal["any", "adult", "child"]
    setting: dict[str, str]
    action: Action
    strength: Strength
    dose_factor: tuple[float, float] | None
    text: dict[str, str]
    guideline: str
    title: str
    year: int
    pmid: str

    @property
    def key(self) -> str:
        """A name that stays the same while the row does: medicine, guideline and conditions."""
        conditions = "; ".join(f"{gene}: {'|'.join(words)}" for gene, words in self.conditions.items())
        return " / ".join(filter(None, (self.medicine, self.guideline, conditions, self.population, self.setting["en"])))


class GeneResult(msgspec.Struct, frozen=True):
    """What is known of one gene: the phenotype's term, the score, the alleles, single variants ("rs12777823 A"), statuses."""

    term: str = ""
    activity: float | None = None
    alleles: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()


Result = GeneResult | Phenotype | float | str | tuple[str, ...]


def _factor(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    low, _, high = text.partition("-")
    return float(low), float(high or low)


def _advice(row: dict[str, str]) -> Advice:
    conditions = (part.split(": ", 1) for part in row["when"].split("; "))
    return Advice(
        medicine=row["drug"],
        conditions={gene: tuple(words.split("|")) for gene, words in conditions},
        population=row["population"],  # type: ignore[arg-type]  # the tables' own test holds the words to the lists
        setting={"en": row["setting_en"], "zh": row["setting_zh"]},
        action=row["action"],  # type: ignore[arg-type]
        strength=row["strength"],  # type: ignore[arg-type]
        dose_factor=_factor(row["dose_factor"]),
        text={"en": row["advice_en"], "zh": row["advice_zh"]},
        guideline=row["guideline"],
        title=row["title"],
        year=int(row["year"]),
        pmid=row["pmid"],
        source=row["source"],
        locator=row["locator"],
        verified=row["verified"] == "yes",
    )


@lru_cache(maxsize=1)
def all_advice() -> tuple[Advice, ...]:
    """Every piece of advice, in the order of the table."""
    return tuple(_advice(row) for row in book.rows_of("recommendations.csv"))


@lru_cache(maxsize=1)
def _by_medicine() -> dict[str, tuple[Advice, ...]]:
    found: dict[str, list[Advice]] = {}
    for one in all_advice():
        found.setdefault(one.medicine, []).append(one)
    return {medicine: tuple(pieces) for medicine, pieces in found.items()}


def medicines() -> tuple[str, ...]:
    """Every medicine there is advice for, sorted; keys of knowledge/terms where it has the medicine."""
    return tuple(sorted(_by_medicine()))


def drugs_of(gene: str) -> tuple[str, ...]:
    """The medicines whose advice asks for this gene, sorted."""
    name = book.gene(gene).name
    return tuple(sorted({one.medicine for one in all_advice() if name in one.conditions}))


def genes_of(medicine: str) -> tuple[str, ...]:
    """The genes that advice on this medicine asks for, sorted; empty when there is none."""
    return tuple(sorted({gene for one in _by_medicine().get(medicine, ()) for gene in one.conditions}))


def result(gene: str, told: Result) -> GeneResult:
    """One gene's result from whatever is at hand.

    A Phenotype; a score; a diplotype ("*1/*2"), single allele or pair of alleles; a phenotype's term; or, of a gene typed by status,
    one or more of "*57:01 positive".
    """
    known = book.gene(gene)
    if isinstance(told, GeneResult):
        return told
    if isinstance(told, Phenotype):
        return GeneResult(term=told.term, activity=told.activity)
    if isinstance(told, int | float):
        return GeneResult(activity=float(told))
    if known.phenotype_by == "status":
        return GeneResult(statuses=(told,) if isinstance(told, str) else tuple(told))
    named = {allele.name for allele in book.alleles(known.name)}
    alleles = (told,) if isinstance(told, str) and told in named else tuple(told.split("/")) if isinstance(told, str) else tuple(told)
    if isinstance(told, str) and len(alleles) == 1 and told not in named:
        return GeneResult(term=told, activity=_SCORE_OF.get(told) if known.phenotype_by == "activity" else None)
    found = phenotype(known.name, *alleles[:2])
    return GeneResult(term=found.term if found else "", activity=activity(known.name, *alleles), alleles=alleles)


def _holds(word: str, told: GeneResult) -> bool:
    if word.startswith("carries "):
        return word.removeprefix("carries ") in (*told.alleles, *told.variants)
    score = _SCORE.match(word)
    if score:
        low, high = float(score["low"]), float(score["high"] or score["low"])
        return told.activity is not None and (told.activity >= low if score["open"] else low <= told.activity <= high)
    if word == INDETERMINATE["en"]:
        return told.term == word or (not told.term and told.activity is None and bool(told.alleles) and not told.statuses)
    return word == told.term or word in told.statuses


def _meets(gene: str, words: tuple[str, ...], told: GeneResult | None, asked: frozenset[str]) -> bool:
    status = told is not None and bool(told.statuses)
    if told is None or (status and not any(one.split(" ")[0] in asked for one in told.statuses)):
        return NOT_TESTED in words
    return any(_holds(word, told) for word in words if word != NOT_TESTED)


@cache
def _asked(medicine: str, guideline: str, gene: str) -> frozenset[str]:
    """The alleles of a gene that one guideline asks about for a medicine ("*15:02"): other alleles' results say nothing to it."""
    pieces = [one for one in _by_medicine()[medicine] if one.guideline == guideline]
    return frozenset(word.split(" ")[0] for one in pieces for word in one.conditions.get(gene, ()))


def advice(medicine: str, results: Mapping[str, Result], population: Literal["any", "adult", "child"] = "any") -> tuple[Advice, ...]:
    """The advice that applies to this medicine for these gene results, most urgent action first, then in the order of the table.

    `results` maps gene symbols to what `result()` takes; a gene left out counts as not tested, and advice that rests on no gene given
    is left out. `population` adult or child drops the other's rows. Raises NotFound XL-PGX-401 for an unknown gene.
    """
    told = {book.gene(gene).name: result(gene, value) for gene, value in results.items()}
    found: list[Advice] = []
    for one in _by_medicine().get(medicine, ()):
        if population != "any" and one.population not in ("any", population):
            continue
        asked = {gene: _asked(medicine, one.guideline, gene) for gene in one.conditions}
        if told.keys() & one.conditions.keys() and all(
            _meets(gene, words, told.get(gene), asked[gene]) for gene, words in one.conditions.items()
        ):
            found.append(one)
    return tuple(sorted(found, key=lambda one: ACTIONS.index(one.action)))
