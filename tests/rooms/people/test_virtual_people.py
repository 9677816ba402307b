"""Virtual people: the same whoever else is made with them, from one body, nobody's."""

import json
from pathlib import Path

import numpy as np
import pytest

from xinglin.diseases.chronic import DISEASE
from xinglin.flow.virtual_people import make_people_files, people_blocks
from xinglin.knowledge.locales import locale, names
from xinglin.models.virtual_person import course_request, make_people
from xinglin.models.virtual_person.identity import luhn_digit
from xinglin.records.errors import InvalidInput, NotFound, UsageError
from xinglin.records.people import NEVER, PeopleRequest
from xinglin.records.simulation import Regimen

ENOUGH = 500


def made(where: str, count: int = 40, first: int = 0, seed: int = 3, years: int = 10, block: int = 500):
    request = PeopleRequest(where, seed=seed, years=years)
    return list(people_blocks(DISEASE, request, count, first, block))


@pytest.fixture(scope="module", params=["us", "cn"])
def people(request):
    return made(request.param, 60)[0]


def rows(people, name):
    return people.tables[name]


def test_there_are_two_locales_and_another_is_refused():
    assert names() == ("cn", "us")
    with pytest.raises(NotFound, match="XL-LOCALE-001"):
        locale("xx")


@pytest.mark.parametrize("where", ["us", "cn"])
def test_a_person_is_the_same_alone_and_in_any_block(where):
    whole, alone = made(where, 20)[0], made(where, 5, first=15)[0]
    for name, columns in alone.tables.items():
        kept = whole.tables[name]["person"] >= 15
        for column, values in columns.items():
            assert np.array_equal(whole.tables[name][column][kept], values), (name, column)


def test_every_person_has_at_least_500_resources_even_when_life_ends_early():
    people = made("us", 400)[0]
    counts = sum((np.bincount(columns["person"], minlength=400) for name, columns in people.tables.items() if name != "genotype"), start=1)
    died = rows(people, "person")["died"] != NEVER
    assert died.sum() > 10
    assert counts.min() >= ENOUGH
    assert counts.sum() == people.resources


@pytest.mark.parametrize("years", [8, 25])
def test_nothing_happens_after_death_nor_after_the_last_day(years):
    people = made("us", 400, years=years)[0]
    end = int(np.datetime64(people.request.as_of, "m").astype(int)) + 1440
    died = np.where(rows(people, "person")["died"] == NEVER, end, rows(people, "person")["died"])
    for name, column in (("observation", "time"), ("pressure", "time"), ("encounter", "start"), ("encounter", "end"), ("note", "time")):
        table = rows(people, name)
        assert (table[column] <= np.minimum(died, end)[table["person"]]).all(), name


def test_every_event_points_at_an_encounter_of_the_same_person(people):
    visits = np.bincount(rows(people, "encounter")["person"], minlength=people.count)
    for name in ("observation", "condition", "medication", "procedure", "immunization", "note"):
        table = rows(people, name)
        assert ((table["encounter"] >= 1) & (table["encounter"] <= visits[table["person"]])).all(), name


def test_a_medicine_is_given_for_a_condition_the_person_has(people):
    found = {(p, n): w for p, n, w in zip(*(rows(people, "condition")[c].tolist() for c in ("person", "n", "what")), strict=True)}
    keys = [term.key for term in people.locale.conditions]
    table = rows(people, "medication")
    for person, what, reason in zip(*(table[c].tolist() for c in ("person", "what", "reason")), strict=True):
        if reason:
            assert keys[found[person, reason]] == people.locale.medicines[what].details["given_for"]
    assert (table["reason"] > 0).mean() > 0.2


def value_of(people, key, table):
    place = [m.key for m in people.locale.measures].index(key)
    measure = people.locale.measures[place]
    chosen = table["what"] == place
    return {
        (p, t): v / 10**measure.decimals / measure.factor
        for p, t, v in zip(table["person"][chosen].tolist(), table["time"][chosen].tolist(), table["value"][chosen].tolist(), strict=True)
    }


def test_what_has_a_formula_follows_from_what_is_reported(people):
    table = rows(people, "observation")
    weight, bmi, height = (value_of(people, key, table) for key in ("weight", "bmi", "height"))
    tall = {person: value for (person, _), value in height.items()}
    for place, value in list(bmi.items())[:300]:
        if place[0] in tall:
            assert abs(value - weight[place] / (tall[place[0]] / 100) ** 2) < 0.051
    total, hdl, fat, ldl = (value_of(people, key, table) for key in ("cholesterol", "hdl", "triglyceride", "ldl"))
    for place in list(ldl)[:300]:
        assert abs(ldl[place] - (total[place] - hdl[place] - fat[place] / 5)) < 1.0


def test_egfr_is_ckd_epi_2021_of_the_reported_creatinine(people):
    from xinglin.diseases.chronic.physiology import egfr_of

    table, who = rows(people, "observation"), rows(people, "person")
    creatinine, egfr = value_of(people, "creatinine", table), value_of(people, "egfr", table)
    for (person, time), value in list(egfr.items())[:300]:
        age = np.array([np.floor((time / 1440 - who["born"][person]) / 365.25)])
        close = [egfr_of(np.array([creatinine[person, time]]), age + k, np.array([who["female"][person] > 0]))[0] for k in (-1, 0, 1)]
        assert min(abs(value - other) for other in close) <= 1.0


def test_flags_say_what_the_reference_interval_says(people):
    table, measures = rows(people, "observation"), people.locale.measures
    for what, value, flag, female in list(zip(*(table[c].tolist() for c in ("what", "value", "flag", "female")), strict=True))[:2000]:
        measure = measures[what]
        interval = measure.interval_women if female else measure.interval_men
        if interval is None:
            assert flag == 0
            continue
        shown, (low, high) = value / 10**measure.decimals, interval
        expected = 2 if low is not None and shown < float(low) else 3 if high is not None and shown > float(high) else 1
        assert flag == expected, measure.key


def test_numbers_of_a_person_cannot_be_anybodys(people):
    table = rows(people, "person")
    assert (table["check"] != luhn_digit(table["record"])).all()


def test_variant_alleles_are_as_common_as_published():
    people = made("cn", 1500)[0]
    table = people.tables["genotype"]
    for place, gene in enumerate(people.genes):
        mine = table["gene"] == place
        carried = np.concatenate([table[copy][mine] for copy in ("first", "second")])
        for number, published in enumerate(gene.shares):
            share = (carried == number).sum() / (carried >= 0).sum()
            assert abs(share - published) < 5 * np.sqrt(max(published, 0.002) / 2000), (gene.gene, gene.alleles[number])
    men = people.tables["person"]["female"] == 0
    x = next(place for place, gene in enumerate(people.genes) if gene.x_linked)
    assert ((table["second"][table["gene"] == x] < 0) == men).all()


@pytest.mark.parametrize("home", ["us", "cn"])
def test_a_persons_vcf_calls_back_to_the_alleles_they_were_given(home, tmp_path):
    from xinglin.intake.genomes import Stated, read
    from xinglin.models.virtual_person import alleles_of, drawn_genes
    from xinglin.workup.genes import gene_calls

    out = tmp_path / "out"
    files = make_people_files(DISEASE, PeopleRequest(home, seed=7), 6, out, home=tmp_path / "house", forms=("vcf",))
    people = made(home, 6, seed=7)[0]
    assert [file.name for file in files if file.suffix == ".vcf"] == sorted(f"{home}7-{number}.vcf" for number in range(6))
    for number in range(6):
        given = alleles_of(people, number)
        assert set(given) == {gene.gene for gene in drawn_genes(home)}
        genome = read(out / "vcf" / f"{home}7-{number}.vcf", Stated())
        sex = "female" if people.tables["person"]["female"][number] else "male"
        assert genome.sex in {"", sex}
        calls = {call.gene: call for call in gene_calls([genome], (), sex)}
        for gene, alleles in given.items():
            assert sorted(alleles) in [sorted(one.alleles) for one in calls[gene].diplotypes] or calls[gene].by == "variant-list", gene
            assert not calls[gene].missing, gene
            if calls[gene].by == "variant-list":
                assert {name for one in calls[gene].diplotypes for name in one.alleles} == set(alleles)


def test_records_that_reach_back_too_far_or_a_course_of_others_are_refused():
    request = PeopleRequest(years=80)
    with pytest.raises(InvalidInput, match="XL-PEOPLE-001"):
        course_request(request, Regimen("none"))
    ten = PeopleRequest(years=10)
    course = DISEASE.run(asked := course_request(ten, Regimen("none")), DISEASE.draw(asked, 0, 2))
    with pytest.raises(InvalidInput, match="XL-PEOPLE-002"):
        make_people(PeopleRequest(years=12), locale("us"), course)
    with pytest.raises(UsageError, match="XL-PEOPLE-012"):
        list(people_blocks(DISEASE, ten, 0))


@pytest.fixture(scope="module", params=["us", "cn"])
def with_tumours(request):
    from xinglin.diseases.nsclc import DISEASE as LUNG
    from xinglin.flow.virtual_people import Beside
    from xinglin.records.people import Term
    from xinglin.records.quantity import ICD10

    regimen = next(regimen for regimen in LUNG.card.regimens if regimen.name == "pembrolizumab")
    beside = Beside(LUNG, Term("lung_cancer", "lung cancer", ICD10, "C34.9"), regimen, tuple(range(0, 800, 84)), begins_day=2500)
    return next(people_blocks(DISEASE, PeopleRequest(request.param, seed=4), 12, beside=beside))


def test_an_illness_handed_in_brings_its_sizes_treatments_and_visits(with_tumours):
    people = with_tumours
    keys = [measure.key for measure in people.locale.measures]
    table = people.tables["observation"]
    sizes = table["what"] == keys.index("nsclc_diameter")
    start = int(np.datetime64(people.request.as_of, "D").astype(int)) - round(10 * 365.25) + 2500
    assert (np.unique((table["time"][sizes] // 1440 - start) % 84) == 0).all()
    assert (table["value"][sizes] > 0).all()
    alive_then = np.unique(table["person"][sizes])
    cancer = len(people.locale.conditions) - 1
    assert set(alive_then) <= set(people.tables["condition"]["person"][people.tables["condition"]["what"] == cancer])
    doses = people.tables["procedure"]["what"] == [term.key for term in people.locale.procedures].index("nsclc_pembrolizumab")
    assert doses.sum() > 5 * len(alive_then)
    times = people.tables["procedure"]["time"][doses]
    died = np.where(people.tables["person"]["died"] == NEVER, 2**62, people.tables["person"]["died"])
    assert (times < died[people.tables["procedure"]["person"][doses]]).all()


def test_an_illness_of_other_people_is_refused(with_tumours):
    from xinglin.diseases.nsclc import DISEASE as LUNG
    from xinglin.records.people import Illness, Term
    from xinglin.records.simulation import SimulationRequest

    request = PeopleRequest("us", seed=4)
    asked = course_request(request, Regimen("none"))
    course = DISEASE.run(asked, DISEASE.draw(asked, 0, 3))
    other = LUNG.run(lung := SimulationRequest("nsclc", (0.0, 84.0)), LUNG.draw(lung, 5, 3), 5)
    illness = Illness(Term("lung_cancer", "lung cancer"), LUNG.card, other, Regimen("none"), 100)
    with pytest.raises(InvalidInput, match="XL-PEOPLE-004"):
        make_people(request, locale("us"), course, illness=illness)


def test_a_last_day_that_is_no_date_is_refused():
    with pytest.raises(InvalidInput, match="XL-PEOPLE-003"):
        course_request(PeopleRequest(as_of="2026-13-45"), Regimen("none"))


FORMS = ("fhir", "bundles", "omop", "omop-csv", "parquet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("people") / "out"
    make_people_files(DISEASE, PeopleRequest("us", seed=3), 6, out, home=out.parent / "house", forms=FORMS)
    return out


def test_files_are_the_same_bytes_whatever_the_blocks(folder, tmp_path):
    from xinglin.review.research import write_people

    aigc = json.loads((folder / "LABEL.json").read_bytes())["AIGC"]
    blocks = people_blocks(DISEASE, PeopleRequest("us", seed=3), 6, block=4)
    write_people(blocks, tmp_path / "again", home=tmp_path / "house", forms=FORMS, aigc=aigc)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        assert (tmp_path / "again" / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name


def test_every_resource_is_marked_as_test_data_and_each_person_as_made_by_ai(folder):
    for path in sorted((folder / "fhir").glob("*.ndjson")):
        for line in path.read_bytes().splitlines():
            marks = [mark["code"] for mark in json.loads(line)["meta"]["security"]]
            assert "HTEST" in marks
            assert ("AIAST" in marks) == (path.stem == "Provenance")


def test_the_folder_and_each_bundle_carry_the_ai_label(folder):
    from xinglin.privacy.labels import check

    assert check((folder / "LABEL.json").read_bytes(), "LABEL.json").verdict == "compliant"
    for path in sorted((folder / "bundles").glob("*.json")):
        assert check(path.read_bytes(), "application/fhir+json").verdict == "compliant"


def test_references_in_a_bundle_resolve_and_ids_are_used_once(folder):
    for path in sorted((folder / "bundles").glob("*.json")):
        entries = [entry["resource"] for entry in json.loads(path.read_bytes())["entry"]]
        ids = [f"{r['resourceType']}/{r['id']}" for r in entries]
        assert len(set(ids)) == len(ids) >= ENOUGH
        assert set(_references(entries)) <= set(ids)


def _references(node):
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_omop_tables_fill_what_must_be_filled_invent_no_concept_and_refer_to_visits_that_are_there(folder):
    import pyarrow.parquet as parquet

    from xinglin.formats.omop.specification import TABLES

    visits = set(parquet.read_table(folder / "omop/visit_occurrence.parquet")["visit_occurrence_id"].to_pylist())
    for name, columns in TABLES.items():
        table = parquet.read_table(folder / f"omop/{name}.parquet")
        assert table.column_names == [word.rstrip("!").split(":")[0] for word in columns.split()]
        for word in columns.split():
            column = word.rstrip("!").split(":")[0]
            if word.endswith("!"):
                assert table[column].null_count == 0, (name, column)
            if column.endswith("_concept_id"):
                assert set(table[column].to_pylist()) <= {0}
            if column == "visit_occurrence_id" and name != "visit_occurrence":
                assert set(table[column].to_pylist()) <= visits
        if name not in ("death", "cdm_source"):
            ids = table[table.column_names[0]].to_pylist()
            assert len(ids) == len(set(ids)), name


def test_the_note_of_fhir_and_of_omop_say_the_same(folder):
    import base64

    import pyarrow.parquet as parquet

    lines = (folder / "fhir/DocumentReference.ndjson").read_bytes().splitlines()
    told = [base64.b64decode(json.loads(line)["content"][0]["attachment"]["data"]).decode() for line in lines]
    assert told == parquet.read_table(folder / "omop/note.parquet")["note_text"].to_pylist()


def test_a_folder_that_is_not_free_a_form_nobody_knows_and_the_house_itself_are_refused(folder, tmp_path):
    with pytest.raises(UsageError, match="XL-RELEASE-003"):
        make_people_files(DISEASE, PeopleRequest(), 1, folder, home=tmp_path)
    with pytest.raises(UsageError, match="XL-PEOPLE-010"):
        make_people_files(DISEASE, PeopleRequest(), 1, tmp_path / "x", home=tmp_path / "house", forms=("hl7",))
    with pytest.raises(UsageError, match="XL-RELEASE-001"):
        make_people_files(DISEASE, PeopleRequest(), 1, tmp_path / "house/x", home=tmp_path / "house")
    assert sorted(tmp_path.iterdir()) == []
