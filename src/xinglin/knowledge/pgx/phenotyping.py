"""From two alleles to a phenotype: look up each allele's function, then the rule for the pair or for the sum of the scores.

Pure rules of CPIC's allele function and diplotype-phenotype tables; nothing is guessed: an allele without a function read is Indeterminate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from xinglin.knowledge.pgx import book
from xinglin.knowledge.pgx.entries import AlleleFunction, Phenotype, PhenotypeRule

INDETERMINATE = {"en": "Indeterminate", "zh": "无法判定"}
_COPIES = re.compile(r"^(?P<allele>.+?)x(?P<least>≥)?(?P<count>\d+)$")


def function(gene: str, allele: str) -> AlleleFunction | None:
    """Function and activity of an allele; None when none was read for it.

    Sub-alleles count as their core allele. Copies ("*2x3", "*1x≥3") multiply the score and tandems ("*36+*10") add it, unless the
    table has the name itself.
    """
    name = book.gene(gene).name
    direct = book.functions().get((name, allele))
    if direct:
        return direct
    core = next((a.core for a in book.alleles(name) if a.name == allele and a.core), "")
    if core:
        return book.functions().get((name, core))
    return _of_several(name, allele) if book.gene(name).phenotype_by == "activity" else None


def _of_several(gene: str, name: str) -> AlleleFunction | None:
    copies = None if "+" in name else _COPIES.match(name)
    parts = [copies["allele"]] * int(copies["count"]) if copies else name.split("+") if "+" in name else []
    found = [function(gene, part.strip()) for part in parts]
    known = [one for one in found if one is not None]
    if not known or len(known) != len(found) or any(one.activity is None for one in known):
        return None
    total = sum(one.activity or 0.0 for one in known)
    least = any(one.at_least for one in known) or bool(copies and copies["least"])
    return msgspec.structs.replace(known[0], allele=name, function=_word(total), activity=total, at_least=least)


def _word(activity: float) -> str:
    """CPIC's word for an allele of this activity: none, decreased below one, normal at one, increased above."""
    if activity == 0:
        return "No function"
    return "Decreased function" if activity < 1 else "Normal function" if activity == 1 else "Increased function"


def activity(gene: str, *alleles: str) -> float | None:
    """The sum of the alleles' activity values; None when the gene is not scored or one of them has no value."""
    values = [found.activity if (found := function(gene, allele)) else None for allele in alleles]
    return None if not values or any(value is None for value in values) else sum(value or 0.0 for value in values)


def deciding(gene: str, first: Sequence[str], second: Sequence[str] | None = None) -> tuple[str, str]:
    """The two alleles that decide, of a gene where a strand may carry several variants (DPYD, RYR1, CACNA1S).

    With two strands: the worst of each. With one list (phase unknown): the two worst of it, as if on different strands. The worst
    has the lowest activity value or an effect (malignant hyperthermia) against none; equals keep the order given. An empty strand is
    the reference allele. CPIC, fluoropyrimidines and DPYD (PMID 29152729); RYR1 and CACNA1S: any associated variant counts (CPIC tables).
    """
    reference = book.gene(gene).reference

    def rank(allele: str) -> float:
        found = function(gene, allele)
        if found is None:
            return 0.9  # a variant without a function read is worse news than a normal one, better than a known harmful one
        if found.activity is not None:
            return found.activity
        return {"Malignant Hyperthermia associated": 0.0, "Uncertain function": 0.9}.get(found.function, 1.0)

    if second is None:
        worst = sorted(first, key=rank)[:2]
        return (*worst, *[reference] * (2 - len(worst)))[:2]  # type: ignore[return-value]
    return (min(first, key=rank, default=reference), min(second, key=rank, default=reference))


def phenotype(gene: str, allele_a: str, allele_b: str | None = None) -> Phenotype | None:
    """The phenotype of two alleles, or of one (a male's G6PD, mitochondrial MT-RNR1); None for a gene that has no phenotypes (CYP4F2).

    For a gene typed by status give the status itself ("positive"). Raises NotFound XL-PGX-401 for an unknown gene.
    """
    known = book.gene(gene)
    rules = book.phenotype_rules().get(known.name)
    if not rules:
        return None
    if known.phenotype_by == "status":
        return next((_made(rule, None, False, ()) for rule in rules if rule.phenotype == allele_a), None)
    found = [function(gene, allele) for allele in (allele_a, allele_b) if allele is not None]
    words = tuple(one.function if one else "" for one in found)
    if any(one is None for one in found):
        return _indeterminate(known.name, words)
    if known.phenotype_by == "activity":
        return _by_score(known.name, rules, [one for one in found if one], words)
    rule = next((rule for rule in rules if rule.functions == tuple(sorted(words))), None)
    return _made(rule, None, False, words) if rule else _indeterminate(known.name, words)


def _by_score(gene: str, rules: tuple[PhenotypeRule, ...], found: list[AlleleFunction], words: tuple[str, ...]) -> Phenotype:
    if len(found) != 2 or any(one.activity is None for one in found):
        return _indeterminate(gene, words)
    score, least = sum(one.activity or 0.0 for one in found), any(one.at_least for one in found)
    fits = (r for r in rules if (r.low is None or score >= r.low) and (r.high is None or score <= r.high))
    rule = next(fits, None)
    return _made(rule, score, least, words) if rule else _indeterminate(gene, words)


def _made(rule: PhenotypeRule, score: float | None, least: bool, words: tuple[str, ...]) -> Phenotype:
    return Phenotype(rule.gene, rule.phenotype, rule.zh, score, least, words, rule.source, rule.locator, rule.verified)


def _indeterminate(gene: str, words: tuple[str, ...]) -> Phenotype:
    return Phenotype(gene, INDETERMINATE["en"], INDETERMINATE["zh"], None, False, words, "definition", "no function read", True)
