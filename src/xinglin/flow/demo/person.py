"""A made-up person as a FHIR R4 bundle: for the demo, the tests and the planted-error benchmark.

Everything is drawn from the seed first; the same seed gives the same bytes. The record is marked as test
data (HTEST), because nobody like this exists.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from importlib.resources import files
from random import Random

from xinglin.records.quantity import ICD10_CM, LOINC, UCUM

Resource = dict[str, object]
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
LAST_DAY = date(2026, 6, 30)
NAMES = {
    "male": (("Avery", "Stone"), ("Milo", "Marsh"), ("子涵", "林"), ("建国", "杨")),
    "female": (("Rowan", "Vale"), ("Ida", "Brook"), ("雨桐", "周"), ("秀兰", "赵")),
}


def bundle(seed: int = 0) -> Resource:
    """One person's record as a `collection` Bundle: 2 to 5 illnesses over about three years, labs with trends,
    medicines current and stopped, allergies or their recorded absence, family, imaging, an admission and visits."""
    return _Person(seed).bundle()


class _Person:
    """Draws one person and writes the resources. Times are days before LAST_DAY."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"xinglin person {seed}")  # noqa: S311 - reproducible people, no secrets
        self.seed = seed
        self.entries: list[Resource] = []
        self.measured: set[str] = set()
        self.blocks = tomllib.loads(files("xinglin.flow.demo").joinpath("illnesses.toml").read_text(encoding="utf-8"))
        self.sex = self.random.choice(("male", "female"))
        self.age = self.random.randint(34, 86)
        self.last = LAST_DAY - timedelta(days=self.random.randint(0, 500))
        self.patient = f"Patient/person-{seed}"

    def bundle(self) -> Resource:
        self._patient()
        fitting = [i for i in self.blocks["illness"] if i.get("sex", self.sex) == self.sex]
        illnesses = self.random.sample(fitting, self.random.randint(2, 5))
        reason = next((i["name"] for i in illnesses if i.get("acute")), illnesses[0]["name"])
        admission = self._encounter("IMP", "inpatient encounter", 9, 3, reason)
        visits = [self._encounter("AMB", "ambulatory", days, 0, illnesses[-1]["name"]) for days in (1050, 700, 380, 120)]
        taken = {lab[0] for i in illnesses for lab in i.get("labs", ())}
        self._labs([lab for lab in self.blocks["everyone"]["labs"] if lab[0] not in taken], [*visits[1:], admission])
        for illness in illnesses:
            self._illness(illness, admission, visits)
        self._vitals(illnesses, [*visits, admission])
        self._allergies()
        self._family()
        self._immunizations()
        self._smoking(visits[-1])
        entries = [{"fullUrl": f"https://example.org/fhir/{r['resourceType']}/{r['id']}", "resource": r} for r in self.entries]
        return {"resourceType": "Bundle", "id": f"person-{self.seed}", "type": "collection", "entry": entries}

    def _add(self, kind: str, **fields: object) -> str:
        # the FHIR element names arrive as keywords; `class_` stands for the reserved word
        number = sum(r["resourceType"] == kind for r in self.entries) + 1
        resource: Resource = {"resourceType": kind, "id": f"person-{self.seed}-{kind.lower()}-{number}"}
        if kind == "Patient":
            resource["id"] = f"person-{self.seed}"
            resource["meta"] = {"security": [{"system": f"{TERMINOLOGY}/v3-ActReason", "code": "HTEST", "display": "test health data"}]}
        resource |= {name.rstrip("_"): value for name, value in fields.items() if value is not None}
        self.entries.append(resource)
        return f"{kind}/{resource['id']}"

    def _day(self, days_before: int) -> str:
        return (self.last - timedelta(days=days_before)).isoformat()

    def _subject(self) -> Resource:
        return {"reference": self.patient}

    def _patient(self) -> None:
        given, family = self.random.choice(NAMES[self.sex])
        born = date(self.last.year - self.age, self.random.randint(1, 12), self.random.randint(1, 28))
        self._add(
            "Patient",
            identifier=[{"system": "https://example.org/mrn", "value": f"DEMO-{self.seed:05d}"}],
            name=[{"family": family, "given": [given]}],
            gender=self.sex,
            birthDate=born.isoformat(),
        )

    def _encounter(self, code: str, display: str, days_before: int, length_days: int, reason: str) -> str:
        return self._add(
            "Encounter",
            status="finished",
            class_=_coding(f"{TERMINOLOGY}/v3-ActCode", code, display),
            subject=self._subject(),
            period={"start": self._day(days_before + length_days) + "T08:30:00+08:00", "end": self._day(days_before) + "T11:00:00+08:00"},
            reasonCode=[{"text": reason}],
        )

    def _illness(self, illness: Mapping, admission: str, visits: Sequence[str]) -> None:
        acute = illness.get("acute", False)
        side = self.random.choice(illness["sides"]) if "sides" in illness else ""
        began = self.random.randint(12, 14) if acute else self.random.randint(400, 4000)
        over = acute and self.random.random() < 0.4
        site = [{"text": f"{side} {illness['site']}" if side != "bilateral" else f"bilateral {illness['site']}"}] if side else None
        condition = self._add(
            "Condition",
            clinicalStatus=_concept(f"{TERMINOLOGY}/condition-clinical", "resolved" if over else "active"),
            verificationStatus=_concept(f"{TERMINOLOGY}/condition-ver-status", "confirmed"),
            category=[_concept(f"{TERMINOLOGY}/condition-category", "problem-list-item")],
            code={"coding": [_coding(ICD10_CM, illness["icd10"], illness["name"])], "text": illness["name"]},
            bodySite=site,
            subject=self._subject(),
            encounter={"reference": admission} if acute else None,
            onsetDateTime=self._day(began),
            abatementDateTime=self._day(1) if over else None,
        )
        self._labs(illness.get("labs", ()), [admission] if acute else [*visits, admission])
        for medicine in illness.get("medicines", ()):
            self._medicine(medicine, condition, began, stopped=over or self.random.random() < 0.15)
        if "procedure" in illness:
            self._procedure(illness["procedure"][0], side, admission, condition)
        if "imaging" in illness:
            self._report(illness["imaging"], side, admission)

    def _labs(self, labs: Sequence[Sequence], encounters: Sequence[str]) -> None:
        for loinc, name, unit, first, last, decimals, spread in labs:
            if loinc in self.measured:  # two illnesses may follow the same analyte: one course is enough
                continue
            self.measured.add(loinc)
            days = [1050, 700, 380, 120, 9][-len(encounters) :] if len(encounters) > 1 else [11, 10]
            for i, days_before in enumerate(days):
                share = i / max(1, len(days) - 1)
                value = round(max(0.1, first + (last - first) * share + self.random.uniform(-spread, spread)), decimals)
                self._lab(loinc, name, unit, f"{value:.{decimals}f}", days_before, encounters[min(i, len(encounters) - 1)])

    def _lab(self, loinc: str, name: str, unit: str, value: str, days_before: int, encounter: str) -> None:
        low, high = self.blocks["ranges"].get(loinc, (None, None))
        number = float(value)
        flag = None if low is None else "L" if number < low else "H" if number > high else "N"
        self._add(
            "Observation",
            status="final",
            category=[_concept(f"{TERMINOLOGY}/observation-category", "laboratory")],
            code={"coding": [_coding(LOINC, loinc, name)], "text": name},
            subject=self._subject(),
            encounter={"reference": encounter},
            effectiveDateTime=self._day(days_before) + "T07:40:00+08:00",
            valueQuantity=_quantity(value, unit),
            interpretation=[_concept(f"{TERMINOLOGY}/v3-ObservationInterpretation", flag)] if flag else None,
            referenceRange=None if low is None else [{"low": _quantity(str(low), unit), "high": _quantity(str(high), unit)}],
        )

    def _vitals(self, illnesses: Sequence[Mapping], encounters: Sequence[str]) -> None:
        course = next((i["blood_pressure"] for i in illnesses if "blood_pressure" in i), [124, 78, 122, 76])
        weight, height = self.random.randint(52, 98), self.random.randint(152, 188)
        for days_before, encounter in zip((1050, 700, 380, 120, 9), encounters, strict=True):
            share = 1 - days_before / 1050
            pressures = [round(course[k] + (course[k + 2] - course[k]) * share + self.random.randint(-3, 3)) for k in (0, 1)]
            common = {
                "status": "final",
                "category": [_concept(f"{TERMINOLOGY}/observation-category", "vital-signs")],
                "subject": self._subject(),
                "encounter": {"reference": encounter},
                "effectiveDateTime": self._day(days_before) + "T08:45:00+08:00",
            }
            self._add(
                "Observation",
                **common,
                code={"coding": [_coding(LOINC, "85354-9", "Blood pressure panel")], "text": "Blood pressure"},
                component=[
                    {"code": {"coding": [_coding(LOINC, code, name)], "text": name}, "valueQuantity": _quantity(str(value), "mm[Hg]")}
                    for (code, name), value in zip(
                        (("8480-6", "Systolic blood pressure"), ("8462-4", "Diastolic blood pressure")), pressures, strict=True
                    )
                ],
            )
            rows = (("29463-7", "Body weight", weight + self.random.randint(-2, 2), "kg"), ("8302-2", "Body height", height, "cm"))
            for code, name, value, unit in (*rows, ("8867-4", "Heart rate", self.random.randint(62, 98), "/min")):
                self._add(
                    "Observation",
                    **common,
                    code={"coding": [_coding(LOINC, code, name)], "text": name},
                    valueQuantity=_quantity(str(value), unit),
                )

    def _medicine(self, medicine: Sequence, condition: str, began: int, stopped: bool) -> None:
        name, amount, unit, route, times, period = medicine
        needed = period == "as needed"
        words = f"{name} {amount:g} {'mcg' if unit == 'ug' else unit}"
        repeat = None if needed else {"repeat": {"frequency": times, "period": 1, "periodUnit": period}}
        start = max(2, began - self.random.randint(0, 200)) if began > 300 else max(2, began - 1)
        self._add(
            "MedicationRequest",
            status="stopped" if stopped else "active",
            intent="order",
            medicationCodeableConcept={"text": name},
            subject=self._subject(),
            authoredOn=self._day(start),
            reasonReference=[{"reference": condition}],
            dosageInstruction=[
                {
                    "text": f"{words} {route.lower()}, " + ("as needed" if needed else f"{times} time{'s' if times > 1 else ''} a day"),
                    "timing": repeat,
                    "asNeededBoolean": True if needed else None,
                    "route": {"text": route},
                    "doseAndRate": [{"doseQuantity": _quantity(f"{amount:g}", unit)}],
                }
            ],
        )
        dosage = self.entries[-1]["dosageInstruction"][0]  # type: ignore[index]
        for empty in [k for k, v in dosage.items() if v is None]:
            del dosage[empty]

    def _procedure(self, name: str, side: str, encounter: str, condition: str) -> None:
        self._add(
            "Procedure",
            status="completed",
            code={"text": name},
            subject=self._subject(),
            encounter={"reference": encounter},
            performedDateTime=self._day(10) + "T10:00:00+08:00",
            bodySite=[{"text": side}] if side else None,
            reasonReference=[{"reference": condition}],
        )

    def _report(self, imaging: Sequence[str], side: str, encounter: str) -> None:
        modality, name, conclusion = imaging
        when = self._day(10) + "T14:00:00+08:00"
        self._add(
            "ImagingStudy",
            status="available",
            modality=[_coding("http://dicom.nema.org/resources/ontology/DCM", modality, name)],
            subject=self._subject(),
            started=when,
            description=name,
        )
        self._add(
            "DiagnosticReport",
            status="final",
            category=[_concept(f"{TERMINOLOGY}/v2-0074", "RAD")],
            code={"text": name},
            subject=self._subject(),
            encounter={"reference": encounter},
            effectiveDateTime=when,
            conclusion=conclusion.format(side=side),
        )

    def _allergies(self) -> None:
        confirmed = {
            "clinicalStatus": _concept(f"{TERMINOLOGY}/allergyintolerance-clinical", "active"),
            "verificationStatus": _concept(f"{TERMINOLOGY}/allergyintolerance-verification", "confirmed"),
            "patient": self._subject(),
        }
        draw = self.random.random()
        if draw < 0.25:
            self._add(
                "AllergyIntolerance",
                **confirmed,
                code={"coding": [_coding("http://snomed.info/sct", "716186003", "No known allergy")], "text": "No known allergy"},
            )
            return
        for allergy in self.random.sample(self.blocks["allergy"], 0 if draw < 0.35 else self.random.randint(1, 2)):
            self._add(
                "AllergyIntolerance",
                **confirmed,
                type="allergy",
                criticality=allergy["criticality"],
                code={"text": allergy["name"]},
                recordedDate=self._day(2500),
                reaction=[{"manifestation": [{"text": allergy["reaction"]}]}],
            )

    def _family(self) -> None:
        for relative in self.random.sample(self.blocks["relative"], self.random.randint(0, 2)):
            self._add(
                "FamilyMemberHistory",
                status="completed",
                patient=self._subject(),
                relationship={
                    "coding": [_coding(f"{TERMINOLOGY}/v3-RoleCode", relative["code"], relative["relation"])],
                    "text": relative["relation"],
                },
                condition=[{"code": {"text": self.random.choice(relative["conditions"])}}],
            )

    def _immunizations(self) -> None:
        for name in self.random.sample(self.blocks["everyone"]["immunizations"], self.random.randint(0, 3)):
            self._add(
                "Immunization",
                status="completed",
                vaccineCode={"text": name},
                patient=self._subject(),
                occurrenceDateTime=self._day(self.random.randint(60, 900)),
            )

    def _smoking(self, encounter: str) -> None:
        code, words = self.random.choice(
            (("8517006", "Former smoker"), ("266919005", "Never smoker"), ("449868002", "Current every day smoker"))
        )
        self._add(
            "Observation",
            status="final",
            category=[_concept(f"{TERMINOLOGY}/observation-category", "social-history")],
            code={"coding": [_coding(LOINC, "72166-2", "Tobacco smoking status")], "text": "Tobacco smoking status"},
            subject=self._subject(),
            encounter={"reference": encounter},
            effectiveDateTime=self._day(120) + "T08:50:00+08:00",
            valueCodeableConcept={"coding": [_coding("http://snomed.info/sct", code, words)], "text": words},
        )


def _coding(system: str, code: str, display: str) -> Resource:
    return {"system": system, "code": code, "display": display}


def _concept(system: str, code: str | None) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def _quantity(value: str, unit: str) -> Resource:
    return {"value": float(value) if "." in value else int(value), "unit": unit, "system": UCUM, "code": unit}
