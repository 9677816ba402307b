"""Made-up people leave without a signature because they are nobody: every resource is marked as test data, every folder carries the AI label."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from xinglin.records.errors import OutOfResources, UsageError
from xinglin.review.export import see_that_it_fits, see_that_it_is_free

if TYPE_CHECKING:
    from xinglin.records.people import VirtualPeople

FORMS = ("fhir", "bundles", "omop", "omop-csv", "parquet", "vcf")
LABEL_FILE = "LABEL.json"


def write_people(blocks: Iterable[VirtualPeople], out: Path, *, home: Path, forms: Sequence[str], aigc: Mapping[str, str]) -> list[Path]:
    """The files of these people in a new folder, which appears whole or not at all; the same people give the same bytes in any blocks.

    forms: "fhir" (NDJSON per kind of resource), "bundles" (one R4 Bundle per person), "omop" and "omop-csv" (CDM 5.4), "parquet" (flat tables),
    "vcf" (one phased GRCh38 VCF per person, every place that matters of the genes that change medicines).
    aigc: the fields of the AI label. Raises UsageError XL-PEOPLE-010 (unknown form), XL-RELEASE-00x (the folder), OutOfResources (full disk).
    """
    unknown = sorted(set(forms) - set(FORMS))
    if unknown or not forms:
        why = f"not {', '.join(unknown)}" if unknown else "none was named"
        raise UsageError("XL-PEOPLE-010", "people cannot be written so", where="forms", why=why, fix=f"use {', '.join(FORMS)}")
    if {"omop", "omop-csv", "parquet"} & set(forms) and find_spec("pyarrow") is None:
        raise UsageError("XL-PEOPLE-013", "tables need pyarrow", where="forms", fix="install xinglin[tables], or write fhir or bundles")
    folder = see_that_it_fits(out, home)
    see_that_it_is_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir()
        _write(blocks, aside, forms, aigc)
        if folder.exists():
            folder.rmdir()
        os.rename(aside, folder)
    except OSError as error:
        raise OutOfResources(
            "XL-PEOPLE-011", "the people could not be written", where=str(out), why=error.strerror or "", fix="free the disk"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _write(blocks: Iterable[VirtualPeople], folder: Path, forms: Sequence[str], aigc: Mapping[str, str]) -> None:
    """All blocks into the folder, and the label beside them."""
    told: dict[str, Any] = {"people": 0, "resources": 0}
    with ExitStack() as stack:
        writers = [_OPEN[form](folder, aigc, stack) for form in dict.fromkeys(forms)]
        for people in blocks:
            for write in writers:
                write(people)
            words = people.locale.words["label"]
            told |= {"notice": words, "locale": people.locale.name, "seed": people.request.seed, "as_of": people.request.as_of}
            told["people"] += people.count
            told["resources"] += people.resources
    label = {"AIGC": dict(aigc), "test_data": "HTEST"} | told
    (folder / LABEL_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(label), indent=1) + b"\n")


def _fhir(folder: Path, aigc: Mapping[str, str], stack: ExitStack) -> Any:
    from xinglin.formats.fhir.bulk.write import FILES, ndjson

    place = folder / "fhir"
    place.mkdir()
    files: dict[str, Any] = {}

    def write(people: VirtualPeople) -> None:
        for name, piece in ndjson(people, aigc):
            if name not in files:
                files[name] = stack.enter_context((place / f"{FILES[name]}.ndjson").open("wb", buffering=0))
            files[name].write(piece)

    return write


def _bundles(folder: Path, aigc: Mapping[str, str], _stack: ExitStack) -> Any:
    from xinglin.formats.fhir.bulk.write import bundles

    place = folder / "bundles"
    place.mkdir()

    def write(people: VirtualPeople) -> None:
        for name, body in bundles(people, aigc):
            (place / f"{name}.json").write_bytes(body)

    return write


def _metadata(aigc: Mapping[str, str]) -> dict[str, str]:
    return {"AIGC": msgspec.json.encode(dict(aigc)).decode(), "test_data": "HTEST"}


def _omop(folder: Path, aigc: Mapping[str, str], stack: ExitStack) -> Any:
    from xinglin.formats.omop.write import OmopWriter

    (folder / "omop").mkdir()
    return stack.enter_context(OmopWriter(folder / "omop", "parquet", _metadata(aigc))).add


def _omop_csv(folder: Path, aigc: Mapping[str, str], stack: ExitStack) -> Any:
    from xinglin.formats.omop.write import OmopWriter

    (folder / "omop-csv").mkdir()
    return stack.enter_context(OmopWriter(folder / "omop-csv", "csv", _metadata(aigc))).add


def _parquet(folder: Path, aigc: Mapping[str, str], stack: ExitStack) -> Any:
    from xinglin.formats.omop.flat import FlatWriter

    (folder / "tables").mkdir()
    return stack.enter_context(FlatWriter(folder / "tables", _metadata(aigc))).add


def _vcf(folder: Path, aigc: Mapping[str, str], _stack: ExitStack) -> Any:
    from xinglin.formats.vcf import vcf_of
    from xinglin.models.virtual_person import alleles_of, genome_of

    place = folder / "vcf"
    place.mkdir()
    meta = {"source": "xinglin, nobody's genome", **_metadata(aigc)}

    def write(people: VirtualPeople) -> None:
        for number in range(people.first, people.first + people.count):
            name = f"{people.locale.name}{people.request.seed}-{number}"
            sites = genome_of(alleles_of(people, number), "GRCh38")
            (place / f"{name}.vcf").write_bytes(vcf_of(sites, "GRCh38", sample=name, meta=meta))

    return write


_OPEN = {"fhir": _fhir, "bundles": _bundles, "omop": _omop, "omop-csv": _omop_csv, "parquet": _parquet, "vcf": _vcf}
