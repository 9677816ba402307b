"""Small cases for the checks of medication safety: a made-up person, a sentence that proposes, and what must be found in it.

Nobody real. Everything is as of 2026-03-10.
"""

from __future__ import annotations

from collections.abc import Mapping

from xinglin.models.reader.sample_facts import HYPERTENSION, METFORMIN, PERSON
from xinglin.records.fact import Evidence, Fact, FactKind
from xinglin.records.quantity import Concept, Quantity
from xinglin.shelf.promises import Example


def _fact(
    kind: FactKind, name: str, key: str, en: str, zh: str, *, value: Quantity | str | None = None, status: str = "active", time: str = "2026-02-01",
    details: Mapping[str, str] | None = None, fact_id: str = "",
) -> Fact:  # fmt: skip
    return Fact(
        fact_id or f"{kind}.{name}", kind, Concept(en), en, (Evidence("chart", "Observation/example"),), key=key, names={"en": (en,), "zh": (zh,)},
        value=value, time=time, start=time if kind != "measurement" else "", status=status, latest=kind == "measurement", details=details or {}, importance=3,
    )  # fmt: skip


def _medicine(name: str, zh: str, dose: str, frequency: str) -> Fact:
    details = {"dose": dose, "route": "oral", "frequency": frequency, "started_date": "2026-02-20"}
    return _fact("medicine", name, f"term:{name}", name, zh, value=dose, status="current", time="2026-02-20", details=details)


PENICILLIN = _fact(
    "allergy", "penicillin", "term:penicillin-allergy", "penicillin", "青霉素", details={"criticality": "high", "reaction": "anaphylaxis"}
)
WARFARIN = _medicine("warfarin", "华法林", "5 mg", "1/1/d")
ULCER = _fact("problem", "ulcer", "term:peptic-ulcer", "peptic ulcer", "消化性溃疡")
PREGNANT = _fact("problem", "pregnancy", "term:normal-pregnancy", "pregnancy", "妊娠")
BABY = Fact(
    "person",
    "person",
    Concept("age and sex"),
    "male, 8 months",
    PERSON.evidence,
    key="person",
    names=PERSON.names,
    details={"sex": "male", "age_months": "8"},
)
YOUNG_WOMAN = Fact(
    "person",
    "person",
    Concept("age and sex"),
    "female, 29 years",
    PERSON.evidence,
    key="person",
    names=PERSON.names,
    details={"sex": "female", "age_years": "29"},
)
KIDNEYS = _fact(
    "measurement",
    "egfr",
    "loinc:98979-8",
    "eGFR",
    "估算肾小球滤过率",
    value=Quantity("18", "mL/min/{1.73_m2}"),
    status="final",
    details={"analyte": "egfr"},
)
POTASSIUM = _fact(
    "measurement", "k", "loinc:2823-3", "potassium", "钾", value=Quantity("6.1", "mmol/L"), status="final", details={"analyte": "potassium"}
)
QTC = _fact("measurement", "qtc", "loinc:8634-8", "QTc", "QTc间期", value=Quantity("515", "ms"), status="final", details={"analyte": "qtc"})
GENE = _fact(
    "gene",
    "cyp2c19",
    "gene:CYP2C19",
    "CYP2C19",
    "CYP2C19",
    value="*2/*2",
    fact_id="gene.call.CYP2C19",
    details={"gene": "CYP2C19", "diplotype": "*2/*2", "phenotype": "Poor Metabolizer"},
)

FAILS: Mapping[str, tuple[Example, ...]] = {
    "xl201_allergy": (
        Example("Start amoxicillin 500 mg three times daily by mouth.", (PERSON, PENICILLIN)),
        Example("建议给予阿莫西林0.5g，口服，每日三次。", (PERSON, PENICILLIN), language="zh"),
    ),
    "xl202_interaction": (
        Example("Start ibuprofen 400 mg three times daily by mouth.", (PERSON, WARFARIN)),
        Example("建议加用布洛芬0.4g，口服，每日三次。", (PERSON, WARFARIN), language="zh"),
    ),
    "xl203_contraindication": (
        Example("Prescribe naproxen 500 mg twice daily by mouth.", (PERSON, ULCER)),
        Example("建议给予萘普生500mg，口服，每日两次。", (PERSON, ULCER), language="zh"),
    ),
    "xl204_dose": (
        Example("Give acetaminophen 2 g by mouth four times daily.", (PERSON,)),
        Example("给予对乙酰氨基酚2g，口服，每日四次。", (PERSON,), language="zh"),
    ),
    "xl205_duplicate": (
        Example("Start atorvastatin 20 mg once daily by mouth.", (PERSON, _medicine("simvastatin", "辛伐他汀", "20 mg", "1/1/d"))),
        Example(
            "建议加用阿托伐他汀20mg，口服，每日一次。", (PERSON, _medicine("simvastatin", "辛伐他汀", "20 mg", "1/1/d")), language="zh"
        ),
    ),
    "xl206_pregnancy": (
        Example("Start isotretinoin 20 mg once daily by mouth.", (YOUNG_WOMAN, PREGNANT)),
        Example("建议给予异维A酸20mg，口服，每日一次。", (YOUNG_WOMAN, PREGNANT), language="zh"),
    ),
    "xl207_age": (
        Example("Give codeine 5 mg by mouth every 6 hours.", (BABY,)),
        Example("给予可待因5mg，口服，每6小时一次。", (BABY,), language="zh"),
    ),
    "xl208_organ": (
        Example("Start spironolactone 25 mg once daily by mouth.", (PERSON, KIDNEYS)),
        Example("建议加用螺内酯25mg，口服，每日一次。", (PERSON, KIDNEYS), language="zh"),
    ),
    "xl209_gene": (
        Example("Start clopidogrel 75 mg once daily by mouth.", (PERSON, GENE)),
        Example("建议给予氯吡格雷75mg，口服，每日一次。", (PERSON, GENE), language="zh"),
    ),
    "xl210_route": (
        Example("Give vincristine 2 mg intrathecally once.", (PERSON,)),
        Example("给予长春新碱2mg，鞘内注射。", (PERSON,), language="zh"),
    ),
    "xl211_monitoring": (
        Example("Start spironolactone 25 mg once daily by mouth.", (PERSON, POTASSIUM)),
        Example("建议加用螺内酯25mg，口服，每日一次。", (PERSON, POTASSIUM), language="zh"),
    ),
    "xl212_sum": (
        Example("Start haloperidol 5 mg twice daily by mouth.", (PERSON, QTC)),
        Example("建议给予氟哌啶醇5mg，口服，每日两次。", (PERSON, QTC), language="zh"),
    ),
}
_FINE = (
    Example("Start amlodipine 5 mg once daily by mouth.", (PERSON, HYPERTENSION)),
    Example("建议给予氨氯地平5mg，口服，每日一次。", (PERSON, HYPERTENSION), language="zh"),
    Example("Takes metformin 500 mg twice daily.", (PERSON, METFORMIN)),
)
PASSES: Mapping[str, tuple[Example, ...]] = {
    **dict.fromkeys(FAILS, _FINE),
    "xl201_allergy": (*_FINE, Example("Amoxicillin should be avoided.", (PERSON, PENICILLIN))),
}
