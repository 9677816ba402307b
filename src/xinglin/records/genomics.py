"""Genes on paper: what a file says at the places that matter, which star alleles follow, and what could not be told.

Positions are 1-based; chromosomes are written "chr1" ... "chr22", "chrX", "chrY", "chrM" whatever the file wrote; alleles are bases of the
forward strand, left-aligned and trimmed as VCF 4.3 asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

Assembly = Literal["GRCh37", "GRCh38"]
Origin = Literal["germline", "somatic"]
SiteState = Literal["called", "reference-block", "no-call", "absent", "disagrees", "filtered"]


class WantedSite(Struct, frozen=True):
    """A place to read from a file: a known position of a gene, in one assembly."""

    id: str  # rs number, or "chr10:94781859"
    gene: str
    chromosome: str
    position: int
    reference: str
    alternates: tuple[str, ...]
    before: str = ""  # reference bases before and after, with which an indel is left-aligned without a genome
    after: str = ""


class SiteCall(Struct, frozen=True):
    """What one sample says at one place.

    `alleles`: the bases of each copy in the order of the file, "" where a copy was not called; one for a haploid call. `state`: called,
    reference-block (a gVCF block says reference), no-call (./.), absent (the file does not speak of it), disagrees (its reference allele is
    another than the assembly's, or an allele nobody knows), filtered (kept, but the file's own filter failed it).
    """

    id: str
    gene: str
    chromosome: str
    position: int
    reference: str
    alleles: tuple[str, ...]
    state: SiteState = "called"
    phased: bool = False
    phase_set: str = ""
    filter: str = ""
    depth: int | None = None
    quality: float | None = None
    allele_depths: tuple[int, ...] = ()
    note: str = ""


class SomaticCall(Struct, frozen=True):
    """A variant of a tumour as a file states it, in a gene of the cancer list."""

    gene: str
    chromosome: str
    position: int
    reference: str
    alternate: str
    protein: str = ""  # HGVS p., where the file is annotated
    coding: str = ""  # HGVS c.
    consequence: str = ""
    fraction: float | None = None  # variant allele fraction
    depth: int | None = None
    filter: str = ""
    note: str = ""


class OutsideCall(Struct, frozen=True):
    """A gene called by somebody else: a diplotype, a phenotype or an activity score, as reported."""

    gene: str
    source: str  # the resource or file it came from
    diplotype: str = ""
    phenotype: str = ""
    activity: str = ""
    when: str = ""


class Genome(Struct, frozen=True):
    """One sample of one file, at the places that matter; the file itself is kept beside it.

    `id` is "vcf/<first 12 of its SHA-256>"; `sample` a pseudonym of the column's name. `notes` says what was odd and left as it is.
    """

    id: str
    sample: str
    assembly: Assembly
    origin: Origin
    digest: str
    when: str = ""
    sites: tuple[SiteCall, ...] = ()
    somatic: tuple[SomaticCall, ...] = ()
    whole: bool = False  # a gVCF or a file that states every wanted site: what is absent there was not looked at
    sex: str = ""  # what the calls of chromosome X say: male, female or ""
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[SiteCall, ...]:
        """The sites that carry another base than the reference, in order: each has a place of its own in the kept record."""
        return tuple(
            site for site in self.sites if site.state == "called" and any(base and base != site.reference for base in site.alleles)
        )


class Diplotype(Struct, frozen=True):
    """A pair of alleles (or one, haploid), with its score: how many defined positions it explains."""

    alleles: tuple[str, ...]
    score: int = 0
    functions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As people write it: *1/*2."""
        return "/".join(self.alleles)


class GeneCall(Struct, frozen=True):
    """What is known of one gene of one person.

    `diplotypes`: every best answer (several when the data cannot tell them apart); `alternatives`: what else it could be, were the missing
    positions known. `phenotypes` and `activities` run beside `diplotypes`. `by`: named-alleles, variant-list, activity, outside.
    """

    gene: str
    by: str
    diplotypes: tuple[Diplotype, ...] = ()
    phenotypes: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    alternatives: tuple[Diplotype, ...] = ()
    variants: tuple[str, ...] = ()  # for genes told by single variants: "rs9923231 C/T"
    used: tuple[str, ...] = ()  # ids of the sites it rests on
    missing: tuple[str, ...] = ()  # ids of defined sites that were not callable
    genome: str = ""  # Genome.id or OutsideCall.source
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def certain(self) -> bool:
        """One answer and nothing missing that could change its phenotype."""
        return len(set(self.phenotypes)) == 1 and not self.alternatives
