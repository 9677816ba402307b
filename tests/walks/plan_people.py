"""Made-up people whose records open the six questions of treatment plans, as small FHIR bundles of our own."""

from __future__ import annotations

HTEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
_LAB = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}]
_LIST = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "problem-list-item"}]}]


def _coded(system, code, words):
    return {"text": words, "coding": [{"system": system, "code": code, "display": words}]} if code else {"text": words}


def _loinc(code, words):
    return _coded("http://loinc.org", code, words)


def _condition(number, words, icd, since, stage=""):
    clinical = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    sure = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]}
    code = _coded("http://hl7.org/fhir/sid/icd-10-cm", icd, words)
    told = {"stage": [{"summary": {"text": stage}}]} if stage else {}
    return {"resourceType": "Condition", "id": f"c{number}", "clinicalStatus": clinical, "verificationStatus": sure, "category": _LIST, "code": code,
            "onsetDateTime": since} | told  # fmt: skip


def _observation(key, code, value, unit="", when="2024-03-01", component=()):
    told = {"valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit or "1"}}
    told = {"valueCodeableConcept": {"text": value}} if isinstance(value, str) else told
    parts = {"component": list(component)} if component else {}
    return (
        {"resourceType": "Observation", "id": key, "status": "final", "category": _LAB, "code": code, "effectiveDateTime": when}
        | told
        | parts
    )


def lab(number, words, loinc, value, unit):
    """A laboratory result of 2024-03-01."""
    return _observation(f"o{number}", _loinc(loinc, words), value, unit)


def gene(number, name, diplotype, phenotype):
    """A laboratory's call of a pharmacogene."""
    effect = {"code": _loinc("53040-2", "Genetic variation's effect on drug metabolism"), "valueCodeableConcept": {"text": phenotype}}
    studied = {"code": _loinc("48018-6", "Gene studied [ID]"), "valueCodeableConcept": {"text": name}}
    return _observation(
        f"g{number}", _loinc("84413-4", "Genotype display name"), diplotype, component=[studied, *([effect] if phenotype else [])]
    )


def variant(number, name, change, found):
    """A change of a tumour, found or not."""
    studied = {"code": _loinc("48018-6", "Gene studied [ID]"), "valueCodeableConcept": {"text": name}}
    protein = {"code": _loinc("48005-3", "Amino acid change (pHGVS)"), "valueCodeableConcept": {"text": change}}
    return _observation(
        f"v{number}", _loinc("69548-6", "Genetic variant assessment"), found, component=[studied, *([protein] if change else [])]
    )


def medicine(number, words, rxnorm, mg, times=1):
    """A medicine taken now, by mouth."""
    how = {
        "timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}}, "route": {"text": "oral"},
        "doseAndRate": [{"doseQuantity": {"value": mg, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}],
    }  # fmt: skip
    code = _coded("http://www.nlm.nih.gov/research/umls/rxnorm", rxnorm, words)
    return {"resourceType": "MedicationRequest", "id": f"m{number}", "status": "active", "intent": "order", "authoredOn": "2024-01-10",
            "medicationCodeableConcept": code, "dosageInstruction": [how]}  # fmt: skip


def given(number, words, rxnorm, mg, start, end):
    """A dose into a vein, from `start` to `end`."""
    code = _coded("http://www.nlm.nih.gov/research/umls/rxnorm", rxnorm, words)
    dose = {"value": mg, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
    return {"resourceType": "MedicationAdministration", "id": f"a{number}", "status": "completed", "medicationCodeableConcept": code,
            "effectivePeriod": {"start": start, "end": end}, "dosage": {"route": {"text": "intravenous"}, "dose": dose}}  # fmt: skip


def _person(key, sex, born, *resources):
    patient = {"resourceType": "Patient", "id": key, "meta": {"security": [HTEST]}, "gender": sex, "birthDate": born,
               "name": [{"family": "Example", "given": ["Ada"]}]}  # fmt: skip
    rest = [one | {"subject": {"reference": f"Patient/{key}"}} for one in resources]
    entries = [{"fullUrl": f"https://example.org/fhir/{one['resourceType']}/{one['id']}", "resource": one} for one in (patient, *rest)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _body(creatinine, weight, height):
    return (lab(90, "Creatinine", "2160-0", creatinine, "umol/L"), lab(91, "Body weight", "29463-7", weight, "kg"),
            lab(92, "Body height", "8302-2", height, "cm"))  # fmt: skip


PEOPLE = {
    "anticoagulation": _person(
        "af-1", "female", "1946-05-03", _condition(0, "Atrial fibrillation", "I48.91", "2023-11-02"),
        _condition(1, "Hypertension", "I10", "2010-01-01"), *_body(118, 58, 160), medicine(0, "Amlodipine", "17767", 5),
        medicine(1, "Ibuprofen", "5640", 400, 3), gene(0, "CYP2C9", "*1/*3", "Intermediate Metabolizer"), gene(1, "VKORC1", "A/A", ""),
    ),
    "stent": _person(
        "stent-1", "male", "1958-09-09", _condition(0, "Acute coronary syndrome", "I24.9", "2024-02-25"),
        _condition(1, "History of stroke", "Z86.73", "2020-01-01"), *_body(92, 80, 175), medicine(0, "Clopidogrel", "32968", 75),
        medicine(1, "Aspirin", "1191", 100), gene(0, "CYP2C19", "*2/*2", "Poor Metabolizer"),
    ),
    "nsclc": _person(
        "nsclc-1", "female", "1955-02-01", _condition(0, "Non-small cell lung cancer", "C34.90", "2024-02-10", "Stage IV"),
        _condition(1, "Chronic kidney disease stage 3", "N18.3", "2019-01-01"), *_body(145, 61, 163), variant(0, "EGFR", "p.Leu858Arg", "Present"),
        variant(1, "ALK", "", "Negative"), lab(3, "PD-L1 TPS", "", 60, "%"),
    ),
    "breast": _person(
        "breast-1", "female", "1964-06-11", _condition(0, "Breast cancer", "C50.911", "2024-01-15", "Stage IIA"),
        _condition(1, "Postmenopausal state", "Z78.0", "2015-01-01"), *_body(70, 66, 165), medicine(0, "Paroxetine", "32937", 20),
        gene(0, "CYP2D6", "*4/*4", "Poor Metabolizer"), lab(3, "Estrogen receptor", "16112-5", "Positive", ""),
        lab(4, "Progesterone receptor", "16113-3", "Positive", ""), lab(5, "HER2", "48676-1", "Negative", ""),
        lab(6, "21-gene recurrence score", "", 31, ""),
    ),
    "fluoropyrimidine": _person(
        "colon-1", "male", "1961-03-03", _condition(0, "Colon cancer", "C18.9", "2024-01-20", "Stage III"), *_body(88, 75, 176),
        gene(0, "DPYD", "c.1905+1G>A (*2A)/Reference", "Intermediate Metabolizer"),
    ),
    "diabetes": _person(
        "diabetes-1", "female", "1959-07-07", _condition(0, "Type 2 diabetes mellitus", "E11.22", "2012-01-01"),
        _condition(1, "Chronic kidney disease stage 3", "N18.3", "2021-01-01"), *_body(128, 82, 163), lab(3, "Hemoglobin A1c", "4548-4", 8.4, "%"),
        lab(4, "Potassium", "2823-3", 4.6, "mmol/L"), lab(5, "Albumin/Creatinine [Mass Ratio] in Urine", "9318-7", 320, "mg/g{creat}"),
        medicine(0, "Lisinopril", "29046", 20),
    ),
    "levels": _person(
        "levels-1", "male", "1956-04-02", _condition(0, "Staphylococcus aureus bacteremia", "R78.81", "2024-03-03"),
        _condition(1, "Hypertension", "I10", "2010-01-01"), *_body(110, 78, 174), lab(4, "Potassium", "2823-3", 4.4, "mmol/L"),
        *(given(n, "Vancomycin", "11124", 1250, f"2024-03-0{4 + n // 2}T{(8, 20)[n % 2]:02}:00:00Z", f"2024-03-0{4 + n // 2}T{(9, 21)[n % 2]:02}:30:00Z")
          for n in range(5)),
        _observation("o60", _loinc("4092-3", "Vancomycin trough"), 17.8, "ug/mL", "2024-03-05T19:30:00Z"),
        _observation("o61", _loinc("20578-1", "Vancomycin"), 31.5, "ug/mL", "2024-03-06T10:30:00Z"),
    ),
}  # fmt: skip
