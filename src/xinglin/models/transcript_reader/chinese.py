"""A Chinese note against a Chinese source by simple rules: numbers with their units, sides, denials and medicines.

Nothing here is learnt: only what the source plainly contradicts, or a medicine or number it never names, is told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from msgspec import Struct

from xinglin.knowledge import terms

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {
    "天": "天", "日": "天", "周": "周", "星期": "周", "礼拜": "周", "个月": "月", "月": "月", "年": "年", "岁": "岁", "小时": "小时", "分钟": "分钟", "次": "次", "片": "片", "粒": "粒",
    "支": "支", "mg": "mg", "毫克": "mg", "μg": "μg", "ug": "μg", "微克": "μg", "g": "g", "克": "g", "ml": "ml", "毫升": "ml", "℃": "度", "度": "度", "mmHg": "mmHg", "毫米汞柱": "mmHg",
    "cm": "cm", "厘米": "cm", "mm": "mm", "毫米": "mm", "%": "%", "kg": "kg", "公斤": "kg", "斤": "斤", "mmol/L": "mmol/L", "支烟": "支",
}  # fmt: skip
_NUMBER = re.compile(
    r"(\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千半]+)(个?半)?\s*("
    + "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
    + ")",
    re.IGNORECASE,
)
_SIDE = re.compile(r"(左|右|双)侧?(上肢|下肢|肩|肘|腕|手|髋|膝|踝|足|脚|眼|耳|肺|肾|乳|胸|腰|腹|腿|臂|颈|面)")
_DENIED = re.compile(r"(?:否认|没有|没|无|未见|未|不伴|不|非)[^，。；,;！？!?]{0,14}$")
_CLAUSE = re.compile(r"[^。；;！!\n]+[。；;！!？?\n]?")
_ASKED = re.compile(r"吗|？|\?|有没有|有无|是否|是不是|呢")
_ANSWER_NO = re.compile(r"^\W*(?:没有|没|无|不|否|从来没|都没)")
_ANSWER_YES = re.compile(r"^\W*(?:有|对|是|嗯|会|好像有|偶尔)")
_SPEAKER = re.compile(r"^\s*[\[【]?(?:医生|患者|病人|家属|护士|doctor|patient)[\]】]?\s*[:：]\s*", re.IGNORECASE)


class Finding(Struct, frozen=True):
    """A place of the sentence the source does not bear out. `denied`: the source says otherwise."""

    start: int
    end: int
    denied: bool


def number(text: str) -> float | None:
    """The value of digits or Chinese numerals up to thousands: "二十五" is 25, "半" is 0.5."""
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if text == "半":
        return 0.5
    total = current = 0
    for character in text:
        if character in _DIGITS:
            current = _DIGITS[character]
        elif (scale := {"十": 10, "百": 100, "千": 1000}.get(character)) is not None:
            total, current = total + (current or 1) * scale, 0
        else:
            return None
    return float(total + current)


def _quantities(text: str) -> list[tuple[float, str, int, int]]:
    found = []
    for match in _NUMBER.finditer(text):
        value = number(match.group(1))
        if value is not None:
            unit = (
                _UNITS.get(match.group(3)) or _UNITS[match.group(3).lower()]
                if match.group(3).lower() in _UNITS or match.group(3) in _UNITS
                else match.group(3)
            )
            found.append((value + (0.5 if match.group(2) else 0), unit, match.start(), match.end()))
    return found


@lru_cache(maxsize=1)
def _known() -> tuple[tuple[re.Pattern[str], dict[str, str]], tuple[re.Pattern[str], dict[str, str]]]:
    """(findings, medicines): a pattern of all names, the longest first, and name -> term."""
    out = []
    for kinds in (("problem", "symptom", "finding"), ("medicine",)):
        names = {n: t.key for t in reversed(terms.TERMS) if t.kind in kinds for n in t.zh if len(n) >= 2}
        out.append((re.compile("|".join(map(re.escape, sorted(names, key=lambda n: (-len(n), n))))), names))
    return out[0], out[1]


class ChineseSource:
    """A Chinese source laid out: quantities by unit, sides by part of the body, findings affirmed or denied, medicines."""

    def __init__(self, text: str) -> None:
        self.by_unit: dict[str, set[float]] = defaultdict(set)
        self.values: set[float] = {float(d) for d in re.findall(r"\d+(?:\.\d+)?", text)}
        for value, unit, _, _ in _quantities(text):
            self.by_unit[unit].add(value)
            self.values.add(value)
        self.sides: dict[str, set[str]] = defaultdict(set)
        for match in _SIDE.finditer(text):
            self.sides[match.group(2)].add(match.group(1))
        findings, medicines = _known()
        self.medicines = {medicines[1][m.group()] for m in medicines[0].finditer(text)}
        self.states: dict[str, set[int]] = defaultdict(set)
        turns = [_SPEAKER.sub("", line) for line in text.splitlines() if line.strip()]
        for turn, following in zip(turns, [*turns[1:], ""], strict=True):
            for clause in _CLAUSE.finditer(turn):
                said = clause.group()
                for match in findings[0].finditer(said):
                    self.states[findings[1][match.group()]].add(_state(said, match.start(), following))


def _state(said: str, at: int, following: str) -> int:
    """-1 denied, 1 affirmed, 0 asked and left open."""
    if _ASKED.search(said):
        return -1 if _ANSWER_NO.match(following) else 1 if _ANSWER_YES.match(following) else 0
    return -1 if _DENIED.search(said[:at]) else 1


def held_against(sentence: str, source: ChineseSource) -> list[Finding]:
    """What the source contradicts in a sentence, or never says though it should have been said."""
    return [
        *_wrong_numbers(sentence, source),
        *_wrong_sides(sentence, source),
        *_wrong_states(sentence, source),
        *_strange_medicines(sentence, source),
    ]


def _wrong_numbers(sentence: str, source: ChineseSource) -> list[Finding]:
    out = []
    for value, unit, start, end in _quantities(sentence):
        said = source.by_unit.get(unit, set())
        if value in said or (not said and value in source.values and unit not in ("mg", "μg", "g", "ml")):
            continue
        if said or source.values:
            out.append(Finding(start, end, bool(said) or value in source.values))
    return out


def _wrong_sides(sentence: str, source: ChineseSource) -> list[Finding]:
    found = ((m, source.sides.get(m.group(2), set())) for m in _SIDE.finditer(sentence))
    return [Finding(m.start(), m.end(), True) for m, sides in found if sides and m.group(1) not in sides and "双" not in sides]


def _wrong_states(sentence: str, source: ChineseSource) -> list[Finding]:
    pattern, names = _known()[0]
    out = []
    for match in pattern.finditer(sentence):
        states = source.states.get(names[match.group()], set()) - {0}
        clause = re.split(r"[。；;]", sentence[: match.start()])[-1]
        here = -1 if re.search(r"(?:否认|没有|没|无|未见|未|不伴)[^，。；,;]{0,20}$", clause) else 1
        if states and here not in states:
            out.append(Finding(match.start(), match.end(), True))
    return out


def _strange_medicines(sentence: str, source: ChineseSource) -> list[Finding]:
    pattern, names = _known()[1]
    return [
        Finding(m.start(), m.end(), bool(source.medicines)) for m in pattern.finditer(sentence) if names[m.group()] not in source.medicines
    ]
