"""What is marked in a scan becomes facts with their slice; growth, categories and response are said only when they can be."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from lesions import lesion, measures, series
from people import chart, person, problem

from xinglin.knowledge import guidelines
from xinglin.records.errors import InvalidInput
from xinglin.workup import work_up
from xinglin.workup.imaging.comparing import compare, doubling_time_days
from xinglin.workup.imaging.recist import (
    broken_rules,
    choose_targets,
    overall_response,
    size_class,
    sum_of_diameters,
    target_response,
)  # fmt: skip

LATER = "2024-09-01"
RECIST_DATA = Path(__file__).parents[3] / "../shared/data/onco-sdtm-recist"


def facts_by_key(**entries):
    return {fact.key: fact for fact in work_up(chart(**entries), "") if fact.latest or fact.kind == "gap"}


def two_dates(first, second, **more):
    return facts_by_key(
        newest=LATER, scans=(series(), series("1.2.9", LATER)),
        lesions=(lesion(size=first, **more), lesion(uid="1.2.9", when=LATER, size=second, **more)),
    )  # fmt: skip


def test_every_number_points_at_its_slice_and_at_the_record():
    facts = facts_by_key(scans=(series(),), lesions=(lesion(),))
    fact = facts["lesion:nodule 1:long-axis"]
    assert (fact.value.value, fact.value.unit, fact.kind) == ("8.0", "mm", "measurement")
    assert [one.source for one in fact.evidence] == ["dicom", "chart"]
    assert fact.evidence[0].pointer == "1.2.3/1.2.3.45#slice=45;mm=-64,10,-120;-56,10,-120"
    assert fact.evidence[1].pointer == "Observation/lesion-1.2.3-nodule-1"
    assert facts["lesion:nodule 1:volume"].value.unit == "mm3"
    assert facts["lesion:nodule 1:mean-density"].value.unit == "[hnsf'U]"
    assert set(fact.names) == {"en", "zh"}


@pytest.mark.parametrize("scans", [(series(synthetic=True),), (series("other"),), ()])
def test_a_lesion_in_an_artificial_or_unknown_series_is_a_gap_and_no_finding(scans):
    facts = facts_by_key(scans=scans, lesions=(lesion(),))
    mine = [fact for fact in facts.values() if "nodule 1" in fact.key]
    assert [(fact.kind, fact.key) for fact in mine] == [("gap", "gap:lesion:nodule 1:finding")]


def test_a_lesion_marked_after_the_day_asked_for_is_not_used():
    known = chart(newest=LATER, scans=(series("1.2.9", LATER),), lesions=(lesion(uid="1.2.9", when=LATER),))
    assert not [fact for fact in work_up(known, "2024-03-01") if "nodule" in fact.key]


@pytest.mark.parametrize(
    ("later", "word"),
    [
        (measures(8.4, 6.2, 205.0), "stable"),
        (measures(11.0, 9.0, 480.0), "growing"),
        (measures(5.0, 4.0, 60.0), "shrinking"),
        (measures(7.6, 5.8, 240.0), "cannot tell"),
        (measures(9.0, 7.0, 260.0, touches_border=True), "cannot tell"),
    ],
)
def test_a_change_is_named_only_beyond_what_measuring_twice_gives(later, word):
    assert compare(measures(8.0, 6.0, 180.0), later, 180, "solid").word == word
    assert two_dates(measures(8.0, 6.0, 180.0), later)["lesion:nodule 1:growth"].details["word"] == word


def test_doubling_time_is_that_of_exponential_growth_and_only_told_of_growth():
    assert doubling_time_days(100.0, 200.0, 90.0) == pytest.approx(90.0)
    assert doubling_time_days(100.0, 400.0, 100.0) == pytest.approx(50.0)
    grown = compare(measures(8.0, 6.0, 180.0), measures(11.0, 9.0, 360.0), 120, "solid")
    assert grown.doubling_days == 120
    assert grown.doubling_range_days is not None
    assert grown.doubling_range_days[0] < 120 < grown.doubling_range_days[1]
    assert compare(measures(8.0, 6.0, 180.0), measures(8.3, 6.1, 190.0), 120, "solid").doubling_days is None


def test_a_volume_whose_outline_was_cut_by_force_is_not_compared():
    unsure = measures(8.2, 6.2, 400.0, notes=("the outline ran out of the lesion and was cut by force",))
    assert compare(measures(8.0, 6.0, 180.0), unsure, 90, "solid").word == "stable"


def test_two_marks_of_one_day_are_no_change():
    facts = facts_by_key(scans=(series(),), lesions=(lesion(), lesion(source="Observation/lesion-second", size=measures(12, 9, 500))))
    assert "lesion:nodule 1:growth" not in facts


@pytest.mark.parametrize(
    ("kind", "size", "number", "risk", "solid", "row"),
    [
        ("solid", 5.4, "single", "low", None, "solid-single-small-low"),
        ("solid", 5.5, "single", "high", None, "solid-single-middle-high"),
        ("solid", 8.4, "single", "low", None, "solid-single-middle-low"),
        ("solid", 8.5, "single", "low", None, "solid-single-large"),
        ("solid", 20.0, "multiple", "high", None, "solid-multiple-larger-high"),
        ("ground-glass", 9.0, "single", "", None, "ground-glass-single-larger"),
        ("part-solid", 9.0, "single", "", 4.0, "part-solid-single-larger"),
        ("part-solid", 4.0, "multiple", "", None, "subsolid-multiple-small"),
    ],
)
def test_fleischner_2017_names_the_row_that_fired(kind, size, number, risk, solid, row):
    found = guidelines.fleischner(kind, size, number, risk, solid_mm=solid)
    assert found.rule == row
    assert found.management["en"]
    assert found.management["zh"]
    assert not found.unverified


@pytest.mark.parametrize(("volume", "row"), [(99.0, "small"), (100.0, "middle"), (250.0, "middle"), (251.0, "large")])
def test_fleischner_2017_by_volume_keeps_the_limits_of_the_table(volume, row):
    assert f"single-{row}" in guidelines.fleischner("solid", None, "single", "low", volume_mm3=volume).rule


def test_fleischner_says_what_is_missing_and_what_was_not_read():
    assert guidelines.fleischner("solid", 7.0, "single").missing == ("risk of lung cancer",)
    assert guidelines.fleischner("part-solid", 9.0, "single").missing == ("size of the solid part",)
    assert guidelines.fleischner("calcified", 9.0, "single").missing == ("pattern of the calcification",)
    assert guidelines.fleischner("part-solid", 9.0, "single", solid_mm=7.0).unverified
    with pytest.raises(InvalidInput):
        guidelines.fleischner("solid", -3.0, "single")


@pytest.mark.parametrize(
    ("kind", "size", "status", "more", "category"),
    [
        ("solid", 5.9, "baseline", {}, "2"), ("solid", 6.0, "baseline", {}, "3"), ("solid", 8.0, "baseline", {}, "4A"),
        ("solid", 15.0, "baseline", {}, "4B"), ("solid", 3.9, "new", {}, "2"), ("solid", 4.0, "new", {}, "3"), ("solid", 6.0, "new", {}, "4A"),
        ("solid", 8.0, "new", {}, "4B"), ("solid", 7.9, "growing", {}, "4A"), ("solid", 8.0, "growing", {}, "4B"),
        ("part-solid", 5.0, "baseline", {}, "2"), ("part-solid", 9.0, "baseline", {"solid_mm": 5.9}, "3"),
        ("part-solid", 9.0, "baseline", {"solid_mm": 6.0}, "4A"), ("part-solid", 9.0, "baseline", {"solid_mm": 8.0}, "4B"),
        ("part-solid", 9.0, "new", {"solid_mm": 3.0}, "4A"), ("part-solid", 9.0, "growing", {"solid_mm": 4.0}, "4B"),
        ("ground-glass", 29.9, "new", {}, "2"), ("ground-glass", 30.0, "baseline", {}, "3"), ("ground-glass", 35.0, "stable", {}, "2"),
        ("solid", 7.0, "stable", {"earlier_category": "3"}, "2"), ("solid", 9.0, "stable", {"earlier_category": "4A"}, "3"),
        ("solid", 9.0, "baseline", {"suspicious": True}, "4X"), ("solid", 3.0, "baseline", {"suspicious": True}, "2"),
    ],
)  # fmt: skip
def test_lung_rads_2022_names_the_category(kind, size, status, more, category):
    found = guidelines.lung_rads(kind, size, status, **more)
    assert (found.category, bool(found.rule)) == (category, True)


def test_lung_rads_says_what_is_missing():
    assert guidelines.lung_rads("solid", 7.0).missing == ("earlier screening CT",)
    assert guidelines.lung_rads("solid", 7.0, "stable").missing == ("earlier category",)
    assert guidelines.lung_rads("solid", 7.0, "stable", earlier_category="4B").missing == ("outcome of the work-up",)
    assert guidelines.lung_rads("part-solid", 7.0, "baseline").missing == ("size of the solid part",)


def test_every_guideline_row_says_where_it_was_read_or_that_it_was_not():
    assert 0 < guidelines.TOPIC.unverified() < guidelines.TOPIC.rows()


def test_a_fleischner_fact_shows_both_risks_with_their_rows_and_does_not_guess_one():
    fact = facts_by_key(scans=(series(),), lesions=(lesion(),))["lesion:nodule 1:fleischner"]
    assert fact.details["rule"] == "solid-single-middle-low | solid-single-middle-high"
    assert fact.details["risk"] == "to be judged by the doctor"
    assert [one.pointer for one in fact.evidence[:2]] == [
        "fleischner_2017/solid-single-middle-low",
        "fleischner_2017/solid-single-middle-high",
    ]


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({"person": person(born="2000-01-01")}, "under 35"),
        ({"person": person(born="")}, "age is not recorded"),
        ({"problems": (problem("c", "Malignant neoplasm of breast", code="C50.9"),)}, "primary cancer"),
        ({"problems": (problem("c", "结肠癌"),)}, "primary cancer"),
        ({"problems": (problem("i", "HIV infection"),)}, "immunosuppression"),
    ],
)
def test_fleischner_is_a_gap_for_those_it_does_not_cover(entries, why):
    facts = facts_by_key(scans=(series(),), lesions=(lesion(),), **entries)
    assert why in facts["gap:lesion:nodule 1:fleischner"].text


@pytest.mark.parametrize("words", ["Family history of cancer", "Encounter for screening for malignant neoplasm of lung"])
def test_a_family_history_or_a_screening_visit_is_no_cancer(words):
    facts = facts_by_key(scans=(series(),), lesions=(lesion(),), problems=(problem("f", words),))
    assert "lesion:nodule 1:fleischner" in facts


def test_lung_rads_is_given_for_screening_scans_only():
    screening = facts_by_key(scans=(series(description="Low dose lung cancer screening CT"),), lesions=(lesion(),))
    assert screening["lesion:nodule 1:lung-rads"].details["category_name"] == "3"
    assert "lesion:nodule 1:fleischner" not in screening
    assert "lesion:nodule 1:lung-rads" not in facts_by_key(scans=(series(),), lesions=(lesion(),))


def test_lung_rads_does_not_call_a_nodule_new_because_nobody_marked_it_before():
    scans = (series("1.1.1", "2023-03-01"), series(description="screening"))
    assert "may be new" in facts_by_key(scans=scans, lesions=(lesion(),))["gap:lesion:nodule 1:lung-rads"].text


def test_nodes_count_by_their_short_axis_and_other_lesions_by_their_long_axis():
    assert size_class(measures(22, 15.0), "lymph-node") == "measurable"
    assert size_class(measures(22, 14.9), "lymph-node") == "pathological node"
    assert size_class(measures(22, 9.9), "lymph-node") == "normal node"
    assert size_class(measures(10.0, 3.0), "liver") == "measurable"
    assert size_class(measures(13.0, 9.0), "liver", slice_thickness_mm=7.0) == "not measurable"
    assert (
        sum_of_diameters((lesion("a", organ="liver", size=measures(20, 11)), lesion("b", organ="lymph-node", size=measures(25, 16))))
        == 36.0
    )
    with pytest.raises(InvalidInput, match="twice"):
        sum_of_diameters((lesion("a"), lesion("a")))


def test_at_most_five_targets_and_two_of_an_organ_are_chosen_largest_first():
    many = [lesion(f"liver {n}", organ="liver", size=measures(20 + n, 12)) for n in range(4)]
    many += [lesion(f"lung {n}", organ="lung", size=measures(15 + n, 12)) for n in range(3)]
    many += [lesion("node", organ="lymph-node", size=measures(40, 30)), lesion("bone", organ="bone", size=measures(9, 8))]
    chosen = [one.name for one in choose_targets(many)]
    assert chosen == ["node", "liver 3", "liver 2", "lung 2", "lung 1"]
    assert broken_rules([("a", "liver"), ("b", "liver"), ("c", "liver")]) == ("more than 2 targets in one organ",)


@pytest.mark.parametrize(
    ("baseline", "smallest", "now", "more", "response"),
    [
        (100, 100, 70, {}, "PR"), (100, 100, 71, {}, "SD"), (100, 60, 72, {}, "PD"), (100, 60, 71, {}, "SD"), (100, 15, 19, {}, "PR"),
        (20, 20, 24, {}, "SD"), (20, 20, 25, {}, "PD"), (100, 100, 0, {"gone": True}, "CR"), (100, 100, 60, {"complete": False}, "NE"),
        (100, 50, 70, {"complete": False}, "PD"), (0, 0, 0, {}, "NE"),
    ],
)  # fmt: skip
def test_recist_1_1_target_response_follows_baseline_nadir_and_the_five_millimetres(baseline, smallest, now, more, response):
    assert target_response(baseline, smallest, now, **more) == response


def test_a_persons_sum_of_diameters_and_response_are_facts():
    facts = two_dates(measures(20, 12, 900), measures(26, 15, 2000), target=True, organ="liver", kind="")
    assert facts["recist:sum-of-diameters"].value.value == "26.0"
    assert facts["recist:target-response"].value == "PD"
    assert "not judged" in facts["recist:target-response"].text


@pytest.mark.skipif(not RECIST_DATA.exists(), reason="shared data not present")
def test_overall_responses_of_the_sdtm_set_are_those_we_derive():
    visits = defaultdict(dict)
    for row in csv.DictReader((RECIST_DATA / "rs_onco.csv").read_text(encoding="utf-8").splitlines()):
        visits[row["USUBJID"], row["VISITNUM"], row["RSEVAL"], row["RSEVALID"]][row["RSTESTCD"]] = row["RSSTRESC"]
    differing = [
        one for one in visits.values()
        if overall_response(one["TRGRESP"], one["NTRGRESP"], one.get("NEWLPROG") == "UNEQUIVOCAL") != one["OVRLRESP"]
    ]  # fmt: skip
    assert len(visits) > 500
    assert not differing


@pytest.mark.parametrize("described", ["CT chest", "lung cancer screening"])
def test_a_size_that_no_guideline_knows_gives_a_gap_and_stops_nothing_else(described):
    facts = facts_by_key(
        person=person(born="1950-01-01"),
        newest="2024-03-01",
        scans=(series(description=described),),
        lesions=(lesion(size=measures(0.0, 0.0)),),
    )
    assert [fact.kind for key, fact in facts.items() if "fleischner" in key or "lung-rads" in key] == ["gap"]
    assert any(key.endswith("volume") for key in facts)
