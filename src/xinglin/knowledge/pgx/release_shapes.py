"""The shapes of a CPIC release as its files come: allele definitions, phenotype tables, guidelines; anything else is refused.

One JSON file per gene or medicine, as the CPIC interface gives them and PharmCAT keeps them (`*_translation.json`, `CYP2C19.json`,
`clopidogrel.json`).
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from xinglin.records.errors import InvalidInput

LARGEST_FILE_BYTES = 64 * 1024 * 1024
"""A CPIC file of one gene is at most some 20 MB."""


class ReleaseVariant(msgspec.Struct):
    """One place of a definition table, GRCh38."""

    chromosome: str
    position: int
    ref: str
    alts: list[str]
    rsid: str | None = None
    chromosomeHgvsName: str = ""  # noqa: N815  # the file's own word


class ReleaseAllele(msgspec.Struct):
    """One named allele; `alleles` has one base or null per place."""

    name: str
    alleles: list[str | None]
    reference: bool = False


class ReleaseDefinition(msgspec.Struct):
    """A gene's allele definitions."""

    gene: str
    variants: list[ReleaseVariant]
    namedAlleles: list[ReleaseAllele]  # noqa: N815
    source: str = ""
    version: str = ""
    suballelesMap: dict[str, str] = {}  # noqa: N815


class ReleaseFunction(msgspec.Struct):
    """Function of one allele in the newer form of the phenotype files."""

    name: str
    functionValue: str | None = None  # noqa: N815
    activityValue: str | None = None  # noqa: N815


class ReleaseDiplotype(msgspec.Struct):
    """One pair of alleles and what follows from it."""

    generesult: str
    diplotypekey: dict[str, int]
    phenotype: str | None = None
    activityScore: str | None = None  # noqa: N815


class ReleasePhenotypes(msgspec.Struct):
    """A gene's functions and diplotype table."""

    gene: str
    diplotypes: list[ReleaseDiplotype]
    haplotypes: dict[str, str] = {}
    activityValues: dict[str, str] = {}  # noqa: N815
    namedAlleles: list[ReleaseFunction] = []  # noqa: N815
    version: str = ""


class ReleaseCitation(msgspec.Struct):
    """A publication of a guideline."""

    year: int = 0
    pmid: str = ""


class ReleaseRecommendation(msgspec.Struct):
    """One recommendation as CPIC words it."""

    drugrecommendation: str | None
    classification: str
    lookupkey: dict[str, str]
    population: str = ""


class ReleaseGuideline(msgspec.Struct):
    """The recommendations on one medicine."""

    drugname: str
    guidelinename: str
    recommendations: list[ReleaseRecommendation] | None = None
    citations: list[ReleaseCitation] = []


ReleaseFile = ReleaseDefinition | ReleasePhenotypes | ReleaseGuideline


def read_file(path: Path) -> ReleaseFile:
    """One file of a release, checked against its shape.

    Raises InvalidInput XL-PGX-301 (too large), XL-PGX-302 (not JSON, or not one of the three shapes).
    """
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise InvalidInput(
            "XL-PGX-301",
            "a file of the release is too large",
            where=path.name,
            why=f"more than {LARGEST_FILE_BYTES} bytes",
            fix="give the files of one release, one gene or medicine each",
        )
    data = path.read_bytes()
    try:
        keys = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).keys()
        shape = (
            ReleaseDefinition
            if "variants" in keys
            else ReleasePhenotypes
            if "diplotypes" in keys
            else ReleaseGuideline
            if "drugname" in keys
            else None
        )
        if shape is None:
            raise msgspec.ValidationError("it has neither variants nor diplotypes nor drugname")
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise InvalidInput(
            "XL-PGX-302",
            "a file of the release cannot be read",
            where=path.name,
            why=str(wrong),
            fix="give allele definition, phenotype or guideline files of CPIC as JSON",
        ) from wrong
