"""What was made is told with its model, its data and its faults; what was not measured is told too."""

import pytest
from msgspec.structs import replace

from xinglin.content.synthetic_image import KIND
from xinglin.content.synthetic_image.asking import conditions_in, count_asked
from xinglin.models import sample_pictures
from xinglin.models.text.grammar import WRITER
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import NotFound, UsageError
from xinglin.shelf.promises import Bench
from xinglin.workup.picture_facts import facts_of


def told(made, language="en", length="standard"):
    facts = {fact.id: fact for fact in facts_of(made)}
    request = ContentRequest("synthetic_image", "c", language, options={"length": length})
    plan = KIND.plan(request, Chart(), tuple(facts.values()))
    return WRITER.write(plan.points, facts, KIND.words[language], language, 0), plan


def test_conditions_and_counts_are_read():
    assert conditions_in({"conditions": " finding = benign , age=60,"}) == {"finding": "benign", "age": "60"}
    assert conditions_in({}) == {} and count_asked({}) == 8 and count_asked({"count": "64"}) == 64


@pytest.mark.parametrize("words", ["finding", "=benign", "finding=", "age=1,age=2"])
def test_what_is_no_condition_is_refused(words):
    with pytest.raises(UsageError, match="XL-PICT-004"):
        conditions_in({"conditions": words})


@pytest.mark.parametrize("words", ["0", "65", "-1", "2.5", "", "²", "nan", "9999999"])
def test_what_is_no_count_is_refused(words):
    with pytest.raises(UsageError, match="XL-PICT-005"):
        count_asked({"count": words})


def test_what_was_asked_for_is_told_with_its_unit():
    made = replace(sample_pictures.sample(), asked={"age": "50", "finding": "benign"})
    assert "What was asked for: age 50 years, finding benign." in told(made)[0]
    assert "所求条件：age 50 岁、finding benign。" in told(made, "zh")[0]


def test_every_number_of_the_judgement_stands_beside_the_real_ones():
    text = " ".join(told(sample_pictures.sample())[0])
    assert (
        "6.1 (95% interval 5.2 to 7.3); between real pictures 2.4" in text
        and "Near-copies of learnt-from pictures: 0 among 200 judged; 0.1 among as many real pictures of other people." in text
    )


def test_what_was_not_measured_is_told():
    text = " ".join(told(sample_pictures.judged({}, ("recall", "near-copies"))())[0])
    assert "Left unmeasured: recall of the kinds of real pictures, near-copies of learnt-from pictures." in text


def test_a_failed_gate_is_named():
    text = " ".join(told(sample_pictures.judged({"membership inference AUC": {"passed": False}})())[0])
    assert "1 of 2 passed; failed: membership inference AUC" in text


def test_a_model_without_a_judgement_says_so_and_may_not_hide_it():
    made = sample_pictures.with_card({"judgement": None})()
    for length in ("short", "standard", "full"):
        sentences, plan = told(made, length=length)
        assert "made.unjudged" in plan.must_mention and "Judgement of the model: the model was made without any." in sentences


def test_a_challenger_is_told_to_be_waiting():
    assert "waits to be brought into use" in " ".join(told(replace(sample_pictures.sample(), in_use=False))[0])


def test_notes_of_the_model_and_warnings_of_its_set_are_told_but_in_short():
    card = sample_pictures.sample_card()
    made = replace(
        sample_pictures.sample(),
        card=replace(card, notes=("stopped early",), epsilon=8.0, data=replace(card.data, warnings=("few people",))),
    )
    text = " ".join(told(made)[0])
    assert "stopped early" in text and "few people" in text and "ε 8" in text
    assert "few people" not in " ".join(told(made, length="short")[0])


def test_a_full_draft_tells_every_score():
    card = sample_pictures.sample_card()
    more = replace(card.judgement.scores[1], name="density", area="fidelity")
    made = replace(sample_pictures.sample(), card=replace(card, judgement=replace(card.judgement, scores=(*card.judgement.scores, more))))
    assert "Density: 0.78" in " ".join(told(made, length="full")[0]) and "Density" not in " ".join(told(made)[0])


def test_volumes_are_called_volumes():
    card = sample_pictures.sample_card()
    made = replace(sample_pictures.sample(), count=1, card=replace(card, form=replace(card.form, shape=(4, 8, 8), modality="CT")))
    assert "1 volume of 4 × 8 × 8 voxels, CT" in told(made)[0][0]
    assert "1个三维图像" in told(made, "zh")[0][0]


def test_every_fact_is_of_nobody_and_points_into_the_kept_pictures():
    for fact in facts_of(sample_pictures.sample()):
        assert fact.id.startswith("made.") and fact.details["category"] == "artificial"
        (evidence,) = fact.evidence
        assert evidence.source == "models/rectified_flow@1" and evidence.pointer.startswith("sha256:") and evidence.quote == "seed 7"


def test_without_models_it_is_said_what_to_do():
    with pytest.raises(NotFound, match="XL-PICT-006") as refusal:
        KIND.prepare(ContentRequest("synthetic_image", "c"), Chart(), Bench(lambda uid: None, lambda name: None, lambda name: None))
    assert refusal.value.fix
