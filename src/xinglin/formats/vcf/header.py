"""The head of a VCF: its version, assembly, samples, and what it says of itself.

The assembly is believed where contig lengths or the reference's name say it; where they contradict each other the file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from xinglin.records.errors import InvalidInput
from xinglin.records.genomics import Assembly

# lengths of chromosomes 1, 2, 7, 10 and 22, by which the assemblies differ (GRCh37.p13 and GRCh38.p14, Genome Reference Consortium)
_LENGTHS: dict[tuple[str, int], Assembly] = {
    ("1", 249250621): "GRCh37", ("2", 243199373): "GRCh37", ("7", 159138663): "GRCh37", ("10", 135534747): "GRCh37", ("12", 133851895): "GRCh37",
    ("13", 115169878): "GRCh37", ("16", 90354753): "GRCh37", ("19", 59128983): "GRCh37", ("22", 51304566): "GRCh37", ("X", 155270560): "GRCh37",
    ("1", 248956422): "GRCh38", ("2", 242193529): "GRCh38", ("7", 159345973): "GRCh38", ("10", 133797422): "GRCh38", ("12", 133275309): "GRCh38",
    ("13", 114364328): "GRCh38", ("16", 90338345): "GRCh38", ("19", 58617616): "GRCh38", ("22", 50818468): "GRCh38", ("X", 156040895): "GRCh38",
}  # fmt: skip


def lengths(assembly: Assembly) -> dict[str, int]:
    """Lengths of the chromosomes by which this assembly is told."""
    return {name: length for (name, length), known in _LENGTHS.items() if known == assembly}


_NAMES = (
    (re.compile(r"grch38|hg38|hs38|b38\b|GCA_000001405\.(?:1[5-9]|2\d)", re.I), "GRCh38"),
    (re.compile(r"grch37|hg19|hs37|b37\b|human_g1k_v37|GCA_000001405\.(?:[1-9]|1[0-4])\b", re.I), "GRCh37"),
    (re.compile(r"grch36|hg18|ncbi36|t2t|chm13|grcm|mm10|mm39", re.I), "other"),
)
_CONTIG = re.compile(r"^##contig=<(.*)>\s*$")
_VERSION = re.compile(r"^##fileformat=VCFv(\d)\.(\d)\s*$")


class Header(Struct, frozen=True):
    """What stands above the records. `assembly` "" where nothing says it; `lines` how many lines the head has."""

    version: str
    samples: tuple[str, ...]
    assembly: Assembly | None
    blocks: bool  # a gVCF: stretches of reference are stated
    lines: int
    annotation: tuple[str, tuple[str, ...]] = ("", ())  # ("CSQ", its fields) or ("ANN", ...)
    tumour: str = ""  # the column of the tumour, where the head says it


def read_header(lines: Iterable[str], where: str) -> Header:
    """The head of a file. Raises InvalidInput XL-VCF-002 (no VCF), 003 (version), 004 (columns), 011 (assembly)."""
    count, version, blocks = 0, "", False
    said: set[str] = set()
    annotation: tuple[str, tuple[str, ...]] = ("", ())
    tumour = ""
    for line in lines:
        count += 1
        if count == 1:
            version = _version(line, where)
        elif line.startswith("##"):
            said |= _assemblies(line)
            blocks = blocks or "<ID=NON_REF" in line or "<ID=*," in line or line.startswith("##GVCFBlock")
            annotation = _annotation(line) or annotation
            tumour = line.partition("=")[2].strip() if line.startswith("##tumor_sample=") else tumour
        elif line.startswith("#CHROM"):
            return Header(version, _samples(line, where), _agreed(said, where), blocks, count, annotation, tumour)
        else:
            break
    raise InvalidInput(
        "XL-VCF-004", "the file has no line of column names", where=f"{where}, line {count}", fix="a VCF has a line that begins with #CHROM"
    )


def _version(line: str, where: str) -> str:
    found = _VERSION.match(line)
    if found is None:
        raise InvalidInput(
            "XL-VCF-002",
            "this is no VCF",
            where=f"{where}, line 1",
            why="the first line is not ##fileformat=VCFv4.x",
            fix="give a VCF 4.1 to 4.5",
        )
    if found[1] != "4" or not 1 <= int(found[2]) <= 5:
        raise InvalidInput("XL-VCF-003", f"VCF {found[1]}.{found[2]} is not read", where=f"{where}, line 1", fix="convert it to VCF 4.2")
    return f"{found[1]}.{found[2]}"


def _assemblies(line: str) -> set[str]:
    if contig := _CONTIG.match(line):
        parts = {name: value for name, _, value in (part.partition("=") for part in contig[1].split(","))}
        length, name = parts.get("length", ""), parts.get("ID", "").removeprefix("chr")
        if length.isdigit():
            return {found} if (found := _LENGTHS.get((name, int(length)))) else set()
        return {name for pattern, name in _NAMES if pattern.search(parts.get("assembly", ""))}
    if line.startswith(("##reference=", "##assembly=", "##genome")):
        return {name for pattern, name in _NAMES if pattern.search(line)}
    return set()


def _agreed(said: set[str], where: str) -> Assembly | None:
    if "other" in said:
        raise InvalidInput(
            "XL-VCF-011",
            "the file is of another assembly",
            where=where,
            why="it names neither GRCh37 nor GRCh38",
            fix="lift it over to GRCh38",
        )
    if len(said) > 1:
        raise InvalidInput(
            "XL-VCF-011",
            "the head names two assemblies",
            where=where,
            why="GRCh37 and GRCh38 both",
            fix="say which with --assembly after checking the source",
        )
    return next(iter(said), None)  # type: ignore[return-value]  # only the two words of Assembly are left


def _annotation(line: str) -> tuple[str, tuple[str, ...]] | None:
    for name, mark in (("CSQ", "Format: "), ("ANN", "annotations: '")):
        if line.startswith(f"##INFO=<ID={name},") and mark in line:
            fields = line.split(mark, 1)[1].split('"', 1)[0].strip("' ")
            return name, tuple(field.strip() for field in fields.split("|"))
    return None


def _samples(line: str, where: str) -> tuple[str, ...]:
    columns = line.rstrip("\r\n").split("\t")
    if columns[:8] != ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]:
        raise InvalidInput(
            "XL-VCF-004",
            "the columns are not those of a VCF",
            where=where,
            why="eight fixed columns, separated by tabs",
            fix="write it anew",
        )
    samples = tuple(columns[9:])
    if len(set(samples)) != len(samples):
        raise InvalidInput("XL-VCF-005", "two samples bear one name", where=where, fix="rename them, one person each")
    return samples
