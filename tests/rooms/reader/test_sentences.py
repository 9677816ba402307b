"""Where sentences end, in English and Chinese clinical text."""

from __future__ import annotations

import pytest

from xinglin.models.reader.sentences import is_heading, says_something, split_clauses, split_sentences
from xinglin.models.reader.text_forms import fold, guess_language


def sentences(text: str) -> list[str]:
    return [text[piece.start : piece.end] for piece in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Vale saw her on 4 Mar. 2019. Creatinine was 1.2 mg/dL.", 2),
        ("Takes metformin 500 mg b.i.d. No fever.", 2),
        ("Problems: 1. Asthma 2. COPD", 1),
        ("血红蛋白92 g/L；肌酐3.5。无发热！", 2),
        ("1、高血压\n2、糖尿病", 2),
        ("No. 3 on the list vs. No. 4.", 1),
        ("", 0),
        ("...", 0),
    ],
)
def test_abbreviations_decimals_and_list_marks_end_no_sentence(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_bullets_are_left_out_of_the_sentences() -> None:
    assert sentences("- Chest pain denied\n2) Aspirin 81 mg daily\n（二）糖尿病") == ["Chest pain denied", "Aspirin 81 mg daily", "糖尿病"]


def test_a_bracket_holds_its_clause_together() -> None:
    text = fold("Hb 92 g/L (low; reference 120-150); no fever")
    assert [text[piece.start : piece.end] for piece in split_clauses(text)] == ["hb 92 g/l (low; reference 120-150)", "; no fever"]


@pytest.mark.parametrize("line", ["Medications:", "ASSESSMENT AND PLAN", "检查结果：", "既往史"])
def test_headings_are_known(line: str) -> None:
    assert is_heading(line)


@pytest.mark.parametrize("line", ["Thank you for your referral.", "感谢您的转诊。", "Is it better?", "Yours sincerely"])
def test_courtesies_say_nothing(line: str) -> None:
    assert not says_something(line)


def test_folding_keeps_every_position() -> None:
    text = "Ｈｂ９２ｇ／Ｌ，İstanbul “µ”"
    assert len(fold(text)) == len(text) and fold(text).startswith("hb92g/l,")


def test_the_language_is_the_one_that_carries_the_text() -> None:
    assert guess_language("患者 Hb 92 g/L，偏低") == "zh"
    assert guess_language("Takes 六味地黄丸 every day for his knees and back") == "en"
    assert guess_language("") == "en"
