"""How surely the transcript says that something is so: answers, exceptions, advice, results; and what a sentence says against it."""

from __future__ import annotations

import pytest

from xinglin.models.transcript_reader.features import NAMES, measure
from xinglin.models.transcript_reader.spoken_places import Spoken
from xinglin.models.transcript_reader.transcript import negations
from xinglin.models.transcript_reader.words import tokens

VISIT = (
    "[doctor] okay so any fever or chills\n[patient] no no fevers\n[doctor] do you smoke\n[patient] yeah a pack a day\n"
    "[doctor] any nausea or vomiting\n[patient] yes just the nausea\n[doctor] how about bruising\n[patient] um a little bit on my arm\n"
    "[doctor] if you get a rash call us your lungs are clear and the mcmurray's test is negative\n[patient] okay"
)


def stance(word: str, text: str = VISIT) -> list[float]:
    heard = Spoken(text)
    return [s for t, s in zip(heard.tokens, heard.stance, strict=True) if t.word == word]


def test_what_is_asked_and_clearly_answered_is_surely_so_or_surely_not() -> None:
    assert stance("chills") == [-1.0]
    assert stance("smoke") == [0.9]


def test_an_answer_that_names_only_one_of_the_things_asked_says_less_of_the_other() -> None:
    assert max(stance("nausea")) > stance("vomiting")[0] > 0


def test_a_little_is_a_yes() -> None:
    assert stance("bruising")[0] > 0.5


def test_what_is_only_advised_says_little() -> None:
    assert abs(stance("rash")[0]) < 0.3


def test_a_test_that_is_negative_is_denied_though_the_word_comes_last() -> None:
    assert stance("mcmurray's")[0] < -0.5


@pytest.mark.parametrize(
    ("text", "denied", "said"),
    [
        ("no obvious ulcers or thrush present tonsils are midline", "thrush", "tonsils"),
        ("you have not had any weight loss, headaches, bone pain", "headaches", "you"),
        ("a nontender abdomen", "tender", "abdomen"),
        ("no focal motor weakness is noted", "weakness", "no"),
    ],
)
def test_a_denial_reaches_what_it_denies_and_no_more(text: str, denied: str, said: str) -> None:
    found = tokens(text)
    reached = {t.word for t, d in zip(found, negations(found), strict=True) if d}
    assert denied in reached
    assert said not in reached


def conflict(sentence: str) -> float:
    _, rows = measure(sentence, Spoken(VISIT), {}, Spoken(sentence), (0, len(sentence)))
    return rows[0][NAMES.index("plainest_conflict")]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("He denies any fever.", "He reports a fever."),
        ("He denies chills.", "He has had chills."),
        ("He smokes.", "He does not smoke."),
        ("She is a smoker.", "She is a nonsmoker."),
        ("He has mild bruising.", "He has no bruising."),
    ],
)
def test_the_flipped_sentence_contradicts_the_visit_and_the_right_one_does_not(right: str, wrong: str) -> None:
    assert conflict(wrong) > 0.3 > conflict(right)


def test_a_heading_and_a_place_are_not_findings() -> None:
    assert conflict("Chills: None.") <= 0
    assert conflict("No rash on the lungs.") < 0.3


def test_a_result_of_the_other_kind_counts_against_the_sentence() -> None:
    text = "McMurray's test: Positive."
    _, rows = measure(text, Spoken(VISIT), {}, Spoken(text), (0, len(text)))
    assert max(row[NAMES.index("result_against")] - row[NAMES.index("result_for")] for row in rows) > 0.3
