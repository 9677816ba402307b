"""What reads as a person's name, number, sex, age or birth date, so that a text about somebody else is noticed."""

from __future__ import annotations

import re
from typing import NamedTuple

from xinglin.models.reader.passing_over import holds

_TITLE = re.compile(r"\b(?P<title>Mr|Mrs|Ms|Miss|Mx|Master)\.?\s+(?P<name>[A-Z][a-zA-Z'’-]+(?:\s+[A-Z][a-zA-Z'’-]+){0,2})")
_LABEL = re.compile(
    r"(?:\b(?:[Pp]atient(?:'s)? name|[Nn]ame|[Pp]atient|PATIENT|NAME|Pt)\s*[:：=]\s*|\b(?:patient|pt) (?:named|called) )"
    r"(?P<name>[A-Z][a-zA-Z'’-]+(?:\s+[A-Z][a-zA-Z'’.-]+){0,3})"
)
_SUBJECT = re.compile(
    r"^(?P<name>[A-Z][a-z'’-]+ (?:[A-Z]\. )?[A-Z][a-zA-Z'’-]+)(?:,| is| was| has| had| \(|'s| takes| presents| reports| denies)"
)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
_CHINESE = re.compile(
    rf"(?:姓名|患者姓名|病人姓名)\s*[:：]?\s*(?P<label>[\u4e00-\u9fff]{{2,4}})"
    rf"|(?:患者|病人)\s*[:：]?\s*(?P<patient>[{_SURNAMES}][\u4e00-\u9fff某]{{1,2}})(?=[,，。\s、（(]|男|女|于|因|今|，)"
    rf"|(?P<titled>[{_SURNAMES}][\u4e00-\u9fff某]{{0,2}}?)(?:先生|女士|小姐|老先生|阿姨|大爷|同志)"
)
_NUMBER = re.compile(
    r"(?:\b(?:MRN|mrn|Mrn|[Mm]edical record (?:number|no\.?)|[Hh]ospital (?:number|no\.?)|[Pp]atient (?:ID|id|Id|number|no\.?)|ID|NHS (?:number|no\.?))|病历号|住院号|门诊号|身份证号?码?|患者编号|登记号|病案号)"
    r"\s*(?:is|为|[:：#=])?\s*(?P<number>[A-Za-z]{0,6}-?\d[\w-]{2,})"
)
_BIRTH = ("born", "birth", "DOB", "D.O.B", "出生", "生于", "生日")
_BORN = re.compile(
    r"(?:\b(?:born(?: on| in)?|[Dd]ate of birth|DOB|D\.O\.B\.?|birth date)|出生日期|出生于|生于|生日)\s*(?:is|was|为|[:：])?\s*"
)
_NOT_A_NAME = frozenset(
    [
        "The",
        "This",
        "That",
        "These",
        "Those",
        "There",
        "Here",
        "It",
        "She",
        "He",
        "His",
        "Her",
        "They",
        "Both",
        "All",
        "Any",
        "Each",
        "No",
        "Not",
        "And",
        "Or",
        "But",
        "With",
        "Without",
        "From",
        "Blood",
        "Heart",
        "Left",
        "Right",
        "Type",
        "Current",
        "Latest",
        "Last",
        "Recent",
        "Acute",
        "Chronic",
        "Mild",
        "Severe",
        "New",
        "Past",
        "Known",
        "Medical",
        "Family",
        "Social",
        "Surgical",
        "Chief",
        "Follow",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Total",
        "Serum",
        "Plasma",
        "Urine",
        "Body",
        "Vital",
        "General",
        "Hospital",
        "Emergency",
        "Department",
        "Clinic",
        "Patient",
        "Doctor",
        "Diabetes",
        "Hypertension",
    ]
)


class FoundName(NamedTuple):
    """`kind`: name, number or title (a name with Mr/Mrs/先生/女士); `sex` where the title gives one."""

    start: int
    end: int
    kind: str
    text: str
    sex: str = ""


_SEX = {"Mr": "male", "Master": "male", "Mrs": "female", "Ms": "female", "Miss": "female"}
_STEMS = ("Mr", "Ms", "Mx", "Miss", "Master", "name", "Name", "NAME", "patient", "Patient", "PATIENT", "Pt", "pt", "MRN", "mrn", "Mrn", "ID", "record", "number", "NHS",
          "姓名", "患者", "病人", "先生", "女士", "小姐", "号", "阿姨", "大爷", "同志")  # fmt: skip
_TWO_CAPITALS = re.compile(r"[A-Z][a-z'-]+ [A-Z]")
_QUICK = re.compile(
    r"\bM(?:r|rs|s|x|iss|aster)\b|[Nn]ame|NAME|[Pp]atient|PATIENT|\bPt\b|\bpt\b|MRN|mrn|Mrn|ID\b|record|number|NHS|姓名|患者|病人|先生|女士|小姐|号|阿姨|大爷|同志|^[A-Z][a-z'-]+ [A-Z]"
)


def find_names(text: str) -> list[FoundName]:
    """Names and identity numbers as written in one sentence."""
    if not ((holds(text, _STEMS) or _TWO_CAPITALS.match(text)) and _QUICK.search(text)):
        return []
    found: list[FoundName] = []
    for match in _TITLE.finditer(text):
        found.append(FoundName(match.start("name"), match.end("name"), "name", match["name"], _SEX.get(match["title"], "")))
    for match in _LABEL.finditer(text):
        if match["name"].split()[0].rstrip(",") not in _NOT_A_NAME:
            found.append(FoundName(match.start("name"), match.end("name"), "name", match["name"]))
    if not found and (match := _SUBJECT.search(text)) and not (_NOT_A_NAME & set(match["name"].split())):
        found.append(FoundName(match.start("name"), match.end("name"), "maybe", match["name"]))
    for match in _CHINESE.finditer(text):
        group = next(name for name in ("label", "patient", "titled") if match[name])
        found.append(FoundName(match.start(group), match.end(group), "name", match[group], _title_sex(text, match.end(group))))
    for match in _NUMBER.finditer(text):
        found.append(FoundName(match.start("number"), match.end("number"), "number", match["number"]))
    return found


def _title_sex(text: str, end: int) -> str:
    if text.startswith(("先生", "老先生", "大爷"), end):
        return "male"
    return "female" if text.startswith(("女士", "小姐", "阿姨"), end) else ""


def birth_date_place(text: str) -> tuple[int, int] | None:
    """Where "born" or 出生日期 stands, the date follows behind it."""
    match = _BORN.search(text) if holds(text, _BIRTH) else None
    return match.span() if match else None
