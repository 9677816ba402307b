"""Genes and medicines as FHIR: a DiagnosticReport with its Observations, after HL7 Genomics Reporting (STU2 and STU3, FHIR R4).

Genotypes and haplotypes as called, variants as the file has them, what guidelines advise for a medicine as a therapeutic implication, and what was
read and not read as regions studied (https://hl7.org/fhir/uv/genomics-reporting/, read in HL7/genomics-reporting, input/fsh). Nothing is an order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xinglin.formats.fhir.addresses import Addresses
from xinglin.formats.fhir.marks import KNOWLEDGE_EXTENSION, RELEASE_SYSTEM, own_id, own_meta
from xinglin.formats.fhir.provenance import Ids
from xinglin.records.draft import SignedDocument
from xinglin.records.fact import MADE_HERE, Fact
from xinglin.records.outline import split_pointer

KINDS: Final = frozenset(("pgx_report", "treatment_plan"))  # documents that speak of called genes as results
_LOINC: Final = "http://loinc.org"
_TBD: Final = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"
_PROFILE: Final = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/"
_RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
_NUCCORE: Final = "http://www.ncbi.nlm.nih.gov/nuccore"
_LABORATORY: Final = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
_GENETICS: Final = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "GE"}]}
_ANSWERS: Final = {  # of LOINC 53040-2 and of therapeutic implications, as HL7/genomics-reporting lists them
    "ultrarapid metabolizer": ("LA10315-2", "Ultrarapid metabolizer"), "rapid metabolizer": ("LA25390-8", "Rapid metabolizer"),
    "normal metabolizer": ("LA25391-6", "Normal metabolizer"), "intermediate metabolizer": ("LA10317-8", "Intermediate metabolizer"),
    "poor metabolizer": ("LA9657-3", "Poor metabolizer"), "increased function": ("LA25392-4", "Increased function"),
    "normal function": ("LA25393-2", "Normal function"), "decreased function": ("LA25395-7", "Decreased function"),
}  # fmt: skip
_ASSEMBLIES: Final = {"GRCh37": "LA14029-5", "GRCh38": "LA26806-2"}
_STATES: Final = {"heterozygous": "LA6706-1", "homozygous": "LA6705-3", "hemizygous": "LA6707-9"}
_NEWEST: Final = dict(  # RefSeq versions of GRCh38's chromosomes; GRCh37's are one lower, save the mitochondrial one
    zip(
        (*map(str, range(1, 23)), "X", "Y"),
        (11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 11, 10, 10, 11, 9, 11, 11, 10),
        strict=True,
    )
)
_SEX: Final = {"X": 23, "Y": 24}


def gene_resources(document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool) -> Iterator[dict[str, Any]]:
    """The DiagnosticReport and its Observations, for a report on genes and for a plan that rests on some; nothing for any other document."""
    if document.draft.kind not in KINDS:
        return
    cited = {name for statement in document.draft.statements for name in statement.facts}
    facts = [fact for fact in document.draft.facts if fact.id in cited]
    if any(fact.id.startswith("gene.call.") for fact in facts):
        yield from _Report(document, addresses, ids, made_up, facts).resources()


def reference_sequence(chromosome: str, assembly: str) -> str:
    """The RefSeq accession of a chromosome ("chr10", GRCh37 → NC_000010.10)."""
    name = chromosome.removeprefix("chr")
    if name in {"M", "MT"}:
        return "NC_012920.1"
    return f"NC_{_SEX.get(name) or int(name):06d}.{_NEWEST[name] - (assembly == 'GRCh37')}"


class _Report:
    """What the resources of one report have in common."""

    def __init__(self, document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool, facts: list[Fact]) -> None:
        self.document, self.addresses, self.ids, self.made_up = document, addresses, ids, made_up
        self.chinese = document.draft.language == "zh"
        self.calls = {fact.details["gene"]: fact for fact in facts if fact.id.startswith("gene.call.")}
        self.variants = [fact for fact in facts if fact.id.startswith(f"{MADE_HERE}variant.")]
        self.open = [fact for fact in facts if fact.id.startswith(f"{MADE_HERE}gene.")]
        advice = [fact for fact in facts if fact.id.startswith(f"{MADE_HERE}advice.") and fact.details.get("medicine_key")]
        self.advice = list(
            {fact.id.removesuffix(".taken"): fact for fact in sorted(advice, key=lambda one: one.id.endswith(".taken"))}.values()
        )

    def resources(self) -> Iterator[dict[str, Any]]:
        """The report first, then what it names."""
        made = [*self._variants(), *self._haplotypes(), *self._genotypes(), *self._implications(), *self._regions()]
        yield self._report(made)
        yield from made

    def _report(self, made: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "resourceType": "DiagnosticReport", "id": own_id(self.document.release, "genes"), "meta": self._meta("genomic-report"),
            "identifier": [{"system": RELEASE_SYSTEM, "value": self.document.release}],
            "status": "final", "category": [_GENETICS], "code": _coded("51969-4", "Genetic analysis report"),
            "subject": self.addresses.reference(self.ids.patient), "issued": self.document.released_at,
            "resultsInterpreter": [{"reference": self.ids.practitioner(name)} for name in dict.fromkeys(s.signer for s in self.document.signatures)],
            "result": [{"reference": f"Observation/{one['id']}"} for one in made],
        }  # fmt: skip

    # ---- observations

    def _variants(self) -> Iterator[dict[str, Any]]:
        """Every place that differs, one Observation per other allele."""
        for fact in self.variants:
            for alternate in _alternates(fact):
                yield self._observation(self._id(fact, alternate), "variant", _coded("69548-6", "Genetic variant assessment")) | {
                    "valueCodeableConcept": _coded("LA9633-4", "Present"), "component": variant_components(fact, alternate),
                }  # fmt: skip

    def _haplotypes(self) -> Iterator[dict[str, Any]]:
        """The alleles of genes with one answer."""
        for gene, fact in self.calls.items():
            for allele in dict.fromkeys(_alleles(fact)):
                yield self._observation(self._haplotype(gene, allele), "haplotype", _coded("84414-2", "Haplotype name")) | {
                    "valueCodeableConcept": {"text": f"{gene}{allele}" if allele.startswith("*") else f"{gene} {allele}"}, "component": [_gene(gene)],
                }  # fmt: skip

    def _genotypes(self) -> Iterator[dict[str, Any]]:
        """Every call, with what stays open as a note; an uncalled gene says why there is no value."""
        for gene, fact in self.calls.items():
            pair = fact.details.get("diplotype", "") or (fact.value if isinstance(fact.value, str) else "")
            value = {"valueCodeableConcept": {"text": f"{gene} {pair}"}} if pair else {"dataAbsentReason": _absent()}
            behind = [{"reference": f"Observation/{self._haplotype(gene, one)}"} for one in dict.fromkeys(_alleles(fact))]
            behind += [
                {"reference": f"Observation/{self._id(one, base)}"}
                for one in self.variants
                if one.details["gene"] == gene
                for base in _alternates(one)
            ]
            behind += [
                self.addresses.reference(key) for key in self._records(fact) if key.startswith(("Observation/", "MolecularSequence/"))
            ]
            notes = [{"text": self._said(one)} for one in self.open if one.id.startswith(f"{MADE_HERE}gene.{gene}.open")]
            yield self._observation(self._genotype(gene), "genotype", _coded("84413-4", "Genotype display name")) | value | {
                "component": [_gene(gene), *_phenotype(fact)], **({"derivedFrom": behind} if behind else {}), **({"note": notes} if notes else {}),
            }  # fmt: skip

    def _implications(self) -> Iterator[dict[str, Any]]:
        """What a guideline advises for a medicine: the medicine, the phenotype, how firmly, in words, with the publication."""
        for fact in self.advice:
            genes = [gene for gene in fact.details["genes"].split() if gene in self.calls]
            medicine, code = fact.names["en"][0], fact.details.get("rxnorm", "")
            coding = {"coding": [{"system": _RXNORM, "code": code, "display": medicine}]} if code else {}
            strength = fact.details.get("strength", "")
            level = fact.details["guideline"] + (f", {strength}" if strength not in {"", "none"} else "")
            parts = [
                {
                    "code": _coded("51963-7", "Medication assessed"),
                    "valueCodeableConcept": coding | {"text": fact.names["zh" if self.chinese else "en"][0]},
                }
            ]
            parts += [part for gene in genes[:1] for part in _phenotype(self.calls[gene])] if len(genes) == 1 else []
            parts.append({"code": _coded("93044-6", "Level of evidence"), "valueCodeableConcept": {"text": level}})
            parts.append({"code": _tbd("conclusion-string", "Conclusion text"), "valueString": self._said(fact)})
            pmid = fact.details.get("pmid", "")
            cited = {"type": "citation", "display": level, **({"url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"} if pmid else {})}
            made = self._observation(
                own_id(self.document.release, "advice", fact.id),
                "therapeutic-implication",
                _tbd("therapeutic-implication", "Therapeutic Implication"),
            )
            made["extension"] = [
                {"url": "http://hl7.org/fhir/StructureDefinition/workflow-relatedArtifact", "valueRelatedArtifact": cited},
                *self._knowledge(fact),
            ]
            yield made | {"derivedFrom": [{"reference": f"Observation/{self._genotype(gene)}"} for gene in genes], "component": parts}

    def _regions(self) -> Iterator[dict[str, Any]]:
        """Where each gene was read, and what of it was not."""
        for gene in self.calls:
            told = [self._said(one) for one in self.open if one.id == f"{MADE_HERE}gene.{gene}.source"]
            told += [self._said(one) for one in self.open if one.id.startswith(f"{MADE_HERE}gene.{gene}.open")]
            if told:
                words = " ".join(told) if not self.chinese else "".join(told)
                part = {"code": _coded("81293-3", "Description of ranges of DNA sequences examined"), "valueString": words}
                yield self._observation(own_id(self.document.release, "region", gene), "region-studied", _coded("53041-0", "DNA region of interest panel")) | {
                    "component": [_gene(gene), part],
                }  # fmt: skip

    # ---- parts

    def _observation(self, key: str, profile: str, code: dict[str, Any]) -> dict[str, Any]:
        return {
            "resourceType": "Observation", "id": key, "meta": self._meta(profile), "status": "final", "category": [_LABORATORY, _GENETICS],
            "code": code, "subject": self.addresses.reference(self.ids.patient), "issued": self.document.released_at,
            "device": {"reference": self.ids.device},
        }  # fmt: skip

    def _meta(self, profile: str) -> dict[str, Any]:
        return own_meta(self.document.release, self.made_up) | {"profile": [_PROFILE + profile]}

    def _id(self, fact: Fact, part: str) -> str:
        return own_id(self.document.release, "variant", fact.id, part)

    def _haplotype(self, gene: str, allele: str) -> str:
        return own_id(self.document.release, "haplotype", gene, allele)

    def _genotype(self, gene: str) -> str:
        return own_id(self.document.release, "genotype", gene)

    def _said(self, fact: Fact) -> str:
        """The sentence as it was signed: an edit of the sentence is what is said."""
        signed = (statement.text for statement in self.document.draft.statements if statement.facts[:1] == (fact.id,))
        return next(signed, fact.details["said_zh" if self.chinese else "said"])

    def _records(self, fact: Fact) -> list[str]:
        places = [split_pointer(one.pointer)[0] for one in fact.evidence if one.source == "chart"]
        return [place for place in dict.fromkeys(places) if place in self.document.sources]

    def _knowledge(self, fact: Fact) -> list[dict[str, str]]:
        rows = [f"{one.source}#{one.pointer}" for one in fact.evidence if one.source.startswith("knowledge/")]
        return [{"url": KNOWLEDGE_EXTENSION, "valueString": row} for row in dict.fromkeys(rows)]


def variant_components(fact: Fact, alternate: str) -> list[dict[str, Any]]:
    """Gene, assembly, sequence, place, both alleles and the allelic state of one changed place, in the columns of a VCF."""
    known, assembly = fact.details, fact.details["assembly"]
    parts = [
        *([_gene(known["gene"])] if known.get("gene") else []),
        {"code": _coded("62374-4", "Human reference sequence assembly version"), "valueCodeableConcept": _coded(_ASSEMBLIES[assembly], assembly)},
        {"code": _coded("48013-7", "Genomic reference sequence [ID]"), "valueCodeableConcept": {"coding": [{"system": _NUCCORE, "code": reference_sequence(known["chromosome"], assembly)}]}},
        {"code": _coded("48002-0", "Genomic source class [Type]"), "valueCodeableConcept": _coded("LA6683-2", "Germline")},
        {"code": _coded("69547-8", "Genomic ref allele [ID]"), "valueString": known["reference"]},
        {"code": _coded("69551-0", "Genomic alt allele [ID]"), "valueString": alternate},
        {"code": _coded("92822-6", "Genomic coord system [Type]"), "valueCodeableConcept": _coded("LA30102-0", "1-based character counting")},
        {"code": _coded("81254-5", "Genomic allele start-end"), "valueRange": {"low": {"value": int(known["position"])}}},
    ]  # fmt: skip
    if state := _state(fact):
        parts.append({"code": _coded("53034-5", "Allelic state"), "valueCodeableConcept": _coded(_STATES[state], state.capitalize())})
    if known.get("site", "").startswith("rs"):
        parts.append({"code": _coded("81255-2", "dbSNP [ID]"), "valueCodeableConcept": {"text": known["site"]}})
    return parts


def _bases(fact: Fact) -> list[str]:
    return fact.details["alleles"].replace("|", "/").split("/")


def _alternates(fact: Fact) -> list[str]:
    return [base for base in dict.fromkeys(_bases(fact)) if base and base != fact.details["reference"]]


def _state(fact: Fact) -> str:
    bases = _bases(fact)
    if len(bases) == 1:
        return "hemizygous"
    return "" if "" in bases else "homozygous" if len(set(bases)) == 1 else "heterozygous"


def _alleles(fact: Fact) -> list[str]:
    """The alleles of a call with one answer; none where several are open, or variants were listed without their strands."""
    pair = fact.details.get("diplotype", "")
    return [] if not pair or " or " in pair or ", " in pair else [part for part in pair.split("/") if part]


def _phenotype(fact: Fact) -> list[dict[str, Any]]:
    """Metabolism (LOINC 53040-2) or another therapeutic implication of one phenotype; none where several are open."""
    said = fact.details.get("phenotype", "")
    if not said:
        return []
    code, words = _ANSWERS.get(said.casefold(), ("", ""))
    coding = {"coding": [{"system": _LOINC, "code": code, "display": words}]} if code else {}
    metabolism = "metaboli" in said.casefold()
    what = (
        _coded("53040-2", "Genetic variation's effect on drug metabolism")
        if metabolism
        else _tbd("therapeutic-implication", "Therapeutic Implication")
    )
    return [{"code": what, "valueCodeableConcept": coding | {"text": said}}]


def _gene(name: str) -> dict[str, Any]:
    return {"code": _coded("48018-6", "Gene studied [ID]"), "valueCodeableConcept": {"text": name}}


def _coded(code: str, words: str) -> dict[str, Any]:
    return {"coding": [{"system": _LOINC, "code": code, "display": words}]}


def _tbd(code: str, words: str) -> dict[str, Any]:
    return {"coding": [{"system": _TBD, "code": code, "display": words}]}


def _absent() -> dict[str, Any]:
    return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown", "display": "Unknown"}]}
