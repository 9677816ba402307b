"""The example of each kind of resource, with holes: what a made-up person becomes in FHIR R4. Each is marked as test data (HTEST)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xinglin.formats.fhir.bulk.templates import (
    Maybe,
    Pieces,
    Text,
    date,
    decimal,
    minute,
    number,
    padded,
    words,
)
from xinglin.formats.fhir.marks import AI_ASSERTED, AIGC_EXTENSION, TEST_DATA
from xinglin.records.people import ENCOUNTERS
from xinglin.records.quantity import LOINC, UCUM

if TYPE_CHECKING:
    from xinglin.records.people import Locale, Measure, PeopleRequest, Term

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
SMOKING = "72166-2"
_FLAGS = {1: ("N", "Normal"), 2: ("L", "Low"), 3: ("H", "High")}


class Examples:
    """The examples of one locale and seed. Ids read `<locale><seed>-<person>-<kind><number>`."""

    def __init__(self, locale: Locale, request: PeopleRequest, aigc: Mapping[str, str]) -> None:
        self.locale, self.request, self.aigc = locale, request, aigc
        self.prefix = f"{locale.name}{request.seed}-"

    def all(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Table -> (resource type, example)."""
        return {
            "person": ("Patient", self.patient()), "encounter": ("Encounter", self.encounter()), "condition": ("Condition", self.condition()),
            "observation": ("Observation", self.observation()), "pressure": ("Observation", self.pressure()),
            "smoking": ("Observation", self.smoking()), "medication": ("MedicationRequest", self.medication()),
            "procedure": ("Procedure", self.procedure()), "immunization": ("Immunization", self.immunization()),
            "allergy": ("AllergyIntolerance", self.allergy()), "note": ("DocumentReference", self.note()),
            "provenance": ("Provenance", self.provenance()),
        }  # fmt: skip

    def patient(self) -> dict[str, Any]:
        """Who the person is said to be."""
        place = self.locale
        given = words("given_text", (*place.men, *place.women))
        family = words("family", place.families)
        shown = Text((given, " ", family)) if place.name_order == "given family" else Text((family, given))
        return self._head("Patient") | {
            "identifier": [
                {"system": place.id_system, "value": Text((number("record"), number("check")))},
                {"system": place.national_system, "value": self._national()},
            ],
            "name": [{"use": "official", "text": shown, "family": Text((family,)), "given": [Text((given,))]}],
            "telecom": [{"system": "phone", "value": self._phone(), "use": "home"}],
            "gender": Text((words("female", ("male", "female")),)),
            "birthDate": Text((date("born"),)),
            "deceasedDateTime": Maybe("died", Text((minute("died"), place.zone))),
            "address": [
                {
                    "line": [Text((number("house"), " ", words("street", place.streets))) if place.name == "us"
                             else Text((words("street", place.streets), number("house"), "号"))],
                    "city": Text((words("city", place.cities),)),
                    "state": Text((words("region", place.regions),)),
                    "postalCode": Text((padded("postal", 5),)),
                    "country": place.country,
                }
            ],
            "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "zh-CN" if place.language == "zh" else "en-US"}]}}],
        }  # fmt: skip

    def _national(self) -> Text:
        if self.locale.name == "cn":  # 18 places; there is no province 99, and the last place is never the right check digit
            return Text(("990101", number("born_digits"), padded("national", 3), words("wrong", tuple("0123456789X"))))
        return Text(("9", padded("national", 3), "-00-", padded("postal", 4)))  # numbers with 00 in the middle are not given out

    def _phone(self) -> Text:
        if self.locale.name == "cn":
            return Text((self.locale.phone, padded("phone", 8)))
        return Text((self.locale.phone, padded("phone_two", 2)))

    def encounter(self) -> dict[str, Any]:
        """A visit or a stay."""
        names = [self.locale.words[name] for name in ENCOUNTERS]
        reasons = ({}, *({"reasonCode": [_concept(term)]} for term in self.locale.conditions))
        inside = ("AMB", "AMB", "AMB", "IMP")
        return self._head("Encounter", "e") | {
            "status": "finished",
            "class": {
                "system": f"{TERMINOLOGY}/v3-ActCode",
                "code": Text((words("kind", inside),)),
                "display": Text((words("kind", ["inpatient encounter" if code == "IMP" else "ambulatory" for code in inside]),)),
            },
            "type": [{"text": Text((words("kind", names),))}],
            "subject": self._subject(),
            "period": {"start": self._time("start"), "end": self._time("end")},
            "reason": Pieces("reason_piece", tuple(reasons)),
        }

    def condition(self) -> dict[str, Any]:
        """A problem of the person, or what a visit was for."""
        return self._head("Condition", "c") | {
            "clinicalStatus": _status("condition-clinical", words("over", ("active", "resolved"))),
            "verificationStatus": {"coding": [{"system": f"{TERMINOLOGY}/condition-ver-status", "code": "confirmed"}]},
            "category": [_status("condition-category", words("over", ("problem-list-item", "encounter-diagnosis")))],
            "code_piece": Pieces("what", tuple({"code": _concept(term)} for term in self.locale.conditions)),
            "subject": self._subject(),
            "encounter": self._encounter(),
            "onsetDateTime": Text((date("onset"),)),
            "abatementDateTime": Maybe("abated", Text((date("abated"),))),
            "recordedDate": Text((date("recorded"),)),
        }

    def observation(self) -> dict[str, Any]:
        """A measured value with its reference interval and flag."""
        measures = self.locale.measures
        ranges = tuple(_judged(measure, sex, flag) for measure in measures for sex in range(2) for flag in range(4))
        return self._head("Observation", "o") | {
            "status": "final",
            "code_piece": Pieces("what", tuple(_measured(measure) for measure in measures)),
            "subject": self._subject(),
            "encounter": self._encounter(),
            "effectiveDateTime": self._time("time"),
            "valueQuantity": {"value": decimal("value", "decimals"), "unit_piece": Pieces("what", tuple(_unit(m) for m in measures))},
            "judged_piece": Pieces("judged", ranges),
        }

    def pressure(self) -> dict[str, Any]:
        """A blood pressure with its two components."""
        parts = (("8480-6", "Systolic blood pressure", "sbp"), ("8462-4", "Diastolic blood pressure", "dbp"))
        return self._head("Observation", "b") | {
            "status": "final",
            "category": _category("vital-signs"),
            "code": {"coding": [{"system": LOINC, "code": "85354-9", "display": "Blood pressure panel with all children optional"}],
                     "text": self.locale.words["pressure_panel"]},
            "subject": self._subject(),
            "encounter": self._encounter(),
            "effectiveDateTime": self._time("time"),
            "component": [
                {
                    "code": {"coding": [{"system": LOINC, "code": code, "display": name}], "text": name},
                    "valueQuantity": {"value": number(column), "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
                }
                for code, name, column in parts
            ],
        }  # fmt: skip

    def smoking(self) -> dict[str, Any]:
        """Whether the person smokes, in words."""
        return self._head("Observation", "s") | {
            "status": "final",
            "category": _category("social-history"),
            "code": {
                "coding": [{"system": LOINC, "code": SMOKING, "display": "Tobacco smoking status"}],
                "text": self.locale.words["smoking_question"],
            },
            "subject": self._subject(),
            "encounter": self._encounter(),
            "effectiveDateTime": self._time("time"),
            "valueCodeableConcept": {"text": Text((words("status", (self.locale.words["never"], self.locale.words["smokes"])),))},
        }

    def medication(self) -> dict[str, Any]:
        """An order for a made-up person."""
        return self._head("MedicationRequest", "m") | {
            "status": Text((words("over", ("active", "completed")),)),
            "intent": "order",
            "medicine": Pieces("what", tuple({"medicationCodeableConcept": _concept(term)} for term in self.locale.medicines)),
            "subject": self._subject(),
            "encounter": self._encounter(),
            "authoredOn": Text((date("start"),)),
            "reasonReference": Maybe(
                "reason", [{"reference": Text(("Condition/", self.prefix, number("person"), "-c", number("reason")))}]
            ),
            "dosage": Pieces("what", tuple({"dosageInstruction": [self._dosage(term)]} for term in self.locale.medicines)),
            "dispenseRequest": Maybe("stop", {"validityPeriod": {"end": Text((date("stop"),))}}),
        }

    def _dosage(self, term: Term) -> dict[str, Any]:
        amount, unit, times = term.details["amount"], term.details["unit"], int(term.details["times"])
        amount_number = float(amount) if "." in amount else int(amount)
        return {
            "text": f"{term.text} {amount} {unit} {self.locale.words['oral']}, {times} {self.locale.words['a_day']}",
            "timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}},
            "route": {"text": self.locale.words["oral"]},
            "doseAndRate": [{"doseQuantity": {"value": amount_number, "unit": unit, "system": UCUM, "code": unit}}],
        }

    def procedure(self) -> dict[str, Any]:
        """What was done."""
        return self._head("Procedure", "p") | {
            "status": "completed",
            "code": {"text": Text((words("what", [term.text for term in self.locale.procedures]),))},
            "subject": self._subject(),
            "encounter": self._encounter(),
            "performedDateTime": self._time("time"),
        }

    def immunization(self) -> dict[str, Any]:
        """A vaccine given."""
        return self._head("Immunization", "i") | {
            "status": "completed",
            "vaccine": Pieces("what", tuple({"vaccineCode": _concept(term)} for term in self.locale.vaccines)),
            "patient": self._subject(),
            "encounter": self._encounter(),
            "occurrenceDateTime": self._time("time"),
        }

    def allergy(self) -> dict[str, Any]:
        """An allergy."""
        return self._head("AllergyIntolerance", "a") | {
            "clinicalStatus": {"coding": [{"system": f"{TERMINOLOGY}/allergyintolerance-clinical", "code": "active"}]},
            "verificationStatus": {"coding": [{"system": f"{TERMINOLOGY}/allergyintolerance-verification", "code": "confirmed"}]},
            "kind": Pieces("what", tuple(_allergen(term) for term in self.locale.allergens)),
            "patient": self._subject(),
            "onsetDateTime": Text((date("onset"),)),
        }

    def note(self) -> dict[str, Any]:
        """A note; its text is the hole `text`, already in base64."""
        return self._head("DocumentReference", "d") | {
            "status": "current",
            "type": {"text": self.locale.words["note_title"]},
            "subject": self._subject(),
            "date": self._time("time"),
            "content": [
                {
                    "attachment": {
                        "contentType": "text/plain; charset=utf-8",
                        "data": Text((words("text", ()),)),
                        "title": self.locale.words["note_title"],
                    }
                }
            ],
            "context": {"encounter": [self._encounter()]},
        }

    def provenance(self) -> dict[str, Any]:
        """Where the person comes from: made by AI, nobody. Carries the AI label."""
        label = self.locale.words["label"]
        return {
            "resourceType": "Provenance",
            "id": Text((self.prefix, number("person"), "-made")),
            "meta": {"security": [AI_ASSERTED, TEST_DATA]},
            "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{label}</div>'},
            "extension": [{"url": AIGC_EXTENSION, "valueString": json.dumps(dict(self.aigc), ensure_ascii=False, separators=(",", ":"))}],
            "target": [self._subject()],
            "recorded": f"{self.request.as_of}T00:00:00{self.locale.zone}",
            "agent": [{"who": {"display": "Xinglin"}}],
        }

    def _head(self, kind: str, letter: str = "") -> dict[str, Any]:
        own = (f"-{letter}", number("n")) if letter else ()
        return {"resourceType": kind, "id": Text((self.prefix, number("person"), *own)), "meta": {"security": [TEST_DATA]}}

    def _subject(self) -> dict[str, Any]:
        return {"reference": Text(("Patient/", self.prefix, number("person")))}

    def _encounter(self) -> dict[str, Any]:
        return {"reference": Text(("Encounter/", self.prefix, number("person"), "-e", number("encounter")))}

    def _time(self, column: str) -> Text:
        return Text((minute(column), self.locale.zone))


def _allergen(term: Term) -> dict[str, Any]:
    category = term.details["category"]
    return ({"category": [category]} if category else {}) | {"code": _concept(term)}


def _concept(term: Term) -> dict[str, Any]:
    coding = {"system": term.system, "code": term.code} | ({"display": term.display} if term.display else {})
    return ({"coding": [coding]} if term.code else {}) | {"text": term.text}


def _status(system: str, hole: Any) -> dict[str, Any]:
    return {"coding": [{"system": f"{TERMINOLOGY}/{system}", "code": Text((hole,))}]}


def _category(code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": f"{TERMINOLOGY}/observation-category", "code": code}]}]


def _measured(measure: Measure) -> dict[str, Any]:
    coding = {"system": LOINC, "code": measure.code} | ({"display": measure.display} if measure.display else {})
    return {"category": _category(measure.category), "code": ({"coding": [coding]} if measure.code else {}) | {"text": measure.text}}


def _unit(measure: Measure) -> dict[str, Any]:
    return {"unit": measure.shown, "system": UCUM, "code": measure.unit}


def _judged(measure: Measure, sex: int, flag: int) -> dict[str, Any]:
    """Interpretation and reference interval for this sex; nothing without an interval."""
    interval = measure.interval_women if sex else measure.interval_men
    if interval is None or flag == 0:
        return {}
    code, display = _FLAGS[flag]
    low, high = interval
    bounds = {name: _quantity(value, measure) for name, value in (("low", low), ("high", high)) if value is not None}
    return {
        "interpretation": [{"coding": [{"system": f"{TERMINOLOGY}/v3-ObservationInterpretation", "code": code, "display": display}]}],
        "referenceRange": [bounds],
    }


def _quantity(value: Any, measure: Measure) -> dict[str, Any]:
    plain = float(value)
    return {"value": int(plain) if plain == int(plain) else plain, "unit": measure.shown, "system": UCUM, "code": measure.unit}
