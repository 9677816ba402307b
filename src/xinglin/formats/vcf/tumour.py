"""A tumour's variants in the genes of the cancer list: by the file's own annotation (ANN, CSQ), or by place where the tables know one.

What failed the file's filter is counted, not read. Fields: SnpEff's ANN 1.0 and Ensembl VEP's CSQ, in the order that the head names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from msgspec import Struct

from xinglin.formats.vcf.alignment import trimmed
from xinglin.formats.vcf.header import Header
from xinglin.records.genomics import Assembly, SomaticCall

_PASSED = frozenset({"PASS", ".", ""})
_NAMES = {
    "gene": ("Gene_Name", "SYMBOL"), "protein": ("HGVS.p", "HGVSp"), "coding": ("HGVS.c", "HGVSc"), "exon": ("Rank", "EXON"),
    "consequence": ("Annotation", "Consequence"), "impact": ("Annotation_Impact", "IMPACT"), "allele": ("Allele",),
    "main": ("MANE_SELECT", "CANONICAL"), "significance": ("CLIN_SIG", "ClinVar_CLNSIG"),
}  # fmt: skip
_TELLING = frozenset({"HIGH", "MODERATE"})


class Tumour(Struct, frozen=True):
    """What to look for: genes, and per assembly (chromosome, position, reference, alternate) -> (gene, protein change)."""

    genes: frozenset[str]
    places: Mapping[Assembly, Mapping[tuple[str, int, str, str], tuple[str, str]]]


class Found(Struct, frozen=True):
    """The variants of the cancer genes, and how many more failed the file's own filter."""

    calls: tuple[SomaticCall, ...]
    filtered: int


def tumour_column(header: Header) -> int | None:
    """The column of the tumour in a file of a tumour and its normal, by the head's word or the column's name; None where neither says."""
    samples = [name.casefold() for name in header.samples]
    for name in (header.tumour.casefold(), "tumor", "tumour"):
        if name and name in samples:
            return 9 + samples.index(name)
    return None


def read_tumour(lines: Iterable[tuple[int, bytes]], header: Header, column: int, tumour: Tumour, assembly: Assembly) -> Found:
    """The variants in `lines` (number, record) that belong to the cancer genes."""
    places, names = tumour.places.get(assembly, {}), [gene.encode() for gene in sorted(tumour.genes)]
    at = {(chromosome, position) for chromosome, position, _, _ in places}
    wide = {(chromosome, place) for chromosome, position in at for place in range(position - 3, position + 1)}
    calls: list[SomaticCall] = []
    filtered = 0
    for _number, line in lines:
        head = line.split(b"\t", 2)
        if len(head) < 3 or not head[1].isdigit():
            continue
        near = (head[0].decode("ascii", "replace").removeprefix("chr"), int(head[1])) in wide
        if not near and not (header.annotation[0] and any(name in line for name in names)):
            continue
        cells = [cell.decode("utf-8", "replace") for cell in line.rstrip(b"\r\n").split(b"\t")]
        found = list(_calls(cells, header, column, tumour.genes, places))
        if found and cells[6] not in _PASSED:
            filtered += len(found)
        else:
            calls += found
    return Found(tuple(calls), filtered)


def _calls(
    cells: list[str], header: Header, column: int, genes: frozenset[str], places: Mapping[tuple[str, int, str, str], tuple[str, str]]
) -> Iterator[SomaticCall]:  # fmt: skip
    if len(cells) < 8:
        return
    chromosome, position, reference = cells[0].removeprefix("chr"), int(cells[1]), cells[3].upper()
    said = dict(zip(cells[8].split(":"), cells[column].split(":"), strict=False)) if 8 < column < len(cells) else {}
    entries = _entries(cells[7], header)
    for number, alternate in enumerate(cells[4].split(","), start=1):
        if alternate == "." or not _carried(said.get("GT", ""), number):
            continue
        at = trimmed(position, reference, alternate.upper()) if alternate.isalpha() else (position, reference, alternate)
        known = places.get((chromosome, *at))
        entry = _entry(entries, genes, reference, alternate, alone="," not in cells[4])
        if known is None and entry is None:
            continue
        yield _call(cells, number, at, known, entry or {}, said)


def _call(
    cells: list[str], number: int, at: tuple[int, str, str], known: tuple[str, str] | None, entry: Mapping[str, str], said: Mapping[str, str]
) -> SomaticCall:  # fmt: skip
    protein = unquote(entry.get("protein", "").rpartition(":")[2]) or (known[1] if known else "")
    significance = entry.get("significance") or _info(cells[7], "CLNSIG")
    notes = [_kind(entry, at), f"ClinVar: {significance.replace('_', ' ')}" if significance else ""]
    return SomaticCall(
        known[0] if known else entry["gene"], f"chr{cells[0].removeprefix('chr')}", at[0], at[1], at[2], protein,
        entry.get("coding", "").rpartition(":")[2], entry.get("consequence", ""), _fraction(said, number),
        int(said["DP"]) if said.get("DP", "").isdigit() else None, cells[6], "; ".join(note for note in notes if note),
    )  # fmt: skip


def _kind(entry: Mapping[str, str], at: tuple[int, str, str]) -> str:
    """ "exon 19 deletion", "fusion EML4-ALK": what options call a change that no single residue names."""
    if "fusion" in entry.get("consequence", ""):
        return f"fusion {entry.get('partners', '')}".strip()
    exon, size = entry.get("exon", "").partition("/")[0], len(at[2]) - len(at[1])
    return f"exon {exon} {'deletion' if size < 0 else 'insertion'}" if exon.isdigit() and size and size % 3 == 0 else ""


def _entries(info: str, header: Header) -> list[dict[str, str]]:
    """The annotations of a record, in the words of `_NAMES`."""
    name, fields = header.annotation
    found = []
    for part in _info(info, name).split(",") if name else ():
        told = dict(zip(fields, part.split("|"), strict=False))
        found.append({word: next((told[one] for one in names if told.get(one)), "") for word, names in _NAMES.items()})
    return found


def _entry(entries: list[dict[str, str]], genes: frozenset[str], reference: str, alternate: str, *, alone: bool) -> dict[str, str] | None:
    """The annotation that speaks of this allele and a cancer gene: the main transcript's, else the first that changes the protein."""
    mine = []
    for one in entries:
        partners = one["gene"].replace("--", "&").split("&")
        gene = next((name for name in reversed(partners) if name in genes), "")
        telling = one["impact"] in _TELLING or "fusion" in one["consequence"]
        if gene and telling and (alone or one["allele"] in {alternate, alternate[len(reference) :], alternate[1:] or "-"}):
            mine.append({**one, "gene": gene, "partners": "-".join(partners)})
    return next((one for one in mine if one["main"] not in {"", "NO"}), mine[0] if mine else None)


def _info(info: str, name: str) -> str:
    return next((part[len(name) + 1 :] for part in info.split(";") if part.startswith(f"{name}=")), "") if name else ""


def _carried(genotype: str, number: int) -> bool:
    copies = genotype.replace("|", "/").split("/")
    return not genotype or set(copies) <= {"."} or str(number) in copies


def _fraction(said: Mapping[str, str], number: int) -> float | None:
    """The share of reads that carry the allele: AF of the sample, else its depths."""
    shares = said.get("AF", "").split(",")
    if len(shares) >= number:
        try:
            return float(shares[number - 1])
        except ValueError:
            pass
    depths = [int(part) for part in said.get("AD", "").split(",") if part.isdigit()]
    return round(depths[number] / sum(depths), 4) if len(depths) > number and sum(depths) else None
