"""One record of a VCF and one sample's genotype in it, checked before anything follows from it."""

from __future__ import annotations

import re

from msgspec import Struct

from xinglin.records.errors import InvalidInput

_BASES = re.compile(r"^[ACGTNacgtn]+$")
_SYMBOLIC = re.compile(r"^<[^<>]+>$|[\[\]]|^\.[ACGTNacgtn]+$|^[ACGTNacgtn]+\.$")
_GENOTYPE = re.compile(r"^(?:\.|\d+)(?:[/|](?:\.|\d+))*$")
_COMMON: dict[str, tuple[tuple[int | None, ...], bool]] = {
    "0/0": ((0, 0), False), "0/1": ((0, 1), False), "1/1": ((1, 1), False), "0|0": ((0, 0), True), "0|1": ((0, 1), True), "1|0": ((1, 0), True),
    "1|1": ((1, 1), True),
}  # fmt: skip
REFERENCE_BLOCKS = frozenset({"<NON_REF>", "<*>", "<X>"})


class Line(Struct, frozen=True):
    """One record, for one sample. `copies`: which allele each copy carries (0 the reference), None where it was not called."""

    number: int
    chromosome: str
    position: int
    id: str
    reference: str
    alternates: tuple[str, ...]
    quality: float | None
    filter: str
    info: str
    copies: tuple[int | None, ...]
    phased: bool
    phase_set: str
    depth: int | None
    allele_depths: tuple[int, ...]
    end: int  # last place it speaks of

    @property
    def is_block(self) -> bool:
        """Whether it only says that a stretch is reference."""
        return all(one in REFERENCE_BLOCKS for one in self.alternates)

    def allele(self, copy: int) -> str | None:
        """The bases of an allele by its number; None for one that bases cannot write (<DEL>, *)."""
        if copy == 0:
            return self.reference
        word = self.alternates[copy - 1]
        return word if _BASES.match(word) else None


def line_of(cells: list[bytes], sample: int, number: int, where: str) -> Line:
    """A record from its cells. Raises InvalidInput XL-VCF-009 where it is malformed; the message holds no base and no genotype."""
    if len(cells) <= sample:
        raise _malformed("the record has too few columns", where, number)
    chromosome, position, name, reference, alternates, quality, filters, info, keys = (
        b"\t".join(cells[:9]).decode("ascii", "replace").split("\t")
    )
    if not position.isdigit():
        raise _malformed("the position is no number", where, number)
    if not _BASES.match(reference):
        raise _malformed("the reference allele is not written in bases", where, number)
    alleles = tuple(one.upper() for one in alternates.split(",")) if alternates != "." else ()
    for one in alleles:
        if not _BASES.match(one) and one != "*" and not _SYMBOLIC.search(one):
            raise _malformed("an alternate allele is not written in bases", where, number)
    said = dict(zip(keys.split(":"), cells[sample].decode("ascii", "replace").rstrip("\r\n").split(":"), strict=False))
    copies, phased = _copies(said.get("GT", ""), len(alleles), where, number)
    depths = _depths(said.get("AD", ""), len(alleles), where, number)
    return Line(
        number, chromosome, int(position), name, reference.upper(), alleles, _number(quality), filters, info, copies, phased,
        said.get("PS", "").replace(".", ""), _whole(said.get("DP", "")), depths, _end(info, int(position), reference),
    )  # fmt: skip


def _malformed(why: str, where: str, number: int) -> InvalidInput:
    return InvalidInput(
        "XL-VCF-009", "a record cannot be read", where=f"{where}, line {number}", why=why, fix="mend the record, or leave it out"
    )


def _copies(text: str, alternates: int, where: str, number: int) -> tuple[tuple[int | None, ...], bool]:
    known = _COMMON.get(text)
    if known is not None and (alternates or text in {"0/0", "0|0"}):
        return known
    if not text:
        raise _malformed("the record has no genotype (GT)", where, number)
    if not _GENOTYPE.match(text):
        raise _malformed("the genotype (GT) is malformed", where, number)
    copies = tuple(None if part == "." else int(part) for part in re.split(r"[/|]", text))
    if any(copy is not None and copy > alternates for copy in copies):
        raise _malformed("the genotype (GT) names an allele that the record does not list", where, number)
    if len(copies) > 2:
        raise _malformed("more than two copies are not read", where, number)
    return copies, "|" in text or len(copies) == 1


def _depths(text: str, alternates: int, where: str, number: int) -> tuple[int, ...]:
    parts = [part for part in text.split(",") if part not in {"", "."}]
    if not parts:
        return ()
    if any(not part.isdigit() for part in parts):
        raise _malformed("the depths of the alleles (AD) are no numbers", where, number)
    if len(parts) != alternates + 1:
        raise _malformed("there are not as many depths (AD) as alleles", where, number)
    return tuple(int(part) for part in parts)


def _number(text: str) -> float | None:
    try:
        return None if text == "." else float(text)
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _end(info: str, position: int, reference: str) -> int:
    at = info.find("END=")
    if at == 0 or (at > 0 and info[at - 1] == ";"):
        text = info[at + 4 :].split(";", 1)[0]
        if text.isdigit():
            return int(text)
    return position + len(reference) - 1
