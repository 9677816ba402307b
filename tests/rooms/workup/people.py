"""Small charts for the work-up's tests: short ways to write one entry."""

from xinglin.records import Chart, Code, Concept, Quantity
from xinglin.records.chart import Allergy, Dose, Encounter, Measurement, Medicine, Person, Problem, ReferenceRange
from xinglin.records.quantity import ICD10_CM, LOINC

UCUM_SHOWN = {"10*3/uL": "K/uL", "mm[Hg]": "mmHg"}
CREATININE, POTASSIUM, HAEMOGLOBIN = "2160-0", "2823-3", "718-7"


def amount(value, unit="", comparator=""):
    return Quantity(str(value), unit, UCUM_SHOWN.get(unit, unit), comparator)


def between(low, high, unit):
    return (ReferenceRange(amount(low, unit) if low is not None else None, amount(high, unit) if high is not None else None),)


def lab(identifier, loinc, value, unit, when, ranges=(), interpretations=(), comparator="", category="laboratory", **more):
    return Measurement(
        f"Observation/{identifier}", Concept("", (Code(LOINC, loinc, ""),)), status="final", category=category,
        quantity=amount(value, unit, comparator), when=when, ranges=ranges, interpretations=interpretations, **more,
    )  # fmt: skip


def problem(identifier, text, status="active", code="", **more):
    codes = (Code(ICD10_CM, code, text),) if code else ()
    return Problem(f"Condition/{identifier}", Concept(text, codes), clinical_status=status, **more)


def medicine(identifier, text, status="active", role="request", when="2024-01-01", dose="", **more):
    doses = (Dose(amount=amount(*dose.split(" ")), route="Oral", times="2", period="1", period_unit="d"),) if dose else ()
    intent = "order" if role == "request" else ""
    kind = {"request": "MedicationRequest", "statement": "MedicationStatement", "administration": "MedicationAdministration"}
    source = f"{kind.get(role, 'MedicationDispense')}/{identifier}"
    return Medicine(source, role, Concept(text), status=status, intent=intent, when=when, doses=doses, **more)


def allergy(identifier, text, **more):
    return Allergy(f"AllergyIntolerance/{identifier}", Concept(text), clinical_status="active", **more)


def stay(identifier="stay", start="2024-03-01T09:00:00Z", end="2024-03-06T09:00:00Z", setting="IMP", status="finished", **more):
    return Encounter(f"Encounter/{identifier}", status, setting, start=start, end=end, **more)


def person(sex="female", born="1960-05-01", died=""):
    return Person("Patient/p", sex, born, died)


def chart(newest="2024-03-06", **entries):
    return Chart("chart-1", "subject", newest=newest, person=entries.pop("person", person()), **entries)
