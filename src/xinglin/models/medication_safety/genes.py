"""A medicine against the genes that were called: the guideline's advice for this genotype, gravest guideline first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from xinglin.knowledge import pgx
from xinglin.knowledge.pgx.advice import Advice
from xinglin.knowledge.pgx.reported import as_reported
from xinglin.models.medication_safety.amounts import daily
from xinglin.models.medication_safety.doses import share_of_usual
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import GRAVEST_FIRST, facts_of, said
from xinglin.records.medication import GRAVE, Circumstances, Concern, ConcernSeverity, MedicineUse

_SEVERITY: dict[tuple[str, str], ConcernSeverity] = {
    ("avoid", "strong"): "contraindicated", ("avoid", "moderate"): "major", ("avoid", "none"): "major", ("avoid", "optional"): "major",
    ("alternative", "strong"): "major", ("alternative", "moderate"): "major", ("alternative", "none"): "major", ("alternative", "optional"): "major",
    ("reduce", "strong"): "major", ("reduce", "moderate"): "major", ("reduce", "none"): "major", ("reduce", "optional"): "moderate",
    ("increase", "strong"): "major", ("increase", "moderate"): "major", ("increase", "none"): "major", ("increase", "optional"): "major",
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
            severity = _severity(row, who, use)
            genes = tuple(sorted(row.conditions))
            if severity is not None and (genes not in told or GRAVEST_FIRST[severity] < GRAVEST_FIRST[told[genes][0]]):
                told[genes] = (severity, row)
    for genes, (severity, row) in told.items():
        yield _concern(who, use, genes, severity, row)


_MOST = re.compile(r"(?:no more than|at most|less than|Consider) (\d+) mg (?:daily|a day)", re.IGNORECASE)
"""The most a day that a guideline leaves, as our words of it put it."""

_LOWEST = 0.4  # of the middle of the usual range


def _severity(row: Advice, who: Circumstances, use: MedicineUse) -> ConcernSeverity | None:
    """How grave the advice is for this order: milder where the dose is already as low as asked, or where it holds in a special setting alone."""
    severity = _SEVERITY.get((row.action, row.strength))
    if severity in GRAVE and row.action in {"reduce", "alternative"} and _low_enough(row, who, use):
        return "moderate"
    if row.action == "increase" and _high_enough(row, who, use):
        return "minor"
    later = row.setting["en"].startswith("treatment beyond")  # the start is as usual
    special = later or (bool(row.setting["en"]) and row.strength in {"none", "optional"})
    return "moderate" if severity in GRAVE and special else severity


def _low_enough(row: Advice, who: Circumstances, use: MedicineUse) -> bool:
    """Whether the dose is within what the advice leaves: so many mg a day, or a share of the usual dose."""
    if most := _MOST.search(row.text["en"]):
        a_day = daily(use, "mg", who)
        return a_day is not None and a_day <= float(most[1])
    share = share_of_usual(who, use)
    if "lowest dose" in row.text["en"]:
        return share is not None and share <= _LOWEST
    return row.dose_factor is not None and row.dose_factor[1] < 1 and share is not None and share <= row.dose_factor[1] * 1.05


def _high_enough(row: Advice, who: Circumstances, use: MedicineUse) -> bool:
    """Whether the dose is already above the usual one; a small rise that nobody weighs out (5 to 40 %) is told as a note."""
    share = share_of_usual(who, use)
    factor = row.dose_factor[0] if row.dose_factor else 1.0
    return factor < 1.5 or (share is not None and share >= factor)


def _concern(who: Circumstances, use: MedicineUse, genes: tuple[str, ...], severity: ConcernSeverity, row: Advice) -> Concern:
    found = ", ".join(f"{gene} {who.genes[gene]}" for gene in genes if gene in who.genes)
    en, zh = _ACTS[row.action]
    return said(
        "gene", severity, use, row, f"{found}: {en} ({row.guideline} {row.year})", f"{found}：{zh}（{row.guideline} {row.year}）", other="+".join(genes),
        advice=(row.text["en"].rstrip("."), row.text["zh"].rstrip("。")), facts=facts_of(who, *(f"gene:{gene}" for gene in genes)),
        topic=f"knowledge/pgx@{pgx.TOPIC.version}", pointer=row.key,
    )  # fmt: skip
