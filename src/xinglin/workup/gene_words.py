"""How genes, what was not read of them, and advice on medicines are said, in English and Chinese: one short sentence each.

Every function gives (English, Chinese). Notes of the callers that have no Chinese here stay as they are, in quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from xinglin.knowledge import pgx, terms
from xinglin.knowledge.pgx.advice import Advice
from xinglin.knowledge.pgx.reported import as_reported
from xinglin.records import Fact

Both = tuple[str, str]
UNREAD: Both = (" (source not opened)", "（来源未核对）")
_SHOWN = 5  # places that were not read, by name; the count tells the rest
ACTS: dict[str, Both] = {
    "avoid": ("Do not use", "不宜使用"), "alternative": ("Another medicine is advised", "建议换药"), "reduce": ("Lower dose", "减量"),
    "increase": ("Higher dose", "增量"), "monitor": ("Closer monitoring", "加强监测"), "standard": ("Usual use", "常规使用"), "none": ("No advice", "无推荐意见"),
}  # fmt: skip
_STRENGTHS = {"strong": ("strong", "强推荐"), "moderate": ("moderate", "中等推荐"), "optional": ("optional", "可选"), "none": ("", "")}
_NOTES: tuple[tuple[str, str], ...] = (
    (r"copies, deletion \(\*5\) and hybrid genes cannot be seen in small variants; a laboratory's call is needed for a full result",
     "小变异数据无法识别拷贝数、缺失（*5）及杂合基因，完整结果须由实验室分型"),
    (r"places without which no allele can be told were not read", "判定等位基因所必需的位点未读取"),
    (r"no pair of known alleles explains what was read", "没有任何已知等位基因组合能解释所读结果"),
    (r"no star allele fits; (\S+) alone decides", r"无相符的星号等位基因，仅以\1判定"),
    (r"the strands of the variants are not known; the two worst decide", "变异未定相，以功能最差的两个判定"),
    (r"the file alone would say (.+); the laboratory's call counts", r"仅按文件应为\1；以实验室结果为准"),
    (r"the laboratory's phenotype differs from the tables' \((.+)\)", r"实验室报告的表型与对照表（\1）不同"),
    (r"(\S+) answers otherwise", r"\1结果不同"),
    (r"(\S+): two alleles on the one X chromosome of a male; not used", r"\1：男性单条X染色体出现两个等位基因，未采用"),
    (r"(\S+): (?:failed|did not pass) .*filter.*", r"\1：未通过文件自身过滤"),
)  # fmt: skip


def medicine_name(key: str, language: str) -> str:
    """A medicine of the guidelines by name; of one that the word list lacks, its key in plain words."""
    term = terms.by_key(f"term:{key}")
    if term is not None:
        return term.name(language)
    return _LACKING.get(key, key.replace("-", " ")) if language == "zh" else key.replace("-", " ")


_LACKING = {
    "aminosalicylic-acid": "对氨基水杨酸", "dibekacin": "地贝卡星", "eliglustat": "依利格鲁司他", "enflurane": "恩氟烷", "furazolidone": "呋喃唑酮",
    "kanamycin": "卡那霉素", "lornoxicam": "氯诺昔康", "mafenide": "磺胺米隆", "methoxyflurane": "甲氧氟烷", "nalidixic-acid": "萘啶酸",
    "netilmicin": "奈替米星", "paromomycin": "巴龙霉素", "pegloticase": "培戈洛酶", "plazomicin": "普拉佐米星", "ribostamycin": "核糖霉素",
    "sulfadimidine": "磺胺二甲嘧啶", "sulfanilamide": "磺胺", "sulfisoxazole": "磺胺异噁唑", "tegafur": "替加氟", "tenoxicam": "替诺昔康",
    "toluidine-blue": "甲苯胺蓝", "zuclopenthixol": "珠氯噻醇", "dimercaprol": "二巯丙醇", "phenprocoumon": "苯丙香豆素",
}  # fmt: skip


def ended(en: str, zh: str) -> Both:
    """Two sentences, each begun and ended as its language does."""
    word = re.split(r"[ ,;:.(]", en, maxsplit=1)[0]
    opened = en[:1].upper() + en[1:] if word.islower() else en
    return opened.strip().rstrip(".") + ".", zh.strip().rstrip("。") + "。"


def fewer(words: str) -> str:
    """ "A or B or C or 57 others" of a long list of pairs that fit alike."""
    return _LIST.sub(
        lambda hit: " or ".join((*(pairs := hit.group().split(" or "))[:_SHOWN_PAIRS], f"{len(pairs) - _SHOWN_PAIRS} others")), words
    )


_SHOWN_PAIRS = 3
_LIST = re.compile(r"[^\s;]+(?: or [^\s;]+){4,}")


def note(words: str) -> str:
    """A note of the callers in Chinese."""
    for pattern, chinese in _NOTES:
        if re.fullmatch(pattern, words):
            return re.sub(pattern, chinese, words).replace(" or ", "或").replace(" others", "种其他组合")
    return f"“{words}”"


def called(fact: Fact) -> Both:
    """ "CYP2C19 *2/*2", "VKORC1 rs9923231 T/T": the gene with what was found, "" where it could not be called."""
    name, pair = fact.details["gene"], fact.details.get("diplotype", "")
    if not pair:
        return name, name
    short = fewer(_PLACES.sub(r"\1 \2", pair))
    short = re.sub(r"\b(rs\d+) (\w+)/\1 (\w+)", r"\1 \2/\3", short)
    return f"{name} {short}", f"{name} {short.replace(' or ', '或').replace(' others', '种其他组合').replace(', ', '、')}"


def term_of(fact: Fact) -> str:
    """The phenotype in the words of the tables, whatever the laboratory wrote; "A or B" where several are open, "" where none is told."""
    gene, told = fact.details["gene"], fact.details.get("phenotype", "") or fact.details.get("phenotypes", "")
    terms_of_gene = {rule.phenotype for rule in pgx.phenotype_rules().get(gene, ())}
    for words in (fact.details.get("diplotype", ""), told):
        known = as_reported(gene, words) if words else ""
        if isinstance(known, str) and known in terms_of_gene:
            return known
    return "" if _NO_ANSWER.fullmatch(told) else told


_NO_ANSWER = re.compile(r"(?i)(?:not|un)[ -]?(?:available|called|determined|known|tested)|n/?a|no (?:call|result)|pending")


def meaning(fact: Fact) -> Both:
    """The phenotype with its score, ("", "") where none is defined or several are open."""
    en, gene = term_of(fact), fact.details["gene"]
    if not en:
        return "", ""
    chinese = {rule.phenotype: rule.zh for rule in pgx.phenotype_rules().get(gene, ())}
    zh = chinese.get(en, "") or fact.details.get("phenotype_zh", "") or en
    zh = zh.replace(" positive", " 阳性").replace(" negative", " 阴性").replace("（", "，").replace("）", "")
    score = fact.details.get("activity", "")
    tail = (f", activity score {score}", f"，活性评分{score.replace(' or ', '或')}") if score else ("", "")
    return f"{_MEANT.get(en) or ' or '.join(_lowered(one) for one in en.split(' or '))}{tail[0]}", f"{zh}{tail[1]}"


def lacking(medicine: str, results: Mapping[str, object]) -> tuple[str, ...]:
    """The genes, or alleles of a gene typed by status ("HLA-B*58:01"), that guidelines ask for and `results` does not tell."""
    found: dict[str, None] = {}
    for row in pgx.all_advice():
        for gene, words in row.conditions.items() if row.medicine == medicine else ():
            told = results.get(gene)
            alleles = sorted({word.split(" ")[0] for word in words if word.startswith("*") and word.endswith(("positive", "negative"))})
            if pgx.gene(gene).phenotype_by == "status" and alleles:
                statuses = (told,) if isinstance(told, str) else told if isinstance(told, tuple) else ()
                found |= {f"{gene}{one}": None for one in alleles if not any(str(status).startswith(f"{one} ") for status in statuses)}
            elif told is None:
                found[gene] = None
    return tuple(sorted(found))


def result(fact: Fact) -> Both:
    """ "CYP2C19 *2/*2, poor metabolizer" of a called gene."""
    pair, means = called(fact), meaning(fact)
    if not fact.details.get("diplotype") or fact.details["diplotype"] == term_of(fact):
        pair = (fact.details["gene"],) * 2
        return (f"{pair[0]}: {means[0]}", f"{pair[1]}：{means[1]}") if means[0] else (f"{pair[0]} not called", f"{pair[1]}未能判定")
    return (f"{pair[0]}, {means[0]}", f"{pair[1]}，{means[1]}") if means[0] else pair


_PLACES = re.compile(r"(rs\d+) (?:reference|variant) \(([A-Z])\)")
_MEANT = {
    "-1639 AA": "-1639 AA, high sensitivity to coumarins", "-1639 AG": "-1639 AG, raised sensitivity to coumarins",
    "-1639 GG": "-1639 GG, usual sensitivity to coumarins",
}  # fmt: skip


def _lowered(term: str) -> str:
    return term.lower() if re.fullmatch(r"(?:[A-Z][a-z]+ ?)+", term) else term


def read_from(fact: Fact, changed: int) -> Both:
    """Where a call comes from: a laboratory's report, or so many places of a file."""
    if fact.details.get("by") == "outside":
        return "Reported by a laboratory.", "由实验室报告。"
    count, assembly = int(fact.details.get("read_count", "0")), fact.details.get("assembly", "")
    differ = (
        (f"{changed} {'differs' if changed == 1 else 'differ'} from the usual allele", f"其中{changed}处与常见等位基因不同")
        if changed
        else (
            "none differs from the usual allele" if count > 1 else "as in the usual allele",
            "均与常见等位基因相同" if count > 1 else "与常见等位基因相同",
        )
    )
    return ended(
        f"read in a file ({assembly}): {count} {'place' if count == 1 else 'places'}, {differ[0]}",
        f"读自变异文件（{assembly}）：{count}个位点，{differ[1]}",
    )


def not_read(fact: Fact) -> Both:
    """How many defined places were not read, and the first of them by name."""
    count = int(fact.details.get("missing_count", "0"))
    if not count:
        return "", ""
    named = sorted(fact.details.get("missing", "").partition(" and ")[0].split(", "), key=lambda name: not name.startswith("rs"))[:_SHOWN]
    more = (" and others", "等") if count > len(named) else ("", "")
    return ended(
        f"{count} defined {'place was' if count == 1 else 'places were'} not read: {', '.join(named)}{more[0]}",
        f"{count}个定义位点未读取：{'、'.join(named)}{more[1]}",
    )


def else_be(fact: Fact) -> Both:
    """What else it could be with another phenotype, were the unread places known: by phenotype, with an example or two of each."""
    gene, found = fact.details["gene"], {}
    for pair in filter(None, fact.details.get("alternatives", "").split("; ")):
        alleles = pair.split("/")
        means = pgx.phenotype(gene, alleles[0], alleles[1] if len(alleles) > 1 else None)
        term = (
            (_lowered(means.term), means.zh)
            if means and means.term and means.term != "Indeterminate"
            else ("of unknown function", "功能未明")
        )
        found.setdefault(term, []).append(pair)
    if not found:
        return "", ""
    ordered = sorted(found.items(), key=lambda one: one[0][0] == "of unknown function")
    en = "; ".join(f"{term[0]} ({', '.join(pairs[:2])}{', ...' if len(pairs) > 2 else ''})" for term, pairs in ordered)
    zh = "；".join(f"{term[1]}（{'、'.join(pairs[:2])}{'等' if len(pairs) > 2 else ''}）" for term, pairs in ordered)
    return ended(f"could also be {en}", f"亦可能为{zh}")


def advised(row: Advice) -> Both:
    """The advice of a row with what it is for and who says it: "Another medicine is advised: ... (CPIC 2022, strong)." """
    act, strength = ACTS[row.action], _STRENGTHS[row.strength]
    unread = ("", "") if row.verified else UNREAD
    setting = (row.setting.get("en", ""), row.setting.get("zh", ""))
    said = (row.text["en"].rstrip("."), row.text["zh"].rstrip("。"))
    en = f"{act[0]}{f' ({setting[0]})' if setting[0] else ''}: {said[0][:1].lower() if _lowers(said[0]) else said[0][:1]}{said[0][1:]}"
    zh = f"{act[1]}{f'（{setting[1]}）' if setting[1] else ''}：{said[1]}"
    by_en = ", ".join(part for part in (f"{row.guideline} {row.year}", strength[0]) if part)
    by_zh = "，".join(part for part in (f"{row.guideline} {row.year}", strength[1]) if part)
    return f"{en} ({by_en}){unread[0]}.", f"{zh}（{by_zh}）{unread[1]}。"


def _lowers(text: str) -> bool:
    word = text.split(" ", 1)[0]
    return word[1:].islower() or len(word) == 1
