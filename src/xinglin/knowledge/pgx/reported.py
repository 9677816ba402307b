"""What laboratories write, in the words of the tables: "*2A" of DPYD, "-1639 G/A" of VKORC1, two HLA alleles, "poor metaboliser".

Words that mean nothing here come back as they are; nothing is guessed.
"""

from __future__ import annotations

import re
from functools import cache

from xinglin.knowledge.pgx import book
from xinglin.knowledge.pgx.advice import all_advice

_VKORC1 = re.compile(r"^(?:rs9923231\s*|-?1639\s*)?([GACT])\s*/?\s*([GACT])$", re.IGNORECASE)
_SHORT = {"pm": "Poor Metabolizer", "im": "Intermediate Metabolizer", "nm": "Normal Metabolizer", "em": "Normal Metabolizer", "rm": "Rapid Metabolizer",
          "um": "Ultrarapid Metabolizer"}  # fmt: skip
_MANY = re.compile(r"[xX×]\s*[nN]\b")
_FIELDS = re.compile(r"^\*?(\d+:\d+)")


def as_reported(gene: str, words: str) -> str | tuple[str, ...]:
    """A result as `advice` and `phenotype` understand it: a diplotype, a phenotype's term, or statuses ("*57:01 positive", ...).

    >>> as_reported("DPYD", "*1/*2A"), as_reported("CYP2D6", "poor metaboliser")
    ('Reference/c.1905+1G>A (*2A)', 'Poor Metabolizer')
    """
    known = book.gene(gene)
    if known.phenotype_by == "status":
        return _statuses(known.name, words)
    words = _MANY.sub("x2", words)  # "*1/*2xN": at least two copies
    term = _terms(known.name).get(_plain(_SHORT.get(_plain(words), words)))
    if term:
        return term
    if known.name == "VKORC1" and (hit := _VKORC1.match(words.strip())):
        pair = "".join(sorted({"C": "G", "T": "A"}.get(base.upper(), base.upper()) for base in hit.groups()))
        return {"AA": "-1639 AA", "AG": "-1639 AG", "GG": "-1639 GG"}.get(pair, words)
    return "/".join(_allele(known.name, part.strip()) for part in words.split("/")) if "/" in words else words


def _plain(words: str) -> str:
    return words.casefold().replace("metaboliser", "metabolizer").replace("-", " ").strip()


@cache
def _terms(gene: str) -> dict[str, str]:
    terms = {_plain(rule.phenotype): rule.phenotype for rule in book.phenotype_rules().get(gene, ())}
    return terms | {_plain(rule.zh): rule.phenotype for rule in book.phenotype_rules().get(gene, ()) if rule.zh}


@cache
def _older_names(gene: str) -> dict[str, str]:
    """ "*2A" -> "c.1905+1G>A (*2A)", "*1" -> the reference allele, where the tables name alleles by their change."""
    found = {hit[1]: allele.name for allele in book.alleles(gene) if (hit := re.search(r"\((\*?\w+)\)$", allele.name))}
    return found if any(allele.name == "*1" for allele in book.alleles(gene)) else {**found, "*1": book.gene(gene).reference}


def _allele(gene: str, name: str) -> str:
    return name if any(allele.name == name for allele in book.alleles(gene)) else _older_names(gene).get(name, name)


@cache
def _asked(gene: str) -> tuple[str, ...]:
    """The alleles of a gene typed by status that guidelines ask about: "*57:01"."""
    words = {word.split(" ")[0] for one in all_advice() for word in one.conditions.get(gene, ()) if word.startswith("*")}
    return tuple(sorted(words))


def _statuses(gene: str, words: str) -> str | tuple[str, ...]:
    said = "negative" if "negative" in words.casefold() else "positive" if "positive" in words.casefold() else ""
    if said and len(named := re.findall(r"\b(\d{2}:\d{2,3})\b", words)) == 1:
        return f"*{named[0]} {said}"
    if said:
        return words
    carried = {
        f"*{hit[1]}"
        for part in words.replace("HLA-", "").split("/")
        if (hit := _FIELDS.search(part.strip().removeprefix("A").removeprefix("B")))
    }
    if not carried:
        return words
    both = "/" in words
    return tuple(f"{allele} {'positive' if allele in carried else 'negative'}" for allele in _asked(gene) if allele in carried or both)
