"""Which number and which time belong to which thing in a sentence, and what each number is: value, dose, reference, change.

A number belongs to the nearest thing in its clause that it can measure; a time behind a value belongs to it, a time at
the head of a sentence belongs to all that follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xinglin.models.reader.frequencies import FoundFrequency
from xinglin.models.reader.numbers import FoundNumber
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.scanning import Mention
from xinglin.models.reader.times import FoundTime
from xinglin.models.reader.units import COUNT_UNITS, TIME_UNITS

_DOSE_UNITS = frozenset({"mg", "ug", "g", "ng", "mL", "L", "[IU]", "%", "mg/mL", "meq", "mmol", "ug/h", "mL/h", "mg/h", "mg/kg", "ug/min", "mg/(24.h)", "g/(24.h)", "m[IU]/mL", "[IU]/mL",
                         "L/min", "kg", "ug/mL", "mg/g"}) | COUNT_UNITS  # fmt: skip
_LENGTHS = frozenset({"cm", "mm", "m", "um", "[in_i]"})


@dataclass(slots=True)
class PlacedNumber:
    """A number with its role and the mention it belongs to (-1: none)."""

    number: FoundNumber
    role: str = ""
    mention: int = -1
    times: tuple[int, ...] = ()
    moment: str = ""
    clause: int = 0


def fits(unit: str, mention: Mention) -> bool:
    """Whether a number of that unit can measure the thing mentioned."""
    kinds = mention.kinds
    if not unit:
        return True
    if unit in ("Cel", "[degF]") and kinds & {"encounter", "imaging", "report", "device"}:
        return False
    if unit in ("Cel", "[degF]"):
        return _WARM.search(" ".join(subject.name.lower() for subject in mention.subjects)) is not None or not kinds & {
            "measurement",
            "problem",
        }
    if unit in TIME_UNITS or unit == "ms":
        return not kinds <= {"measurement"} or bool(_TIMED.search(mention.subjects[0].name.lower())) or unit in ("s", "ms")
    if "measurement" in kinds and unit not in COUNT_UNITS:
        return True
    if kinds & {"medicine", "drug_class", "allergy", "immunization", "plan"} and unit in _DOSE_UNITS:
        return True
    if kinds & {"problem", "imaging", "report", "procedure", "device", "plan", "encounter", "document", "social", "goal"}:
        return unit in _LENGTHS or unit in ("%", "{score}", "HU", "Gy", "mL", "{pack}", "a")
    return bool(kinds & {"gap", "gene", "panel"})


_WARM = re.compile(r"temp|fever|pyrexia|体温|发热|发烧|温度")
_TIMED = re.compile(r"time|interval|duration|prothrombin|qt|\bpt\b|ptt|时间|间期|period")
# "\s*+" takes all blanks there are: where a time stood in the sentence there are many, and nothing behind them begins with one.
_REFERENCE_AHEAD = re.compile(
    r"(?:ref(?:erence)?(?: range| interval| value)?|normal(?: range| value)?|(?:upper|lower) (?:reference )?limit(?: of normal)?|target(?: range)?|goal|therapeutic range|参考(?:范围|值|区间)|正常(?:值|范围|参考值)|上限|下限|目标(?:值|范围)?|阈值)"
    r"\s*+(?:of|is|was|for age|为|是|in adults)?\s*+[:：=]?\s*+[(<>≤≥=~]*\s*+$"
)
_PREVIOUS_AHEAD = re.compile(
    r"(?:f(?<=\bf)rom(?: (?:a|the))?(?: (?:previous|prior|baseline|earlier|initial|first))?(?: (?:value|level|reading|result|measurement))?(?: of)?|previously|(?:compared|comparison) (?:with|to)(?: (?:a |the |its )?(?:previous|prior|earlier|last)?(?: (?:value|level|reading|result))?(?: of)?)?"
    r"|versus|v(?<=\bv)s\.?|t(?<=\bt)han(?: the)?(?: (?:previous|prior|earlier|last))?(?: (?:value|level|reading|result))?(?: of)?|previous(?: value| level| result| reading)?(?: was| of|:)?|prior(?: value| level| result)?(?: was| of|:)?|earlier(?: value| level)?(?: was| of)?|baseline(?: of| was|:)?|it was|having been|had been|used to be|against|as against|was"
    r"|由|从|较|比|(?<![抗白病胶糖酶])原为?|此前为?|之前为?|上次为?|前次为?|先前为?|既往为?|曾为|自|与|相较于?|对比|前值为?)\s*+(?:的|时的?)?\s*+(?:on|in|at|\(|of)?\s*+\)?\s*+(?:the )?(?:value |level |result |reading )?(?:of |was )?(?:about|approximately|约)?\s*+$"
)
_STRONG_PREVIOUS = re.compile(
    r"(?:from|previous|prior|earlier|compared|versus|vs|than|baseline|having been|had been|used to be|against|由|从|较|比|原|此前|之前|上次|前次|先前|既往|曾|自|与|对比|前值)"
)
_CHANGES = "increase|decrease|rise|fall|drop|change|reduction|difference|gain|loss|decline"
_OF_CHANGE = "|".join(f"{word} (?:of|by)(?: about| approximately)?" for word in _CHANGES.split("|"))
_CHANGE_AHEAD = re.compile(
    rf"(?:b(?<=\bb)y(?: about| approximately| around| roughly)?|{_OF_CHANGE}|upto|下降了?|升高了?|增加了?|降低了?|减少了?|上升了?|相差|差值为?|变化(?:幅度)?为?|涨幅(?:为|约|达)?|降幅(?:为|约|达)?|升幅(?:为|约|达)?|增幅为?|升了|降了|涨了|高了|低了|多了|少了|下降(?:近|约|将近|超过)|升高(?:近|约|将近|超过)|上升(?:近|约)|减少(?:近|约))\s*+(?:近|约)?\s*+$"
)
_CHANGE_BEHIND = re.compile(
    r"\s*(?:个?百分点|percentage points?\b|points?\b(?= (?:since|over|in|from|higher|lower|up|down|more|less|better|worse)))|\s*(?:point|unit|percentage point)?s?\s*(?:higher|lower|increase|decrease|rise|fall|drop|more|less|up|down|reduction|gain|decline|的?(?:升高|下降|增加|降低|上升|减少))"
)
_CHANGE_WORD_AHEAD = re.compile(
    r"(?:u(?<=\bu)p|d(?<=\bd)own|increased|decreased|rose|fell|dropped|gained|lost|升|降)\s*(?:a|about|约)?\s*$"
)
_MOVED_AHEAD = re.compile(
    r"\b(?:up|down|rose|risen|fell|fallen|dropped|climbed|gained|lost|increased|decreased|improved|worsened|shed|put on)\s*(?:by|a|about|some|around)?\s*$"
)
_MOVED_BY = re.compile(
    r"\b(?:rose|risen|fell|fallen|dropped|climbed|gained|lost|shed|put on)\s+(?:by |a |about |some |around |nearly |almost |over |roughly |just over |just under |more than )*$"
)
_DURATION_AHEAD = re.compile(
    r"(?:\bfor(?: the (?:past|last))?(?: about| over| more than)?|over(?: the (?:past|last))?|lasting|lasted|during the (?:past|last)|within|持续|历时|病程|共|[x*]|疗程|已|近|达)\s*(?:about|约)?\s*$"
)
_AGE_BEHIND = re.compile(r"[\s-]*(?:old\b)")
# Alternatives begin with a letter, "b(?<=\bb)y" for "\bby", so that places are passed over quickly.
_SOMEBODY = "man|woman|girl|boy|lady|gentleman|male|female"
_SOMEBODY_OF = "|".join(rf"{word[0]}(?<=\b{word[0]}){word[1:]} of" for word in _SOMEBODY.split("|"))
_AGE_AHEAD = re.compile(rf"(?:{_SOMEBODY_OF}|a(?<=\ba)ged?|a(?<=\ba)ge(?: of| is|:)?|年龄[:：为]?|现年)\s*$")
_ONSET_AGE_AHEAD = re.compile(
    r"(?:\b(?:man|woman|girl|boy|lady|gentleman|male|female) of|\bat (?:the )?age(?: of)?|于|在|when (?:s?he was )?)\s*$"
)
_COUNT_BEHIND = re.compile(
    r"\s*(?:times\b|次(?![/每])|episodes?|occasions?|results?|values?|measurements?|readings?|visits?|admissions?|项|个结果|份|例|siblings|children|sons|daughters|doses of|cigarettes|packs?\b)"
)
_LABEL_AHEAD = re.compile(
    r"(?:stage|grade|type|class|level|phase|no\.?|number|day|week|visit|room|bed|step|page|figure|table|gravida|para|第|期|级|(?<![a-z])[gp])\s*$"
)


def place_numbers(
    folded: str, numbers: list[FoundNumber], times: list[FoundTime], mentions: list[Mention], clauses: list[int], carried: Mention | None
) -> list[PlacedNumber]:
    """Every number with its role and mention. `clauses` gives the clause of each character."""
    placed = [PlacedNumber(number, clause=clauses[number.start]) for number in numbers]
    plain = _without_times(folded, times)
    hints = "".join([letter for letter, words in _HINTS if holds(plain, words)]) if numbers else ""
    for index, one in enumerate(placed):
        number = one.number
        ahead = plain[max(0, number.start - 56) : number.start]
        one.role = _role_by_words(folded, number, ahead, hints)
        if one.role in ("age", "label", "count"):
            continue
        if number.group >= 0 and index and placed[index - 1].number.group == number.group and number.joint != "":
            before = placed[index - 1]
            if before.mention >= 0 or before.role:
                one.mention, one.role = before.mention, before.role or one.role
                continue
        one.mention = _owner(folded, index, placed, mentions, carried)
    _reference_by_place(folded, placed, mentions)
    return placed


def _without_times(folded: str, times: list[FoundTime]) -> str:
    """The sentence with blanks where times stand: "from (10 May) 110" reads "from 110"."""
    for time in times:
        folded = folded[: time.start] + " " * (time.end - time.start) + folded[time.end :]
    return folded


# Words without which a pattern cannot hit anywhere in the sentence; looked for once per sentence, because most sentences have none.
_HINTS = (
    ("r", ("ref", "normal", "limit", "target", "goal", "range", "参考", "正常", "上限", "下限", "目标", "阈值")),
    ("p", ("from", "prev", "compar", "versus", "vs", "than", "prior", "earlier", "baseline", "was", "been", "used to", "against",
           "由", "从", "较", "比", "原", "曾", "自", "与", "此前", "之前", "上次", "前次", "先前", "既往", "前值", "对比")),
    ("c", ("rose", "risen", "fell", "fallen", "climb", "shed", "put on", "lost", "by", "increas", "decreas", "rise", "fall", "drop", "chang", "reduc", "differ", "gain", "loss", "declin", "upto", "升", "降", "减", "增", "差", "幅", "变", "加", "point", "点", "涨", "高了", "低了", "多了", "少了")),
)  # fmt: skip
# How the words ahead of a number must end for an age, or for a label, to be said; blanks behind them do not count.
_AGE_ENDS = ("of", "age", "aged", "is", ":", "：", "龄", "为", "现年")
_LABEL_ENDS = ("stage", "grade", "type", "class", "level", "phase", "no", "no.", "number", "day", "week", "visit", "room", "bed", "step", "page", "figure", "table", "gravida", "para",
               "第", "期", "级", "g", "p")  # fmt: skip


def _role_by_words(folded: str, number: FoundNumber, ahead: str, hints: str) -> str:
    if number.unit == "a" and (
        number.shown_unit in ("year-old", "years-old", "yr-old", "y/o", "yo", "岁", "周岁", "year old", "years old")
        or _AGE_BEHIND.match(folded, number.end)
    ):
        return "onset" if _ONSET_AGE_AHEAD.search(ahead) or folded.startswith(("时", "起"), number.end) else "age"
    if number.unit in ("", "a") and ahead.rstrip().endswith(_AGE_ENDS) and _AGE_AHEAD.search(ahead):
        return "onset" if _ONSET_AGE_AHEAD.search(ahead) or re.search(r"at (?:the )?age(?: of)?\s*$", ahead) else "age"
    if "r" in hints and _REFERENCE_AHEAD.search(ahead):
        return "reference"
    previous = _PREVIOUS_AHEAD.search(ahead) if "p" in hints else None
    if previous is not None and _STRONG_PREVIOUS.search(previous.group()) and number.unit not in TIME_UNITS:
        return "previous"
    behind = _CHANGE_BEHIND.match(folded, number.end)
    if (
        ("c" in hints and _CHANGE_AHEAD.search(ahead))
        or (behind is not None and (number.unit in ("%", "{score}") or behind.group().isascii() or "百分点" in behind.group()))
        or (number.unit == "%" and _CHANGE_WORD_AHEAD.search(ahead))
        or (number.unit and number.unit not in TIME_UNITS and "c" in hints and _MOVED_BY.search(ahead))
        or (number.shown_unit.startswith("point") and _MOVED_AHEAD.search(ahead))
    ):
        return "difference"
    if not number.unit and _COUNT_BEHIND.match(folded, number.end):
        return "count"
    if number.unit in TIME_UNITS and number.unit not in ("s",):
        return "duration"
    if not number.unit and ahead.rstrip().endswith(_LABEL_ENDS) and _LABEL_AHEAD.search(ahead) and "." not in number.value:
        return "label"
    return ""


def _owner(folded: str, index: int, placed: list[PlacedNumber], mentions: list[Mention], carried: Mention | None) -> int:
    """The place of the mention a number belongs to, -1 for none."""
    number, clause = placed[index].number, placed[index].clause
    before = [place for place, mention in enumerate(mentions) if mention.end <= number.start]
    behind = [place for place, mention in enumerate(mentions) if mention.start >= number.end]
    following = behind[0] if behind else -1
    if following >= 0 and _leads(folded, number, mentions[following]) and fits(number.unit, mentions[following]):
        near = before[-1] if before else -1
        if (
            near < 0
            or mentions[near].clause != clause
            or not fits(number.unit, mentions[near])
            or folded[number.end : mentions[following].start].strip() in ("of", "的")
        ):
            return following
        if (
            any(one.mention == near for one in placed[:index])
            and number.start - mentions[near].end > mentions[following].start - number.end + 3
        ):
            return following
    for place in reversed(before):
        if mentions[place].clause != clause:
            break
        if fits(number.unit, mentions[place]):
            return place
    if (
        following >= 0
        and mentions[following].clause == clause
        and fits(number.unit, mentions[following])
        and mentions[following].start - number.end < 30
    ):
        return following
    for place in reversed(before):
        if fits(number.unit, mentions[place]) and "measurement" in mentions[place].kinds:
            return place
    if not mentions and carried is not None and fits(number.unit, carried) and (number.unit or _GOES_ON.match(folded)):
        return -2
    return -1


_GOES_ON = re.compile(
    r"\W*(?:it|this|that|which|they|the (?:value|level|result|reading)|previously|before|then|now|currently|in|on|at|since|last|earlier|该|其|此|这|它|上次|此前|之前|当时|而|今|现|目前|\d)"
)
_LEADS = re.compile(r"\s*(?:of\s+|的|)(?:[a-z-]+\s+){0,1}$")


def _leads(folded: str, number: FoundNumber, mention: Mention) -> bool:
    """True when the number stands right before the thing: "92 g/L haemoglobin", "5 mg of amlodipine", "500mg二甲双胍"."""
    gap = folded[number.end : mention.start]
    return len(gap) < 14 and "," not in gap and "、" not in gap and _LEADS.fullmatch(gap) is not None


def _reference_by_place(folded: str, placed: list[PlacedNumber], mentions: list[Mention]) -> None:
    """A range behind a value in brackets is the reference range."""
    for index, one in enumerate(placed):
        if one.number.group < 0 or one.number.joint not in ("-", "~", "–", "—", "to", "至", "到") or one.role:
            continue
        if one.mention < 0 or "measurement" not in mentions[one.mention].kinds:
            continue
        earlier = [
            other
            for other in placed[:index]
            if other.mention == one.mention and other.number.group != one.number.group and other.role in ("", "value")
        ]
        opened = folded.rfind("(", 0, one.number.start) > folded.rfind(")", 0, one.number.start)
        if earlier and opened:
            one.role = "reference"


def place_frequencies(frequencies: list[FoundFrequency], mentions: list[Mention]) -> None:
    """Give each rhythm to the medicine it belongs to: the one before it, else the one behind it."""
    for one in frequencies:
        medicines = [mention for mention in mentions if mention.kinds & {"medicine", "drug_class"}] or [
            m for m in mentions if "procedure" in m.kinds
        ]
        before = [mention for mention in medicines if mention.end <= one.start]
        target = before[-1] if before else medicines[0] if medicines else None
        if target is None:
            continue
        if one.rhythm not in ("as needed", "once") and not target.frequency:
            target.frequency = one.rhythm
