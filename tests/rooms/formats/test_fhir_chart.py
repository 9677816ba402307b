"""Each FHIR type becomes entries of the chart, with every value as written and nothing dropped in silence."""

from __future__ import annotations

import base64

import pytest
from fhir_examples import LOINC, MEDICATION, ORDER, UCUM, cc, observation, one

from xinglin.intake import chart_of
from xinglin.records import Code, Concept, Quantity


def test_a_result_keeps_value_unit_range_and_interpretation_as_written():
    raw = (
        '{"resourceType":"Observation","id":"o1","status":"final","category":[{"coding":[{"code":"laboratory"}]}],'
        '"code":{"coding":[{"system":"http://loinc.org","code":"2160-0","display":"Creatinine"}],"text":"肌酐"},'
        '"effectiveDateTime":"2024-03-04","issued":"2024-03-04T10:00:00Z","valueQuantity":{"value":5.00,"comparator":"<","unit":"umol/L",'
        '"system":"http://unitsofmeasure.org","code":"umol/L"},"interpretation":[{"coding":[{"code":"H"}]}],'
        '"referenceRange":[{"low":{"value":0.50,"unit":"umol/L"},"high":{"value":1e2},"text":"adult"}],"note":[{"text":"haemolysed"}]}'
    )
    found = chart_of([("Observation/o1", raw.encode())]).measurements[0]
    assert found.quantity == Quantity("5.00", "umol/L", "umol/L", "<")
    assert found.concept == Concept("肌酐", (Code(LOINC, "2160-0", "Creatinine"),))
    assert found.ranges[0].low == Quantity("0.50", "", "umol/L")
    assert found.ranges[0].high == Quantity("1e2")
    assert (found.category, found.interpretations, found.notes, found.when) == ("laboratory", ("H",), ("haemolysed",), "2024-03-04")


@pytest.mark.parametrize(
    "value,text",
    [
        ({"valueString": "POSITIVE BY EIA"}, "POSITIVE BY EIA"),
        ({"valueBoolean": False}, "false"),
        ({"valueTime": "08:30:00"}, "08:30:00"),
        ({"valueDateTime": "2024-03"}, "2024-03"),
        ({"valuePeriod": {"start": "2024-01-01", "end": "2024-02-01"}}, "2024-01-01 - 2024-02-01"),
        ({"valueRange": {"low": {"value": 1, "unit": "mg"}, "high": {"value": 2, "unit": "mg"}}}, "1 mg - 2 mg"),
        ({"valueRange": {"high": {"value": 2, "unit": "mg"}}}, "<= 2 mg"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1:128"),
        ({"valueRatio": {"numerator": {"value": 5, "unit": "mg"}, "denominator": {"value": 1, "unit": "mL"}}}, "5 mg / 1 mL"),
        ({"valueSampledData": {"origin": {"value": 0}, "period": 10, "dimensions": 1, "data": "1 2 E"}}, "1 2 E"),
    ],
)
def test_every_kind_of_value_is_kept_as_words(value, text):
    assert one(observation(**value)).chart.measurements[0].text == text


def test_whole_numbers_and_codes_are_values_too():
    assert one(observation(valueInteger=3)).chart.measurements[0].quantity == Quantity("3")
    coded = one(observation(valueCodeableConcept=cc("LA1", "Yes"))).chart.measurements[0].coded
    assert coded is not None and coded.words == "Yes"


def test_a_missing_value_says_why():
    found = one(observation(dataAbsentReason=cc("unknown"))).chart.measurements[0]
    assert (found.quantity, found.absent) == (None, "unknown")


def test_a_code_that_is_not_ucum_is_no_unit_but_is_shown():
    quantity = {"value": 7, "code": "ml", "unit": "ml", "system": "http://example.org/units"}
    assert one(observation(valueQuantity=quantity)).chart.measurements[0].quantity == Quantity("7", "", "ml")


def test_components_share_time_and_place_and_name_their_panel():
    parts = [
        {"code": cc("8480-6", "Systolic"), "valueQuantity": {"value": 120, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}},
        {"code": cc("8462-4", "Diastolic"), "valueQuantity": {"value": 80}, "dataAbsentReason": cc("error")},
    ]
    head, first, second = one(observation(component=parts, bodySite=cc("x", "Left upper arm"))).chart.measurements
    assert (head.path, first.path, second.path) == ("", "component[0]", "component[1]")
    assert first.panel == second.panel == "Observation/o1"
    assert (first.side, first.site, first.when) == ("left", "Left upper arm", head.when)
    assert second.absent == "error"


def test_panel_members_know_their_panel():
    panel = observation(id="p", hasMember=[{"reference": "Observation/o1"}, {"reference": "urn:uuid:o2"}])
    found = one(panel, observation(), observation(id="o2")).chart.measurements
    assert {m.source: m.panel for m in found} == {"Observation/p": "", "Observation/o1": "Observation/p", "Observation/o2": "Observation/p"}


@pytest.mark.parametrize(
    "words,side",
    [
        ("Left knee", "left"),
        ("right breast", "right"),
        ("both kidneys", "bilateral"),
        ("左肺", "left"),
        ("双侧", "bilateral"),
        ("Bright", None),
    ],
)
def test_a_side_is_read_from_the_words_of_a_site(words, side):
    assert one(observation(bodySite={"text": words})).chart.measurements[0].side == side


@pytest.mark.parametrize(
    "reference",
    [
        "Medication/m1",
        "https://ehr.example/fhir/Medication/m1",
        "Medication/m1/_history/2",
        "urn:uuid:m1",
        "Medication?identifier=http://x|7",
    ],
)
def test_a_medicine_is_found_by_any_way_to_refer_to_it(reference):
    drug = {**MEDICATION, "identifier": [{"system": "http://x", "value": "7"}]}
    other = {"resourceType": "Medication", "id": "m2", "code": {"text": "sitagliptin"}}
    found = one({**ORDER, "medicationReference": {"reference": reference}}, drug, other)
    medicine = found.chart.medicines[0]
    assert medicine.concept.words == "metformin 500 MG"
    assert [i.words for i in medicine.ingredients] == ["metformin", "sitagliptin"]
    assert not [f for f in found.findings if f.code == "XL-FHIR-110"]


def test_a_contained_medicine_is_found():
    order = {**ORDER, "contained": [{**MEDICATION, "id": "in"}], "medicationReference": {"reference": "#in"}}
    assert one(order).chart.medicines[0].concept.code("http://www.nlm.nih.gov/research/umls/rxnorm") == "860975"


def test_a_medicine_that_is_not_there_is_missing_not_invented():
    found = one({**ORDER, "medicationReference": {"reference": "Medication/gone", "display": "as the order calls it"}})
    assert found.chart.medicines[0].concept == Concept("as the order calls it")
    assert [f.code for f in found.findings] == ["XL-FHIR-110"]


def test_a_dosage_keeps_amount_rhythm_and_limits():
    dosage = {
        "text": "with food",
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["PC"]}},
        "route": cc("PO", "oral"),
        "asNeededCodeableConcept": {"text": "pain"},
        "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg", "system": UCUM, "code": "mg"}}],
        "maxDosePerPeriod": {"numerator": {"value": 2, "unit": "g"}, "denominator": {"value": 1, "unit": "d"}},
    }
    dose = one({**ORDER, "medicationCodeableConcept": {"text": "x"}, "dosageInstruction": [dosage]}).chart.medicines[0].doses[0]
    assert dose.amount == Quantity("500", "mg", "mg")
    assert (dose.text, dose.route, dose.times, dose.period, dose.period_unit, dose.timing) == ("with food", "oral", "2", "1", "d", "PC")
    assert (dose.as_needed, dose.as_needed_for, dose.maximum) == (True, "pain", "2 g / 1 d")


def test_what_was_not_given_keeps_its_reason():
    given = {
        "resourceType": "MedicationAdministration",
        "id": "a",
        "status": "not-done",
        "statusReason": [{"text": "patient asleep"}],
        "medicationCodeableConcept": {"text": "x"},
        "effectivePeriod": {"start": "2024-01-01T01:00:00Z"},
        "request": {"reference": "MedicationRequest/r1"},
        "dosage": {"method": {"text": "Not given"}},
    }
    found = one(given).chart.medicines[0]
    assert (found.role, found.status, found.stop_reason, found.request) == (
        "administration",
        "not-done",
        "patient asleep",
        "MedicationRequest/r1",
    )
    assert (found.when, found.doses[0].text) == ("2024-01-01T01:00:00Z", "Not given")


def test_problems_allergies_and_procedures_keep_what_matters():
    condition = {
        "resourceType": "Condition",
        "id": "c",
        "clinicalStatus": cc("active"),
        "verificationStatus": cc("provisional"),
        "code": {"text": "BC"},
        "severity": cc("s", "Severe"),
        "bodySite": [cc("b", "Left breast")],
        "onsetAge": {"value": 52, "code": "a", "system": UCUM},
        "stage": [{"summary": {"text": "IIA"}}],
        "abatementString": "in spring",
    }
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "code": {"text": "Penicillin"},
        "criticality": "high",
        "category": ["medication"],
        "patient": {"reference": "Patient/1"},
        "reaction": [{"manifestation": [{"text": "Anaphylaxis"}], "severity": "severe", "onset": "2010"}],
    }
    procedure = {
        "resourceType": "Procedure",
        "id": "p",
        "status": "completed",
        "code": {"text": "Lumpectomy"},
        "performedPeriod": {"start": "2020", "end": "2020"},
    }
    chart = one(condition, allergy, procedure).chart
    problem = chart.problems[0]
    assert (problem.clinical_status, problem.verification, problem.side, problem.stage) == ("active", "provisional", "left", "IIA")
    assert problem.onset_age == Quantity("52", "a", "a")
    assert problem.notes == ("abatement: in spring",)
    assert chart.allergies[0].reactions[0].signs[0].words == "Anaphylaxis"
    assert (chart.procedures[0].start, chart.procedures[0].end) == ("2020", "2020")


def test_a_report_gives_its_text_forms_as_documents():
    form = {
        "contentType": "text/html",
        "data": base64.b64encode("<p>No <b>fracture</b>.</p><script>x()</script><p>左肺清</p>".encode()).decode(),
    }
    scan = {"contentType": "application/pdf", "data": "JVBERi0=", "title": "scan"}
    report = {
        "resourceType": "DiagnosticReport",
        "id": "d",
        "status": "final",
        "code": {"text": "CT"},
        "conclusion": "No nodule.",
        "conclusionCode": [{"text": "normal"}],
        "result": [{"reference": "Observation/o1"}],
        "presentedForm": [form, scan],
    }
    found = one(report)
    assert [d.text for d in found.chart.documents] == ["No fracture.\n左肺清", ""]
    assert found.chart.documents[1].media_type == "application/pdf"
    assert found.chart.reports[0].documents == ("DiagnosticReport/d#presentedForm[0]", "DiagnosticReport/d#presentedForm[1]")
    assert found.chart.reports[0].results == ("Observation/o1",)
    assert [f.code for f in found.findings] == ["XL-FHIR-115"]


@pytest.mark.parametrize(
    "attachment,code",
    [
        ({"contentType": "text/plain", "data": "not base64!"}, "XL-FHIR-112"),
        ({"contentType": "text/plain", "data": base64.b64encode(b"\xff\xfe").decode()}, "XL-FHIR-113"),
        ({"contentType": "text/plain; charset=klingon", "data": "eA=="}, "XL-FHIR-113"),
        ({"contentType": "text/plain", "url": "https://elsewhere.example/x"}, "XL-FHIR-114"),
    ],
)
def test_an_attachment_that_cannot_be_read_is_said(attachment, code):
    found = one({"resourceType": "DocumentReference", "id": "n", "status": "current", "content": [{"attachment": attachment}]})
    assert found.chart.documents[0].text == ""
    assert [f.code for f in found.findings] == [code]


def test_an_attachment_in_another_character_set_and_in_a_binary_is_read():
    data = base64.b64encode("肺结节".encode("gb18030")).decode()
    note = {
        "resourceType": "DocumentReference",
        "id": "n",
        "content": [{"attachment": {"contentType": "text/plain; charset=GBK", "data": data}}],
    }
    apart = {"resourceType": "DocumentReference", "id": "m", "content": [{"attachment": {"contentType": "text/plain", "url": "Binary/b"}}]}
    binary = {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": base64.b64encode(b"note").decode()}
    assert [d.text for d in one(note, apart, binary).chart.documents] == ["note", "肺结节"]


def test_sections_of_a_composition_are_documents_with_their_place():
    inner = {"title": "Plan", "text": {"status": "additional", "div": "<div>rest</div>"}}
    composition = {
        "resourceType": "Composition",
        "id": "k",
        "status": "final",
        "type": {"text": "Discharge"},
        "date": "2024-01-01",
        "title": "Letter",
        "section": [{"title": "History", "text": {"status": "generated", "div": "<div><p>Fell.</p></div>"}, "section": [inner]}],
    }
    found = one(composition).chart.documents
    assert [(d.path, d.title, d.text) for d in found] == [("section[0]", "History", "Fell."), ("section[0].section[0]", "Plan", "rest")]


def test_genetic_results_become_variants():
    genetic = observation(
        code=cc("69548-6", "Genetic variant assessment"),
        valueCodeableConcept=cc("LA9633-4", "Present"),
        component=[
            {"code": cc("48018-6", "Gene studied"), "valueCodeableConcept": {"text": "EGFR"}},
            {"code": cc("48005-3", "p.HGVS"), "valueCodeableConcept": {"text": "p.Leu858Arg"}},
            {"code": cc("53037-8", "Significance"), "valueCodeableConcept": {"text": "Pathogenic"}},
            {"code": cc("81258-6", "Allelic frequency"), "valueQuantity": {"value": 0.30}},
        ],
    )
    chart = one(genetic).chart
    assert chart.measurements == ()
    variant = chart.variants[0]
    assert (variant.gene, variant.name, variant.result, variant.significance) == ("EGFR", "p.Leu858Arg", "Present", "Pathogenic")
    assert variant.parts == (("Allelic frequency", "0.3"),)
    sequence = {
        "resourceType": "MolecularSequence",
        "id": "s",
        "type": "dna",
        "coordinateSystem": 1,
        "referenceSeq": {"genomeBuild": "GRCh38"},
        "variant": [{"start": 10, "end": 11, "observedAllele": "A", "referenceAllele": "G"}],
    }
    assert one(sequence).chart.variants[0].name == "10-11 G>A"


def test_the_rest_of_the_types_have_their_places():
    chart = one(
        {
            "resourceType": "Immunization",
            "id": "i",
            "status": "not-done",
            "vaccineCode": {"text": "MMR"},
            "statusReason": {"text": "declined"},
        },
        {
            "resourceType": "FamilyMemberHistory",
            "id": "f",
            "status": "completed",
            "relationship": {"text": "mother"},
            "condition": [{"code": {"text": "BC"}, "onsetAge": {"value": 45, "unit": "a"}}, {"code": {"text": "MI"}}],
            "deceasedBoolean": True,
        },
        {
            "resourceType": "ImagingStudy",
            "id": "g",
            "status": "available",
            "started": "2024-01-01",
            "identifier": [{"system": "urn:dicom:uid", "value": "urn:oid:1.2.3"}],
            "series": [{"uid": "1.2.4", "modality": {"code": "CT"}, "numberOfInstances": 9, "laterality": {"code": "7771000"}}],
        },
        {
            "resourceType": "CarePlan",
            "id": "p",
            "status": "active",
            "intent": "plan",
            "activity": [{"detail": {"code": {"text": "walk"}, "status": "scheduled"}}],
        },
        {
            "resourceType": "Goal",
            "id": "t",
            "lifecycleStatus": "active",
            "description": {"text": "HbA1c < 7"},
            "target": [{"dueDate": "2025-01-01", "detailQuantity": {"value": 7.0, "unit": "%"}}],
        },
        {"resourceType": "Specimen", "id": "s", "type": {"text": "blood"}, "collection": {"collectedDateTime": "2024-01-01"}},
        {
            "resourceType": "Device",
            "id": "d",
            "status": "active",
            "type": {"text": "pacemaker"},
            "deviceName": [{"name": "PM-1", "type": "model-name"}],
        },
        {
            "resourceType": "Encounter",
            "id": "e",
            "status": "finished",
            "class": {"code": "IMP"},
            "period": {"start": "2024-01-01", "end": "2024-01-05"},
            "location": [{"location": {"reference": "Location/w"}}],
            "hospitalization": {"dischargeDisposition": {"text": "home"}},
        },
        {"resourceType": "Location", "id": "w", "name": "Ward 3"},
    )
    found = chart.chart
    assert found.immunizations[0].reason_not_done == "declined"
    assert (found.family[0].onsets, found.family[0].died) == (("45 a", ""), "yes")
    assert (found.imaging[0].uid, found.imaging[0].series, found.imaging[0].side) == ("1.2.3", (("1.2.4", "CT", 9),), "left")
    assert found.care_plans[0].activities[0][1] == "scheduled"
    assert (found.goals[0].due, found.goals[0].targets[0][1]) == ("2025-01-01", "7.0 %")
    assert found.specimens[0].collected == "2024-01-01"
    assert found.devices[0].name == "PM-1"
    assert (found.encounters[0].location, found.encounters[0].setting, found.encounters[0].discharge.text) == ("Ward 3", "IMP", "home")


def test_a_person_is_read_and_names_go_to_the_identity_alone():
    patient = {
        "resourceType": "Patient",
        "id": "1",
        "gender": "female",
        "birthDate": "1960-05-01",
        "deceasedBoolean": True,
        "name": [{"family": "林", "given": ["小梅"]}, {"family": "Quill", "given": ["Ada", "B."]}],
        "identifier": [{"system": "urn:mrn", "value": "77"}],
        "contact": [{"name": {"text": "Bo Quill"}, "telecom": [{"value": "555"}]}],
        "address": [{"line": ["1 Road"], "city": "Town"}],
        "communication": [{"language": {"coding": [{"code": "zh"}]}}],
    }
    chart = one(patient).chart
    assert chart.identity.names == ("林小梅", "Ada B. Quill")
    assert (chart.identity.relatives, chart.identity.telecoms, chart.identity.addresses) == (("Bo Quill",), ("555",), ("1 Road, Town",))
    assert (chart.person.sex, chart.person.born, chart.person.died, chart.person.languages) == ("female", "1960-05-01", "yes", ("zh",))
