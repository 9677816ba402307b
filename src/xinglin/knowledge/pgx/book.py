"""The pharmacogene tables, read once from `data/` and found by gene, position or allele.

A table that contradicts itself (an unknown gene, source, position or allele) stops the program.
"""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from xinglin.knowledge.pgx.entries import (
    Allele,
    AlleleFunction,
    Assembly,
    Gene,
    LikelierPair,
    PhenotypeRule,
    Position,
    SpecialPlace,
    WantedPosition,
)
from xinglin.records.errors import NotFound

_HERE = files("xinglin.knowledge.pgx")


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table in `data/`, as they stand there."""
    lines = (_HERE / "data" / name).read_text(encoding="utf-8").splitlines()
    heads = next(csv.reader(lines[:1]))
    return (dict(zip(heads, row, strict=True)) for row in csv.reader(lines[1:]))


@lru_cache(maxsize=1)
def sources() -> dict[str, dict[str, str]]:
    """SOURCE.toml: `title`, `source_read`, `licence` per key."""
    return {k: v for k, v in tomllib.loads((_HERE / "SOURCE.toml").read_text(encoding="utf-8")).items() if isinstance(v, dict)}


@lru_cache(maxsize=1)
def version() -> str:
    """The version of the topic, as it appears in Evidence ("knowledge/pgx@2026.1")."""
    return str(tomllib.loads((_HERE / "SOURCE.toml").read_text(encoding="utf-8"))["version"])


def _gene(row: dict[str, str]) -> Gene:
    return Gene(
        name=row["gene"],
        chromosome=row["chromosome"],
        strand=row["strand"],  # type: ignore[arg-type]  # the tables' own test holds the words to the lists
        ploidy=row["ploidy"],  # type: ignore[arg-type]
        method=row["method"],  # type: ignore[arg-type]
        phenotype_by=row["phenotype_by"],  # type: ignore[arg-type]
        reference=row["reference"],
        title={"en": row["en"], "zh": row["zh"]},
        note={"en": row["note_en"], "zh": row["note_zh"]},
        source=row["source"],
        locator=row["locator"],
        verified=row["verified"] == "yes",
    )


@lru_cache(maxsize=1)
def genes() -> tuple[Gene, ...]:
    """Every gene, in the order of the table."""
    return tuple(_gene(row) for row in rows_of("genes.csv"))


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Gene]:
    return {gene.name: gene for gene in genes()}


def gene(name: str) -> Gene:
    """The gene of a symbol ("CYP2C19"; "IFNL4" is IFNL3's rs12979860). Raises NotFound XL-PGX-401 for any other word."""
    found = _by_name().get("IFNL3" if name == "IFNL4" else name)
    if found is None:
        raise NotFound("XL-PGX-401", "no such gene in the pharmacogene tables", where="knowledge/pgx", fix="see knowledge.pgx.genes()")
    return found


def _position(row: dict[str, str]) -> Position:
    return Position(
        gene=row["gene"],
        id=row["id"],
        rsid=row["rsid"],
        chromosome=row["chromosome"],
        grch38=int(row["grch38"]),
        reference38=row["ref38"],
        grch37=int(row["grch37"]),
        reference37=row["ref37"],
        grch37_basis=row["grch37_basis"],  # type: ignore[arg-type]
        kind=row["kind"],  # type: ignore[arg-type]
        bases=tuple(row["bases"].split("|")),
        use=row["use"],  # type: ignore[arg-type]
        hgvs=row["hgvs"],
        before=row["context_before"],
        after=row["context_after"],
        source=row["source"],
        locator=row["locator"],
        verified=row["verified"] == "yes",
    )


@lru_cache(maxsize=1)
def _positions() -> dict[str, tuple[Position, ...]]:
    found: dict[str, list[Position]] = defaultdict(list)
    for row in rows_of("positions.csv"):
        found[row["gene"]].append(_position(row))
    return {name: tuple(places) for name, places in found.items()}


def positions(name: str) -> tuple[Position, ...]:
    """The places that tell a gene's alleles apart, in the order of the table; empty for genes typed outside."""
    return _positions().get(gene(name).name, ())


@lru_cache(maxsize=2)
def wanted_positions(assembly: Assembly = "GRCh38") -> tuple[WantedPosition, ...]:
    """All places to read from a VCF of this assembly, sorted by chromosome and position."""
    places = [place for per_gene in _positions().values() for place in per_gene]
    wanted = [WantedPosition(p.chromosome, p.place(assembly), p.reference(assembly), p.alternates(assembly), p.id, p.gene) for p in places]
    return tuple(sorted(wanted, key=lambda w: (w.chromosome.rjust(2), w.position, w.reference)))


def _allele(row: dict[str, str]) -> Allele:
    return Allele(
        gene=row["gene"],
        name=row["allele"],
        kind=row["kind"],  # type: ignore[arg-type]
        core=row["core"],
        bases=dict(pair.split("=") for pair in row["definition"].split("|")) if row["definition"] else {},  # type: ignore[misc]
        source=row["source"],
        locator=row["locator"],
        verified=row["verified"] == "yes",
    )


@lru_cache(maxsize=1)
def _alleles() -> dict[str, tuple[Allele, ...]]:
    found: dict[str, list[Allele]] = defaultdict(list)
    for row in rows_of("alleles.csv"):
        found[row["gene"]].append(_allele(row))
    return {name: tuple(alleles) for name, alleles in found.items()}


def alleles(name: str) -> tuple[Allele, ...]:
    """Every allele of a gene, those only an outside laboratory can call among them (see `Allele.kind`)."""
    return _alleles().get(gene(name).name, ())


@lru_cache(maxsize=1)
def functions() -> dict[tuple[str, str], AlleleFunction]:
    """Function and activity value per gene and allele."""
    found: dict[tuple[str, str], AlleleFunction] = {}
    for row in rows_of("functions.csv"):
        value = row["activity"].rstrip("+")
        found[row["gene"], row["allele"]] = AlleleFunction(
            gene=row["gene"],
            allele=row["allele"],
            function=row["function"],
            activity=float(value) if value else None,
            at_least=row["activity"].endswith("+"),
            source=row["source"],
            locator=row["locator"],
            verified=row["verified"] == "yes",
        )
    return found


@lru_cache(maxsize=1)
def phenotype_rules() -> dict[str, tuple[PhenotypeRule, ...]]:
    """The rules that turn functions, a score or a status into a phenotype, per gene."""
    found: dict[str, list[PhenotypeRule]] = defaultdict(list)
    for row in rows_of("phenotypes.csv"):
        found[row["gene"]].append(
            PhenotypeRule(
                gene=row["gene"],
                rule=row["rule"],  # type: ignore[arg-type]
                functions=tuple(sorted(filter(None, (row["first"], row["second"])))),
                low=float(row["low"]) if row["low"] else None,
                high=float(row["high"]) if row["high"] else None,
                phenotype=row["phenotype"],
                zh=row["zh"],
                source=row["source"],
                locator=row["locator"],
                verified=row["verified"] == "yes",
            )
        )
    return {name: tuple(rules) for name, rules in found.items()}


@lru_cache(maxsize=1)
def _special_places() -> tuple[SpecialPlace, ...]:
    return tuple(
        SpecialPlace(
            gene=row["gene"],
            rule=row["rule"],  # type: ignore[arg-type]
            position=row["position"],
            text={"en": row["en"], "zh": row["zh"]},
            source=row["source"],
            locator=row["locator"],
            verified=row["verified"] == "yes",
        )
        for row in rows_of("special_places.csv")
    )


def special_places(name: str) -> tuple[SpecialPlace, ...]:
    """Places of a gene that a rule of their own is about (DPYD's HapB3, SLCO1B1's rs4149056); empty for most genes."""
    return tuple(place for place in _special_places() if place.gene == gene(name).name)


@lru_cache(maxsize=1)
def _likelier_pairs() -> tuple[LikelierPair, ...]:
    return tuple(
        LikelierPair(
            gene=row["gene"],
            pairs=(row["likelier"], *row["others"].split("|")),
            source=row["source"],
            locator=row["locator"],
            verified=row["verified"] == "yes",
        )
        for row in rows_of("likelier_pairs.csv")
    )


def likelier_pairs(name: str) -> tuple[LikelierPair, ...]:
    """Pairs that unphased bases cannot tell apart and which of them is commoner (NAT2); empty for most genes."""
    return tuple(one for one in _likelier_pairs() if one.gene == gene(name).name)
