"""One sample of a VCF at the places that matter, in one pass or by its index; the build is found out, never assumed.

What the file does not state is "absent", not reference: only a gVCF's stretches, a stated genotype, or the word of whoever made the file
(`absent_is_reference`) make a reference.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from xinglin.formats.vcf.alignment import reach
from xinglin.formats.vcf.header import Header, read_header
from xinglin.formats.vcf.lines import Line, line_of
from xinglin.formats.vcf.opening import index_of, is_bgzip, names_in, opened, see_that_it_is_whole, stretches
from xinglin.formats.vcf.sites import site_of
from xinglin.formats.vcf.tumour import Tumour, read_tumour, tumour_column
from xinglin.records.errors import InvalidInput, NotFound, OutOfResources
from xinglin.records.genomics import Assembly, Genome, Origin, SiteCall, WantedSite

_SPECIAL = {"M": "MT", "chrM": "MT", "chrMT": "MT"}


LEAST_TELLING = 3  # known places that must bear an assembly's bases before it is believed: one or two agree by chance


class Limits(Struct, frozen=True):
    """Bounds on one file. A line holds every sample's genotype, so its length bounds how many people a file may hold."""

    file_bytes: int = 200 << 30
    line_bytes: int = 16 << 20
    samples: int = 10_000


class Wanted(Struct, frozen=True):
    """The places to read, per assembly."""

    sites: Mapping[Assembly, Sequence[WantedSite]]


class _Touching(NamedTuple):
    """Records that touch a wanted place of either assembly, by chromosome without "chr"."""

    lines: Mapping[str, Sequence[Line]]
    unsorted: bool


def read_genome(
    path: str | Path, wanted: Wanted, *, sample: str = "", assembly: str = "", origin: Origin = "germline", absent_is_reference: bool = False,
    limits: Limits | None = None, tumour: Tumour | None = None,
) -> Genome:  # fmt: skip
    """One sample's genotypes at the wanted places. Raises NotFound XL-VCF-001, InvalidInput XL-VCF-002 to 021, OutOfResources XL-VCF-008."""
    file, bounds = Path(path), limits or Limits()
    see_that_it_is_whole(file, bounds.file_bytes)
    header = _header(file, bounds)
    if origin == "somatic" and tumour is not None:
        return _tumour(file, header, tumour, sample, assembly, bounds)
    column = _column(header, sample, file.name, bounds)
    both: dict[Assembly, Sequence[WantedSite]] = {name: sites for name, sites in wanted.sites.items() if not assembly or name == assembly}
    if header.assembly is not None and not assembly:
        both = {header.assembly: wanted.sites[header.assembly]}
    touching = _touching(file, header, column, both, bounds)
    build = _build(file.name, assembly, header, both, touching)
    called = tuple(_calls(wanted.sites[build], touching.lines, absent_is_reference=absent_is_reference))
    _see_build(called, file.name, build)
    digest = _digest(file)
    notes = ("records are not in order of position",) if touching.unsorted else ()
    return Genome(
        f"vcf/{digest[:12]}", hashlib.sha256(header.samples[column - 9].encode()).hexdigest()[:8], build, origin, digest, sites=called,
        whole=header.blocks, sex=_sex(called), notes=notes,
    )  # fmt: skip


def _tumour(file: Path, header: Header, tumour: Tumour, sample: str, assembly: str, bounds: Limits) -> Genome:
    """The variants of a tumour's file; its bases say nothing of the person's own genes and are not read as such."""
    column = (None if sample else tumour_column(header)) or (_column(header, sample, file.name, bounds) if header.samples else 0)
    build = _build(file.name, assembly, header, {}, _Touching({}, unsorted=False))
    with opened(file) as stream:
        records = ((number, line) for number, line in enumerate(stream, start=1) if number > header.lines)
        found = read_tumour(records, header, column, tumour, build)
    digest = _digest(file)
    name = header.samples[column - 9] if column else "tumour"
    notes = (f"{found.filtered} variants of cancer genes failed the file's own filter",) if found.filtered else ()
    return Genome(
        f"vcf/{digest[:12]}", hashlib.sha256(name.encode()).hexdigest()[:8], build, "somatic", digest, somatic=found.calls, notes=notes
    )


def _header(file: Path, bounds: Limits) -> Header:
    with opened(file) as stream:
        return read_header((line.decode("utf-8", "replace") for line in iter(lambda: stream.readline(bounds.line_bytes), b"")), file.name)


def _column(header: Header, sample: str, where: str, bounds: Limits) -> int:
    """The column of the sample asked for. Raises InvalidInput XL-VCF-020 without genotypes, 021 with several people; NotFound XL-VCF-022."""
    samples = header.samples
    if not samples:
        raise InvalidInput(
            "XL-VCF-020",
            "the file holds no genotypes",
            where=where,
            why="it lists places, not people",
            fix="give a VCF with a sample's column",
        )
    if len(samples) > bounds.samples:
        raise OutOfResources("XL-VCF-008", f"more than {bounds.samples} samples", where=where, fix="keep the samples you need")
    if sample:
        if sample not in samples:
            raise NotFound(
                "XL-VCF-022", "no sample of that name is in the file", where=where, fix="take the name from the line of column names"
            )
        return 9 + samples.index(sample)
    if len(samples) > 1:
        raise InvalidInput(
            "XL-VCF-021", f"the file holds {len(samples)} people", where=where, why="one chart is one person", fix="name one with --sample"
        )
    return 9


def _touching(file: Path, header: Header, column: int, wanted: Mapping[Assembly, Sequence[WantedSite]], bounds: Limits) -> _Touching:
    places: dict[str, list[int]] = defaultdict(list)
    for sites in wanted.values():
        for site in sites:
            places[site.chromosome.removeprefix("chr")].extend(range(site.position, site.position + len(site.reference) + reach(site)))
    ordered = {chromosome: sorted(set(found)) for chromosome, found in places.items()}
    index = index_of(file) if is_bgzip(file) else None
    lines = _by_index(file, index, ordered) if index is not None else _one_pass(file, header.lines, ordered, bounds)
    found: dict[str, list[Line]] = defaultdict(list)
    unsorted, seen = False, set()
    for number, cells in lines:
        line = line_of(cells, column, number, file.name)
        chromosome = bare(line.chromosome)
        mark = (chromosome, line.position, line.reference, line.alternates)
        if mark in seen and index is None:
            raise InvalidInput("XL-VCF-010", "a record stands twice", where=f"{file.name}, line {number}", fix="keep one of the two")
        if mark in seen:
            continue
        seen.add(mark)
        unsorted = unsorted or bool(found[chromosome] and found[chromosome][-1].position > line.position)
        found[chromosome].append(line)
    return _Touching(found, unsorted and index is None)


def bare(chromosome: str) -> str:
    """A chromosome without "chr": "10", "X", "MT"."""
    return _SPECIAL.get(chromosome) or chromosome.removeprefix("chr")


def _by_index(file: Path, index: Path, places: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, list[bytes]]]:
    names = {bare(name): name for name in names_in(file, index)}
    asked: list[tuple[str, int, int]] = []
    for chromosome, found in places.items():
        first = last = found[0]
        for place in found[1:]:
            if place - last > 5_000:
                asked.append((names.get(chromosome, chromosome), first, last))
                first = place
            last = place
        asked.append((names.get(chromosome, chromosome), first, last))
    for number, line in enumerate(stretches(file, index, asked), start=1):
        cells = line.split(b"\t")
        if _touches(cells, places.get(bare(cells[0].decode()), ())):
            yield number, cells


def _one_pass(file: Path, skip: int, places: Mapping[str, Sequence[int]], bounds: Limits) -> Iterator[tuple[int, list[bytes]]]:
    """Every record that touches a place, with its line number. Most lines are passed over after their first two cells."""
    spelled: dict[bytes, Sequence[int]] = {}
    for chromosome, found in places.items():
        for name in (chromosome, f"chr{chromosome}", *(alias for alias, is_called in _SPECIAL.items() if is_called == chromosome)):
            spelled[name.encode()] = found
    with opened(file) as stream:
        for number, line in enumerate(stream, start=1):
            if number <= skip:
                continue
            if len(line) > bounds.line_bytes:
                raise OutOfResources(
                    "XL-VCF-008", "a line is too long", where=f"{file.name}, line {number}", fix="keep the samples you need"
                )
            chromosome, _, rest = line.partition(b"\t")
            found = spelled.get(chromosome)
            if found is None:
                continue
            position, _, _ = rest.partition(b"\t")
            if not position.isdigit():
                yield number, line.split(b"\t")
                continue
            first = int(position)
            at = bisect_left(found, first)
            if at == len(found):
                continue
            if found[at] - first > 200 and b"END=" not in line:
                continue
            cells = line.split(b"\t")
            if _touches(cells, found):
                yield number, cells


def _touches(cells: list[bytes], found: Sequence[int]) -> bool:
    if len(cells) < 8 or not cells[1].isdigit() or not found:
        return bool(found)
    first = int(cells[1])
    at = bisect_left(found, first)
    if at == len(found):
        return False
    last = first + len(cells[3]) - 1
    mark = cells[7].find(b"END=")
    if mark == 0 or (mark > 0 and cells[7][mark - 1 : mark] == b";"):
        end = cells[7][mark + 4 :].split(b";", 1)[0]
        last = int(end) if end.isdigit() else last
    return found[at] <= last


def _build(
    where: str, assembly: str, header: Header, wanted: Mapping[Assembly, Sequence[WantedSite]], touching: _Touching
) -> Assembly:  # fmt: skip
    """The assembly: as said by the person, else by the head, else the one whose reference bases the records bear out."""
    said: Assembly | None = "GRCh37" if assembly == "GRCh37" else "GRCh38" if assembly == "GRCh38" else None
    if said is not None:
        if header.assembly is not None and header.assembly != said:
            raise InvalidInput(
                "XL-VCF-012", "the head names the other assembly", where=where, why=f"it says {header.assembly}", fix="check which is true"
            )
        return said
    if header.assembly is not None:
        return header.assembly
    agree: dict[Assembly, tuple[int, int]] = {name: _agreeing(sites, touching.lines) for name, sites in wanted.items()}
    sound: list[Assembly] = [name for name, (right, wrong) in agree.items() if right >= LEAST_TELLING and right > 9 * wrong]
    if len(sound) != 1:
        raise InvalidInput(
            "XL-VCF-011",
            "the assembly cannot be told",
            where=where,
            why="the head does not name it and the records do not decide",
            fix="say it: --assembly GRCh38",
        )
    return sound[0]


def _agreeing(sites: Sequence[WantedSite], lines: Mapping[str, Sequence[Line]]) -> tuple[int, int]:
    starts = {(bare(site.chromosome), site.position): site.reference for site in sites if len(site.reference) == 1}
    right = wrong = 0
    for chromosome, found in lines.items():
        for line in found:
            known = starts.get((chromosome, line.position))
            if known is not None:
                right, wrong = (right + 1, wrong) if line.reference[0] == known else (right, wrong + 1)
    return right, wrong


def _calls(sites: Sequence[WantedSite], lines: Mapping[str, Sequence[Line]], *, absent_is_reference: bool) -> Iterator[SiteCall]:
    """Each site from the records near it; of thousands of records only those that can reach it are looked at."""
    ordered: dict[str, tuple[list[Line], list[int], list[int]]] = {}
    for chromosome, found in lines.items():
        by_place = sorted(found, key=lambda line: line.position)
        farthest = list(accumulate((line.end for line in by_place), max))
        ordered[chromosome] = (by_place, [line.position for line in by_place], farthest)
    for site in sites:
        near: Sequence[Line] = ()
        if known := ordered.get(bare(site.chromosome)):
            by_place, positions, farthest = known
            stop = start = bisect_right(positions, site.position + len(site.reference) - 1 + reach(site))
            while start and farthest[start - 1] >= site.position:
                start -= 1
            near = by_place[max(0, start) : stop]
        yield site_of(site, near, absent_is_reference=absent_is_reference)


def _see_build(called: Sequence[SiteCall], where: str, build: str) -> None:
    """Raises InvalidInput XL-VCF-012 when a tenth or more of what was read bears another reference allele than the assembly."""
    stated = [site for site in called if site.state in {"called", "disagrees", "no-call"}]
    wrong = sum(site.note.endswith("the assembly's") for site in stated)
    if wrong > 2 and wrong * 10 > len(stated):
        raise InvalidInput(
            "XL-VCF-012",
            "the file is of another assembly than it says",
            where=where,
            why=f"{wrong} of {len(stated)} known places bear another reference base than {build}",
            fix="say the right one with --assembly",
        )


def _sex(called: Sequence[SiteCall]) -> str:
    """What the places of chromosome X say: two different bases are a woman's, single bases a man's."""
    mine = [site for site in called if site.chromosome.removeprefix("chr") == "X" and site.state == "called"]
    if any(len(set(site.alleles)) > 1 for site in mine):
        return "female"
    return "male" if mine and all(len(site.alleles) == 1 for site in mine) else ""


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
