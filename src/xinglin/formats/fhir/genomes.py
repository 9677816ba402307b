"""A kept file of genes in FHIR's words: a DocumentReference with the file's name, size and digest, and what was read in it.

R4 has no place for a thousand genotypes of one file, so what was read travels whole in an extension of ours; each changed place also stands
there in readable words of its own, so that a fact can point at it.
"""

from __future__ import annotations

import base64
from typing import Final

import msgspec

from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.reading import Json, NotForTheChart, is_time
from xinglin.formats.fhir.strict import dumps
from xinglin.formats.fhir.unchecked import objects_in, text_in
from xinglin.records.genomics import Genome, SiteCall, SomaticCall

GENOME_EXTENSION: Final = "urn:xinglin:genome"
PLACE_EXTENSION: Final = "urn:xinglin:genome-place"
NAMED: Final = "DocumentReference/genes-"


def genome_document(patient: str, genome: Genome, name: str, size: int) -> tuple[str, bytes]:
    """(reference, JSON) of the DocumentReference of a kept file; the same file read the same way gives the same bytes."""
    identifier = f"{NAMED.partition('/')[2]}{genome.digest[:12]}-{genome.sample}"
    resource = {
        "resourceType": "DocumentReference",
        "id": identifier,
        "extension": [
            {"url": GENOME_EXTENSION, "valueString": msgspec.json.encode(genome).decode()},
            *({"url": PLACE_EXTENSION, "valueString": _words(site)} for site in genome.changed),
            *({"url": PLACE_EXTENSION, "valueString": _said(one)} for one in genome.somatic),
        ],
        "status": "current",
        "type": {"text": f"{genome.origin} variants, {genome.assembly}"},
        "subject": {"reference": patient},
        **({"date": genome.when} if genome.when else {}),
        "content": [{"attachment": {"contentType": "text/vcf", "title": name, "size": size, "hash": _hash(genome.digest)}}],
    }
    return f"DocumentReference/{identifier}", dumps(resource)


def _hash(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


def _words(site: SiteCall) -> str:
    between = "|" if site.phased else "/"
    return f"{site.gene} {site.id} {site.chromosome}:{site.position} {site.reference}>{between.join(base or '.' for base in site.alleles)}"


def _said(one: SomaticCall) -> str:
    share = f", {one.fraction:.0%} of reads" if one.fraction is not None else ""
    words = " ".join(word for word in (one.gene, one.coding, one.protein, one.note) if word)
    return f"{words} {one.chromosome}:{one.position} {one.reference}>{one.alternate}{share}"


def is_genome(r: Json) -> bool:
    """Whether a DocumentReference is a file of genes kept in this house."""
    return "extension" in r and any(text_in(one, "url") == GENOME_EXTENSION for one in objects_in(r, "extension"))


def genome(r: Json, source: str, out: Entries) -> None:
    """What was read in a kept file. Raises NotForTheChart XL-FHIR-150 where it cannot be what this house wrote."""
    text = next(text_in(one, "valueString") for one in objects_in(r, "extension") if text_in(one, "url") == GENOME_EXTENSION)
    try:
        one = msgspec.json.decode(text, type=Genome)
    except msgspec.MsgspecError as error:
        raise NotForTheChart("XL-FHIR-150", "extension", f"{source} holds genes that cannot be read") from error
    if one.when and not is_time(one.when):
        raise NotForTheChart("XL-FHIR-150", "extension when", f"{source} holds genes that cannot be read")
    out.genomes.append(msgspec.structs.replace(one, id=source))
