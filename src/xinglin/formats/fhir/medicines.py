"""Medicines: what was ordered, said to be taken, given and handed over."""

from __future__ import annotations

from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.reading import (
    NO_CONCEPT,
    Json,
    NotForTheChart,
    Reading,
    amount_words,
    code_of,
    concept,
    first_code,
    notes,
    number_text,
    quantity,
    range_words,
    ratio_words,
    words_of,
)
from xinglin.formats.fhir.shape import shape
from xinglin.records.chart import Dose, Medicine
from xinglin.records.quantity import Concept

_WHAT = "medicationCodeableConcept:CC medicationReference:Ref subject:Ref status "
MEDICATION_REQUEST = shape(
    _WHAT + "intent doNotPerform! statusReason:CC category:CC* encounter:Ref authoredOn reasonCode:CC* reasonReference:Ref* note:Note* "
    "dosageInstruction:Dose* "
    "dispenseRequest{validityPeriod:Period}"
)
MEDICATION_STATEMENT = shape(
    _WHAT + "statusReason:CC* category:CC context:Ref effectiveDateTime effectivePeriod:Period dateAsserted "
    "reasonCode:CC* reasonReference:Ref* note:Note* "
    "dosage:Dose* basedOn:Ref*"
)
MEDICATION_ADMINISTRATION = shape(
    _WHAT + "statusReason:CC* category:CC context:Ref effectiveDateTime effectivePeriod:Period "
    "reasonCode:CC* reasonReference:Ref* request:Ref note:Note* "
    "dosage{text site:CC route:CC method:CC dose:Q rateRatio:Ratio rateQuantity:Q}"
)
MEDICATION_DISPENSE = shape(
    _WHAT + "statusReasonCodeableConcept:CC category:CC context:Ref authorizingPrescription:Ref* whenPrepared whenHandedOver "
    "note:Note* dosageInstruction:Dose*"
)
MEDICATION = shape("code:CC status form? ingredient*{itemCodeableConcept:CC itemReference:Ref isActive! strength?}")


def _what(r: Json, at: Reading) -> tuple[Concept, tuple[Concept, ...]]:
    """The medicine and its ingredients, from the line itself or from the Medication it points at."""
    coded = r.get("medicationCodeableConcept")
    if coded is not None:
        return concept(coded), ()
    reference = r.get("medicationReference")
    found = at.look_up(reference)
    if found is None:
        if reference:
            at.report(
                "XL-FHIR-110", "missing", "medicationReference", "the Medication it points at is not in the input",
                "take in the Medication resources as well",
            )  # fmt: skip
        return Concept(reference.get("display", "")) if reference else NO_CONCEPT, ()
    ingredients = tuple([part for item in found.get("ingredient") or () if (part := _ingredient(item, at)) != NO_CONCEPT])
    what = concept(found.get("code"))
    if what == NO_CONCEPT:
        names = reference.get("display", "") if reference else ""
        what = Concept(names or " + ".join(part.words for part in ingredients))
    elif not what.text and not any(code.display for code in what.codes):
        what = Concept(_name_among_identifiers(found) or (reference or {}).get("display", ""), what.codes)
    return what, ingredients


def _name_among_identifiers(medication: Json) -> str:
    """MIMIC-IV writes a medicine's name as one of its identifiers, in a system whose URL ends in "medication-name"."""
    for item in medication.get("identifier") or ():
        if item.get("system", "").endswith("medication-name"):
            return item.get("value", "")
    return ""


def _ingredient(item: Json, at: Reading) -> Concept:
    coded = item.get("itemCodeableConcept")
    if coded:
        return concept(coded)
    found = at.look_up(item.get("itemReference"))
    if found is None:
        return Concept((item.get("itemReference") or {}).get("display", ""))
    what = concept(found.get("code"))
    named = what.text or any(code.display for code in what.codes)
    return what if named else Concept(_name_among_identifiers(found), what.codes)


def _timing(item: Json | None) -> tuple[str, str, str, str]:
    """Times, period, period unit and the code or words of a Timing."""
    if not item:
        return "", "", "", ""
    repeat = item.get("repeat") or {}
    times = number_text(repeat["frequency"]) if "frequency" in repeat else ""
    if times and "frequencyMax" in repeat:
        times = f"{times}-{number_text(repeat['frequencyMax'])}"
    period = number_text(repeat["period"]) if "period" in repeat else ""
    if period and "periodMax" in repeat:
        period = f"{period}-{number_text(repeat['periodMax'])}"
    said = [words_of(item["code"])] if item.get("code") else []
    said += [*(repeat.get("when") or ()), *(repeat.get("timeOfDay") or ()), *(repeat.get("dayOfWeek") or ()), *(item.get("event") or ())]
    if "duration" in repeat:
        said.append(f"for {number_text(repeat['duration'])} {repeat.get('durationUnit', '')}".strip())
    bounds = repeat.get("boundsPeriod") or {}
    said += [f"{word} {bounds[key]}" for key, word in (("start", "from"), ("end", "until")) if bounds.get(key)]
    if "count" in repeat:
        said.append(f"{number_text(repeat['count'])} times in all")
    return times, period, repeat.get("periodUnit", ""), ", ".join(said)


def _dose(item: Json) -> Dose:
    """One dosage line. Ranges of dose or rate, which have no single amount, are added to the words."""
    times, period, unit, timing = _timing(item.get("timing"))
    given = (item.get("doseAndRate") or [{}])[0]
    reason = item.get("asNeededCodeableConcept")
    said = [item.get("text", ""), item.get("patientInstruction", ""), *(words_of(i) for i in item.get("additionalInstruction") or ())]
    said += [f"dose {range_words(given[key])}" for key in ("doseRange",) if given.get(key)]
    said += [f"rate {range_words(given[key])}" for key in ("rateRange",) if given.get(key)]
    said += [f"rate {ratio_words(given['rateRatio'])}"] if given.get("rateRatio") else []
    said += [f"then {amount_words(more.get('doseQuantity'))}" for more in (item.get("doseAndRate") or [])[1:] if more.get("doseQuantity")]
    said += [f"by {words_of(item['method'])}"] if item.get("method") and not item.get("text") else []
    limits = [ratio_words(item["maxDosePerPeriod"])] if item.get("maxDosePerPeriod") else []
    limits += [amount_words(item[key]) for key in ("maxDosePerAdministration", "maxDosePerLifetime") if item.get(key)]
    return Dose(
        text="; ".join([part for part in said if part]),
        amount=quantity(given.get("doseQuantity")),
        rate=quantity(given.get("rateQuantity")),
        route=words_of(item.get("route")),
        times=times,
        period=period,
        period_unit=unit,
        timing=timing,
        as_needed=bool(item.get("asNeededBoolean") or reason),
        as_needed_for=words_of(reason),
        maximum="; ".join([part for part in limits if part]),
    )


def _simple_dose(item: Json) -> Dose:
    """A dosage line with words, route and one amount, as most hospital exports write it."""
    given = item.get("doseAndRate")
    route, timing = item.get("route"), item.get("timing")
    return Dose(
        item.get("text", ""),
        quantity(given[0].get("doseQuantity")) if given else None,
        quantity(given[0].get("rateQuantity")) if given else None,
        words_of(route) if route else "",
        "",
        "",
        "",
        words_of(timing.get("code")) if timing else "",
    )


_SIMPLE = frozenset({"text", "route", "timing", "doseAndRate"})
_SIMPLE_AMOUNT = frozenset({"doseQuantity", "rateQuantity"})


def _is_simple(item: Json) -> bool:
    timing, given = item.get("timing"), item.get("doseAndRate")
    return (
        item.keys() <= _SIMPLE
        and (not timing or (len(timing) == 1 and "code" in timing))
        and (not given or (len(given) == 1 and given[0].keys() <= _SIMPLE_AMOUNT))
    )


def _doses(items: list[Json] | None) -> tuple[Dose, ...]:
    return tuple([_simple_dose(item) if _is_simple(item) else _dose(item) for item in items]) if items else ()


def medication_request(r: Json, at: Reading, out: Entries) -> None:
    """An order or prescription. An order not to give a medicine is reported and has no entry, which could be misread."""
    if r.get("doNotPerform"):
        raise NotForTheChart("XL-FHIR-116", "doNotPerform", "an order not to give a medicine has no place in the chart")
    what, ingredients = _what(r, at)
    span = (r.get("dispenseRequest") or {}).get("validityPeriod")
    start, end = at.period(span, "dispenseRequest.validityPeriod") if span else ("", "")
    remarks = r.get("note")
    out.medicines.append(
        Medicine(
            source=at.source,
            role="request",
            concept=what,
            status=r.get("status", ""),
            intent=r.get("intent", ""),
            when=at.time(r, "authoredOn"),
            start=start,
            end=end,
            doses=_doses(r.get("dosageInstruction")),
            reasons=at.reasons(r),
            encounter=at.reference(r.get("encounter")),
            ingredients=ingredients,
            category=first_code(r.get("category")),
            stop_reason=words_of(r.get("statusReason")),
            notes=notes(remarks) if remarks else (),
        )
    )


def medication_statement(r: Json, at: Reading, out: Entries) -> None:
    """What someone says the person takes."""
    what, ingredients = _what(r, at)
    start, end = at.period(r.get("effectivePeriod"), "effectivePeriod")
    stopped = r.get("statusReason")
    out.medicines.append(
        Medicine(
            source=at.source,
            role="statement",
            concept=what,
            status=r.get("status", ""),
            when=at.time(r, "effectiveDateTime") or at.time(r, "dateAsserted") or start,
            start=start,
            end=end,
            doses=_doses(r.get("dosage")),
            reasons=at.reasons(r),
            encounter=at.reference(r.get("context")),
            request=next(iter(at.references(r.get("basedOn"))), ""),
            ingredients=ingredients,
            category=code_of(r.get("category")),
            stop_reason=words_of(stopped[0]) if stopped else "",
            notes=notes(r.get("note")),
        )
    )


def medication_administration(r: Json, at: Reading, out: Entries) -> None:
    """What was given, when and how much."""
    what, ingredients = _what(r, at)
    start, end = at.period(r["effectivePeriod"], "effectivePeriod") if "effectivePeriod" in r else ("", "")
    given, stopped, remarks = r.get("dosage"), r.get("statusReason"), r.get("note")
    out.medicines.append(
        Medicine(
            at.source,
            "administration",
            what,
            r.get("status", ""),
            "",
            at.time(r, "effectiveDateTime") or start,
            start,
            end,
            (_given(given),) if given else (),
            at.reasons(r),
            at.reference(r.get("context")),
            at.reference(r.get("request")),
            ingredients,
            code_of(r.get("category")),
            words_of(stopped[0]) if stopped else "",
            notes(remarks) if remarks else (),
        )
    )


def _given(item: Json) -> Dose:
    route, ratio, method, site = item.get("route"), item.get("rateRatio"), item.get("method"), item.get("site")
    text = item.get("text", "")
    if ratio:
        text = "; ".join([part for part in (text, f"rate {ratio_words(ratio)}") if part])
    if site or method:
        text = "; ".join([part for part in (text, words_of(site), words_of(method)) if part])
    return Dose(text, quantity(item.get("dose")), quantity(item.get("rateQuantity")), words_of(route) if route else "")


def medication_dispense(r: Json, at: Reading, out: Entries) -> None:
    """What was handed over."""
    what, ingredients = _what(r, at)
    orders, remarks = r.get("authorizingPrescription"), r.get("note")
    out.medicines.append(
        Medicine(
            source=at.source,
            role="dispense",
            concept=what,
            status=r.get("status", ""),
            when=at.time(r, "whenHandedOver") or at.time(r, "whenPrepared"),
            doses=_doses(r.get("dosageInstruction")),
            encounter=at.reference(r.get("context")),
            request=next(iter(at.references(orders)), "") if orders else "",
            ingredients=ingredients,
            category=code_of(r.get("category")),
            stop_reason=words_of(r.get("statusReasonCodeableConcept")),
            notes=notes(remarks) if remarks else (),
        )
    )
