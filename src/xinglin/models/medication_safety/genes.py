"""A medicine against the genes that were called: the guideline's advice for this genotype, gravest guideline first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from xinglin.knowledge import pgx
from xinglin.knowledge.pgx.advice import Advice
from xinglin.knowledge.pgx.reported import as_reported
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import GRAVEST_FIRST, facts_of, said
from xinglin.records.medication import Circumstances, Concern, ConcernSeverity, MedicineUse

_SEVERITY: dict[tuple[str, str], ConcernSeverity] = {
    ("avoid", "strong"): "contraindicated", ("avoid", "moderate"): "major", ("avoid", "none"): "major", ("avoid", "optional"): "moderate",
    ("alternative", "strong"): "major", ("alternative", "moderate"): "major", ("alternative", "none"): "major", ("alternative", "optional"): "moderate",
    ("reduce", "strong"): "major", ("reduce", "moderate"): "major", ("reduce", "none"): "moderate", ("reduce", "optional"): "minor",
    ("increase", "strong"): "major", ("increase", "moderate"): "moderate", ("increase", "none"): "moderate", ("increase", "optional"): "minor",
    ("monitor", "strong"): "moderate", ("monitor", "moderate"): "moderate", ("monitor", "none"): "minor",
}  # fmt: skip
_ACTS = {
    "avoid": ("do not use", "不宜使用"), "alternative": ("another medicine is advised", "建议换用其他药物"), "reduce": ("a lower dose is advised", "建议减量"),
    "increase": ("a higher dose is advised", "建议增量"), "monitor": ("closer monitoring is advised", "建议加强监测"),
}  # fmt: skip


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(("IFNL4", *(gene.name for gene in pgx.genes())))


def gene_concerns(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    """One concern per set of genes, by the gravest advice that asks for anything but the usual dose."""
    if not who.genes:
        return
    results = {gene: as_reported(gene, words) for gene, words in who.genes.items() if gene in _known()}
    population = "child" if who.age_years is not None and who.age_years < 18 else "adult"
    told: dict[tuple[str, ...], tuple[ConcernSeverity, Advice]] = {}
    for part in dict.fromkeys((*parts_of(use), *use.ingredients)):  # a combination by what it holds as well
        for row in pgx.advice(part, results, population):
            severity = _SEVERITY.get((row.action, row.strength))
            genes = tuple(sorted(row.conditions))
            if severity is not None and (genes not in told or GRAVEST_FIRST[severity] < GRAVEST_FIRST[told[genes][0]]):
                told[genes] = (severity, row)
    for genes, (severity, row) in told.items():
        yield _concern(who, use, genes, severity, row)


def _concern(who: Circumstances, use: MedicineUse, genes: tuple[str, ...], severity: ConcernSeverity, row: Advice) -> Concern:
    found = ", ".join(f"{gene} {who.genes[gene]}" for gene in genes if gene in who.genes)
    en, zh = _ACTS[row.action]
    return said(
        "gene", severity, use, row, f"{found}: {en} ({row.guideline} {row.year})", f"{found}：{zh}（{row.guideline} {row.year}）", other="+".join(genes),
        advice=(row.text["en"].rstrip("."), row.text["zh"].rstrip("。")), facts=facts_of(who, *(f"gene:{gene}" for gene in genes)),
        topic=f"knowledge/pgx@{pgx.TOPIC.version}", pointer=row.key,
    )  # fmt: skip
