"""How other notes put things, and which of two things said is the one that holds."""

from __future__ import annotations

from importlib.resources import files

import pytest

from xinglin.models.transcript_reader.features import NAMES, measure
from xinglin.models.transcript_reader.judge import weights
from xinglin.models.transcript_reader.spoken_places import Spoken
from xinglin.models.transcript_reader.usage import Manner, Usage, counted, habits
from xinglin.models.transcript_reader.words import tokens


def note(text: str) -> set[int]:
    found = tokens(text)
    return habits(found, [False] * len(found), [False] * len(found))


SHARED = "Lungs are clear to auscultation bilaterally."
OTHERS = [note(SHARED), note("LUNGS: Clear to auscultation bilaterally."), note("He keeps bees.")]


def longest_around(word: str, text: str, usage: Usage, own: frozenset[int] = frozenset()) -> float:
    found = tokens(text)
    manner = Manner(found, usage, own)
    return manner.around[next(i for i, t in enumerate(found) if t.word == word)]


def test_a_phrase_two_notes_share_is_remembered_and_one_of_a_single_note_is_not() -> None:
    usage = counted(OTHERS)
    assert longest_around("auscultation", "Clear to auscultation bilaterally.", usage) == 4
    assert longest_around("bees", "He keeps bees.", usage) == 0


def test_what_a_note_itself_was_counted_under_does_not_speak_for_it() -> None:
    assert longest_around("auscultation", SHARED, counted(OTHERS), frozenset(OTHERS[0])) == 0


def test_a_phrase_does_not_run_across_a_full_stop() -> None:
    usage = counted([note("No fever. Chills today."), note("No fever. Chills today.")])
    assert longest_around("fever", "No fever. Chills today.", usage) == 2


def test_nothing_known_is_no_error() -> None:
    found = tokens("Two words")
    assert all(value == value for value in Manner(found, Usage(0, {})).row(0, False))


def test_the_shipped_habits_hold_no_word_of_any_note() -> None:
    assert all(isinstance(key, int) for key in weights().usage.seen)
    raw = files("xinglin.models.transcript_reader").joinpath("weights.json")
    assert "auscultation" not in raw.read_text(encoding="utf-8").split('"usage"')[1]


TALK = (
    "[doctor] so you were on prozac twenty milligrams before\n[patient] yes\n"
    "[doctor] i am going to increase it to prozac forty milligrams once a day\n[patient] okay"
)


def value(name: str, word: str, sentence: str, talk: str = TALK) -> float:
    found, rows = measure(sentence, Spoken(talk), {})
    return next(row[NAMES.index(name)] for t, row in zip(found, rows, strict=True) if t.word == word)


def test_an_old_dose_given_as_the_present_one_has_a_rival_that_is_said_later_and_is_a_change() -> None:
    old = {n: value(n, "20", "Continue Prozac 20 mg once a day.") for n in ("same_before", "other_later", "other_change", "here_keep")}
    assert all(v > 0 for v in old.values())
    new = {n: value(n, "40", "Increase Prozac to 40 mg once a day.") for n in ("other_later", "same_before")}
    assert new == {"other_later": 0.0, "same_before": 0.0}


def test_a_side_stands_nearer_to_its_own_limb() -> None:
    talk = "[patient] my left knee is fine it is the right ankle that hurts\n[doctor] okay"
    assert value("same_right", "right", "He has right ankle pain.", talk) > value("other_right", "right", "He has right ankle pain.", talk)
    assert value("same_right", "left", "He has left ankle pain.", talk) < value("other_right", "left", "He has left ankle pain.", talk)


@pytest.mark.parametrize(
    ("talk", "word", "polarity"),
    [
        ("[doctor] but no blood in your stools or-\n[patient] no .", "stools", -1),
        ("[doctor] and you still have the swelling\n[patient] no , it went away", "swelling", -1),
        ("[doctor] and you still have the swelling\n[patient] yes", "swelling", 1),
        ("[doctor] i will order a test for swelling\n[patient] no problem", "swelling", 1),
    ],
)
def test_what_is_put_to_the_patient_without_the_form_of_a_question_is_answered_too(talk: str, word: str, polarity: int) -> None:
    heard = Spoken(talk)
    assert [p for t, p in zip(heard.tokens, heard.polarity, strict=True) if t.word == word] == [polarity]
