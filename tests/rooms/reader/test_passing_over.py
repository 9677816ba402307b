"""What is passed over quickly when a sentence is read is exactly what the slow way finds nothing in."""

import itertools

import pytest

from xinglin.models.reader import frequencies, numbers, times
from xinglin.models.reader.passing_over import holds

_TIMES = ["2", "once", "twice", "an", "three times", "1.5", "两", "3"]
_BETWEEN = [" a ", " per ", "/", " each ", " every ", " in an ", "x ", "次/", " times a ", "每"]
_UNITS = ["day", "hr", "h", "week", "months", "night", "d", "天", "周", "小时", "min"]


def _rhythm_looked_for(text: str) -> bool:
    return bool((holds(text, frequencies._STEMS) or frequencies._SHORT.search(text)) and frequencies._QUICK.search(text))


@pytest.mark.parametrize("word", sorted(frequencies._WORDS))
def test_every_word_for_a_rhythm_is_looked_at(word):
    for text in (word, f"take {word}.", f"({word})", f"口服{word}，"):
        assert not frequencies._PATTERN.search(text) or _rhythm_looked_for(text)


def test_every_way_to_say_a_rhythm_is_looked_at():
    ways = [f"{n}{between}{unit}" for n, between, unit in itertools.product(_TIMES, _BETWEEN, _UNITS)]
    ways += [
        "q8h",
        "q. 6 hours",
        "every 2nd day",
        "every 3-4 weeks",
        "x3/day",
        "每隔三天两次",
        "每2周",
        "日三次",
        "一天两次",
        "twice weekly",
    ]
    found = [text for text in ways if frequencies._PATTERN.search(text)]
    assert len(found) > 100
    assert [text for text in found if not _rhythm_looked_for(text)] == []


def test_every_word_before_a_number_is_looked_at():
    words = [*numbers._COMPARATORS, *numbers._ABOUT]
    for word in words:
        assert numbers._BEFORE.search(f"x {word} ") and f"x {word} ".rstrip().endswith(numbers._LAST_WORDS)


def test_the_patterns_for_times_are_chosen_by_what_the_sentence_holds():
    for text in ("on 3 march 2021", "2021-03-04", "三天前", "last week", "in 2 weeks", "于2020年3月"):
        present = times._present(text)
        slow = [(kind, needs, pattern) for kind, needs, pattern in times._COMPILED if all(sign in present for sign in needs)]
        assert list(times._worth_trying(present)) == slow
