"""How options, their numbers and their order are said, in English and Chinese: one short sentence each, from rows of knowledge and verdicts.

Every function gives (English, Chinese). Numbers are those published; natural frequencies are made of verified rows alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from xinglin.knowledge import terms, therapies
from xinglin.models.medication_safety import use_of
from xinglin.models.phrasebook.wordbook import shared
from xinglin.records.medication import Concern
from xinglin.records.therapy import Cited, Criterion, Outcome, TherapyOption, Watch
from xinglin.workup.option_appraisal import Appraised, decided_by, gain

Both = tuple[str, str]

UNREAD: Both = (" (source not opened)", "（来源未核对）")
_ROUTES = {
    "oral": ("by mouth", "口服"), "intravenous": ("into a vein", "静脉给药"), "subcutaneous": ("under the skin", "皮下注射"),
    "intramuscular": ("into a muscle", "肌内注射"), "inhaled": ("by inhalation", "吸入"), "transdermal": ("through the skin", "经皮"),
    "sublingual": ("under the tongue", "舌下含服"), "topical": ("on the skin", "外用"),
}  # fmt: skip
_GRADES = {
    "A": ("A (randomised trials or their meta-analysis)", "A（随机对照试验或其荟萃分析）"),
    "B": ("B (one randomised trial, or what a label rests on)", "B（单项随机试验，或说明书依据）"),
    "C": ("C (cohorts)", "C（队列研究）"),
    "D": ("D (expert opinion)", "D（专家意见）"),
}
_SEVERITIES = {
    "contraindicated": ("Contraindicated", "禁忌"), "major": ("Grave warning", "严重警示"), "moderate": ("Caution", "注意"), "minor": ("Note", "提示"),
}  # fmt: skip
_RATIOS = {"hazard": ("HR", "HR"), "odds": ("OR", "OR"), "risk": ("RR", "RR"), "rate": ("rate ratio", "率比"), "": ("ratio", "比值")}
_STEPS: dict[str, Both] = {
    "warning": ("it carries no grave warning for this person", "对该患者无严重警示"),
    "less": ("doing less stands behind, as nothing in the record asks for it", "病历无支持减少治疗的依据，减少治疗的方案列后"),
    "unknown": ("everything it asks for is known and met", "其条件均已知且满足"),
    "speaks": ("a result of this person asks for it", "该患者的检测结果支持该方案"),
    "grade": ("its evidence is of a higher grade", "证据级别更高"),
    "named": ("a guideline that was opened names it for this use", "有已核对的指南推荐用于此情况"),
    "outdone": ("it did better in a trial against the other, or the other was outdone", "在同一试验中优于后者，或后者劣于其他方案"),
    "benefit": ("the absolute benefit published for it is greater", "已发表的绝对获益更大"),
    "moderate": ("it carries fewer cautions for this person", "对该患者的注意事项更少"),
    "burden": ("it is less of a burden", "治疗负担更轻"),
    "name": ("nothing in the record or the rows sets them apart; the order between them is that of their names", "病历与文献均无法区分先后，仅按名称排列"),
}  # fmt: skip
RULE: Both = (
    "Rule of the order: what the record or the medicine check rules out is out; the rest is compared step by step by grave warnings of its own for this "
    "person, doing less only where the record asks for it, a gene or tumour result that asks for it, conditions known to be met, grade of evidence, "
    "named by a guideline that was opened, not outdone by another option in one trial, absolute benefit (whole points or months, on the outcome most options report), cautions of its own, burden; a warning that all options share "
    "sets none apart.",
    "排序规则：先排除病历或用药核查判定不可用的方案；其余依次比较：对该患者特有的严重警示；减少治疗仅在病历支持时靠前；有基因或肿瘤检测结果支持；所需条件已知并满足；证据级别；已核对的指南推荐；未在同一试验中劣于其他方案；"
    "绝对获益（以多数方案共同报告的结局计，按整数百分点或月）；特有的注意事项；治疗负担。所有方案共有的警示不影响排序。",
)
COMPARED: Both = (
    "The trials had different comparators and people; their numbers stand side by side, they were not measured against each other.",
    "各试验的对照与人群不同；数字并列展示，并非头对头比较。",
)


_AREA = re.compile(r"^([\d.]+) \[AUC\]")  # carboplatin is dosed by the area under its curve
_TIMED = re.compile(r"\b(?:after|within|in the first|at \d+)\b")  # an outcome whose words hold its time


def opened(text: str) -> str:
    """A sentence as it begins: its first letter large, unless the word has a case of its own (eGFR, pH)."""
    word = text.split(" ", 1)[0].rstrip(",;:.")
    return text[:1].upper() + text[1:] if word.islower() or (word[:1].islower() and "-" in word and word == word.lower()) else text


def ended(en: str, zh: str) -> Both:
    """Two sentences, each begun and ended as its language does."""
    return opened(en.strip().rstrip(".")) + ".", zh.strip().rstrip("。") + "。"


def short(option: TherapyOption) -> Both:
    """What an option is called inside a sentence: as briefly as sets it apart from the others of its question."""
    journey = therapies.journey(option.journey)
    others = [_brief(one) for one in journey.options if one.key != option.key] if journey is not None else []
    brief = _brief(option)
    return (option.en.split(";")[0].strip(), option.zh.split("；")[0].strip()) if brief in others else brief


@lru_cache(maxsize=1024)
def _brief(option: TherapyOption) -> Both:
    """Its one medicine, else its name up to the first stop."""
    if len(option.medicines) == 1 and option.kind == "medicine":
        term = terms.by_key(f"term:{option.medicines[0].medicine}")
        if term is not None and (option.key == option.medicines[0].medicine or option.en.casefold().startswith(term.name("en").casefold())):
            return term.name("en"), term.name("zh")
    return re.split(r"[,;(]", option.en)[0].strip(), re.split(r"[，；（]", option.zh)[0].strip()


def taken_how(option: TherapyOption) -> Both:
    """The medicines of an option with dose, route and rhythm of the label; ("", "") for an option without a medicine."""
    en, zh = [], []
    for one in option.medicines:
        term = terms.by_key(f"term:{one.medicine}")
        names = (term.name("en"), term.name("zh")) if term is not None else (one.medicine.replace("-", " "),) * 2
        route = _ROUTES.get(use_of(names[0], route=one.route).route, (one.route, one.route))
        often = [rhythm(one.frequency, language) for language in ("en", "zh")]
        several, dose = len(option.medicines) > 1, _AREA.sub(r"AUC \1", one.dose)
        en.append(" ".join(part for part in (names[0] if several else "", dose, route[0], often[0]) if part))
        zh.append(
            "，".join(
                part for part in (f"{names[1]} {dose}" if several and dose else names[1] if several else dose, route[1], often[1]) if part
            )
        )
    return "; ".join(en), "；".join(zh)


def rhythm(frequency: str, language: str) -> str:
    """How often, in words: "2/1/d" as "twice daily", "1/3/wk" as "every 3 weeks"; words of a label as they stand."""
    known = shared(language)
    parts = frequency.split("/")
    if f"frequency.{frequency}" in known or len(parts) != 3:
        return known.get(f"frequency.{frequency}", frequency)
    times, period, unit = parts
    if period == "1":
        return known["frequency.per"].format(times=times, unit=known.get(f"period.{unit}", unit))
    units = known.get(f"periods.{unit}", unit)
    return known["frequency.every" if times == "1" else "frequency.times_every"].format(times=times, period=period, unit=units)


def headed(place: int, one: Appraised, taken_now: bool) -> Both:
    """The first cell of a row: rank, name, how it is taken, and whether it is taken now."""
    option, how = one.option, taken_how(one.option)
    now, unread = (" (taken now)", "（目前正在使用）") if taken_now else ("", ""), mark(*option.medicines)
    en = f"{place}. {opened(option.en)}{now[0]}" + (f": {how[0]}{unread[0]}" if how[0] else "")
    zh = f"{place}. {option.zh}{now[1]}" + (f"：{how[1]}{unread[1]}" if how[1] else "")
    return en + ".", zh + "。"


def taken_now(en: str, zh: str, *, adding: bool) -> Both:
    """Which medicines of the question run now, and how options were weighed beside them."""
    if adding:
        return ended(
            f"taken now for this question: {en}; an option whose row says that it is added was judged together with it, every other one as if in its place "
            "or after it",
            f"目前已在使用{zh}；标明“加用”的方案已与其合并评估，其余方案按替代或后续方案评估",
        )
    return ended(
        f"taken now for this question: {en}; each option was weighed without it, as if in its place or after it",
        f"目前已在使用{zh}；各方案均按替代或后续方案评估，未与其叠加",
    )


def added(beside: Sequence[Both], *, parts: bool, unread: Both) -> Both:
    """What an option is added to; that it was judged together with it, and its own medicines with each other."""
    if not beside:
        return ended("its medicines were judged together", "方案内各药已合并评估")
    en, zh = ", ".join(dict.fromkeys(name for name, _ in beside)), "、".join(dict.fromkeys(name for _, name in beside))
    with_parts = (", and its medicines with each other", "，方案内各药亦合并评估") if parts else ("", "")
    return ended(
        f"added to {en}, taken now, and judged together with it{with_parts[0]}{unread[0]}",
        f"在{zh}基础上加用，已合并评估{with_parts[1]}{unread[1]}",
    )


def outcome(one: Outcome) -> Both:
    """A benefit or a harm with its numbers as published."""
    en, zh = _numbers(one)
    behind_en = ", ".join(part for part in (one.trial, f"{one.people:,} people" if one.people else "") if part)
    behind_zh = "，".join(part for part in (in_chinese(one.trial), f"{one.people:,}人" if one.people else "") if part)
    ratio = _ratio(one)
    end_en = "; ".join(part for part in (ratio[0], behind_en) if part)
    end_zh = "；".join(part for part in (ratio[1], behind_zh) if part)
    said_en = f"{one.en}{': ' + en if en else ''}{f' ({end_en})' if end_en else ''}"
    said_zh = f"{one.zh}{'：' + zh if zh else ''}{f'（{end_zh}）' if end_zh else ''}"
    unread = mark(one)
    return ended(said_en + unread[0], said_zh + unread[1])


def _numbers(one: Outcome) -> Both:
    other = (one.comparator_en or "without it", one.comparator_zh or "未用者")
    period = (f" in {plain(one.months)} months", f"（{plain(one.months)}个月）") if one.months and not _TIMED.search(one.en) else ("", "")
    if one.with_percent is not None and one.without_percent is not None:
        return (
            f"{plain(one.with_percent)}%, against {plain(one.without_percent)}% with {other[0]}{period[0]}".replace(
                "with without", "without"
            ),
            f"{plain(one.with_percent)}%，{other[1]}{plain(one.without_percent)}%{period[1]}",
        )
    if one.with_percent is not None:
        return f"{plain(one.with_percent)}%{period[0]}", f"{plain(one.with_percent)}%{period[1]}"
    if one.median_months_with is not None and one.median_months_without is not None:
        return (
            f"median {plain(one.median_months_with)} months, against {plain(one.median_months_without)} with {other[0]}".replace(
                "with without", "without"
            ),
            f"中位{plain(one.median_months_with)}个月，{other[1]}{plain(one.median_months_without)}个月",
        )
    if one.median_months_with is not None:
        return f"median {plain(one.median_months_with)} months", f"中位{plain(one.median_months_with)}个月"
    if one.difference is not None:
        unit = f" {one.unit}" if one.unit else ""
        said = f"{one.difference:+g}"
        en = f"{said}{unit} against {other[0]}".replace("against without it", "against none")
        return en, f"与{other[1]}相比{said}{' ' if unit else ''}{in_chinese(one.unit)}"
    return (f"against {one.comparator_en}", f"对照为{one.comparator_zh}") if one.comparator_en else ("", "")


def _ratio(one: Outcome) -> Both:
    if one.ratio is None:
        return "", ""
    en, zh = _RATIOS[one.ratio_kind]
    if one.ratio_low is None or one.ratio_high is None:
        return f"{en} {one.ratio:g}", f"{zh} {one.ratio:g}"
    low, high = f"{one.ratio_low:g}", f"{one.ratio_high:g}"
    return f"{en} {one.ratio:g}, 95% interval {low} to {high}", f"{zh} {one.ratio:g}，95%区间{low}至{high}"


def alert(one: Concern, *, advised: bool = True) -> Both:
    """A concern of the judge: how grave, why, what to do (where `advised`); whether anybody opened its source."""
    severity = (
        ("Never", "绝对禁止")
        if one.never_event
        else ("Check first", "用药前先查")
        if one.kind == "monitoring"
        else _SEVERITIES[one.severity]
    )
    words = [one.words.get(language, "") or one.words.get("en", "") for language in ("en", "zh")]
    advice = [one.advice.get(language, "") if advised else "" for language in ("en", "zh")]
    unread = mark(one)
    en = f"{severity[0]}: {words[0]}{'; ' + advice[0] if advice[0] else ''}{unread[0]}"
    zh = f"{severity[1]}：{words[1]}{'；' + advice[1] if advice[1] else ''}{unread[1]}"
    return ended(en, zh)


def burden(option: TherapyOption) -> Both:
    """What an option costs a person in a clause."""
    return ended(option.burden_en or "not described", option.burden_zh or "未描述")


def grade(option: TherapyOption, sources: Sequence[str]) -> Both:
    """The grade of its evidence and who names it for this use."""
    words = _GRADES[option.grade]
    named_en = f"; named by {', '.join(sources)}" if sources else ""
    named_zh = f"；出处：{'、'.join(sources)}" if sources else ""
    return ended(f"Grade {words[0]}{named_en}", f"证据级别{words[1]}{named_zh}")


def order(better: Appraised, worse: Appraised) -> Both:
    """Why one option stands before the next."""
    step = decided_by(better, worse)
    en, zh = _STEPS[step]
    first, second = short(better.option), short(worse.option)
    if step == "name":
        return ended(f"{opened(first[0])} and {second[0]}: {en}", f"{first[1]}与{second[1]}：{zh}")
    extra = ("", "")
    if step == "benefit" and better.benefit is not None:
        points = [_points(one) for one in (better.benefit, worse.benefit) if one is not None]
        extra = (f" ({' against '.join(p[0] for p in points)})", f"（{'，'.join(p[1] for p in points)}）")
    return ended(f"{opened(first[0])} stands before {second[0]}: {en}{extra[0]}", f"{first[1]}排在{second[1]}之前：{zh}{extra[1]}")


def mark(*rows: Cited | Concern) -> Both:
    """What stands behind a sentence that rests on a row whose source nobody opened; ("", "") where somebody opened all."""
    return ("", "") if all(row.verified for row in rows) else UNREAD


def to_do(one: Concern, options: Sequence[TherapyOption]) -> Both:
    """What is to be done about a warning, told once for all options it speaks against."""
    named = [short(option) for option in options]
    en, zh = ", ".join(name for name, _ in named), "、".join(name for _, name in named)
    other = terms.by_key(f"term:{one.other}") if one.kind in {"interaction", "duplicate", "bleeding", "qt"} else None
    beside = (f" beside {other.name('en')}", f"与{other.name('zh')}合用时") if other is not None else ("", "")
    unread = mark(one)
    said = (one.advice.get("en", "").rstrip("."), (one.advice.get("zh", "") or one.advice.get("en", "")).rstrip("。"))
    return ended(f"{en}{beside[0]}: {said[0]}{unread[0]}", f"{zh}{beside[1]}：{said[1]}{unread[1]}")


def _points(one: Outcome) -> Both:
    amount = plain(round(gain(one), 2))
    if one.with_percent is not None and one.without_percent is not None:
        return f"{amount} percentage points, {one.en}", f"{one.zh}相差{amount}个百分点"
    return (
        (f"{amount} months, {one.en}", f"{one.zh}相差{amount}个月")
        if gain(one)
        else (f"no absolute number, {one.en}", f"{one.zh}无绝对数字")
    )


def ruled_out(named: Sequence[Both], why: Criterion, shown: Both, *, asks: bool) -> Both:
    """Options ruled out for one reason: a condition that is not met, or something that speaks against them."""
    en, zh = ", ".join(name for name, _ in named), "、".join(name for _, name in named)
    verb, unread = "are" if len(named) > 1 else "is", mark(why)
    if asks:
        return ended(
            f"{en} {verb} ruled out; what is asked for does not hold: {why.en}{shown[0] or ' (not in the record)'}{unread[0]}",
            f"{zh}已排除，条件不满足：{why.zh}{shown[1] or '（病历未见）'}{unread[1]}",
        )
    return ended(f"{en} {verb} ruled out: {why.en}{shown[0]}{unread[0]}", f"{zh}已排除：{why.zh}{shown[1]}{unread[1]}")


_MATTERS: dict[str, Both] = {
    "first": ("an answer could change which option stands first", "结果可能改变首位方案"),
    "order": ("an answer could change the order or rule an option out, not the first", "结果可能改变后续排序或排除某一方案，但不影响首位"),
    "no": ("no answer would change the order", "结果不影响排序"),
}


def missing(what: Criterion, matters: str, waiting: Sequence[Both]) -> Both:
    """What the record does not say, which options wait for it, and whether an answer would change anything."""
    (en, zh), unread = _MATTERS[matters], mark(what)
    waits_en = f"; waiting for it: {', '.join(name for name, _ in waiting)}" if waiting else ""
    waits_zh = f"；待此结果方可评估：{'、'.join(name for _, name in waiting)}" if waiting else ""
    return ended(f"not in the record: {what.en}{unread[0]}; {en}{waits_en}", f"病历未载：{what.zh}{unread[1]}；{zh}{waits_zh}")


def watched(one: Watch, options: Both, whole: bool) -> Both:
    """What to measure while an option runs, how often, and of which options it is asked."""
    often_en, often_zh = _often(one.every_days, one.en)
    unread = mark(one)
    whose_en = "" if whole else f" ({options[0]})"
    whose_zh = "" if whole else f"（{options[1]}）"
    return ended(f"{one.en}{often_en}{whose_en}{unread[0]}", f"{one.zh}{often_zh}{whose_zh}{unread[1]}")


def _often(days: int | None, said: str = "") -> Both:
    if not days or re.search(r"\b(?:every|each|weekly|monthly|daily|yearly)\b", said):
        return "", ""
    for size, en, zh in ((365, "year", "年"), (30, "month", "个月"), (7, "week", "周"), (1, "day", "天")):
        if days % size == 0:
            count = days // size
            return (f", every {en}" if count == 1 else f", every {count} {en}s"), f"，每{'' if count == 1 else count}{zh}"
    return f", every {days} days", f"，每{days}天"


def of_people(one: Outcome, option: TherapyOption, whole: int) -> Both:
    """The same numbers as natural frequencies: of 100 (or 1,000) people like those in the trial, how many with it and how many with the other."""
    count = [_people(percent, whole) for percent in (one.with_percent, one.without_percent)]
    time = (f" within {plain(one.months)} months", f"{plain(one.months)}个月内") if one.months and not _TIMED.search(one.en) else ("", "")
    single = one.trial and not _SEVERAL.match(one.trial)
    trial = (f"the trial {one.trial}", f"{in_chinese(one.trial)}试验") if single else ("the trials", "这些试验")
    name = short(option)
    other = (one.comparator_en or "without it", one.comparator_zh or "未采用者")
    whom = (
        ("", "")
        if count[1] is None
        else (f", about {count[1]} with {other[0]}".replace("with without", "without"), f"，{other[1]}约{count[1]}人")
    )
    en = f"{one.en}{time[0]}, of {whole:,} people like those in {trial[0]}: about {count[0]} with {name[0]}{whom[0]}"
    zh = f"每{whole:,}名与{trial[1]}受试者相似的人，{time[1]}{one.zh}：{name[1]}约{count[0]}人{whom[1]}"
    return ended(en, zh)


_CHINESE = (
    ("meta-analysis", "荟萃分析"), ("trials of the label", "说明书所载试验"), ("two trials", "两项试验"), ("dose not guided by genes", "未按基因调整剂量"),
    ("dose guided by genes", "按基因调整剂量"), ("control group", "对照组"), ("overweight people", "超重者"), ("people in a year", "人年"), ("no diabetes", "无糖尿病"),
    ("beside usual treatment", "联合常规治疗"), ("not treated before", "初治"), ("first line", "一线"), ("interim", "中期分析"), ("extended", "延长随访"),
    ("one year", "一年"), ("stage II and III", "II–III期"), ("stage III", "III期"), ("score 11 to 25", "评分11至25"), ("score 26 to 100", "评分26至100"),
    ("chemotherapy", "化疗"), ("Chinese series", "中国病例系列"), ("nine-centre cohort", "九中心队列"), ("randomised phase II", "随机II期试验"), (" registry", "登记研究"),
    ("label", "说明书"), (" studies", "项研究"), (" of ", "，"), (" trials", "项试验"), ("per 100 person-years", "/100人年"), ("per 100", "/100"),
    ("person-years", "人年"), ("months", "个月"), ("percentage points", "个百分点"), ("pooled", "汇总"), (", ", "，"),
)  # fmt: skip
_SEVERAL = re.compile(r"^(?:meta|trials|label|\d+ studies|pooled)", re.IGNORECASE)  # more than one trial, or none that has a name


def in_chinese(words: str) -> str:
    """The few English words that names of trials and units hold."""
    for en, zh in _CHINESE:
        words = words.replace(en, zh)
    return words


def _people(percent: float | None, whole: int) -> str | None:
    return None if percent is None else f"{round(percent * whole / 100):,}"


def plain(number: float | None) -> str:
    """A number without needless zeros."""
    return "" if number is None else f"{number:,.2f}".rstrip("0").rstrip(".") if number < 1e6 else f"{number:g}"
