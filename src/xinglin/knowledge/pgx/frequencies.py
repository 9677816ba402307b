"""How common an allele is in a population, for drawing virtual people and for saying what is rare.

Shares of all copies of the gene (0 to 1); an allele not listed for a population was not read, not absent.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from xinglin.knowledge.pgx import book
from xinglin.knowledge.pgx.entries import Entry


class Frequency(Entry, frozen=True, kw_only=True):
    """One allele in one population; `population` is CPIC's biogeographical group ("east-asian", "european", ...)."""

    gene: str
    allele: str
    population: str
    share: float


@lru_cache(maxsize=1)
def _by_gene() -> dict[str, tuple[Frequency, ...]]:
    found: dict[str, list[Frequency]] = defaultdict(list)
    for row in book.rows_of("frequencies.csv"):
        found[row["gene"]].append(
            Frequency(
                gene=row["gene"],
                allele=row["allele"],
                population=row["population"],
                share=float(row["frequency"]),
                source=row["source"],
                locator=row["locator"],
                verified=row["verified"] == "yes",
            )
        )
    return {gene: tuple(rows) for gene, rows in found.items()}


def frequencies(gene: str, population: str = "") -> tuple[Frequency, ...]:
    """Allele frequencies of a gene, of one population when named, in the order of the table; empty where none was read."""
    rows = _by_gene().get(book.gene(gene).name, ())
    return tuple(row for row in rows if not population or row.population == population)
