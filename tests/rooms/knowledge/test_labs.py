"""The laboratory tables hold together, and say where each number was read."""

import csv
import doctest
import gzip
import json
import os
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from xinglin.knowledge import labs
from xinglin.records.errors import InvalidInput

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", ROOT / "../shared/data"))
README = ROOT / "src/xinglin/knowledge/labs/README.md"
ATOMIC_WEIGHT = {  # abridged standard atomic weights, IUPAC
    "H": 1.008, "Li": 6.94, "C": 12.011, "N": 14.007, "O": 15.999, "Na": 22.98977, "Mg": 24.305, "P": 30.973762,
    "K": 39.0983, "Cu": 63.546, "Zn": 65.38, "I": 126.904, "Pb": 207.2,
}  # fmt: skip


def limits(analyte):
    return [i for i in (*analyte.intervals, analyte.critical, analyte.plausible) if i]


def test_there_are_at_least_150_analytes_with_codes_and_names_in_both_languages():
    assert len(labs.ANALYTES) >= 150
    for analyte in labs.ANALYTES:
        assert analyte.loincs, analyte.key
        assert analyte.names["en"] and analyte.names["zh"], analyte.key
        assert analyte.worse in ("high", "low", "both")


def test_loinc_codes_have_their_check_digit():
    for code in labs.long_names():
        digits = code.replace("-", "")[:-1]
        total = sum(map(int, str(int(digits[::-1][::2]) * 2) + digits[::-1][1::2]))
        assert (10 - total % 10) % 10 == int(code[-1]), code


def test_every_number_names_a_source_and_what_was_opened_or_says_it_is_unverified():
    for analyte in labs.ANALYTES:
        for interval in limits(analyte):
            level = labs.sources()[interval.source]["level"]
            assert interval.source_read or level in ("unverified", "definition", "judgement"), (analyte.key, interval)
            assert not (interval.verified and level == "unverified"), (analyte.key, interval)


def test_a_verified_interval_goes_before_an_unverified_one_and_an_unverified_one_is_flagged():
    assert labs.analyte("alp").reference("female", 60).verified
    lonely = labs.analyte("procalcitonin").reference("male", 50)
    assert lonely is not None and not lonely.verified


def test_every_limit_can_be_converted_and_lies_within_the_plausible():
    for analyte in labs.ANALYTES:
        for unit in analyte.units:
            assert labs.convertible(analyte, unit), (analyte.key, unit)
        for interval in limits(analyte):
            for number in (interval.low, interval.high):
                if number is not None:
                    assert analyte.plausible.holds(labs.convert(analyte, number, interval.unit)), (analyte.key, number)
            if interval.low is not None and interval.high is not None:
                assert interval.low < interval.high


def test_alarm_limits_lie_outside_the_reference_interval():
    for analyte in labs.ANALYTES:
        for usual in analyte.intervals:
            if analyte.critical and usual.note != "therapeutic":
                at = lambda x, i, a=analyte: labs.convert(a, x, i.unit)  # noqa: E731
                if analyte.critical.low is not None and usual.low is not None:
                    assert at(analyte.critical.low, analyte.critical) <= at(usual.low, usual), (analyte.key, usual.locator)
                if analyte.critical.high is not None and usual.high is not None:
                    assert at(analyte.critical.high, analyte.critical) >= at(usual.high, usual), (analyte.key, usual.locator)


@pytest.mark.parametrize(
    ("name", "language", "key"),
    [
        ("Cr", "en", "creatinine"), ("Creatinine", "en", "creatinine"), ("血肌酐", "zh", "creatinine"), ("肌酐", "zh", "creatinine"),
        ("Cr", "zh", "creatinine"), ("Hb", "en", "hemoglobin"), ("haemoglobin", "en", "hemoglobin"), ("hba1c", "en", "hba1c"),
        ("糖化血红蛋白", "zh", "hba1c"), ("K+", "en", "potassium"), ("血钾", "zh", "potassium"), ("BUN", "en", "urea_nitrogen"),
        ("尿素", "zh", "urea"), ("收缩压", "zh", "systolic"), ("LDL-C", "zh", "ldl"), ("white blood cell count", "en", "wbc"),
        ("白血球", "zh", "wbc"), ("總膽固醇", "zh", "cholesterol"), ("花生特异性IgE", "zh", "ige_peanut"),
    ],
)  # fmt: skip
def test_names_find_their_analyte(name, language, key):
    assert labs.by_name(name, language).key == key


@pytest.mark.parametrize(("name", "language"), [("CA", "en"), ("hematology", "en"), ("", "en"), ("血", "zh"), ("PT", "en"), ("TG", "en")])
def test_ambiguous_or_unknown_names_find_nothing(name, language):
    assert labs.by_name(name, language) is None


CONVERSIONS = """
creatinine 1 mg/dL umol/L 88.4
glucose 5.5 mmol/L mg/dL 99.1
calcium 10 mg/dL mmol/L 2.495
urea_nitrogen 14 mg/dL mmol/L 5.0
cholesterol 200 mg/dL mmol/L 5.17
bilirubin_total 1 mg/dL umol/L 17.1
triglyceride 150 mg/dL mmol/L 1.69
urate 6 mg/dL umol/L 357
hba1c 53 mmol/mol % 7.0
hba1c 7.0 % mmol/mol 53
temperature 98.6 [degF] Cel 37.0
hemoglobin 140 g/L g/dL 14.0
hemoglobin 8.69 mmol/L g/dL 14.0
magnesium 2 meq/L mmol/L 1.0
sodium 140 mEq/L mmol/L 140
platelets 150000 /uL 10*9/L 150
pco2_arterial 5.33 kPa mm[Hg] 40.0
crp 2 mg/dL mg/L 20
"""


@pytest.mark.parametrize("line", CONVERSIONS.strip().splitlines())
def test_values_convert_as_published(line):
    key, value, unit, target, expected = line.split()
    result = labs.convert(labs.analyte(key), Decimal(value), unit, target)
    assert float(result) == pytest.approx(float(expected), rel=0.006)


def test_a_unit_without_a_conversion_is_refused_and_the_value_is_not_in_the_message():
    with pytest.raises(InvalidInput) as refusal:
        labs.convert(labs.analyte("alt"), Decimal("41.7"), "mmol/L")
    assert refusal.value.code == "XL-LAB-001"
    assert "41.7" not in str(refusal.value)


def test_mass_and_molar_codes_of_one_analyte_carry_their_own_unit():
    loincs = labs.analyte("creatinine").loincs
    assert loincs["2160-0"] == "mg/dL" and loincs["14682-9"] == "umol/L"
    for code, (name, source) in labs.long_names().items():
        unit = labs.analyte(code).loincs[code]
        if "[Moles/volume]" in name:
            assert re.search(r"mol", unit), (code, name, unit)
        if "[Mass/volume]" in name:
            assert not re.search(r"mol", unit), (code, name, unit)
        assert name or source == "unverified", code


def test_molar_masses_follow_from_the_formula_given():
    checked = 0
    for analyte in labs.ANALYTES:
        if analyte.molar_mass_source.startswith("formula:"):
            parts = re.findall(r"([A-Z][a-z]?)(\d*)", analyte.molar_mass_source.removeprefix("formula:"))
            mass = sum(ATOMIC_WEIGHT[symbol] * int(count or 1) for symbol, count in parts)
            assert float(analyte.molar_mass_g_per_mol) == pytest.approx(mass, rel=3e-4), analyte.key
            checked += 1
    assert checked > 20


def test_decimals_follow_the_unit():
    assert labs.decimals(labs.analyte("creatinine"), "umol/L") == 0
    assert labs.decimals(labs.analyte("glucose"), "mmol/L") == 1
    assert labs.decimals(labs.analyte("hemoglobin"), "g/L") == 0


def test_children_get_no_adult_interval():
    assert labs.analyte("creatinine").reference("male", 5) is None
    assert labs.analyte("creatinine").reference("male", None) is None


def test_the_readme_example_runs():
    assert doctest.testfile(str(README), module_relative=False).failed == 0


def _observed_codes(resource, counts):
    if isinstance(resource, dict):
        if "valueQuantity" in resource:
            counts.update(c["code"] for c in resource.get("code", {}).get("coding", ()) if c.get("system") == "http://loinc.org")
        for part in resource.values():
            _observed_codes(part, counts)
    elif isinstance(resource, list):
        for part in resource:
            _observed_codes(part, counts)


@pytest.mark.parametrize("folder", ["fhir-synthea-r4", "fhir-us-core"])
def test_codes_that_occur_often_in_real_bundles_are_known(folder):
    if not (SHARED / folder).is_dir():
        pytest.skip("shared data not present")
    counts: Counter[str] = Counter()
    for path in sorted((SHARED / folder).rglob("*.json")):
        _observed_codes(json.loads(path.read_bytes()), counts)
    often = {code for code, count in counts.items() if count >= 5}
    assert {code for code in often if labs.analyte(code) is None} == set()


def test_values_of_real_intensive_care_patients_are_almost_never_called_implausible():
    """MIMIC-IV demo, every item whose name and unit we know: 41 of 89,758 numbers (probes fallen off, zeroes) were outside."""
    path = SHARED / "fhir-mimic-iv-demo/meds/labs_and_charted_numeric.csv.gz"
    if not path.is_file():
        pytest.skip("shared data not present")
    seen = outside = 0
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            analyte = labs.by_name(row["label"])
            if analyte is not None and labs.convertible(analyte, row["unit"]):
                seen += 1
                outside += not analyte.plausible.holds(labs.convert(analyte, Decimal(row["value"]), row["unit"]))
    assert seen > 80_000
    assert outside / seen < 0.001


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("µmol/l", "umol/L"),
        ("mm Hg", "mm[Hg]"),
        ("mmHg", "mm[Hg]"),
        ("K/uL", "10*3/uL"),
        ("m/uL", "10*6/uL"),
        ("sec", "s"),
        ("mEq/L", "meq/L"),
        ("10^9/L", "10*9/L"),
        ("x10^9/L", "10*9/L"),
        ("bpm", "/min"),
        ("℃", "Cel"),
        ("mIU/L", "m[IU]/L"),
        ("U/L", "U/L"),
        ("mg/dL", "mg/dL"),
    ],
)
def test_units_as_people_write_them_are_understood(written, code):
    from xinglin.knowledge.labs.analyte_units import canonical

    assert canonical(written) == code


def test_a_clear_unit_error_of_the_commonest_tests_lies_outside_the_plausible():
    """The value of one unit under the label of another, for tests whose two units differ enough."""
    for key, value, unit in [
        ("hemoglobin", "140", "g/dL"),
        ("creatinine", "88", "mg/dL"),
        ("glucose", "5.5", "mg/dL"),
        ("cholesterol", "5.2", "mg/dL"),
        ("calcium", "2.4", "mg/dL"),
        ("albumin", "42", "g/dL"),
        ("urate", "360", "mg/dL"),
        ("ldl", "3.1", "mg/dL"),
        ("temperature", "98.6", "Cel"),
        ("free_t4", "15", "ng/dL"),
        ("weight", "70000", "kg"),
        ("height", "170", "m"),
    ]:
        analyte = labs.analyte(key)
        assert not analyte.plausible.holds(labs.convert(analyte, Decimal(value), unit)), key
