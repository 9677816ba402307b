"""What the reader of transcripts hears: numbers as they are spoken, who affirms what, and a verdict that is the same each time."""

from __future__ import annotations

import itertools
import math
from random import Random

import pytest

from xinglin.checks.xl151_against_source import CHECK
from xinglin.flow.verify import judge_text
from xinglin.models.transcript_reader.attention import share
from xinglin.models.transcript_reader.chinese import ChineseSource, held_against, number
from xinglin.models.transcript_reader.features import NAMES, measure
from xinglin.models.transcript_reader.judge import judge, weights
from xinglin.models.transcript_reader.meaning import opposites
from xinglin.models.transcript_reader.spoken_places import Spoken
from xinglin.models.transcript_reader.transcript import Transcript, negations
from xinglin.models.transcript_reader.trees import Forest, Tree
from xinglin.models.transcript_reader.words import tokens

VISIT = (
    "Doctor: What brings you in?\nPatient: My left knee hurts since I fell two weeks ago.\nDoctor: Any fever, chills or cough?\nPatient: No.\n"
    "Doctor: Are you allergic to penicillin?\nPatient: Yes, I get hives.\nDoctor: What do you take?\nPatient: Ibuprofen, four hundred milligrams, twice a day."
)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("one forty over ninety", "140"), ("one oh five", "105"), ("twenty six", "26"), ("forty-five", "45"), ("a hundred and four", "104"), ("two hundred fifty", "250"),
        ("ninety eight point six", "98.6"), ("point five centimeters", "0.5"), ("it is .6", "0.6"), ("seven . three", "7.3"), ("two and a half weeks", "2.5"),
        ("a month and a half", "1.5"), ("three quarters", "0.75"), ("in the mid nineties", "90"), ("in her forty's", "40"), ("nineteen ninety four", "1994"),
        ("two thousand nine", "2009"), ("July thirty first", "31"), ("July thirty first O eight", "2008"), ("June thirty two thousand and four", "30"), ("type II", "2"),
        ("a week ago", "1"), ("twice", "2"), ("1,000 units", "1000"), ("January tenth", "m1"), ("on 01/10/09", "m1"), ("on 01/10/09", "2009"), ("7.20", "7.2"),
    ],
)  # fmt: skip
def test_a_number_is_heard_however_it_is_said(said: str, value: str) -> None:
    assert value in {v for t in tokens(said) for v in t.values}


def test_a_pain_score_is_not_a_month() -> None:
    assert not any("m6" in t.values for t in tokens("pain 6/10"))


def state(text: str, word: str) -> set[int]:
    heard = Transcript(text)
    return {p for t, p in zip(heard.tokens, heard.polarity, strict=True) if t.word == word}


@pytest.mark.parametrize(
    ("word", "expected"), [("fever", -1), ("chills", -1), ("cough", -1), ("penicillin", 1), ("hives", 1), ("knee", 1), ("ibuprofen", 1)]
)
def test_a_question_takes_the_polarity_of_its_answer(word: str, expected: int) -> None:
    assert state(VISIT, word) == {expected}


def test_a_question_nobody_answers_stays_open() -> None:
    assert state("Doctor: Any rash?\nPatient: My mother drove me.", "rash") == {0}


def test_how_and_when_are_not_answered_by_no() -> None:
    assert state("Doctor: How is your cough?\nPatient: Not great.", "cough") == {0}


def test_no_as_an_answer_denies_nothing_that_follows() -> None:
    assert state("Doctor: Did you go on playing?\nPatient: No, I had to stop.", "stop") == {1}


def test_speech_without_question_marks_is_still_a_question() -> None:
    assert state("[doctor] all right were you able to continue playing\n[patient] no i had to stop", "playing") == {-1}


def test_a_denial_reaches_through_a_list_and_ends_at_but() -> None:
    found = tokens("Denies fever, chills, night sweats, weight loss, or any recent travel, but reports cough.")
    denied = {t.word for t, d in zip(found, negations(found), strict=True) if d}
    assert {"fever", "chills", "sweats", "loss", "travel"} <= denied
    assert "cough" not in denied


def test_ruled_out_denies_what_stands_before_it() -> None:
    found = tokens("Cushing syndrome has been ruled out.")
    assert negations(found)[1]


def test_a_light_source_shares_its_brightness() -> None:
    assert share([], []) == 0.5
    assert share([0.9], [0.1]) > 0.99
    assert math.isclose(share([0.4], [0.2]) + share([0.2], [0.4]), 1.0)


def test_every_word_is_measured_by_every_name_and_twice_alike() -> None:
    text = "The patient denies fever and takes ibuprofen 400 mg twice a day for his left knee."
    first = measure(text, Spoken(VISIT), {}, Spoken(text), (0, len(text)))
    again = measure(text, Spoken(VISIT), {}, Spoken(text), (0, len(text)))
    assert first == again
    assert all(len(row) == len(NAMES) for row in first[1])


def test_words_that_exclude_each_other_never_stand_on_both_sides() -> None:
    for word, seats in opposites().items():
        for (group, side), (other, another) in itertools.combinations(seats, 2):
            assert group != other or side == another, word


def slow(forest: Forest, row: list[float]) -> float:
    """The obvious twin: each tree walked by recursion."""

    def leaf(tree: Tree, i: int) -> float:
        if tree.feature[i] < 0:
            return tree.value[i]
        return leaf(tree, tree.left[i] if row[tree.feature[i]] <= tree.threshold[i] else tree.right[i])

    return 1 / (1 + math.exp(-(forest.start + forest.rate * sum(leaf(t, 0) for t in forest.trees))))


def test_the_fast_trees_agree_with_a_slow_twin() -> None:
    random = Random(3)
    for _ in range(50):
        row = [random.choice((0.0, 0.5, 1.0, random.uniform(-2, 9))) for _ in NAMES]
        assert math.isclose(weights().words.probability(row), slow(weights().words, row), rel_tol=1e-12)


def verdict(example: str, source: str, language: str = "en") -> str:
    judged = judge_text(example, language, (), None, source, "2026-01-01", (CHECK,))  # type: ignore[arg-type]
    return judged.sentences[0].verdict


@pytest.mark.parametrize("example", CHECK.fails, ids=lambda e: e.text[:30])
def test_what_must_be_caught_is_caught(example) -> None:
    assert verdict(example.text, example.source, example.language) in ("unsupported", "contradicted")


@pytest.mark.parametrize("example", CHECK.passes, ids=lambda e: e.text[:30])
def test_what_must_pass_passes(example) -> None:
    assert verdict(example.text, example.source, example.language) == "supported"


def test_the_same_sentence_gets_the_same_score() -> None:
    text = "She has had pain in the right knee for two weeks."
    assert judge(text, Spoken(VISIT), Spoken(text)) == judge(text, Spoken(VISIT), Spoken(text))


def test_words_without_content_are_not_judged() -> None:
    assert judge("And so it is.", Spoken(VISIT)) is None


VISIT_ZH = "医生：哪里不舒服？\n患者：右膝疼了三天。\n医生：有发热吗？\n患者：没有。\n医生：咳嗽吗？\n患者：有，咳了两周。\n医生：吃什么药？\n患者：阿司匹林，每天一百毫克。"


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("右膝疼痛3天。", 0), ("左膝疼痛3天。", 1), ("右膝疼痛3周。", 1), ("患者否认发热。", 0), ("患者有发热。", 1), ("患者无咳嗽。", 1), ("咳嗽2周。", 0),
        ("服用阿司匹林100mg。", 0), ("服用阿司匹林100g。", 1), ("服用华法林。", 1),
    ],
)  # fmt: skip
def test_a_chinese_note_is_held_against_a_chinese_source(sentence: str, found: int) -> None:
    assert len(held_against(sentence, ChineseSource(VISIT_ZH))) == found


@pytest.mark.parametrize(("said", "value"), [("二十五", 25), ("一百二十", 120), ("十", 10), ("两", 2), ("半", 0.5), ("7.5", 7.5)])
def test_chinese_numerals_are_numbers(said: str, value: float) -> None:
    assert number(said) == value
