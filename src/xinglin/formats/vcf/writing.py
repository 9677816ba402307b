"""A small VCF of known places: what a virtual person's laboratory would send, or a genotype made for a test.

VCF 4.3 (hts-specs, VCFv4.3). Reading it back gives the same bases at the same places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xinglin.formats.vcf.header import lengths
from xinglin.records.errors import InvalidInput
from xinglin.records.genomics import Assembly, SiteCall

_ORDER = {name: number for number, name in enumerate([*map(str, range(1, 23)), "X", "Y", "M", "MT"])}
_STATED = frozenset({"called", "reference-block", "no-call"})


def vcf_of(
    sites: Sequence[SiteCall], assembly: Assembly, *, sample: str = "sample", chr_prefix: bool = True, meta: Mapping[str, str] | None = None
) -> bytes:
    """A VCF that states every called site (and ./. where one was not called); a site that is absent is left out. `meta`: more lines of the head.

    Raises InvalidInput XL-VCF-030 for a sample's name with blanks or tabs, or a site whose alleles are not bases.
    """
    if not sample or any(letter.isspace() for letter in sample):
        raise _unwritable("a sample's name is one word", "sample")
    stated = sorted((site for site in sites if site.state in _STATED), key=_place)
    chromosomes = list(dict.fromkeys(_bare(site) for site in stated))
    lines = [*_head(chromosomes, assembly, sample, chr_prefix, meta or {}), *(_record(site, chr_prefix) for site in stated)]
    return ("\n".join(lines) + "\n").encode()


def _bare(site: SiteCall) -> str:
    return site.chromosome.removeprefix("chr")


def _place(site: SiteCall) -> tuple[int, int, str]:
    return (_ORDER.get(_bare(site), 99), site.position, site.reference)


def _head(chromosomes: Iterable[str], assembly: Assembly, sample: str, chr_prefix: bool, meta: Mapping[str, str]) -> Iterator[str]:
    known = lengths(assembly)
    yield "##fileformat=VCFv4.3"
    yield f"##reference={assembly}"
    yield from (f"##{name}={text}" for name, text in meta.items())
    for name in chromosomes:
        length = f",length={known[name]}" if name in known else ""
        yield f"##contig=<ID={'chr' if chr_prefix else ''}{name},assembly={assembly}{length}>"
    yield '##FILTER=<ID=PASS,Description="All filters passed">'
    yield '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
    yield '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">'
    yield "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", sample])


def _record(site: SiteCall, chr_prefix: bool) -> str:
    alternates = list(dict.fromkeys(base for base in site.alleles if base and base != site.reference))
    for base in (site.reference, *alternates):
        if not base or not set(base) <= set("ACGTN"):
            raise _unwritable("alleles are written in bases", site.id)
    numbers = {site.reference: "0"} | {base: str(number) for number, base in enumerate(alternates, start=1)}
    genotype = ("|" if site.phased else "/").join(numbers.get(base, ".") for base in (site.alleles or ("", "")))
    name = f"{'chr' if chr_prefix else ''}{_bare(site)}"
    keys, values = ("GT:PS", f"{genotype}:{site.phase_set}") if site.phase_set else ("GT", genotype)
    identifier = site.id if site.id.startswith("rs") else "."
    return "\t".join([name, str(site.position), identifier, site.reference, ",".join(alternates) or ".", ".", "PASS", ".", keys, values])


def _unwritable(why: str, where: str) -> InvalidInput:
    return InvalidInput("XL-VCF-030", "a VCF cannot be written", where=where, why=why, fix="mend what is to be written")
