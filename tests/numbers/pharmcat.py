"""PharmCAT's cases as bases at places: built on our own tables, so that a case needs nothing but rs numbers and alleles."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from xinglin.knowledge import pgx
from xinglin.records.genomics import Genome, SiteCall

SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[2] / "../shared/data"))
CASES = SHARED / "pgx-pharmcat-vcf"
present = pytest.mark.skipif(not CASES.exists(), reason="shared data not present")


def lines(name: str) -> list[dict]:
    """The cases of one file."""
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()] if CASES.exists() else []


def genome(gene: str, changed: Mapping[str, Sequence[str]], missing: Sequence[str] = (), *, phased: bool = False) -> Genome:
    """Every place of a gene: as the case says, else reference, else not there."""
    sites = []
    for place in pgx.positions(gene):
        base = place.reference("GRCh38")
        bases = tuple(changed.get(place.rsid, (base, base)))
        absent = place.rsid in missing or place.use == "extra"
        sites.append(
            SiteCall(
                place.id,
                gene,
                f"chr{place.chromosome}",
                place.grch38,
                base,
                () if absent else bases,
                "absent" if absent else "called",
                phased,
            )
        )
    return Genome("vcf/case", "one", "GRCh38", "germline", "0" * 64, sites=tuple(sites))
