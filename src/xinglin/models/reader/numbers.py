"""Numbers as people say them: 3.20, 1,234, 120/80, <0.01, "about 5", twelve, 三点五, 一百二十一, 3-5, ×10⁹.

Each number keeps where it stands, its exact decimal text, its unit and whether it was said to be approximate.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from xinglin.models.reader.passing_over import holds, touches
from xinglin.models.reader.units import TIME_UNITS, unit_at


class FoundNumber(NamedTuple):
    """`value` is decimal text; `group` joins the numbers of "120/80" or "3-5" (-1: alone), `joint` says by which sign."""

    start: int
    end: int  # behind the unit
    digits_end: int  # behind the digits
    value: str
    unit: str = ""
    shown_unit: str = ""
    comparator: str = ""
    approximate: bool = False
    group: int = -1
    joint: str = ""


# No digit or full stop before it; a digit first, so that places are passed over quickly.
_DIGITS = re.compile(r"[\d.](?<![\d.].)(?:(?<=\d)(?:\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d*(?:\.\d+)?)|(?<=\.)\d+)")
_COMPARATORS = {
    "<": "<", "<=": "<=", "≤": "<=", "≦": "<=", ">": ">", ">=": ">=", "≥": ">=", "≧": ">=", "less than": "<", "below": "<", "under": "<", "lower than": "<",
    "fewer than": "<", "more than": ">", "greater than": ">", "above": ">", "over": ">", "higher than": ">", "at least": ">=", "at most": "<=",
    "no more than": "<=", "up to": "<=", "exceeding": ">", "小于": "<", "低于": "<", "不足": "<", "少于": "<", "大于": ">", "高于": ">", "超过": ">",
    "多于": ">", "逾": ">", "超出": ">", "突破": ">", "不到": "<", "未到": "<", "没到": "<", "不及": "<", "未达": "<", "没超过": "<=", "未超过": "<=", "well over": ">", "well under": "<", "well above": ">", "well below": "<", "north of": ">", "至少": ">=", "不低于": ">=", "不超过": "<=", "不高于": "<=", "至多": "<=",
}  # fmt: skip
_ABOUT = ("about", "approximately", "approx", "approx.", "around", "roughly", "nearly", "almost", "some", "circa", "ca.", "c.", "close to", "just under",
          "just over", "~", "≈", "约", "大约", "约为", "大概", "近", "将近", "左右", "接近")  # fmt: skip
_BEFORE = re.compile(
    "(?P<comparator>"
    + "|".join(
        {
            ">": "(?<![-=–—])",
            "up to": r"(?<!back )(?<!come )(?<!came )(?<!gone )(?<!went )(?<!now )(?<!is )(?<!crept )(?<!shot )(?<!picked )",
        }.get(word, "")
        + re.escape(word)
        for word in sorted(_COMPARATORS, key=len, reverse=True)
    )
    + r")\s*$"
    "|(?P<about>"
    + "|".join(
        (r"(?<![a-z])" if word[0].isalpha() and word.isascii() else "") + re.escape(word) for word in sorted(_ABOUT, key=len, reverse=True)
    )
    + r")\s*$"
)
_LAST_WORDS = (*_COMPARATORS, *_ABOUT)  # what the words before a number must end with for any of this to be said
_AFTER = re.compile(r"\s*(?:左右|上下|or so\b|余(?!\w)|许)")
_COMPARED_BEHIND = re.compile(
    r"\s*(?:(?P<more>及?以上|or (?:more|above|higher|over|greater)\b|and (?:above|over)\b)|(?:及?以下|以内|or (?:less|lower|below|under|fewer)\b))"
)
_SPREAD_BEHIND = re.compile(r"(?P<s>'?s\b)|(?P<more>多(?!次|发|年|天|个|月|周|岁|种|项|支|数|处|普)|几(?!次|年|天|个|月|周|岁|种|项)|出头)")
_JUST = re.compile(
    r"\b(?:just|a (?:little|bit|shade|touch|fraction)|slightly|marginally|not much) (?P<how>over|above|under|below|more than|less than)\s*$|(?P<zh>略高于|略超过|稍高于|刚过|刚刚超过|略低于|稍低于|略不足)\s*$"
)
_JOINT = re.compile(r"\s?([/]|-|~|–|—|to|至|到|and|与|和|\*|x)\s?")
_LOOSE_JOINTS = frozenset(("and", "与", "和"))
_BETWEEN = re.compile(r"(?:\bbetween|介于|位于|处于|在)\s*$")


def find_numbers(folded: str, taken: tuple[tuple[int, int], ...] = ()) -> list[FoundNumber]:
    """All numbers of a folded sentence in order, left out where they touch a stretch of `taken` (a date, a word with digits)."""
    found: list[FoundNumber] = []
    behind = 0
    composed = _composed(folded)
    for start, end, value in _raw(folded):
        if start < behind or touches(taken, start, end):
            continue
        one = composed.get(start) or _with_unit(folded, start, end, value)
        found += _spread(folded, one) or (one,)
        behind = found[-1].end
    return _grouped(folded, found)


_DECADE = re.compile(
    r"\b(?P<part>low|lower|mid|middle|high|upper|early|late)[ -](?P<tens>teen|twent|thirt|fort|fift|sixt|sevent|eight|ninet)(?:s|ies)\b"
)


def _spread(folded: str, one: FoundNumber) -> tuple[FoundNumber, FoundNumber] | None:
    """The two ends that a number said loosely stands for: "the 130s", "the low thirties", 一百三十多, "just over 3 cm"."""
    low = Decimal(one.value)
    decade = _DECADE.match(folded, one.start)
    if decade is not None:
        first, last = {"l": (0, 4), "e": (0, 4), "m": (3, 7)}.get(decade["part"][:1] if decade["part"] != "late" else "", (6, 10))
        ends = low + first, low + last
    elif (behind := _SPREAD_BEHIND.match(folded, one.digits_end)) is not None and low % 10 == 0 and low >= 10:
        if behind["s"] and (low >= 1000 or not folded[one.start].isdigit()):
            return None
        tens = _TENS_AHEAD.search(folded, max(0, one.start - 8), one.start) if behind["s"] else None
        part = {"l": (0, 4), "e": (0, 4), "m": (3, 7)}.get(tens["part"][:1] if tens["part"] != "late" else "", (6, 10)) if tens else (0, 10)
        step = Decimal(1) if low % 100 or behind["s"] else Decimal(10)
        ends = low + step * part[0], low + step * part[1]
        if not one.unit:
            start, stop, unit = unit_at(folded, behind.end())
            one = one._replace(end=stop if unit else behind.end(), unit=unit, shown_unit=folded[start:stop] if unit else "")
    elif (just := _JUST.search(folded, max(0, one.start - 26), one.start)) is not None and low > 0:
        over = just["how"] in ("over", "above", "more than") or ((just["zh"] or "低")[1:2] not in ("低", "不") and just["how"] is None)
        ends = (low, low * Decimal("1.12")) if over else (low * Decimal("0.88"), low)
        one = one._replace(comparator="", approximate=False)
    else:
        return None
    if one.unit in TIME_UNITS:
        return None
    group = 100000 + one.start
    return tuple(one._replace(value=f"{end.normalize():f}", group=group, joint="-", comparator="") for end in ends)  # type: ignore[return-value]


_TENS_AHEAD = re.compile(r"\b(?P<part>low|lower|mid|high|upper|early|late)[ -]$")
_COMPOSED = re.compile(
    r"(?P<big>\d(?<![\d.]\d)\d{0,2})\s?(?:"
    r"(?P<feet>ft\b\.?|feet\b|foot\b)[\s,]*(?:and )?(?P<inches>\d{1,2}(?:\.\d+)?)(?:\s?(?:inch(?:es)?\b|ins?\b\.?|\"|''))?"
    r"|'\s?(?P<marked>\d{1,2}(?:\.\d+)?)\s?(?:\"|'')"
    r"|(?:stones?|st)\b\.?[\s,]*(?:and )?(?P<pounds>\d{1,2}(?:\.\d+)?)\s?(?:lbs?|pounds?)\b"
    r"|(?:lbs?|pounds?)\b\.?[\s,]*(?:and )?(?P<ounces>\d{1,2}(?:\.\d+)?)\s?(?:oz|ounces?)\b)"
)
_PARTS = (("inches", 12, "[in_i]"), ("marked", 12, "[in_i]"), ("pounds", 14, "[lb_av]"), ("ounces", 16, "[oz_av]"))


def _composed(folded: str) -> dict[int, FoundNumber]:
    """One number for what is said in two units ("5 ft 8 in", "12 st 4 lb"), in the smaller of them, by where it begins."""
    found: dict[int, FoundNumber] = {}
    for match in _COMPOSED.finditer(folded):
        for name, share, unit in _PARTS:
            if match[name]:
                value = Decimal(match["big"]) * share + Decimal(match[name])
                found[match.start()] = FoundNumber(match.start(), match.end(), match.end(), str(value), unit, unit)
    return found


def _raw(folded: str) -> list[tuple[int, int, str]]:
    """Where digits or number words stand, with the decimal text they mean."""
    raw = []
    for match in _DIGITS.finditer(folded):
        start, end = match.span()
        before = folded[start - 1] if start else ""
        if before and before.isascii() and before.isalpha() and before not in "x":
            unit = unit_at(folded, end)[2]
            if not unit or unit in TIME_UNITS or unit == "L":
                continue  # b12, t2, q8h
        if before == "x" and start > 1 and folded[start - 2].isalpha():
            continue
        after = folded[end : end + 2]
        if after and after[0].isascii() and after[0].isalpha() and after[0] not in "x" and unit_at(folded, end)[2] == "":
            if after[:2] in ("st", "nd", "rd", "th"):
                continue
            if after[0] != "e":
                continue
        text = match[0].replace(",", "")
        text = "0" + text if text[0] == "." else text
        if (
            before
            and before in "-−"
            and (start < 2 or folded[start - 2] in " (:,=,:（")
            and not folded[: start - 1].rstrip()[-1:].isdigit()
        ):
            start, text = start - 1, f"-{text}"
        raw.append((start, end, text))
    raw += _chinese(folded) + _english(folded)
    for match in _DECADE.finditer(folded) if "ies" in folded or "teens" in folded else ():
        tens = 10 if match["tens"] == "teen" else _ENGLISH[f"{match['tens']}y"]
        raw.append((match.start(), match.end(), str(tens)))
    return sorted(raw)


def _with_unit(folded: str, start: int, end: int, value: str) -> FoundNumber:
    if folded.startswith("一半", start):
        return FoundNumber(start, end, end, "50", "%", "%", "", True)
    if folded.startswith("成", end) and value in ("1", "2", "3", "4", "5", "6", "7", "8", "9"):
        half = "5" if folded.startswith("多", end + 1) else "0"
        return FoundNumber(start, end + 1, end, f"{value}{half}", "%", "%", "", True)
    unit_start, unit_end, unit = unit_at(folded, end)
    if not unit and folded.startswith("百分之", max(0, start - 3)):
        return FoundNumber(start - 3, end, end, value, "%", "%", "", False)
    said = folded[max(0, start - 16) : start].rstrip().endswith(_LAST_WORDS)
    ahead = _BEFORE.search(folded, max(0, start - 16), start) if said else None
    comparator = _COMPARATORS[ahead.group("comparator")] if ahead and ahead.group("comparator") else ""
    about = bool(ahead and ahead.group("about"))
    stop = unit_end if unit else end
    if not comparator and (behind := _COMPARED_BEHIND.match(folded, stop)) is not None:
        comparator = ">=" if behind["more"] else "<="
    if _AFTER.match(folded, stop):
        about = True
    return FoundNumber(start, stop, end, value, unit, folded[unit_start:unit_end] if unit else "", comparator, about)


def _grouped(folded: str, found: list[FoundNumber]) -> list[FoundNumber]:
    """Numbers joined by a slash or a dash share a group and, where the first has none, the unit of the second."""
    out: list[FoundNumber] = []
    for number in found:
        if out and number.start - out[-1].end <= 5:
            last = out[-1]
            joint = _JOINT.fullmatch(folded, last.end, number.start)
            if (
                joint
                and (joint.group(1) not in _LOOSE_JOINTS or _BETWEEN.search(folded, max(0, last.start - 14), last.start))
                and _can_join(joint.group(1), last, number)
            ):
                group = last.group if last.group >= 0 else len(out) - 1
                unit, shown = (last.unit, last.shown_unit) if last.unit else (number.unit, number.shown_unit)
                if not last.unit:
                    out[-1] = last._replace(group=group, joint=joint.group(1), unit=unit, shown_unit=shown)
                else:
                    out[-1] = last._replace(group=group, joint=joint.group(1))
                if not number.unit:
                    number = number._replace(unit=unit, shown_unit=shown)
                number = number._replace(group=group, joint=joint.group(1), approximate=number.approximate or last.approximate)
        out.append(number)
    return out


def _can_join(joint: str, first: FoundNumber, second: FoundNumber) -> bool:
    if first.unit and second.unit and first.unit != second.unit:
        return False
    if joint == "/":
        return "." not in first.value or "." not in second.value
    return True


# ---- Chinese numerals ----------------------------------------------------------------------------------------------
_CHINESE_DIGIT = {
    sign: value
    for value, signs in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for sign in signs
}
_CHINESE_UNIT = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10000}
_CHINESE = re.compile(r"[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖十拾百佰千仟万]+(?:点[零〇一二三四五六七八九]+)?半?")
_NOT_NUMBERS = re.compile(
    r"十二指肠|三尖瓣|二尖瓣|四肢|三叉|二甲|一般|一直|一些|一定|一旦|一致|一样|一起|统一|唯一|第[一二三四五六七八九十]+|万一|十分|千万|百日咳|一侧|三酰|三碘|四碘|五官|六味|七叶|八珍|九价|双|一过性|一度|二度|三度|一级|二级|三级|四级|[一二三四]期|[一二三四]型|一线|二线|万古|四环|十字|百合|千金|三七|一氧|二氧|三氧|半夏|半年|单一"
)


def chinese_value(words: str) -> str | None:
    """The decimal text of a Chinese numeral, or None: 三点五 is 3.5, 一百二十一 is 121, 九二 is 92, 两 is 2."""
    whole, _, part = words.partition("点")
    half = whole.endswith("半") or part.endswith("半")
    whole, part = whole.rstrip("半"), part.rstrip("半")
    if not whole:
        return None
    value = _chinese_whole(whole)
    if value is None or any(sign not in _CHINESE_DIGIT for sign in part):
        return None
    digits = "".join(str(_CHINESE_DIGIT[sign]) for sign in part) or ("5" if half else "")
    return f"{value}.{digits}" if digits else str(value)


def _chinese_whole(words: str) -> int | None:
    if all(sign in _CHINESE_DIGIT for sign in words):
        return int("".join(str(_CHINESE_DIGIT[sign]) for sign in words))
    total = section = digit = 0
    last_unit = 1
    for sign in words:
        if sign in _CHINESE_DIGIT:
            digit = _CHINESE_DIGIT[sign]
            continue
        unit = _CHINESE_UNIT[sign]
        if unit == 10000:
            total, section, digit = (total + section + digit) * unit, 0, 0
        else:
            section, digit = section + (digit or 1) * unit, 0
        last_unit = unit
    if digit and words[-1] in _CHINESE_DIGIT and len(words) > 1 and words[-2] not in "零〇" and last_unit >= 100:
        digit *= last_unit // 10  # 一百二 is 120
    return total + section + digit


def _chinese(folded: str) -> list[tuple[int, int, str]]:
    raw = []
    if folded.isascii() or not _CHINESE.search(folded):
        return raw
    barred = [(match.start(), match.end()) for match in _NOT_NUMBERS.finditer(folded)]
    for match in _CHINESE.finditer(folded):
        start, end = match.span()
        if any(start < stop and end > begin for begin, stop in barred):
            continue
        words = match.group()
        percent = folded[max(0, start - 2) : start] == "分之" and folded[max(0, start - 3) : start - 2] != ""
        if folded.startswith("分之", end):
            continue  # 百分之: the number follows
        if folded[max(0, start - 2) : start] == "分之" and folded[max(0, start - 3) : start] != "百分之":
            continue  # 九分之一 is no value
        value = chinese_value(words)
        if value is None:
            continue
        alone = len(words) == 1 and not percent
        if alone and not _counts(folded, end):
            continue
        raw.append((start, end, value))
    return raw


_COUNTERS = re.compile(
    r"个?(?:岁|成(?![年分人功])|天|日|周|星期|礼拜|月|年|小时|分钟|秒|片|粒|支|袋|包|滴|喷|次|毫克|克|微克|毫升|升|厘米|毫米|米|公斤|千克|单位|%|度|mg|ml|g\b|cm|mm|位|名|倍|种|项|处|枚|包)"
)


def _counts(folded: str, end: int) -> bool:
    return _COUNTERS.match(folded, end) is not None


# ---- English number words ------------------------------------------------------------------------------------------
_ENGLISH = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {word: value * 10 for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)}
_ENGLISH_ANY = re.compile(
    r"\b(?:(?:" + "|".join(sorted((*_ENGLISH, "hundred", "thousand"), key=len, reverse=True)) + r")\b(?:[ -](?:and )?|(?= point)|$|\b))+(?: ?point(?: (?:"
    + "zero|one|two|three|four|five|six|seven|eight|nine" + r")\b)+)?"
)  # fmt: skip
_ENGLISH_STEMS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twel",
    "twen",
    "thir",
    "fif",
    "forty",
    "hundred",
    "zero",
)
_ENGLISH_QUICK = re.compile(r"\b(?:" + "|".join(sorted(_ENGLISH, key=len, reverse=True)) + r"|hundred)\b")


def english_value(words: str) -> str | None:
    """The decimal text of English number words, or None: "one hundred and twenty-one" is 121, "three point five" is 3.5."""
    whole, _, part = words.strip(" -").partition(" point ")
    total = current = 0
    pieces = [piece for piece in re.split(r"[ -]+", whole) if piece and piece != "and"]
    if not pieces:
        return None
    for piece in pieces:
        if piece in _ENGLISH:
            current += _ENGLISH[piece]
        elif piece == "hundred":
            current = (current or 1) * 100
        elif piece == "thousand":
            total, current = total + (current or 1) * 1000, 0
        else:
            return None
    digits = "".join(str(_ENGLISH[piece]) for piece in part.split() if piece in _ENGLISH)
    return f"{total + current}.{digits}" if digits else str(total + current)


def _english(folded: str) -> list[tuple[int, int, str]]:
    raw = []
    if not holds(folded, _ENGLISH_STEMS) or not _ENGLISH_QUICK.search(folded):
        return raw
    for match in _ENGLISH_ANY.finditer(folded):
        words = match.group().rstrip(" -")
        if words.endswith(" and"):
            words = words[:-4]
        end = match.start() + len(words)
        value = english_value(words)
        if value is None or (words in ("one", "zero") and not unit_at(folded, end)[2]):
            continue
        raw.append((match.start(), end, value))
    return raw
