"""Do the values of one virtual person belong to one body, do populations look like the published ones, is a known effect found again?

Run: python benchmarks/coherence/run.py     (about three minutes; writes result.json beside it)
Correlations and patterns are of what the records say (measured values of the tables that become FHIR), not of hidden truth. Published values
stand beside them. Known effect: two arms of different people, the instruments' error on, 100 seeds; the truth is the same comparison in
one very large population without instruments' error.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

from xinglin.diseases.chronic import DISEASE
from xinglin.flow.virtual_people import people_blocks
from xinglin.records.people import PeopleRequest
from xinglin.records.simulation import SimulationRequest

PEOPLE, SEEDS, ARM, LARGE = 3000, 100, 4000, 150_000
REGIMENS = {regimen.name: regimen for regimen in DISEASE.card.regimens}
PUBLISHED = {
    "HbA1c and mean glucose": "r 0.92 (ADAG, R2 0.84); asked 0.80 to 0.95",
    "creatinine and eGFR": "CKD-EPI 2021 of the reported creatinine; r -0.57 to -0.92 in a peer",
    "BMI and fasting glucose": "waist and glucose: 0.16 men, 0.32 women (PMC2737414 table 5)",
    "BMI and HDL": "waist and HDL: -0.28 men, -0.33 women (PMC2737414 table 5)",
    "systolic pressure by age": "men 115.5, 116.6, 121.6, 127.3; women 105.7, 110.0, 119.5, 128.9 at 25-34 to 55-64 (MONICA Catalonia)",
    "HDL below 40 mg/dL": "28.9 % of men, 10.6 % of women (NHANES 2009-2012)",
    "cholesterol of 240 or more": "7 % at 20-39, 18 % at 40-59, 14.6 % from 60 (NHANES 2009-2012, treated people among them)",
    "diabetes": "16.4 % at 40-59, 30.0 % from 60; men 17.7 %, women 14.8 % (NHANES 2017-2020)",
}


class Records:
    """Measured values of many people in a table: person, measure, visit."""

    def __init__(self, locale: str) -> None:
        self.blocks = list(people_blocks(DISEASE, PeopleRequest(locale, seed=11), PEOPLE))
        self.measures = [m.key for m in self.blocks[0].locale.measures]
        self.factor = np.array([10.0**m.decimals * m.factor for m in self.blocks[0].locale.measures])

    def column(self, table: str, name: str) -> np.ndarray:
        return np.concatenate([block.tables[table][name] for block in self.blocks])

    def of(self, key: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Person, time and value of one measure, outside hospital."""
        place = self.measures.index(key)
        hospital = {(p, e) for p, e, k in zip(*(self.column("encounter", c) for c in ("person", "n", "kind")), strict=True) if k == 3}
        what, person = self.column("observation", "what"), self.column("observation", "person")
        rows = np.flatnonzero(what == place)
        encounter = self.column("observation", "encounter")[rows]
        outside = np.array([(p, e) not in hospital for p, e in zip(person[rows], encounter, strict=True)])
        rows = rows[outside]
        return person[rows], self.column("observation", "time")[rows], self.column("observation", "value")[rows] / self.factor[place]

    def means(self, key: str) -> np.ndarray:
        """Mean of each person, NaN where there is none."""
        person, _, value = self.of(key)
        with np.errstate(invalid="ignore"):
            return np.bincount(person, value, minlength=PEOPLE) / np.bincount(person, minlength=PEOPLE)

    def first(self, key: str) -> np.ndarray:
        """First value of each person."""
        person, time, value = self.of(key)
        order = np.lexsort((time, person))
        found = np.full(PEOPLE, np.nan)
        found[person[order][::-1]] = value[order][::-1]
        return found


def r(a: np.ndarray, b: np.ndarray) -> float:
    known = np.isfinite(a) & np.isfinite(b)
    return round(float(np.corrcoef(a[known], b[known])[0, 1]), 3)


def correlations(records: Records) -> dict[str, object]:
    person, time, glucose = records.of("glucose_fasting")
    other, other_time, hba1c = records.of("hba1c")
    pairs = dict(zip(zip(person.tolist(), time.tolist(), strict=True), glucose, strict=True))
    both = np.array(
        [
            (pairs[key], value)
            for key, value in zip(zip(other.tolist(), other_time.tolist(), strict=True), hba1c, strict=True)
            if key in pairs
        ]
    )
    women = records.column("person", "female") > 0
    bmi, sugar, hdl = records.first("bmi"), records.first("glucose_fasting"), records.first("hdl")
    return {
        "HbA1c and mean glucose": {"means of each person": r(records.means("hba1c"), records.means("glucose_fasting")),
                                   "pairs of one visit": r(both[:, 1], both[:, 0])},
        "creatinine and eGFR": r(records.of("creatinine")[2], records.of("egfr")[2]),
        "BMI and fasting glucose": {"men": r(bmi[~women], sugar[~women]), "women": r(bmi[women], sugar[women])},
        "BMI and HDL": {"men": r(bmi[~women], hdl[~women]), "women": r(bmi[women], hdl[women])},
    }  # fmt: skip


def patterns() -> dict[str, object]:
    """Of 60,000 people of the untreated chronic model at the start, and of their HbA1c."""
    request = SimulationRequest("chronic", (0.0, 0.25), REGIMENS["none"], seed=5, measured=True)
    block = DISEASE.run(request, DISEASE.draw(request, 0, 60_000))
    age, woman = block.traits["age"], block.traits["woman"] > 0
    sbp, hdl, chol = (block.observed[name][:, 0] for name in ("sbp", "hdl", "total_cholesterol"))
    diabetes = block.ends["diabetes"] == 0
    groups = {"30-39": (30, 40), "40-59": (40, 60), "60-75": (60, 76)}
    ages = {"30-34": (30, 35), "35-44": (35, 45), "45-54": (45, 55), "55-64": (55, 65)}

    def by(values: np.ndarray, spans: dict[str, tuple[int, int]], people: np.ndarray) -> dict[str, float]:
        return {name: round(float(values[people & (age >= a) & (age < b)].mean()), 3) for name, (a, b) in spans.items()}

    everyone = np.ones(len(age), bool)
    return {
        "systolic pressure by age": {"men": by(sbp, ages, ~woman), "women": by(sbp, ages, woman)},
        "HDL below 40 mg/dL": {"men": round(float((hdl[~woman] < 40).mean()), 3), "women": round(float((hdl[woman] < 40).mean()), 3)},
        "cholesterol of 240 or more": by((chol >= 240).astype(float), groups, everyone),
        "diabetes": {"all": by(diabetes.astype(float), groups, everyone), "men": round(float(diabetes[~woman].mean()), 3),
                     "women": round(float(diabetes[woman].mean()), 3)},
    }  # fmt: skip


def arm(name: str, seed: int, count: int, first: int, measured: bool, traits: dict[str, float], years: float):
    request = SimulationRequest("chronic", (0.0, 1.0, years), REGIMENS[name], seed=seed, measured=measured, traits=traits)
    return DISEASE.run(request, DISEASE.draw(request, first, count), first)


def difference(blocks, observable: str) -> tuple[float, float]:
    """Mean difference at one year and its standard error."""
    a, b = (block.observed[observable][:, 1].astype(float) for block in blocks)
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    return float(b.mean() - a.mean()), float(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))


def log_rate_ratio(blocks, end: str, years: float) -> tuple[float, float]:
    """Logarithm of the ratio of event rates and its standard error."""
    counts, times = [], []
    for block in blocks:
        when, death = block.ends[end], block.ends["death"]
        times.append(np.fmin(np.fmin(when, death), years).sum())
        counts.append(np.isfinite(when).sum())
    return float(np.log(counts[1] / times[1]) - np.log(counts[0] / times[0])), float(np.sqrt(1 / counts[0] + 1 / counts[1]))


def effects() -> dict[str, object]:
    """How often the 95 % interval of one study holds the known effect."""
    cases = {
        "statin lowers LDL (mg/dL)": ("statin", {}, lambda b, y: difference(b, "ldl"), "1.08 mmol/L = 41.8 mg/dL in trials (CTT 2012)"),
        "metformin lowers HbA1c (%)": ("metformin", {"sugar": 2.0}, lambda b, y: difference(b, "hba1c"), "1.12 (Hirst 2012)"),
        "one drug lowers systolic pressure (mmHg)": ("antihypertensive", {"pressure": 2.0}, lambda b, y: difference(b, "sbp"), "9.1 (Law 2003)"),
        "statin lowers the rate of a first event (log ratio)": ("statin", {"age": 65.0}, lambda b, y: log_rate_ratio(b, "ascvd", y),
                                                                "0.78 per mmol/L (CTT 2010): log -0.27 at 1.08"),
    }  # fmt: skip
    found = {}
    for title, (name, traits, estimate, published) in cases.items():
        years = 10.0 if "rate" in title else 1.5
        truth = estimate([arm(n, 990, LARGE, 0, False, traits, years) for n in ("none", name)], years)[0]
        held = 0
        for seed in range(SEEDS):
            middle, error = estimate(
                [arm("none", seed, ARM, 0, True, traits, years), arm(name, seed, ARM, ARM, True, traits, years)], years
            )
            held += abs(middle - truth) <= 1.96 * error
        found[title] = {"known effect": round(truth, 3), "published": published, "interval holds it in": held, "of": SEEDS}
        print(title, found[title], flush=True)
    return found


def main() -> None:
    told = {locale: correlations(Records(locale)) for locale in ("us", "cn")}
    result = {
        "machine": described(), "asked": {"HbA1c and mean glucose": [0.80, 0.95], "interval holds the known effect in": 90},
        "published": PUBLISHED, "correlations": told, "patterns": patterns(), "effects": effects(),
    }  # fmt: skip
    (HERE / "result.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
