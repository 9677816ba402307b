"""Judges words that stand for results: an illness that is only a name of one (anaemic, 低钠), and groups of them (renal function, 血脂).

A pasted text says "hyponatraemic" or 肾功能正常 where the record holds numbers; the newest of these numbers and their flags decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from xinglin.models.reader.agreement import number_of, times_agree, values_agree
from xinglin.models.reader.findings import Finding, View
from xinglin.models.reader.judging_changes import flag_from_range
from xinglin.models.reader.record_index import Result
from xinglin.models.reader.units import converted, ucum_of

_DROPPED = frozenset(("unsupported", "medicine", "value", "trend", "flag", "date", "unit", "stale", "arithmetic", "negation", "status"))


class _Named(NamedTuple):
    """`said`: the words; `keys`: analytes of our laboratory table; `side`: high or low ("" for a group of results)."""

    said: re.Pattern[str]
    keys: tuple[str, ...]
    side: str = ""
    function: bool = False  # of "renal function" falling is worse, whatever the numbers do


def _illness(said: str, keys: str, side: str) -> _Named:
    return _Named(re.compile(said), tuple(keys.split()), side)


def _group(said: str, keys: str, function: bool = False) -> _Named:
    return _Named(re.compile(said), tuple(keys.split()), "", function)


_PRESSURE, _SUGAR = "systolic diastolic", "hba1c glucose glucose_fasting glucose_capillary glucose_2h"
_LIPIDS = "ldl cholesterol triglyceride hdl non_hdl apo_b"
_ILLNESSES = (
    _illness(r"\bana?emi[ac]\b|贫血", "hemoglobin", "low"),
    _illness(r"\bhyponatra?emi[ac]\b|低钠(?:血症)?|血钠低", "sodium", "low"),
    _illness(r"\bhypernatra?emi[ac]\b|高钠(?:血症)?", "sodium", "high"),
    _illness(r"\bhypokala?emi[ac]\b|低钾(?:血症)?", "potassium", "low"),
    _illness(r"\bhyperkala?emi[ac]\b|高钾(?:血症)?", "potassium", "high"),
    _illness(r"\bhypocalca?emi[ac]\b|低钙(?:血症)?", "calcium calcium_ionized", "low"),
    _illness(r"\bhypercalca?emi[ac]\b|高钙(?:血症)?", "calcium calcium_ionized", "high"),
    _illness(r"\bhypomagnesa?emi[ac]\b|低镁(?:血症)?", "magnesium", "low"),
    _illness(r"\bhypophosphata?emi[ac]\b|低磷(?:血症)?", "phosphate", "low"),
    _illness(r"\bhyperphosphata?emi[ac]\b|高磷(?:血症)?", "phosphate", "high"),
    _illness(r"\bhypoalbumina?emi[ac]\b|低白?蛋白(?:血症)?", "albumin", "low"),
    _illness(r"\bhyperglyca?emi[ac]\b|高血糖", _SUGAR, "high"),
    _illness(r"\bhypoglyca?emi[ac]\b|低血糖", "glucose glucose_fasting glucose_capillary", "low"),
    _illness(r"\bhyperurica?emi[ac]\b|高尿酸(?:血症)?", "urate", "high"),
    _illness(r"\bhypercholesterola?emi[ac]\b|高胆固醇(?:血症)?", "ldl cholesterol", "high"),
    _illness(r"\bhypertriglycerida?emi[ac]\b|高甘油三酯(?:血症)?", "triglyceride", "high"),
    _illness(r"\bhyperbilirubina?emi[ac]\b|高胆红素(?:血症)?", "bilirubin_total", "high"),
    _illness(r"\bhypercapni[ac]\b|\bco2 retention\b|\bretaining co2\b|二氧化碳潴留|高碳酸(?:血症)?", "pco2_arterial pco2_blood pco2_venous", "high"),
    _illness(r"\bhypoxi[ac]\b|\bhypoxa?emi[ac]\b|\bdesaturated\b|低氧(?:血症)?|缺氧", "spo2 o2_saturation_blood po2_arterial", "low"),
    _illness(r"\bleu[ck]ocytosis\b|\bleukocytotic\b|白细胞增多(?:症)?", "wbc", "high"),
    _illness(r"\bleu[ck]openi[ac]\b|白细胞减少(?:症)?", "wbc", "low"),
    _illness(r"\bneutropeni[ac]\b|中性粒细胞减少(?:症)?|粒缺", "neutrophils", "low"),
    _illness(r"\bthrombocytopa?eni[ac]\b|血小板减少(?:症)?", "platelets", "low"),
    _illness(r"\bthrombocytosis\b|血小板增多(?:症)?", "platelets", "high"),
    _illness(r"\beosinophilia\b|嗜酸性?粒细胞增多(?:症)?", "eosinophils", "high"),
    _illness(r"\bbradycardi[ac]\b|心动过缓|心跳慢", "heart_rate", "low"),
    _illness(r"\btachycardi[ac]\b|心动过速|心跳快", "heart_rate", "high"),
    _illness(r"\btachypno?ei[ac]\b|\btachypnea\b|呼吸(?:急促|过速)", "respiratory_rate", "high"),
    _illness(r"\bhypotensive\b", "systolic", "low"),
    _illness(r"\b(?:a?febrile|a?pyrexial|feverish|high temperature|raised temperature|(?:high|low[- ]grade|mild|swinging) fever)\b|(?<!不)高热|高烧|低热|低烧|发烧|[烧热](?=已?经?退)", "temperature", "high"),
    _illness(r"\bproteinuri[ac]\b|蛋白尿", "urine_protein urine_protein_24h urine_protein_creatinine urine_acr urine_albumin", "high"),
    _illness(r"\bacidotic\b|\bacida?emi[ac]\b|酸中毒", "ph_arterial ph_blood ph_venous bicarbonate", "low"),
)  # fmt: skip
_GROUPS = (
    _group(r"\b(?:renal|kidney) function\b|\bkidneys\b|肾功能?(?!不全|衰)(?=[^病炎结脏动上])|肾功$", "creatinine egfr urea urea_nitrogen cystatin_c", True),
    _group(r"\b(?:liver|hepatic) (?:function(?: tests?)?|enzymes|biochemistry)\b|\blfts?\b|\btransaminases?\b|肝功能?(?!不全|衰)|转氨酶|肝酶", "alt ast ggt alp bilirubin_total"),
    _group(r"\bthyroid function(?: tests?)?\b|\btfts?\b|甲状腺功能(?!减|亢)|甲功", "tsh free_t4 free_t3 total_t4 total_t3"),
    _group(r"\binflammatory (?:markers?|indices|parameters)\b|炎症指标|炎性指标|感染指标|炎症反应指标", "crp crp_hs wbc neutrophils procalcitonin esr interleukin_6"),
    _group(r"\biron (?:stores?|studies|status)\b|铁储备|储存铁|铁代谢", "ferritin transferrin_saturation iron"),
    _group(r"\b(?:glyca?emic|diabetic|sugar|glucose) control\b|\bgly[ck]a?emia\b|\b(?:blood )?sugars?\b|血糖(?:控制|管理)?", _SUGAR),
    _group(r"\blipids?(?: profile| panel)?\b|\bcholesterol\b|血脂(?!异常)", _LIPIDS),
    _group(r"\b(?:electrolytes|u ?& ?es?|u\+e|urea and electrolytes)\b|电解质", "sodium potassium chloride calcium magnesium"),
    _group(r"\b(?:blood|full blood|complete blood) counts?\b|\bfbc\b|\bcbc\b|血常规|血象", "hemoglobin wbc platelets neutrophils"),
    _group(r"\b(?:blood gas(?:es)?|abgs?|vbg|gases)\b|血气(?:分析)?", "pco2_arterial pco2_blood pco2_venous po2_arterial po2_blood ph_arterial ph_blood bicarbonate"),
    _group(r"\b(?:clotting|coagulation)(?: screen| profile)?\b|凝血(?:功能|指标)?", "inr pt aptt fibrinogen"),
    _group(r"\b(?:cardiac function|pump function|lv function|left ventricular function|systolic function)\b|心功能(?!不全)|收缩功能", "lvef", True),
    _group(r"\b(?:vitals?|vital signs|obs|observations)\b|生命体征", "temperature heart_rate respiratory_rate spo2 systolic diastolic"),
    _group(r"\b(?:tumou?r markers?)\b|肿瘤标志物|肿瘤指标", "afp cea ca125 ca199 ca153 psa"),
    _group(r"\b(?:cardiac (?:markers?|enzymes)|natriuretic peptides?)\b|心肌酶|心衰指标", "troponin_t troponin_t_hs troponin_i troponin_i_hs bnp nt_probnp ck_mb"),
)  # fmt: skip
_STEMS = (
    "emi", "penia", "penic", "capni", "retention", "retaining", "hypox", "desat", "cytosis", "philia", "cardi", "tachyp", "hypotens", "febrile", "pyrexi", "fever", "temperature", "uri", "acid",
    "renal", "kidney", "liver", "hepatic", "lft", "transamin", "thyroid", "tft", "inflammat", "iron", "sugar", "glucose", "diabetic", "lipid", "cholesterol", "electrol", "u&e", "u & e", "u+e", "count", "fbc", "cbc", "gas",
    "abg", "vbg", "clotting", "coagul", "function", "vital", "obs", "marker", "peptide",
    "贫血", "低", "高", "潴留", "缺氧", "增多", "减少", "粒缺", "心动", "心跳", "呼吸", "烧", "热", "尿", "酸", "肾", "肝", "转氨酶", "甲", "指标", "铁", "血", "电解质", "凝血", "心功能", "收缩", "体征", "标志", "心肌酶",
)  # fmt: skip
_CLAUSE_END = re.compile(r"[,，;；。:：(（]|\. |\bbut\b|\band\b|但|而")
_NOT_AHEAD = re.compile(
    r"(?:\b(?:no|not|non|never|without|denie[sd]|nil|isn't|wasn't|no longer)\b[\s-]*(?:\w+ ){0,2}|[不无未没](?:有|再|是)?(?:明显|出现|发生)?)$"
)
_SAID = {
    "normal": re.compile(r"\b(?:normal|fine|unremarkable|preserved|intact|satisfactory|within (?:normal )?(?:limits|range)|stable and normal|ok(?:ay)?|in range|settled|normali[sz]ed)\b|(?<!不)正常|达标(?<!不达标)(?<!未达标)|无异常|未见异常|尚可|复常|恢复正常"),
    "abnormal": re.compile(r"\b(?:abnormal|deranged|impaired|reduced|poor|raised|elevated|high|low|depleted|off|out of range)\b|异常|受损|减退|偏高|偏低|升高|降低|不达标|未达标|不好|差"),
    "better": re.compile(r"\b(?:better|improv\w+|recover\w+|picked up|pick\w* up|settling)\b|好转|改善|变好|见好|恢复中|转好"),
    "worse": re.compile(r"\b(?:wors\w+|deteriorat\w+|declin\w+|gone off|slipp\w+)\b|恶化|变差|加重|变坏|不如|下滑"),
    "rising": re.compile(r"\b(?:ris(?:ing|en)|rose|climb\w*|going up|gone up|up|increas\w+)\b|上升|升了|爬|涨|走高"),
    "falling": re.compile(r"\b(?:fall(?:ing|en)|fell|drop\w*|coming down|come down|came down|down|decreas\w+)\b|下降|回落|降了|降下来|走低"),
}  # fmt: skip
_NOW = re.compile(r"\b(?:still|now|currently|today|remains?|persist\w*|ongoing|at present)\b|目前|现在|仍|今[日天]|持续|依然")
_OVER = re.compile(
    r"\b(?:resolved|settled|corrected|gone|recovered|normali[sz]ed|no longer|improved|previously|was|had|been|on admission|at presentation|initially|led to|because|due to|owing to|caused)\b|已退|退了|退|纠正|消失|恢复|好转|曾|入院时|当时|因|既往"
)
_GONE = re.compile(r"\bno longer\b|\bnot yet\b|已|退|纠正|消失|恢复")
_NUMBER = re.compile(
    r"\s*(?:\(|at|of|with|,|，|:|：|is|was|为|达)?\s*(?P<n>\d+(?:\.\d+)?)(?!\s*(?:[年天周岁]|years?|days?|weeks?|months?|/|-))"
)


def judge_groups(view: View, folded: str, found: list[Finding]) -> tuple[list[Finding], bool]:
    """The findings of a pasted sentence where words for results are judged by the results, and whether any was."""
    if view.cited is not None or not any(stem in folded for stem in _STEMS):
        return found, False
    answered = False
    for named in (*_ILLNESSES, *_GROUPS):
        for match in named.said.finditer(folded):
            start, end = match.span()
            if any(
                c.subject.start < end and start < c.subject.end and (c.experiencer == "family" or (c.kind != "person" and view.known(c)))
                for c in view.sentence.claims
            ):
                continue
            results = _results(view, named.keys)
            if not results:
                continue
            answered = True
            kept = [one for one in found if not (one.code in _DROPPED and one.start < end and start < one.end)]
            if not named.side:  # the word of change beside "renal function" is said of that
                reach = end + len(_CLAUSE_END.split(folded[end : end + 40])[0])
                kept = [one for one in kept if not (one.code in ("trend", "flag") and end <= one.start < reach)]
            wrong = _illness_said(view, folded, named, match, results) if named.side else _group_said(view, folded, named, match, results)
            found = _without_its_numbers(view, kept, results, end) + wrong
    return found, answered


def _results(view: View, keys: Iterable[str]) -> dict[str, tuple[Result, ...]]:
    """The recorded results of some analytes, oldest first."""
    known = view.record.by_analyte
    return {key: view.record.results(known[key]) for key in keys if key in known and view.record.results(known[key])}


def _flag(view: View, one: Result) -> str:
    fact = view.record.facts.get(one.fact)
    return one.flag or (flag_from_range(fact) if fact is not None else "")


def _warm(one: Result) -> str:
    value = number_of(one.value)
    celsius = converted(one.value, ucum_of(one.unit), "Cel") if one.unit else value
    return "high" if (celsius or Decimal(0)) >= Decimal("37.5") else "normal"


def _newest(results: tuple[Result, ...]) -> Result:
    return next((one for one in reversed(results) if one.newest), results[-1])


def _illness_said(view: View, folded: str, named: _Named, match: re.Match[str], results: dict[str, tuple[Result, ...]]) -> list[Finding]:
    start, end = match.span()
    if named.keys == ("temperature",):
        results = {key: tuple(one._replace(flag=_warm(one)) for one in ones) for key, ones in results.items()}
    elif not any(_flag(view, one) for ones in results.values() for one in ones):
        return []  # nothing says what is high or low here
    now = any(named.side in _flag(view, _newest(ones)) for ones in results.values())
    ever = any(named.side in _flag(view, one) for ones in results.values() for one in ones)
    claim = next((c for c in view.sentence.claims if c.subject.start < end and start < c.subject.end), None)
    denied = (
        match.group().startswith(("afeb", "apyr"))
        or (claim is not None and claim.negated)
        or _NOT_AHEAD.search(folded, max(0, start - 24), start) is not None
    )
    around = _clause(folded, start, end)
    if denied:
        of_day = [
            one
            for ones in results.values()
            for one in ones
            if view.sentence.times and all(times_agree(time, one.time) for time in view.sentence.times)
        ]
        high = any(named.side in _flag(view, one) for one in of_day) if of_day else now
        wrong = high and not _GONE.search(around)
    elif _NOW.search(around):
        wrong = not now
    else:
        wrong = not (now or (ever and (_OVER.search(folded) is not None or bool(view.sentence.times))))
    if wrong:
        return [_wrong(view, match, results, "The recorded results say otherwise")]
    number = _NUMBER.match(folded, end)
    if number is None or denied or any(_same(number["n"], one) for ones in results.values() for one in ones):
        return []
    return [_wrong(view, match, results, "The value is not the recorded one", "value")]


def _same(said: str, one: Result) -> bool:
    return bool(values_agree(said, one.value, "", one.unit, "", False))


def _clause(folded: str, start: int, end: int) -> str:
    """The clause around a stretch, and no more than 40 characters to each side."""
    ahead = _CLAUSE_END.split(folded[max(0, start - 40) : start])[-1]
    return f"{ahead} {_CLAUSE_END.split(folded[end : end + 40])[0]}"


def _group_said(view: View, folded: str, named: _Named, match: re.Match[str], results: dict[str, tuple[Result, ...]]) -> list[Finding]:
    around = _clause(folded, *match.span())
    said = [name for name, pattern in _SAID.items() if pattern.search(around)]
    if re.search(r"\bnot (?:as |so )?(?:good|normal|improv\w+|better)|不正常|未(?:见)?好转|无好转", around):
        return []
    flags = [flag for ones in results.values() if (flag := _flag(view, _newest(ones)))]
    steps = [step for ones in results.values() if (step := _step(view, ones)) is not None]
    for word in ("better", "worse", "rising", "falling"):
        if word in said and steps:
            meant = {"rising": "better", "falling": "worse"}.get(word, word) if named.function else word
            if not any(meant in step for step in steps):
                return [_wrong(view, match, results, "The trend word is not what the numbers say", "trend")]
            return []
    if "normal" in said and "abnormal" not in said and flags and "normal" not in flags:
        return [_wrong(view, match, results, "The judgement is not that of the record", "flag")]
    if "abnormal" in said and "normal" not in said and flags and all(flag == "normal" for flag in flags):
        return [_wrong(view, match, results, "The judgement is not that of the record", "flag")]
    return []


def _step(view: View, ones: tuple[Result, ...]) -> frozenset[str] | None:
    """What can be said of the step between the last two values: rising or falling, better or worse."""
    days = {one.time: one for one in ones if one.time and number_of(one.value) is not None}
    last = list(days.values())[-2:]
    if len(last) < 2:
        return None
    before, after = (number_of(one.value) or Decimal(0) for one in last)
    if before == after:
        return frozenset(("stable",))
    rises = after > before
    flags = {_flag(view, one) for one in last}
    bad_high, bad_low = any("high" in flag for flag in flags), any("low" in flag for flag in flags)
    words = {"rising" if rises else "falling"}
    if bad_high != bad_low:
        words.add("worse" if rises == bad_high else "better")
    elif bad_high:
        words |= {"better", "worse"}
    return frozenset(words)


def _without_its_numbers(view: View, found: list[Finding], results: dict[str, tuple[Result, ...]], end: int) -> list[Finding]:
    """Without the findings on numbers behind the words that are recorded values of these results."""
    return [
        one
        for one in found
        if not (
            one.code == "value"
            and end <= one.start <= end + 12
            and any(
                _same(digits, result)
                for digits in re.findall(r"\d+(?:\.\d+)?", one.said)[:1]
                for ones in results.values()
                for result in ones
            )
        )
    ]


def _wrong(view: View, match: re.Match[str], results: dict[str, tuple[Result, ...]], text: str, code: str = "flag") -> Finding:
    start, end = match.span()
    shown = [_newest(ones) for ones in results.values()]
    known = ", ".join(f"{one.value} {one.unit} ({one.time[:10]})" for one in shown[:3])
    return Finding(code, "contradicted", text, "", view.sentence.text[start:end], known, tuple(one.fact for one in shown[:3]), start, end)


# ---- control -------------------------------------------------------------------------------------------------------
_CONTROLLED = (
    (re.compile(r"\b(?:blood pressure|bp|hypertension|hypertensive)\b|血压"), tuple(_PRESSURE.split())),
    (re.compile(r"\b(?:glyca?emic|diabet\w+|sugars?|glucose|a1c|hba1c|t2dm|t1dm)\b|血糖|糖尿病|糖化"), tuple(_SUGAR.split())),
    (re.compile(r"\b(?:lipids?|cholesterol|ldl)\b|血脂|胆固醇"), ("ldl", "cholesterol", "triglyceride")),
    (re.compile(r"\b(?:gout|urate|uric acid)\b|尿酸|痛风"), ("urate",)),
    (re.compile(r"\b(?:thyroid|hypothyroidism|tsh)\b|甲状腺|甲减"), ("tsh",)),
)
_WELL = re.compile(
    r"\b(?:well|good|tight|excellent|nicely|adequate\w*|satisfactor\w+|under)\b|良好|满意|理想(?<!不理想)|得好|得可|尚可|稳定|平稳|佳(?<!欠佳)(?<!不佳)"
)
_BADLY = re.compile(r"\b(?:poor\w*|bad\w*|inadequate\w*|sub-?optimal\w*|uncontrolled|loose)\b|不佳|欠佳|差|不良|不理想|不满意|不好")


def judge_control(view: View, folded: str, found: list[Finding]) -> list[Finding]:
    """ "Poorly controlled", 控制欠佳 said of what results measure: the newest of them are normal, or are not."""
    if view.cited is not None or ("control" not in folded and "控制" not in folded):
        return found
    unborne = [one for one in found if one.code == "unsupported" and ("control" in one.said.lower() or "控制" in one.said)]
    for one in unborne:
        about = [(match.start(), keys) for said, keys in _CONTROLLED for match in said.finditer(folded)]
        about = sorted(about, key=lambda pair: abs(pair[0] - one.start))
        results = _results(view, about[0][1]) if about else {}
        flags = [flag for ones in results.values() if (flag := _flag(view, _newest(ones)))]
        badly, well = _BADLY.search(one.said.lower()), _WELL.search(one.said.lower())
        if not flags or not (badly or well):
            continue
        off = any(flag != "normal" for flag in flags)
        found = [other for other in found if other is not one]
        if off is not (badly is not None):
            found.append(one._replace(code="flag", verdict="contradicted", text="The recorded results say otherwise"))
    return found
