"""Genetic results: genomics Observations (LOINC-coded or with the R4 genetics extensions) and MolecularSequence.

Component codes follow the HL7 Genomics Reporting guide (STU2): gene studied 48018-6, c.HGVS 48004-6, p.HGVS
48005-3, g.HGVS 81290-9, allelic state 53034-5, significance 53037-8, genotype 84413-4, reference 62374-4, 48013-7, genomic source class
48002-0 (germline or somatic), DNA change type 48019-4.
"""

from __future__ import annotations

from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.reading import Json, Reading, concept, number_text, quantity, words_of
from xinglin.formats.fhir.shape import shape
from xinglin.formats.fhir.unchecked import object_in, objects_in, text_in
from xinglin.records.chart import GENOMIC_SOURCE, Variant
from xinglin.records.quantity import LOINC

_GENE_COMPONENTS = frozenset({"48018-6", "48004-6", "48005-3", "81290-9", "81252-9", "53037-8", "53034-5", "84413-4", "51958-7", "48013-7"})
_GENE_CODES = frozenset({"69548-6", "84413-4", "84414-2", "55233-1", "53040-2", "81247-9", "83009-1"})
_ASSESSMENT = frozenset({"69548-6"})  # "Genetic variant assessment": says nothing of what was assessed
_NAMES = ("48004-6", "48005-3", "81290-9", "81252-9", "84413-4")
_SOURCE_CLASS, _CHANGE_TYPE = "48002-0", "48019-4"
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/observation-genetics"

MOLECULAR_SEQUENCE = shape(
    "type patient:Ref specimen:Ref coordinateSystem# referenceSeq{genomeBuild referenceSeqId:CC windowStart# windowEnd# strand "
    "chromosome:CC orientation} variant*{start# end# observedAllele referenceAllele cigar} observedSeq"
)


def is_genetic(r: Json) -> bool:
    """Whether an Observation reports a gene: by its code, a component's code or the R4 genetics extensions."""
    if "extension" in r and any(text_in(e, "url").startswith(_EXTENSION) for e in objects_in(r, "extension")):
        return True
    if _is_one_of(_GENE_CODES, r.get("code")):
        return True
    components = r.get("component")
    return bool(components) and any(_is_one_of(_GENE_COMPONENTS, part.get("code")) for part in components or ())


def _is_one_of(loincs: frozenset[str], item: Json | None) -> bool:
    codings = item.get("coding") if item else None
    return bool(codings) and any(coding.get("code") in loincs and coding.get("system") == LOINC for coding in codings or ())


_NONE: frozenset[str] = frozenset()


def _loinc(item: Json | None) -> frozenset[str]:
    codes = item.get("coding") if item else None
    return frozenset([c.get("code", "") for c in codes if c.get("system") == LOINC]) if codes else _NONE


def _words(r: Json) -> str:
    """value[x] as words."""
    if "valueCodeableConcept" in r:
        return words_of(r["valueCodeableConcept"])
    if "valueQuantity" in r:
        found = quantity(r["valueQuantity"])
        return f"{found.comparator}{found.value} {found.shown_unit}".strip() if found else ""
    if "valueInteger" in r:
        return number_text(r["valueInteger"])
    if "valueBoolean" in r:
        return "true" if r["valueBoolean"] else "false"
    return r.get("valueString") or r.get("valueDateTime") or ""


def variant_of_observation(r: Json, at: Reading) -> Variant:
    """A genomics Observation as a Variant; components without a field of their own go to `parts`."""
    known: dict[str, str] = {}
    parts: list[tuple[str, str]] = []
    for part in r.get("component") or ():
        words = " ".join([_words(part), *(words_of(i) for i in part.get("interpretation") or ())]).strip()
        codes = _loinc(part.get("code")) & (_GENE_COMPONENTS | {"62374-4", _SOURCE_CLASS, _CHANGE_TYPE})
        code = min(codes) if codes else ""
        if code and code not in known and words:
            known[code] = words
        else:
            parts.append((words_of(part.get("code")), words))
    gene, region = _extension_words(r)
    change = known.get(_CHANGE_TYPE, "").replace("_", " ")
    name = next((known[code] for code in _NAMES if code in known), change)
    value = _words(r)
    interpretation = " ".join(words_of(i) for i in r.get("interpretation") or ())
    parts += [(f"LOINC {code}", known[code]) for code in _NAMES if code in known and known[code] != name]
    parts += [(GENOMIC_SOURCE, known[_SOURCE_CLASS])] if _SOURCE_CLASS in known else []
    parts += [("change", change)] if change and change != name else []
    if region:
        parts.append(("region", region))
    parts += [("interpretation", interpretation)] if interpretation and value else []
    parts += [("note", note["text"]) for note in r.get("note") or () if note.get("text")]
    return Variant(
        source=at.source,
        gene=known.get("48018-6") or gene,
        name=name or ("" if _is_one_of(_ASSESSMENT, r.get("code")) and (known.get("48018-6") or gene) else words_of(r.get("code"))),
        result=value or interpretation,
        significance=known.get("53037-8", ""),
        allele_state=known.get("53034-5", ""),
        when=at.time(r, "effectiveDateTime") or at.time(r, "issued"),
        genome=known.get("62374-4") or known.get("48013-7") or known.get("51958-7", ""),
        parts=tuple(parts),
    )


def _extension_words(r: Json) -> tuple[str, str]:
    """Gene and region of the R4 genetics extensions."""
    gene = region = ""
    for extension in objects_in(r, "extension"):
        url = text_in(extension, "url")
        if url == f"{_EXTENSION}Gene":
            gene = _safe_words(object_in(extension, "valueCodeableConcept"))
        if url == f"{_EXTENSION}DNARegionName":
            region = text_in(extension, "valueString")
    return gene, region


def _safe_words(value: Json) -> str:
    """Words of a concept inside an extension, whose types nobody has checked yet."""
    return text_in(value, "text") or next((words for c in objects_in(value, "coding") if (words := text_in(c, "display"))), "")


def molecular_sequence(r: Json, at: Reading, out: Entries) -> None:
    """One Variant per variant of a sequence, or one for the sequence itself."""
    reference = r.get("referenceSeq") or {}
    genome = reference.get("genomeBuild") or words_of(reference.get("referenceSeqId"))
    base = tuple((k, v) for k, v in (("type", r.get("type", "")), ("chromosome", words_of(reference.get("chromosome")))) if v)
    found = r.get("variant") or ()
    for item in found:
        name = f"{_number(item, 'start')}-{_number(item, 'end')} {item.get('referenceAllele', '')}>{item.get('observedAllele', '')}"
        parts = base + ((("cigar", item["cigar"]),) if item.get("cigar") else ())
        out.variants.append(Variant(source=at.source, name=name, genome=genome, parts=parts))
    if not found:
        observed = (("observed sequence", r["observedSeq"]),) if r.get("observedSeq") else ()
        out.variants.append(
            Variant(source=at.source, name=concept(reference.get("referenceSeqId")).words, genome=genome, parts=base + observed)
        )


def _number(item: Json, name: str) -> str:
    return number_text(item[name]) if name in item else ""
