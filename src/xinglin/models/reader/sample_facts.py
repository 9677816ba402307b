"""A made-up person's facts, small enough to read at a glance: for the examples of checks and for tests.

Nobody real. Everything is as of 2026-03-10.
"""

from __future__ import annotations

from xinglin.records.fact import Evidence, Fact
from xinglin.records.quantity import LOINC, Code, Concept, Quantity

AS_OF = "2026-03-10"
_PLACE = (Evidence("chart", "Observation/example"),)
_CREATININE = {"en": ("creatinine", "Cr"), "zh": ("肌酐", "血肌酐")}


def creatinine(value: str, when: str, flag: str, *, latest: bool = True) -> Fact:
    """A creatinine result in µmol/L with its reference limits (45 to 84)."""
    return Fact(
        f"measurement.cr-{when}", "measurement", Concept("Creatinine", (Code(LOINC, "2160-0"),)), f"creatinine {value} umol/L on {when}", _PLACE,
        key="loinc:2160-0", names=_CREATININE, value=Quantity(value, "umol/L"), time=when, flag=flag, latest=latest, importance=3 if latest else 0,
        details={"reference_low": "45", "reference_high": "84"},
    )  # fmt: skip


OLD = creatinine("98", "2025-11-02", "high", latest=False)
NEW = creatinine("121", "2026-03-04", "high")
TREND = Fact(
    "trend.2160-0", "trend", Concept("Creatinine"), "creatinine rising", _PLACE, key="loinc:2160-0", names=_CREATININE, value=Quantity("121", "umol/L"),
    time="2026-03-04", flag="rising", latest=True,
    details={"previous_value": "98", "previous_date": "2025-11-02", "change": "+23", "change_percent": "+23"},
)  # fmt: skip
RESULTS = (OLD, NEW, TREND)
HYPERTENSION = Fact(
    "problem.htn", "problem", Concept("Hypertension"), "hypertension: active, since 2012-03-01", _PLACE, key="term:hypertension",
    names={"en": ("hypertension", "HTN"), "zh": ("高血压",)}, time="2012-03-01", start="2012-03-01", status="active", importance=3,
)  # fmt: skip
PNEUMONIA = Fact(
    "problem.pneumonia", "problem", Concept("Pneumonia"), "pneumonia: resolved", _PLACE, key="term:pneumonia", names={"en": ("pneumonia",), "zh": ("肺炎",)},
    time="2018-01-04", start="2018-01-04", end="2018-02-01", status="resolved",
)  # fmt: skip
KNEE = Fact(
    "problem.knee", "problem", Concept("Osteoarthritis of knee"), "osteoarthritis of the left knee", _PLACE, key="term:osteoarthritis_of_knee",
    names={"en": ("knee osteoarthritis", "osteoarthritis of knee"), "zh": ("膝骨关节炎",)}, start="2017-02-01", status="active", side="left",
)  # fmt: skip
METFORMIN = Fact(
    "medicine.metformin", "medicine", Concept("Metformin hydrochloride 500 MG Oral Tablet"), "metformin 500 mg oral 2/1/d (current)", _PLACE,
    key="term:metformin", names={"en": ("metformin",), "zh": ("二甲双胍",)}, value="500 mg", time="2014-07-01", start="2014-07-01", status="current", importance=3,
    details={"dose": "500 mg", "route": "oral", "frequency": "2/1/d"},
)  # fmt: skip
MOTHER = Fact(
    "family.mother", "family", Concept("Breast cancer"), "mother: breast cancer", _PLACE, key="term:breast-cancer",
    names={"en": ("breast cancer",), "zh": ("乳腺癌",)}, details={"relationship": "mother", "relationship_zh": "母亲"},
)  # fmt: skip
PERSON = Fact(
    "person", "person", Concept("age and sex"), "female, 67 years", _PLACE, key="person", names={"en": ("patient",), "zh": ("患者",)}, value=Quantity("67", "a"),
    details={"sex": "female", "age_years": "67"},
)  # fmt: skip
EVERYTHING = (PERSON, *RESULTS, HYPERTENSION, PNEUMONIA, KNEE, METFORMIN, MOTHER)
