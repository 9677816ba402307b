"""Alterations of a tumour and the medicines whose label names them: a vocabulary to find them by, not a recommendation.

`sensitive` says that a drug label gives the alteration as part of an indication; what a patient should have is for the doctor to judge.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from xinglin.knowledge.pgx import book
from xinglin.knowledge.pgx.entries import Entry


class SomaticAlteration(Entry, frozen=True, kw_only=True):
    """One alteration in one tumour.

    `alteration` is a protein change ("p.L858R"), "exon 19 deletion", "fusion" or a class of variants; `grch37` and `grch38`
    with `reference` and `alternate` are its place where one was read. `therapies` are medicines or combinations ("a+b").
    """

    gene: str
    alteration: str
    kind: Literal["protein-change", "exon-deletion", "exon-insertion", "splice", "fusion", "class"]
    exon: int | None
    chromosome: str
    grch37: int | None
    grch38: int | None
    reference: str
    alternate: str
    tumour: dict[str, str]
    effect: Literal["sensitive", "resistant"]
    therapies: tuple[tuple[str, ...], ...]
    therapy_class: dict[str, str]


def _alteration(row: dict[str, str]) -> SomaticAlteration:
    return SomaticAlteration(
        gene=row["gene"],
        alteration=row["alteration"],
        kind=row["kind"],  # type: ignore[arg-type]  # the tables' own test holds the words to the lists
        exon=int(row["exon"]) if row["exon"] else None,
        chromosome=row["chromosome"],
        grch37=int(row["grch37"]) if row["grch37"] else None,
        grch38=int(row["grch38"]) if row["grch38"] else None,
        reference=row["ref"],
        alternate=row["alt"],
        tumour={"en": row["tumour_en"], "zh": row["tumour_zh"]},
        effect=row["effect"],  # type: ignore[arg-type]
        therapies=tuple(tuple(one.split("+")) for one in row["therapies"].split("|")),
        therapy_class={"en": row["class_en"], "zh": row["class_zh"]},
        source=row["source"],
        locator=row["locator"],
        verified=row["verified"] == "yes",
    )


@lru_cache(maxsize=1)
def somatic_alterations() -> tuple[SomaticAlteration, ...]:
    """Every row, by gene, alteration and tumour."""
    return tuple(_alteration(row) for row in book.rows_of("somatic.csv"))


def somatic(gene: str, alteration: str = "") -> tuple[SomaticAlteration, ...]:
    """The rows of a gene, or of one of its alterations ("p.L858R", "L858R", "exon 19 deletion"; letter case does not count)."""
    asked = alteration.casefold().removeprefix("p.")
    return tuple(
        row for row in somatic_alterations() if row.gene == gene and (not asked or row.alteration.casefold().removeprefix("p.") == asked)
    )
