"""Turns a CPIC release into this topic's tables, for whoever keeps them up to date; nothing is guessed.

Positions, alleles, functions and phenotype rules are carried over. Recommendations come out as CPIC words them, to be read, classed and
put into own words by a person: a table of `recommendations_to_review.csv` that nothing reads by itself.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from xinglin.knowledge.pgx import book
from xinglin.knowledge.pgx.entries import WOBBLE
from xinglin.knowledge.pgx.release_shapes import ReleaseDefinition, ReleaseGuideline, ReleasePhenotypes, read_file
from xinglin.records.errors import InvalidInput, NotFound

Row = dict[str, str]
COLUMNS = {
    "positions.csv": "gene,id,rsid,chromosome,grch38,ref38,grch37,ref37,grch37_basis,kind,bases,use,hgvs,context_before,context_after",
    "alleles.csv": "gene,allele,kind,core,definition",
    "functions.csv": "gene,allele,function,activity",
    "phenotypes.csv": "gene,rule,first,second,low,high,phenotype,zh",
    "recommendations_to_review.csv": "drug,when,population,strength,text,title,year,pmid",
}


class ImportedRelease(msgspec.Struct):
    """The tables of a release by file name, and what could not be carried over, in words."""

    tables: dict[str, list[Row]]
    left_out: list[str]


def _refuse(code: str, what: str, where: str, why: str) -> InvalidInput:
    return InvalidInput(code, what, where=where, why=why, fix="take the file from the release again; do not mend it by hand")


def _place_ids(file: ReleaseDefinition) -> list[str]:
    named = Counter(variant.rsid for variant in file.variants)
    ids = [v.rsid if v.rsid and named[v.rsid] == 1 else f"{v.position}{v.ref}" for v in file.variants]
    if len(set(ids)) != len(ids):
        raise _refuse("XL-PGX-303", "a definition table names one place twice", file.gene, "two columns with one position and reference")
    return ids


def _shift(gene: str, position: int) -> int | None:
    """GRCh37 minus GRCh38 where the nearest places we know on either side agree; None otherwise."""
    known = sorted((place.grch38, place.grch37 - place.grch38) for place in book.positions(gene))
    around = {*[shift for at, shift in known if at <= position][-1:], *[shift for at, shift in known if at > position][:1]}
    return around.pop() if len(around) == 1 else None


def _positions(file: ReleaseDefinition, ids: list[str], left_out: list[str]) -> Iterable[Row]:
    known = {(place.grch38, place.reference38): place for place in book.positions(file.gene)}
    for variant, key in zip(file.variants, ids, strict=True):
        bases = [variant.ref, *sorted(variant.alts)]
        if any(set(base) - set("ACGT") or not base for base in bases):
            raise _refuse("XL-PGX-304", "a base is not A, C, G or T", f"{file.gene} {variant.position}", "VCF spelling is needed")
        ours = known.get((variant.position, variant.ref))
        shift = None if ours else _shift(file.gene, variant.position)
        if not ours and shift is None:
            left_out.append(f"{file.gene} {variant.position}: no GRCh37 position can be derived")
            continue
        kind = ours.kind if ours else "snv" if all(len(base) == 1 for base in bases) else "indel"
        if kind != "snv" and not ours:
            left_out.append(f"{file.gene} {variant.position}: an indel without the sequence around it")
            continue
        yield {
            "gene": file.gene,
            "id": key,
            "rsid": variant.rsid or "",
            "chromosome": variant.chromosome.removeprefix("chr"),
            "grch38": str(variant.position),
            "ref38": variant.ref,
            "grch37": str(ours.grch37 if ours else variant.position + (shift or 0)),
            "ref37": ours.reference37 if ours else variant.ref,
            "grch37_basis": ours.grch37_basis if ours else "offset",
            "kind": kind,
            "bases": "|".join(bases),
            "use": ours.use if ours else "definition",
            "hgvs": variant.chromosomeHgvsName,
            "context_before": ours.before if ours else "",
            "context_after": ours.after if ours else "",
        }


def _definition(file: ReleaseDefinition, ids: list[str], kept: set[str], left_out: list[str]) -> Iterable[Row]:
    references = [allele.name for allele in file.namedAlleles if allele.reference]
    if len(references) != 1:
        raise _refuse("XL-PGX-305", "a definition table has no single reference allele", file.gene, f"it has {len(references)}")
    for allele in file.namedAlleles:
        if len(allele.alleles) != len(ids):
            raise _refuse("XL-PGX-303", "an allele has too few or too many bases", f"{file.gene} {allele.name}", "one per place")
        pairs = list(zip(file.variants, ids, allele.alleles, strict=True))
        wrong = [key for place, key, base in pairs if base and base not in (place.ref, *place.alts) and base not in WOBBLE]
        if wrong:
            raise _refuse("XL-PGX-304", "an allele has a base its place does not list", f"{file.gene} {allele.name}", wrong[0])
        bases = {key: base for place, key, base in pairs if base and not (allele.reference and base == place.ref)}
        if bases.keys() - kept:
            left_out.append(f"{file.gene} {allele.name}: stands on a place that was left out")
            continue
        core = file.suballelesMap.get(allele.name, "")
        yield {
            "gene": file.gene,
            "allele": allele.name,
            "kind": "reference" if allele.reference else "subvariant" if core else "defined",
            "core": core,
            "definition": "|".join(f"{key}={base}" for key, base in bases.items()),
        }


def _functions(file: ReleasePhenotypes) -> dict[str, tuple[str, str]]:
    newer = {one.name: (one.functionValue or "", one.activityValue or "") for one in file.namedAlleles}
    older = {name: (word, file.activityValues.get(name, "")) for name, word in file.haplotypes.items()}
    found = newer or older
    return {name: (word, "" if value == "n/a" else f"{value[1:]}+" if value[:1] == "≥" else value) for name, (word, value) in found.items()}


def _rules(file: ReleasePhenotypes, functions: dict[str, tuple[str, str]], gene: str) -> Iterable[Row]:
    scored = book.gene(gene).phenotype_by == "activity"
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for pair in file.diplotypes:
        unknown = pair.diplotypekey.keys() - functions.keys()
        if unknown:
            raise _refuse("XL-PGX-306", "a diplotype names an allele without a function", gene, sorted(unknown)[0])
        words = sorted(functions[name][0] for name, count in pair.diplotypekey.items() for _ in range(count))
        key = (pair.activityScore or "",) if scored else tuple(words)
        found[key].add(pair.phenotype or pair.generesult)
    torn = [key for key, terms in found.items() if len(terms) > 1]
    if torn:
        raise _refuse("XL-PGX-307", "the phenotype table contradicts itself", gene, f"{' and '.join(torn[0])} give more than one phenotype")
    names = {rule.phenotype: rule.zh for rules in book.phenotype_rules().values() for rule in rules}
    for key, terms in sorted(found.items()):
        term = next(iter(terms))
        row = {"gene": gene, "phenotype": term, "zh": names.get(term, "")}
        if not scored:
            yield {**row, "rule": "functions", "first": key[0], "second": key[1] if len(key) > 1 else ""}
        elif key[0][:1].isdigit():
            yield {**row, "rule": "activity", "low": key[0], "high": key[0]}


def _recommendations(file: ReleaseGuideline) -> Iterable[Row]:
    newest = max(file.citations, key=lambda one: one.year, default=None)
    for one in file.recommendations or ():
        yield {
            "drug": file.drugname,
            "when": "; ".join(f"{gene}: {value}" for gene, value in sorted(one.lookupkey.items())),
            "population": one.population,
            "strength": one.classification.casefold(),
            "text": one.drugrecommendation or "",
            "title": file.guidelinename,
            "year": str(newest.year) if newest else "",
            "pmid": newest.pmid if newest else "",
        }


def _gene(name: str, where: str) -> str:
    try:
        return book.gene(name.replace("MT_RNR1", "MT-RNR1")).name
    except NotFound as unknown:
        raise _refuse(
            "XL-PGX-308", "the release has a gene these tables do not know", where, "it must first be added to genes.csv"
        ) from unknown


def read_release(folder: Path, source: str) -> ImportedRelease:
    """A CPIC release (a folder of JSON files, searched through) as tables of this topic; every row names `source`, a key of SOURCE.toml.

    Raises InvalidInput XL-PGX-300 (no JSON file), 301 and 302 (see `read_file`), 303 to 308 (a file contradicts itself or the tables).
    """
    files = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    if not files:
        raise _refuse("XL-PGX-300", "there is no release to import", str(folder.name), "the folder holds no JSON file")
    imported = ImportedRelease({name: [] for name in COLUMNS}, [])
    for path in files:
        for name, rows in _tables_of(path, imported.left_out).items():
            marks = {"source": source, "locator": path.relative_to(folder).as_posix(), "verified": "yes"}
            imported.tables[name].extend({**row, **marks} for row in rows)
    return imported


def _tables_of(path: Path, left_out: list[str]) -> dict[str, list[Row]]:
    file = read_file(path)
    if isinstance(file, ReleaseGuideline):
        return {"recommendations_to_review.csv": list(_recommendations(file))}
    gene = _gene(file.gene, path.name)
    if isinstance(file, ReleasePhenotypes):
        functions = _functions(file)
        rows = [{"gene": gene, "allele": name, "function": word, "activity": value} for name, (word, value) in functions.items()]
        return {"functions.csv": rows, "phenotypes.csv": list(_rules(file, functions, gene))}
    ids = _place_ids(file)
    places = list(_positions(file, ids, left_out))
    return {"positions.csv": places, "alleles.csv": list(_definition(file, ids, {row["id"] for row in places}, left_out))}


def write_tables(release: ImportedRelease, folder: Path) -> tuple[Path, ...]:
    """Writes the tables as CSV into a folder, each whole or not at all; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in release.tables.items():
        text = io.StringIO()
        writer = csv.DictWriter(text, [*COLUMNS[name].split(","), "source", "locator", "verified"], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        unfinished = folder / f".{name}.part"
        unfinished.write_text(text.getvalue(), encoding="utf-8")
        os.replace(unfinished, folder / name)
        written.append(folder / name)
    return tuple(written)
