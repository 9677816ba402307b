"""A medicine against who the person is: illnesses, pregnancy and breast-feeding, age, and what their tests and genes say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xinglin.knowledge import drugs, terms
from xinglin.knowledge.drugs.rows import Contraindication, PregnancyRule
from xinglin.knowledge.pgx.reported import as_reported
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.models.medication_safety.saying import GRAVEST_FIRST, facts_of, name_of, said
from xinglin.records.medication import Circumstances, Concern, KnownCondition, MedicineUse


def condition_concerns(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    """One concern per recorded illness, by the gravest row; illnesses that are over count only where the row says "past:"."""
    for known in (*who.conditions, *_inborn(who)):
        rows = [row for part in parts_of(use) for row in drugs.contraindications(part) if _meets(row, known)]
        if rows:
            row = min(rows, key=lambda one: GRAVEST_FIRST[one.severity])
            yield said(
                "contraindication", row.severity, use, row, f"{known.words}: {row.reason_en}", f"{name_of(known.key, 'zh')}：{row.reason_zh}",
                other=known.key, advice=(row.advice_en, row.advice_zh), facts=(known.fact,),
                pointer=f"contraindications/{row.medicine}/{row.condition[0]}",
            )  # fmt: skip


_INBORN = (
    ("G6PD", r"^deficient|class i+\b", "g6pd-deficiency"), ("F5", r"leiden|1691|rs6025|carrier|hetero|homo", "factor-v-leiden"),
    ("F2", r"20210|carrier|hetero|homo", "factor-v-leiden"), ("BCHE", r"deficien|poor|atypical|homozyg|^[ak]/a$", "pseudocholinesterase-deficiency"), ("OTC", r"deficien|pathogenic", "urea-cycle-disorder"),
    ("POLG", r"mutation|pathogenic|carrier|variant|hetero|homo|[a-z]\d+[a-z]", "mitochondrial-disease"),
)  # fmt: skip
"""What a gene's result makes an illness: gene, words of the finding, key of the illness."""


def _inborn(who: Circumstances) -> Iterator[KnownCondition]:
    """Illnesses that stand in the genes, where they are not listed as illnesses."""
    listed = {known.key for known in who.conditions}
    for gene, words, key in _INBORN:
        found = who.genes.get(gene, "")
        told = as_reported(gene, found) if gene == "G6PD" and found else found
        if (
            key not in listed
            and isinstance(told, str)
            and re.search(words, told, re.IGNORECASE)
            and not re.search(r"negative|normal|wild|absent", told, re.I)
        ):
            yield KnownCondition(key, f"{gene} {found}", True, who.facts.get(f"gene:{gene}", ""))


def _meets(row: Contraindication, known: KnownCondition) -> bool:
    """Whether the illness is one the row names, or a kind of it."""
    for name in row.condition:
        past, bare = name.startswith("past:"), name.removeprefix("past:")
        if (known.active or past) and (terms.is_kind_of(known.key, bare)):
            return True
    return False


def pregnancy_concerns(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    """At most one concern: of pregnancy in these weeks, else of breast-feeding, else of a pregnancy that may come."""
    for state, holds in (("pregnancy", who.pregnant), ("breastfeeding", who.breastfeeding), ("could-become-pregnant", _could(who))):
        rows = [row for part in parts_of(use) for row in drugs.pregnancy(part) if holds and row.state == state and _in_weeks(row, who)]
        if rows:
            row = min(rows, key=lambda one: GRAVEST_FIRST[one.severity])
            yield said(
                "pregnancy", row.severity, use, row, row.reason_en, row.reason_zh, other=state, advice=(row.advice_en, row.advice_zh),
                facts=facts_of(who, "pregnant" if state == "pregnancy" else state, "age"), pointer=f"pregnancy/{row.medicine}/{row.state}",
            )  # fmt: skip
            return


def _could(who: Circumstances) -> bool | None:
    return who.could_become_pregnant and not who.pregnant


def _in_weeks(row: PregnancyRule, who: Circumstances) -> bool:
    """Weeks unknown: the row counts, whatever weeks it speaks of."""
    if row.state != "pregnancy" or who.pregnant_weeks is None:
        return True
    return (row.from_week is None or who.pregnant_weeks >= row.from_week) and (row.to_week is None or who.pregnant_weeks <= row.to_week)


def age_concerns(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    """At most one concern: the gravest row whose band of years holds the person."""
    if who.age_years is None:
        return
    years = who.age_years
    rows = [
        row for part in parts_of(use) for row in drugs.age_rules(part)
        if (row.min_years is None or years >= row.min_years) and (row.max_years is None or years < row.max_years) and (not row.frail or who.frail)
    ]  # fmt: skip
    if rows:
        row = min(rows, key=lambda one: GRAVEST_FIRST[one.severity])
        yield said(
            "age", row.severity, use, row, row.reason_en, row.reason_zh, advice=(row.advice_en, row.advice_zh), facts=facts_of(who, "age"),
            pointer=f"age/{row.medicine}/{row.min_years or 0:g}-{row.max_years or 150:g}",
        )  # fmt: skip
