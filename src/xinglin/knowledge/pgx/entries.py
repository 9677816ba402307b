"""What one row of the pharmacogene tables is: a gene, a place in it, a star allele, its function, a phenotype rule.

Bases are of the forward strand, as a VCF writes them; each entry says where it was read and whether it was read at all.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Assembly = Literal["GRCh37", "GRCh38"]
WOBBLE = {"R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC", "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT"}
"""IUPAC letters that stand for any of several bases in a definition."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Where a row was read: `source` is a key of SOURCE.toml, `locator` the place in it, `verified` whether it was read there."""

    source: str
    locator: str
    verified: bool


class Gene(Entry, frozen=True, kw_only=True):
    """One gene: where it lies, how its alleles are named, how many a person has, and what its phenotype follows from.

    `ploidy` is diploid, x-linked (a male has one allele) or mitochondrial; `method` is named-alleles, variant-list (any number of
    variants on a strand) or outside (a typing laboratory names the allele); `phenotype_by` is functions, activity, genotype or status.
    """

    name: str
    chromosome: str
    strand: Literal["+", "-"]
    ploidy: Literal["diploid", "x-linked", "mitochondrial"]
    method: Literal["named-alleles", "variant-list", "outside"]
    phenotype_by: Literal["functions", "activity", "genotype", "status"]
    reference: str
    title: dict[str, str]
    note: dict[str, str]


class Position(Entry, frozen=True, kw_only=True):
    """One place that tells alleles apart, in both assemblies, 1-based; indels left-aligned with their anchor base.

    `bases` are all spellings that occur, the GRCh38 reference first; `use` is definition, extra (read beside the alleles) or
    required (no call without it); `before` and `after` are 60 bases of sequence on either side
    of an indel; `grch37_basis` is read (in a source) or offset (the one shift that both neighbours and NCBI's alignment share).
    """

    gene: str
    id: str
    rsid: str
    chromosome: str
    grch38: int
    reference38: str
    grch37: int
    reference37: str
    grch37_basis: Literal["read", "offset"]
    kind: Literal["snv", "indel", "repeat"]
    bases: tuple[str, ...]
    use: Literal["definition", "extra", "required"]
    hgvs: str
    before: str
    after: str

    def place(self, assembly: Assembly) -> int:
        """The position in an assembly."""
        return self.grch38 if assembly == "GRCh38" else self.grch37

    def reference(self, assembly: Assembly) -> str:
        """The base(s) the assembly itself carries here; the two assemblies differ at five places."""
        return self.reference38 if assembly == "GRCh38" else self.reference37

    def alternates(self, assembly: Assembly) -> tuple[str, ...]:
        """The other spellings that matter here."""
        return tuple(base for base in self.bases if base != self.reference(assembly))


class WantedPosition(msgspec.Struct, frozen=True):
    """A place to read from a VCF of one assembly."""

    chromosome: str
    position: int
    reference: str
    alternates: tuple[str, ...]
    id: str
    gene: str


class Allele(Entry, frozen=True, kw_only=True):
    """One named allele. `bases` maps position ids to the base it carries; a position not named carries the gene's reference base.

    `kind` is reference, defined, subvariant (counts as its `core`), core, or one no small variant shows: structural, copies,
    outside, uncalled. A base may be a wobble letter (R, Y, S, ...).
    """

    gene: str
    name: str
    kind: Literal["reference", "defined", "subvariant", "core", "structural", "copies", "outside", "uncalled"]
    core: str
    bases: dict[str, str]


class AlleleFunction(Entry, frozen=True, kw_only=True):
    """What an allele does. `activity` is its value where the gene is scored; `at_least` when the score is a lower bound (copies)."""

    gene: str
    allele: str
    function: str
    activity: float | None
    at_least: bool


class PhenotypeRule(Entry, frozen=True, kw_only=True):
    """Two functions, or a range of the activity score, and the phenotype they make, in CPIC's term and in Chinese."""

    gene: str
    rule: Literal["functions", "activity", "status"]
    functions: tuple[str, ...]
    low: float | None
    high: float | None
    phenotype: str
    zh: str


class Phenotype(msgspec.Struct, frozen=True):
    """What follows from a pair of alleles: CPIC's term, the Chinese term, the score where there is one, and the functions behind it."""

    gene: str
    term: str
    zh: str
    activity: float | None
    at_least: bool
    functions: tuple[str, ...]
    source: str
    locator: str
    verified: bool


class SpecialPlace(Entry, frozen=True, kw_only=True):
    """A place with a rule of its own: `rule` is hapb3-intron, hapb3-exon or fallback; `position` the id of a `Position`; `text` says it."""

    gene: str
    rule: Literal["hapb3-intron", "hapb3-exon", "fallback"]
    position: str
    text: dict[str, str]


class LikelierPair(Entry, frozen=True, kw_only=True):
    """Pairs of alleles that unphased bases cannot tell apart, the commonest first, as frequencies among phased genomes say."""

    gene: str
    pairs: tuple[str, ...]
