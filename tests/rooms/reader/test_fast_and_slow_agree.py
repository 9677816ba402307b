"""Every quick way of reading finds what the slow and obvious way finds, which is written out here."""

from __future__ import annotations

import itertools
import random
import re
from typing import Any

import pytest

from xinglin.models.reader import Reader, attaching, attaching_times, judging_kinds, numbers, person_names, sentences, times, unknown_words
from xinglin.models.reader import subjects as subjects_module
from xinglin.models.reader.findings import findings_of
from xinglin.models.reader.passing_over import holds, touches
from xinglin.models.reader.phrase_tree import PhraseTree, first_word, tokens_of, words_of
from xinglin.models.reader.record_index import index_of
from xinglin.models.reader.sample_facts import HYPERTENSION, KNEE, METFORMIN, PERSON
from xinglin.models.reader.text_forms import fold
from xinglin.records import CheckCase, Code, Concept, Evidence, Fact, Quantity
from xinglin.records.quantity import LOINC

_PIECES = """
 , ; . : ( ) - / % " ' 0 1 3 7 12 40 90 180 2019 1,234 .5 3.20 2021-03-04 2021-3 03/2019 4/5/2020 2019年3月4日 三月 三天前 去年五月 两周后 上月 十二 百分之三 一百二 半
 march 4 may of last year two days ago in 3 weeks since 2018 from until to today yesterday tomorrow earlier back prior week month this early
 but however although though whereas while 但是 不但 但 然而 不过 不过敏 而 而未
 the a an and or no not without denies history of known was is were has had at about approximately compared with than previous value level result reading by
 increase decrease rose fell up down higher lower reference range normal limit target goal 较 比 由 从 降至 升至 增加 约 参考范围 正常 目标 与 自 前值 原 抗原
 aged age 岁 year old woman of man male female he she mother doctor 母亲 患者 男 女 born date of birth 出生于 生日 Mr Ms Smith Jones Patient Pt pt MRN 12345 病历号 No ID
 creatinine haemoglobin potassium blood pressure bp 血压 systolic 肌酐 血红蛋白 二甲双胍 metformin hypertension 高血压 knee left right 左 右 R L hip
 mg mg/dL mmol/L g/L mmHg kg cm ft in st lb 5 ft 8 bid tid od prn daily twice every 8 h q8h 每日两次 每晚 睡前 in an hour 2 and a day per week x2/d nightly once aday
 stage grade class type nyha iii 期 级 型 二 appendicitis lobectomy sacubitril diagnosed with pneumonia takes warfarin admitted for 诊断为肺炎 患有 行手术 服用 对虾过敏
 smokes never smoked tobacco cigar 吸烟 well controlled alcohol lives alone healthy stable retired 稳定 饮酒 ?! … 。 ！ \n \r \n\n
""".strip(" \n").split(" ")  # fmt: skip
_PIECES += [
    "5 ft 8 in",
    "5'8\"",
    "12 st 4 lb",
    "7 lb 3 oz",
    "6 feet 1.5",
    "three times a day",
    "two weeks ago",
    "from the previous value of",
    "compared with",
]


def _texts(count: int, seed: int) -> list[str]:
    """Sentences of invented order: every neighbourhood of words may come up."""
    rng = random.Random(seed)
    return ["".join(rng.choice(_PIECES) + rng.choice((" ", " ", " ", "", "  ")) for _ in range(rng.randint(1, 14))) for _ in range(count)]


TEXTS = _texts(4000, 7)


def _spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


SLOW: dict[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "where a sentence may stop": (sentences._STOP, re.compile(r"[.!?。！？｡…]+[\"'”’」』)\]）】]*|\n+|\r+")),
    "where a clause begins": (
        sentences._CLAUSE,
        re.compile(r"[;。!?|\n]|\. |\b(?:but|however|although|though|whereas|while)\b|但是|(?<!不)但|然而|不过(?!敏)|而(?=未|无|非)|[。.](?=[\u4e00-\u9fff])"),
    ),
    "digits": (numbers._DIGITS, re.compile(r"(?<![\d.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)")),
    "feet and inches": (numbers._COMPOSED, re.compile(numbers._COMPOSED.pattern.replace(r"(?P<big>\d(?<![\d.]\d)\d{0,2})", r"(?<![\d.])(?P<big>\d{1,3})"))),
    "an earlier value": (attaching._PREVIOUS_AHEAD, re.compile(attaching._PREVIOUS_AHEAD.pattern.replace(r"\s*+", r"\s*"))),
    "a reference": (attaching._REFERENCE_AHEAD, re.compile(attaching._REFERENCE_AHEAD.pattern.replace(r"\s*+", r"\s*"))),
    "a change": (attaching._CHANGE_AHEAD, re.compile(attaching._CHANGE_AHEAD.pattern.replace(r"\s*+", r"\s*"))),
    "a comparison": (attaching_times._COMPARED_AHEAD, re.compile(attaching_times._COMPARED_AHEAD.pattern.replace(r"\s*+", r"\s*"))),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOW)
def test_a_pattern_made_quick_finds_what_the_plain_one_finds(name):
    quick, plain = SLOW[name]
    assert quick.pattern != plain.pattern
    hits = 0
    for text in TEXTS:
        for form in (text, fold(text), *(fold(text)[:cut] for cut in (8, 16, 24))):
            assert _spans(quick, form) == _spans(plain, form), form
            hits += bool(plain.search(form))
    assert hits > 20


# A pattern, and the words one of which stands wherever it hits.
NEEDED: dict[str, tuple[re.Pattern[str], tuple[str, ...]]] = {
    "endings of illnesses and medicines": (unknown_words._SUFFIX, unknown_words._ENDINGS),
    "cues for what is unknown": (unknown_words._CUE, unknown_words._CUES),
    "Chinese cues for what is unknown": (unknown_words._SUFFIX_ZH, unknown_words._CUES_ZH),
    "stages": (judging_kinds._STAGE, tuple(judging_kinds._SAME_WORD)),
    "number words": (numbers._ENGLISH_QUICK, numbers._ENGLISH_STEMS),
    "birth dates": (person_names._BORN, person_names._BIRTH),
    "a reference": (attaching._REFERENCE_AHEAD, dict(attaching._HINTS)["r"]),
    "an earlier value": (attaching._PREVIOUS_AHEAD, dict(attaching._HINTS)["p"]),
    "a change": (attaching._CHANGE_AHEAD, dict(attaching._HINTS)["c"]),
    "a comparison": (attaching_times._COMPARED_AHEAD, attaching_times._COMPARING),
}


@pytest.mark.parametrize("name", NEEDED)
def test_a_search_is_left_out_only_where_it_finds_nothing(name):
    pattern, words = NEEDED[name]
    ways = {*TEXTS, *(f"the {way} 12" for way in _ways(pattern.pattern)), *_ways(pattern.pattern)}
    found = [form for text in ways for form in (fold(text), text) if pattern.search(form)]
    assert len(found) > 5
    assert [text for text in found if not holds(text, words)] == []


def _ways(pattern: str) -> list[str]:
    """Words of a pattern's alternatives, alone and in pairs, as texts to try."""
    words = sorted({word for word in re.findall(r"[a-z/]{2,}(?: [a-z]+)*|[\u4e00-\u9fff]+", pattern)})
    ends = (
        [f"abc{word} " for word in words]
        + [f"{word} " for word in words]
        + [f"{word} pneumonia" for word in words]
        + [f"{word}肺炎手术片过敏" for word in words]
    )
    return ends + [f"{one} {other} " for one, other in itertools.product(words[:40], words[:40])] + [f"{word} ii 2期" for word in words]


def test_names_are_looked_for_wherever_the_plain_search_would():
    for text in TEXTS:
        if person_names._QUICK.search(text):
            assert holds(text, person_names._STEMS) or person_names._TWO_CAPITALS.match(text), text


def test_ages_and_labels_are_looked_for_wherever_the_words_ahead_say_them():
    for text in TEXTS:
        for cut in range(1, len(text), 3):
            ahead = fold(text)[:cut]
            if attaching._AGE_AHEAD.search(ahead):
                assert ahead.rstrip().endswith(attaching._AGE_ENDS), ahead
            if attaching._LABEL_AHEAD.search(ahead):
                assert ahead.rstrip().endswith(attaching._LABEL_ENDS), ahead
            if numbers._BEFORE.search(ahead):
                assert ahead.rstrip().endswith(numbers._LAST_WORDS), ahead


def _every_time(folded: str, as_of: str) -> list[times.FoundTime]:
    """Every pattern tried on every sentence."""
    today, found, covered = times._day(as_of), [], bytearray(len(folded))
    for kind, _, pattern in times._COMPILED:
        for match in pattern.finditer(folded):
            start, end = match.span()
            if start == end or any(covered[start:end]):
                continue
            span = times._MEANING[kind](match, today)
            if span is not None:
                covered[start:end] = b"\x01" * (end - start)
                found.append(times._placed(folded, match, kind, span))
    return sorted(found)


def test_a_pattern_for_times_is_left_out_only_where_it_adds_nothing():
    plain = re.compile(
        r"(?:1[89]\d|2[01]\d|22[01])\d|[年月周天日]|ago|last|today|yesterday|this|earlier|previously|before|星期|礼拜|小时|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|in \w+ (?:day|week|month|year)|prior|back|morning|fortnight|overnight|next |on the |spring|summer|autumn|winter|\b(?:mon|tues?|wednes|wed|thurs?|fri|satur|sat|sun)(?:day)?\b"
    )
    several = 0
    for text in TEXTS:
        folded = fold(text)
        slow = _every_time(folded, "2024-06-15") if plain.search(folded) else []
        assert times.find_times(folded, "2024-06-15") == slow, folded
        several += len(slow) > 1
    assert several > 100


def test_touching_is_sharing_a_character():
    spans = ((2, 5), (9, 12))
    assert [start for start in range(14) if touches(spans, start, start + 1)] == [2, 3, 4, 9, 10, 11]
    assert not touches((), 0, 9)


def _result(loinc: str, name: str, zh: str, value: str, time: str) -> Fact:
    source = f"Observation/{loinc}-{time}"
    return Fact(
        id=f"measurement.{source}", kind="measurement", concept=Concept(name, (Code(LOINC, loinc, name),)), text=f"{name} {value}", key=f"loinc:{loinc}",
        evidence=(Evidence("chart", f"{source}#valueQuantity"),), names={"en": (name,), "zh": (zh,)}, value=Quantity(value, "mm[Hg]"), time=time,
    )  # fmt: skip


FACTS = (
    HYPERTENSION, KNEE, METFORMIN, PERSON, _result("8480-6", "systolic blood pressure", "收缩压", "148", "2021-03-04"),
    _result("8480-6", "systolic blood pressure", "收缩压", "140", "2020-03-04"), _result("8462-4", "diastolic blood pressure", "舒张压", "92", "2021-03-04"),
)  # fmt: skip


def _whole_tree(facts: tuple[Fact, ...]) -> PhraseTree[tuple[subjects_module.Subject, ...]]:
    """All words of a record in one tree, filled name by name."""
    names: dict[tuple[str, ...], dict[tuple[str, str], Any]] = {}
    own = subjects_module.subjects_of(facts)
    for (key, group), subject in own.tree._own.items():
        vocabulary = next(w for members in own.tree._members.values() for k, g, w in members if (k, g) == (key, group))
        entries = [entry for branch in vocabulary.branches.values() for entry in branch]
        for path, broader in sorted(entries, key=lambda entry: entry[1] != ""):
            said = subject._replace(also=broader) if broader else subject
            names.setdefault(path, {}).setdefault((key, group), said)
    pair = [own.by_key[key] for key in (subjects_module.SYSTOLIC, subjects_module.DIASTOLIC) if key in own.by_key]
    for word in subjects_module.BLOOD_PRESSURE if pair else ():
        names[words_of(word)] = {(one.key, "measurement"): one for one in pair}
    tree: PhraseTree[tuple[subjects_module.Subject, ...]] = PhraseTree()
    for path, said in names.items():
        tree.add_path(path, tuple(said.values()))
    return tree


def test_branches_made_when_needed_hold_what_one_whole_tree_holds():
    whole, lazy = _whole_tree(FACTS), subjects_module.subjects_of(FACTS).tree
    found = 0
    for text in [
        *TEXTS[:800],
        "Systolic blood pressure 148, BP 148/92, diastolic pressure 92",
        "血压148/92，收缩压148，高血压，膝骨关节炎",
    ]:
        tokens = tokens_of(fold(text))
        for place, token in enumerate(tokens):
            assert (token.word in lazy) == (token.word in whole._root)
            assert lazy.longest(tokens, place) == whole.longest(tokens, place), text
            found += lazy.longest(tokens, place) is not None
    assert found > 100


def test_phrases_read_when_their_first_word_is_met_are_those_read_at_once():
    phrases = [(name, (key, place)) for key, (_, names) in subjects_module.known_words().by_key.items() for place, name in enumerate(names)]
    late, whole = PhraseTree(phrases, subjects_module._usable), PhraseTree()
    for phrase, meaning in phrases:
        path = words_of(phrase)
        assert first_word(phrase) == (path[0] if path else ""), phrase
        if subjects_module._usable(phrase):
            whole.add_path(path, meaning)
    for text in TEXTS[:400]:
        tokens = tokens_of(fold(text))
        assert late.find_all(tokens) == whole.find_all(tokens)
    assert all((phrase in late) == (phrase in whole) and late.get(phrase) == whole.get(phrase) for phrase, _ in phrases)


def test_a_sentence_read_before_reads_as_one_read_anew():
    reader = Reader(FACTS, "en", None, "2024-06-15")
    texts = [(f"s{place}", text) for place, text in enumerate(TEXTS[:400])]
    first, again = reader.read_statements(texts), reader.read_statements([(f"again-{key}", text) for key, text in texts])
    other = Reader(list(FACTS), "en", None, "2024-06-15")
    for one, two, (_, text) in zip(first, again, texts, strict=True):
        anew = other._statement_anew(text)
        for read in (one, two):
            assert (read.text, read.claims, read.loose, read.names, read.times, read.checkable) == (
                anew.text, anew.claims, anew.loose, anew.names, anew.times, anew.checkable
            )  # fmt: skip
        assert two.id == f"again-{one.id}"


def test_what_was_read_on_another_day_is_read_anew():
    (before,) = Reader(FACTS, "en", None, "2024-06-15").read_statements([("a", "Hypertension was found two days ago.")])
    (behind,) = Reader(FACTS, "en", None, "2020-06-15").read_statements([("a", "Hypertension was found two days ago.")])
    assert before.times != behind.times


def test_other_facts_are_compiled_anew():
    assert subjects_module.subjects_of(FACTS) is subjects_module.subjects_of(FACTS)
    fewer = FACTS[1:]
    assert subjects_module.subjects_of(fewer) is not subjects_module.subjects_of(FACTS)
    assert (
        HYPERTENSION.key in subjects_module.subjects_of(FACTS).by_key and HYPERTENSION.key not in subjects_module.subjects_of(fewer).by_key
    )
    assert index_of(FACTS).facts.keys() > index_of(fewer).facts.keys()


def test_the_date_shown_beside_a_wrong_one_is_that_of_the_fact_named_first():
    text = "Systolic blood pressure 148 mmHg and diastolic blood pressure 92 mmHg on 2019-01-01."
    (reading,) = Reader(DATED, "en", None, "2024-06-15").read_statements([("a", text)])
    for named in itertools.permutations([fact.id for fact in DATED]):
        case = CheckCase("en", (reading,), DATED, {"a": named}, None, None, "", "2024-06-15")
        shown = [one.known for one in findings_of(case)["date"] if one.text == "No fact of this statement has this date"]
        assert shown == [next(fact.time for fact in DATED if fact.id == named[0])]


DATED = (
    _result("8480-6", "systolic blood pressure", "收缩压", "148", "2021-03-04"),
    _result("8462-4", "diastolic blood pressure", "舒张压", "92", "2021-04-04"),
    _result("8480-6", "systolic blood pressure", "收缩压", "140", "2020-03-04"),
)
