"""The tables of medicines hold together: every key exists, every number is possible, every row names a source it can show."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from xinglin.knowledge import drugs, pgx
from xinglin.knowledge.drugs import tables
from xinglin.knowledge.drugs.rows import Row
from xinglin.knowledge.drugs.tables import KINDS, every_row, sources, table
from xinglin.records.errors import InvalidInput

KNOWLEDGE = Path(__file__).parents[2]


def _keys(place: str, delimiter: str) -> set[str]:
    with (KNOWLEDGE / place).open(encoding="utf-8") as lines:
        return {row["key"] for row in csv.DictReader(lines, delimiter=delimiter)}


@pytest.fixture(scope="module")
def medicine_keys() -> set[str]:
    return _keys("terms/data/medicine.tsv", "\t") | _keys("terms/data/vaccine.tsv", "\t")


@pytest.fixture(scope="module")
def callable_keys(medicine_keys: set[str]) -> set[str]:
    return medicine_keys | {f"class:{row.key}" for row in table("classes")}


def test_every_medicine_is_a_word_of_the_word_list(medicine_keys):
    assert {row.key for row in drugs.medicines()} <= medicine_keys
    assert len(drugs.medicines()) >= 300
    assert len({row.key for row in drugs.medicines()}) == len(drugs.medicines())


def test_every_class_exists_has_a_member_and_stands_in_no_circle():
    keys = {row.key for row in table("classes")}
    assert len(keys) == len(table("classes"))
    assert {parent for row in table("classes") for parent in row.parent} <= keys
    assert {name for row in drugs.medicines() for name in row.classes} <= keys
    assert [key for key in sorted(keys) if not drugs.members(key)] == []
    assert [row.key for row in table("classes") for parent in row.parent if row.key in drugs.ancestors(parent)] == []


def test_what_a_combination_holds_is_a_medicine_and_brings_its_classes():
    known = {row.key for row in drugs.medicines()}
    assert {part for row in drugs.medicines() for part in row.ingredients} <= known
    assert "statin" in drugs.classes_of("ezetimibe-and-simvastatin")
    assert "acetaminophen" in drugs.names("oxycodone-and-acetaminophen")


@pytest.mark.parametrize(
    "name", ["contraindications", "pregnancy", "age", "renal", "hepatic", "qt", "bleeding", "doses", "monitoring", "allergy"]
)
def test_every_rule_names_a_medicine_or_a_class(name, callable_keys):
    assert [row.medicine for row in table(name) if row.medicine not in callable_keys] == []


def test_every_pair_names_medicines_or_classes(callable_keys):
    assert [(row.a, row.b) for row in table("interactions") if not {row.a, row.b} <= callable_keys] == []


def test_every_condition_is_a_problem_and_every_analyte_is_measured():
    problems = set[str]().union(*(_keys(f"terms/data/{kind}.tsv", "\t") for kind in ("problem", "symptom", "social", "device")))
    analytes = _keys("labs/data/analytes.csv", ",")
    assert {name.removeprefix("past:") for row in table("contraindications") for name in row.condition} <= problems
    genes = {f"gene:{gene.name}" for gene in pgx.genes()}
    assert {row.analyte for row in table("monitoring")} <= analytes | genes


def test_every_allergen_is_known(callable_keys):
    allergens = callable_keys | _keys("terms/data/allergen.tsv", "\t") | {row.key for row in table("classes")}
    assert [row.allergen for row in table("allergy") if row.allergen not in allergens] == []


def test_no_row_stands_without_its_source():
    levels = {key: source["level"] for key, source in sources().items()}
    for row in every_row():
        assert row.source in levels, row
        if row.verified:
            assert row.locator and levels[row.source] != "unverified", row


def test_words_stand_in_both_languages():
    for row in every_row():
        for column in (name for name in type(row).__struct_fields__ if name.endswith("_en")):
            assert bool(getattr(row, column)) == bool(getattr(row, column[:-2] + "zh")), row


@pytest.mark.parametrize("name", sorted(KINDS))
def test_no_row_stands_twice(name):
    said = [
        tuple(v for k, v in zip(row.__struct_fields__, _values(row), strict=True) if k not in ("source", "locator", "verified"))
        for row in table(name)
    ]
    assert len(set(said)) == len(said)


def _values(row: Row) -> list[object]:
    return [getattr(row, field) for field in row.__struct_fields__]


def test_doses_are_possible():
    units = {"mg", "ug", "g", "[iU]", "mL", "mmol", "meq", "drop", "puff"}
    for row in table("doses"):
        numbers = [row.usual_single_low, row.usual_single_high, row.maximum_single, row.maximum_daily, row.minimum_interval_h]
        assert all(number > 0 for number in numbers if number is not None), row
        assert row.unit in units, row
        assert any(number is not None for number in (row.maximum_single, row.maximum_daily)) or row.maximum_per_period, row
        single = row.maximum_single if row.maximum_single is not None else row.usual_single_high
        if single is not None and row.maximum_daily is not None:
            assert single <= row.maximum_daily, row
        if row.usual_single_low is not None and row.usual_single_high is not None:
            assert row.usual_single_low <= row.usual_single_high, row
        if row.usual_single_high is not None and row.maximum_single is not None:
            assert row.usual_single_high <= row.maximum_single, row


def test_a_cap_in_plain_units_stands_only_beside_an_amount_by_weight_or_surface():
    for row in table("doses"):
        assert row.per != "dose" or (row.cap_single is None and row.cap_daily is None), row
        if row.cap_single is not None and row.cap_daily is not None:
            assert 0 < row.cap_single <= row.cap_daily, row


def test_no_two_limits_speak_of_the_same():
    said = [(row.medicine, row.route, row.population, row.indication) for row in table("doses")]
    assert [one for one in said if said.count(one) > 1] == []


NEVER_WORDS = {
    "push",
    "undiluted",
    "concentrated",
    "opioid-naive",
    "outside-cancer",
    "pregnant",
    "newborn",
    "anaphylaxis",
    "not-ventilated",
    "as-needed",
    "starting",
    "female",
}
NEVER_FORMS = re.compile(
    r"(with|condition|no-condition):[a-z0-9:-]+|gene:[A-Z0-9-]+=.+|lab:[a-z_0-9]+[<>][0-9.]+ \S+|(age|weight|days)[<>][0-9.]+|(no-)?form:[a-z-]+|for:[a-z-]+|single>[0-9.]+ \S+|dose-over:[0-9]+"
)
ROUTES = {
    "oral", "intravenous", "subcutaneous", "intramuscular", "topical", "inhaled", "rectal", "sublingual", "transdermal", "ophthalmic", "nasal",
    "vaginal", "enteral tube", "intrathecal", "epidural", "otic", "buccal", "intra-arterial", "intra-articular", "intradermal", "intraosseous",
    "intraperitoneal", "intrapleural", "intravesical", "intravitreal", "intralesional", "intracatheter", "perineural", "infiltration",
    "endotracheal", "dental", "urethral",
}  # fmt: skip


def test_never_events_are_written_in_the_words_a_judge_can_run(callable_keys):
    problems = set[str]().union(*(_keys(f"terms/data/{kind}.tsv", "\t") for kind in ("problem", "symptom", "social", "device")))
    assert len(drugs.never_events()) >= 110
    for row in drugs.never_events():
        assert set(row.medicine) <= callable_keys | {"any"}, row
        assert set(row.route) | set(row.not_route) <= ROUTES and row.frequency in ("", "daily"), row
        assert row.route or row.not_route or row.circumstance, row
        for word in (word for alternative in row.circumstance for word in alternative):
            assert word in NEVER_WORDS or NEVER_FORMS.fullmatch(word), row
            subject = word.split(":", 1)[-1]
            assert not word.startswith("with:") or subject in callable_keys, row
            assert "condition:" not in word or subject in problems, row


def test_routes_are_words_of_the_readme():
    assert {route for row in drugs.medicines() for route in row.routes} <= ROUTES
    assert {row.route for row in table("doses")} <= ROUTES
    known = {entry.key: entry.routes for entry in drugs.medicines() if entry.routes}
    assert [row for row in table("doses") if row.medicine in known and row.route not in known[row.medicine]] == []
    assert "intrathecal" not in drugs.medicine("vincristine").routes
    assert "intravenous" not in drugs.medicine("penicillin-g-benzathine").routes


def test_kidney_bands_and_ages_do_not_run_backwards():
    for row in table("renal"):
        if row.measure == "dialysis":
            assert row.below is None and row.at_or_above is None, row
        else:
            assert 0 < (row.below or 999) <= 999 and (row.at_or_above or 0) < (row.below or 999), row
    for row in table("age"):
        assert (row.min_years or 0) < (row.max_years or 130), row
    for row in table("monitoring"):
        if row.limit_low is not None and row.limit_high is not None:
            assert row.limit_low < row.limit_high, row
        assert bool(row.unit) == (row.limit_low is not None or row.limit_high is not None), row


def test_two_medicines_are_asked_in_any_order():
    for row in table("interactions"):
        if "class:" not in row.a + row.b and row.a != row.b:
            assert row in drugs.interactions(row.a, row.b)
            assert drugs.interactions(row.a, row.b) == drugs.interactions(row.b, row.a)
    assert drugs.interactions("warfarin", "warfarin") == ()


def test_a_table_that_is_not_there_reads_as_empty(monkeypatch, tmp_path):
    monkeypatch.setattr(tables, "_HERE", tmp_path)
    table.cache_clear()
    try:
        assert table("qt") == ()
    finally:
        table.cache_clear()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("warfarin,oral,adult,,mg,,,ten,,,,no,,,major,unread,,no", "ten"),
        ("warfarin,oral,adult,,mg,,,10,,,,perhaps,,,major,unread,,no", "perhaps"),
        ("warfarin,oral,adult,,mg,,,10,,,,no,,,terrible,unread,,no", "terrible"),
        ("warfarin,oral,adult", "3 cells"),
    ],
)
def test_a_cell_that_does_not_fit_stops_the_program(monkeypatch, tmp_path, line, why):
    header = (
        "medicine,route,population,indication,unit,usual_single_low,usual_single_high,maximum_single,maximum_daily,cap_single,cap_daily,per_kg,"
        "minimum_interval_h,maximum_per_period,severity_beyond,source,locator,verified"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "doses.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(tables, "_HERE", tmp_path)
    table.cache_clear()
    try:
        with pytest.raises(InvalidInput) as caught:
            table("doses")
        assert caught.value.code == "XL-DRUG-001" and why in caught.value.what
    finally:
        table.cache_clear()


def test_the_topic_counts_what_nobody_opened():
    assert drugs.TOPIC.rows() == len(every_row())
    assert 0 < drugs.TOPIC.unverified() < drugs.TOPIC.rows()
