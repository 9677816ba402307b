"""Problems are merged, never guessed; a refuted one is absent; silence on allergies is a gap and not an absence."""

from people import allergy, chart, problem

from xinglin.workup import work_up


def facts(kind, **entries):
    return [f for f in work_up(chart(**entries), "2024-03-06") if f.kind == kind]


def test_two_entries_of_one_illness_are_one_fact_with_all_evidence():
    both = (problem("a", "Hypertension", onset="2011-01-01"), problem("b", "Essential hypertension", onset="2015-01-01"))
    (fact,) = facts("problem", problems=both)
    assert fact.status == "active" and fact.start == "2011-01-01" and fact.details["episodes"] == "2"
    assert {e.pointer.partition("#")[0] for e in fact.evidence} == {"Condition/a", "Condition/b"}


def test_left_and_right_are_two_problems():
    two = (problem("a", "Osteoarthritis of knee", side="left"), problem("b", "Osteoarthritis of knee", side="right"))
    assert {fact.side for fact in facts("problem", problems=two)} == {"left", "right"}


def test_a_refuted_problem_is_absent_and_a_provisional_one_uncertain():
    refuted, doubted = problem("a", "Pulmonary embolism", "", verification="refuted"), problem("b", "Gout", verification="provisional")
    found = {f.id: f for f in facts("problem", problems=(refuted, doubted))}
    assert found["problem.Condition/a"].polarity == "absent" and found["problem.Condition/a"].importance < 3
    assert found["problem.Condition/b"].polarity == "uncertain"


def test_status_is_never_invented():
    (fact,) = facts("problem", problems=(problem("a", "Gout", ""),))
    assert fact.status == ""
    (over,) = facts("problem", problems=(problem("a", "Gout", "", ended="2020-01-01"),))
    assert over.status == "resolved"


def test_social_circumstances_are_marked_and_never_of_high_importance():
    (fact,) = facts("problem", problems=(problem("a", "Full-time employment (finding)"),))
    assert fact.details["class"] == "social" and fact.importance == 0
    assert fact.names["en"][0] == "full-time employment"


def test_a_chinese_name_comes_from_the_word_list():
    (fact,) = facts("problem", problems=(problem("a", "Hypertension (disorder)"),))
    assert fact.names["zh"][0] == "高血压"


def test_an_allergy_goes_by_its_substance():
    (fact,) = facts("allergy", allergies=(allergy("a", "Allergy to peanut", criticality="high"),))
    assert fact.names["en"][0].lower() == "peanut" and fact.names["zh"][0] == "花生"
    assert fact.polarity == "present" and fact.importance == 3


def test_no_known_allergy_is_a_recorded_absence():
    for words in ("No known allergy", "No known drug allergies", "NKDA", "无已知药物过敏", "否认药物过敏史"):
        (fact,) = facts("allergy", allergies=(allergy("a", words),))
        assert fact.polarity == "absent" and fact.key == "allergy:none", words
        assert not [f for f in facts("gap", allergies=(allergy("a", words),)) if f.key == "gap:allergies"]


def test_nothing_recorded_on_allergies_is_a_gap_of_high_importance():
    (gap,) = (f for f in facts("gap", problems=(problem("a", "Gout"),)) if f.key == "gap:allergies")
    assert gap.importance == 3 and gap.polarity == "present"
