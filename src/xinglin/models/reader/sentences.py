"""Where one sentence ends and the next begins, in English and Chinese clinical text.

Knows abbreviations, decimals, initials, list marks, table rows and headings. A piece of a sentence that can
stand alone (between semicolons, or at "but") is a clause.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from xinglin.models.reader.text_forms import fold


class Piece(NamedTuple):
    """A stretch of a text: `text[start:end]`, without blanks around it."""

    start: int
    end: int


_NOT_AN_END = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "jr",
        "sr",
        "vs",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "approx",
        "no",
        "nos",
        "fig",
        "figs",
        "al",
        "etc",
        "dept",
        "resp",
        "max",
        "min",
        "wt",
        "ht",
        "temp",
        "hx",
        "dx",
        "tx",
        "rx",
        "sx",
        "fx",
        "pt",
        "pts",
        "p.o",
        "b.i.d",
        "t.i.d",
        "q.d",
        "q.i.d",
        "q.h",
        "p.r.n",
        "b.p",
        "h.s",
        "o.d",
        "o.s",
        "tab",
        "tabs",
        "cap",
        "caps",
        "inj",
        "sol",
        "susp",
        "hr",
        "hrs",
        "wk",
        "wks",
        "mo",
        "mos",
        "yr",
        "yrs",
        "sec",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sept",
        "sep",
        "oct",
        "nov",
        "dec",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "a.m",
        "p.m",
        "u.s",
        "cm",
        "mm",
        "inc",
        "ltd",
        "ph.d",
        "m.d",
        "r.n",
    ]
)
# Begins with one set of signs, so that places are passed over quickly; the rest says which of the three it is: stops, new lines, returns.
_STOP = re.compile(r"[.!?。！？｡…\n\r](?:(?<=[^\n\r])[.!?。！？｡…]*[\"'”’」』)\]）】]*|(?<=\n)\n*|(?<=\r)\r*)")
_BLANK = " \t\r\n\u3000\u00a0"
_BULLET = re.compile(r"\s*(?:[-*•·▪◦●○–]\s+|\(?\d{1,2}[.)、）](?!\d)\s*|[（(]?[一二三四五六七八九十]{1,2}[)）、]\s*|[a-hA-H][.)]\s+)")


def _trim(text: str, start: int, end: int) -> Piece:
    while start < end and text[start] in _BLANK:
        start += 1
    while end > start and text[end - 1] in _BLANK:
        end -= 1
    return Piece(start, end)


def _is_end(text: str, mark: re.Match[str]) -> bool:
    """True when the stop at `mark` really ends a sentence."""
    first = mark.group()[0]
    if first != ".":
        return True
    after = text[mark.end() : mark.end() + 1]
    if after and after not in _BLANK and not ("\u3400" <= after <= "\u9fff"):
        return False  # 3.5, b.i.d., file.ext
    before = text[max(0, mark.start() - 24) : mark.start()]
    word = re.split(r"[\s(（,;:]", before)[-1].lower()
    if word in _NOT_AN_END or (len(word) == 1 and word.isalpha() and word != "i"):
        rest = text[mark.end() :].lstrip()
        return not rest or (word in _UNITS_THAT_END and rest[:1].isupper())
    if word.isdigit() and len(word) <= 2 and _is_list_number(text[: mark.start()], int(word)):
        return False
    rest = text[mark.end() :].lstrip()
    return not rest or not rest[0].islower()


def _is_list_number(before: str, number: int) -> bool:
    """True when the digits that end `before` count list entries: first of a line, after a colon, or after the entry counted one less."""
    ahead = before.rstrip("0123456789").rstrip(" (")
    if not ahead or ahead[-1] in ":：\n":
        return True
    return number > 1 and re.search(rf"(?:^|[\s:：(]){number - 1}[.)、] ?\S", before) is not None


_UNITS_THAT_END = frozenset(
    [
        "cm",
        "mm",
        "hr",
        "hrs",
        "wk",
        "wks",
        "mo",
        "mos",
        "yr",
        "yrs",
        "sec",
        "min",
        "b.i.d",
        "t.i.d",
        "q.d",
        "q.i.d",
        "p.r.n",
        "p.o",
        "a.m",
        "p.m",
        "tabs",
        "caps",
        "etc",
        "l",
        "g",
    ]
)


def split_sentences(text: str) -> list[Piece]:
    """The sentences of a text in order; bullets and list numbers are left out of the pieces."""
    return list(_split(text))


@lru_cache(maxsize=512)
def _split(text: str) -> tuple[Piece, ...]:
    """Kept for a while: a sentence is split when it is read and again when it is judged."""
    pieces, begin = [], 0
    for mark in _STOP.finditer(text):
        if mark.start() < begin or not _is_end(text, mark):
            continue
        pieces.append(_without_bullet(text, begin, mark.end()))
        begin = mark.end()
    pieces.append(_without_bullet(text, begin, len(text)))
    return tuple([piece for piece in pieces if piece.end > piece.start and _LETTER.search(text, piece.start, piece.end)])


_LETTER = re.compile(r"[^\W_]")


def _without_bullet(text: str, start: int, end: int) -> Piece:
    piece = _trim(text, start, end)
    mark = _BULLET.match(text, piece.start, piece.end)
    return _trim(text, mark.end(), piece.end) if mark and mark.end() < piece.end else piece


_CLAUSE = re.compile(
    r"[;。!?|\n]|\. |b(?<=\bb)ut\b|h(?<=\bh)owever\b|a(?<=\ba)lthough\b|t(?<=\bt)hough\b|w(?<=\bw)h(?:ereas|ile)\b"
    r"|但是|但(?<!不但)|然而|不过(?!敏)|而(?=未|无|非)|[。.](?=[\u4e00-\u9fff])"
)


def split_clauses(folded: str) -> list[Piece]:
    """The clauses of one folded sentence; together they cover it. A negation never reaches into the next clause.

    What stands in brackets belongs to the clause it stands in.
    """
    pieces, begin, depth, seen = [], 0, 0, 0
    for mark in _CLAUSE.finditer(folded):
        between = folded[seen : mark.start()]
        depth = max(0, depth + between.count("(") + between.count("（") - between.count(")") - between.count("）"))
        seen = mark.start()
        if mark.start() > begin and not depth:
            pieces.append(Piece(begin, mark.start()))
            begin = mark.start()
    pieces.append(Piece(begin, len(folded)))
    return pieces


_HEADING = re.compile(r"^[\w\s/&'()（）\-]{1,60}[:：]?\s*$")


def is_heading(text: str) -> bool:
    """True for a line that only names a section ("Medications:", "检查结果：", "ASSESSMENT AND PLAN")."""
    line = text.strip().strip("#*=_【】[]").strip()
    if not line or line[-1] in ".。" or not _HEADING.match(line):
        return False
    if any(sign.isdigit() for sign in line):
        return False
    return line.endswith((":", "：")) or (line.isupper() and len(line) > 3) or fold(line).rstrip(":") in _SECTION_WORDS


_SECTION_WORDS = frozenset(
    [
        "summary",
        "history",
        "medications",
        "medication",
        "allergies",
        "laboratory results",
        "laboratory findings",
        "labs",
        "vital signs",
        "vitals",
        "problems",
        "problem list",
        "assessment",
        "plan",
        "assessment and plan",
        "impression",
        "findings",
        "family history",
        "social history",
        "past medical history",
        "chief complaint",
        "history of present illness",
        "physical examination",
        "review of systems",
        "procedures",
        "immunizations",
        "follow-up",
        "discharge summary",
        "主诉",
        "现病史",
        "既往史",
        "个人史",
        "家族史",
        "过敏史",
        "体格检查",
        "辅助检查",
        "检查结果",
        "实验室检查",
        "诊断",
        "初步诊断",
        "出院诊断",
        "用药",
        "用药情况",
        "目前用药",
        "治疗经过",
        "诊疗经过",
        "出院医嘱",
        "病历摘要",
        "小结",
        "摘要",
        "问题列表",
        "检验结果",
        "生命体征",
        "手术史",
        "随访",
        "婚育史",
        "预防接种史",
        "计划",
    ]
)


_SOCIABLE = re.compile(
    r"^\W*(?:thank|thanks|dear|yours|kind regards|best wishes|regards|sincerely|please|hello|hi\b|good (?:morning|afternoon|evening|day)|i (?:am|would be|was) (?:happy|pleased|glad|grateful)|"
    r"do not hesitate|if you have|should you|we (?:would|will) be (?:happy|glad|pleased)|many thanks|re:|cc:|to whom|signed|dictated|electronically signed|note:|page \d|see (?:above|below|attached)|as above|"
    r"the following|this (?:note|letter|summary|report|document)|end of|draft|感谢|谢谢|此致|敬礼|您好|你好|尊敬的|请|如有|详见|见上|以上|祝|签名|医师签名|记录者|草稿)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]")


def is_courtesy(text: str) -> bool:
    """True for greetings, thanks, pointers to other places and the like."""
    return _SOCIABLE.match(text.strip()) is not None


def says_something(text: str) -> bool:
    """True for a sentence that states something, False for courtesies, pointers, questions and fragments."""
    line = text.strip()
    if not line or line.endswith(("?", "？", ":", "：")) or _SOCIABLE.match(line):
        return False
    return len(_WORD.findall(line)) >= 3 or len(_HAN.findall(line)) >= 4
