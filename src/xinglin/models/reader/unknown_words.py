"""Words that sound like an illness, an operation or a medicine but stand in no list: what a text may have invented."""

from __future__ import annotations

import re

from xinglin.models.reader.context_words import context_tree
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.subjects import known_words
from xinglin.records.reading import Span

_CUE = re.compile(
    r"\b(?P<cue>(?:history of|diagnosed with|diagnosis of|diagnosed as having|suffers from|suffering from|complains of|presents with|presented with|broke|fractured|tore|sprained|dislocated|hospitali[sz]ed for|admitted for|admitted with|treated for|known to have)"
    r"|(?P<cut>underwent|status post|s/p|had an? (?:operation|surgery) for)|(?P<allergy>allergic to|allergy to)|(?P<drug>takes|taking|prescribed|started on|treated with|receiving|received|was given|on regular))\s+"
    r"(?:an? |the |some |any |his |her |recurrent |mild |moderate |severe |acute |chronic |recent |new |known |left |right |bilateral |a dose of )*(?P<thing>[a-z][a-z-]{3,}(?: [a-z-]{3,}){0,2})"
)
_SUFFIX = re.compile(
    r"\b[a-z]{2,}(?:itis|ectomy|otomy|ostomy|oplasty|opathy|aemia|emia|osis|oma|omas|algia|plegia|uria|megaly|rrhage|rrhea|rrhoea|pril|sartan|olol|statin|mycin|cillin|azole|prazole|dipine|floxacin|cycline|gliptin|gliflozin|glutide"
    r"|tidine|mab|tinib|vir|parin|xaban|setron|triptan|barbital|azepam|caine|thiazide|glitazone|oxetine|phylline|lukast|dronate|sulfa|steride|zosin|afil)\b"
)
_SUFFIX_ZH = re.compile(r"(?:诊断为?|患有?|确诊为?|合并|并发|罹患)(?P<thing>[\u4e00-\u9fff]{2,10}?(?:炎|癌|瘤|病|症|综合征|骨折|梗死|出血|结石|囊肿|衰竭|不全|感染|结核|硬化|脱垂|穿孔|梗阻))"
                        r"|(?:行|接受|曾行|施行|做过)(?:了)?(?P<cut>[\u4e00-\u9fff]{2,12}?(?:切除术|置换术|成形术|移植术|修补术|吻合术|造口术|搭桥术|手术|术))"
                        r"|(?:服用|口服|使用|给予|予以?|应用|注射)(?P<drug>[\u4e00-\u9fff]{2,8}?(?:片|胶囊|注射液|颗粒|缓释片|肠溶片|普利|沙坦|洛尔|他汀|霉素|西林|拉唑|地平|沙星|环素|列汀|列净|单抗|替尼|韦|肝素|沙班|唑仑|韦林))"
                        r"|对(?P<allergy>[\u4e00-\u9fff]{2,8}?)过敏")  # fmt: skip
# What each of the three must hold to hit at all.
_ENDINGS = ("itis", "ectomy", "otomy", "ostomy", "oplasty", "opathy", "emia", "osis", "oma", "algia", "plegia", "uria", "megaly", "rrhage", "rrhea", "rrhoea", "pril", "sartan", "olol",
            "statin", "mycin", "cillin", "azole", "dipine", "floxacin", "cycline", "gliptin", "gliflozin", "glutide", "tidine", "mab", "tinib", "vir", "parin", "xaban", "setron", "triptan",
            "barbital", "azepam", "caine", "thiazide", "glitazone", "oxetine", "phylline", "lukast", "dronate", "sulfa", "steride", "zosin", "afil")  # fmt: skip
_CUES = ("history of", "diagnos", "suffer", "complains of", "present", "broke", "fractured", "tore", "sprained", "dislocated", "hospitali", "admitted", "operation for", "surgery for", "treated", "known to have", "underwent",
         "status post", "s/p", "allerg", "takes", "taking", "prescribed", "started on", "receiv", "was given", "on regular")  # fmt: skip
_CUES_ZH = ("诊断", "患", "确诊", "合并", "并发", "罹患", "行", "接受", "做过", "用", "口服", "予", "注射", "对")
_PLAIN = frozenset(
    [
        "diagnosis",
        "basis",
        "prognosis",
        "dose",
        "doses",
        "medicine",
        "medicines",
        "medication",
        "medications",
        "treatment",
        "therapy",
        "tablets",
        "capsule",
        "record",
        "symptom",
        "symptoms",
        "smoking",
        "care",
        "followup",
        "advice",
        "place",
        "part",
        "note",
        "emphasis",
        "analysis",
        "results",
        "values",
        "hypothesis",
        "sis",
        "crisis",
        "process",
        "none",
        "nothing",
        "unknown",
        "anything",
        "any",
        "drug",
        "drugs",
        "food",
        "foods",
        "them",
        "this",
        "that",
        "these",
        "those",
        "good",
        "well",
        "better",
        "worse",
        "time",
        "times",
        "regularly",
        "daily",
        "orally",
        "home",
        "hospital",
        "clinic",
        "ward",
        "service",
        "services",
        "information",
        "instruction",
        "instructions",
        "support",
        "patient",
        "coma",
        "aroma",
        "stroma",
        "axis",
        "osmosis",
        "dosis",
        "virus",
    ]
)


def may_hold_unknown(folded: str) -> bool:
    """False where nothing can be found: no ending of a medical word, no cue."""
    return holds(folded, _ENDINGS) or holds(folded, _CUES) or (not folded.isascii() and holds(folded, _CUES_ZH))


def find_unknown(folded: str, covered: bytearray) -> list[tuple[int, int, str]]:
    """Stretches that name a clinical thing nobody listed: (start, end, kind). `covered` marks what was recognised."""
    found: list[tuple[int, int, str]] = []
    for match in _SUFFIX.finditer(folded) if holds(folded, _ENDINGS) else ():
        _keep(found, covered, match.start(), match.end(), "problem" if not _drug_like(match.group()) else "medicine", folded)
    for match in _CUE.finditer(folded) if holds(folded, _CUES) else ():
        start, end = match.span("thing")
        kind = "procedure" if match["cut"] else "allergy" if match["allergy"] else "medicine" if match["drug"] else "problem"
        if kind == "medicine":
            end = start + len(folded[start:end].split()[0])
        _keep(found, covered, start, end, kind, folded)
    for match in _SUFFIX_ZH.finditer(folded) if holds(folded, _CUES_ZH) else ():
        group = next(name for name in ("thing", "cut", "drug", "allergy") if match[name])
        kind = {"thing": "problem", "cut": "procedure", "drug": "medicine", "allergy": "allergy"}[group]
        _keep(found, covered, match.start(group), match.end(group), kind, folded)
    return sorted(found)


_BEHIND = re.compile(r"\s?(?:(?P<word>[a-z]{2,14})(?![a-z])|(?P<sign>[石钱尺寸丈吨担]))")
_FOLLOWS = (
    "on in at and or but with from to today yesterday now this that which was were is are has had over under after before since until when while by as for of per"
    " mean average about only again then than last first next previously recently currently at by within without normal high low raised elevated reduced"
    " stable rising falling up down increased decreased improved unchanged compared versus vs down lying sitting standing fasting random supine seated"
    " recorded measured noted taken found reported seen given total points point score range ref reference target both he she his her the it they we"
    " systolic diastolic resting exertion room air oxygen ra approximately approx around yet still also which so because per ago am pm hours years year"
    " one two three four five six seven eight nine ten twelve half several some back despite though although even if plus minus well way much far off just too very quite rather"
    " against versus than via within outside inside between among towards until till six weeks days months morning afternoon evening night tonight overnight pre post op preop postop"
    " his her their our your my its them him us you who whom whose what where how why all any both each every few many more most other same such no nor not only own"
    " do does did done doing make made makes take takes took taken goes go went gone come comes came getting got get give gives gave given keep keeps kept remain remains stay stays stayed"
    " still yet already again once twice thrice ever never always often sometimes usually mostly nearly almost approx circa about around roughly"
    " bit little lot good bad poor fair fine ok okay nice big small large long short old new young early late soon quick slow"
    " admission discharge clinic ward visit review home hospital baseline target goal limit limits level levels value values result results reading readings number figure"
    " mainly partly largely likely possibly probably perhaps maybe presumably apparently also too then there here where when while during throughout"
    " can could may might must shall should will would has have had having be been being is are was were am"
    " jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december"
)
_FOLLOWING = frozenset(_FOLLOWS.split())


def foreign_unit(text: str, place: int, recorded: str) -> Span | None:
    """The word right behind a number where it can only be a unit, and neither known nor the recorded one: "83.4 foozles", 83.4石."""
    if text[place:].lstrip().lower().startswith(recorded.lower()):
        return None
    found = _BEHIND.match(text.lower(), place)
    if found is None or (found["word"] and (found["word"] in _FOLLOWING or _ordinary(found["word"]))):
        return None
    start, end = found.span("word") if found["word"] else found.span("sign")
    return Span(start, end, text[start:end])


def _ordinary(word: str) -> bool:
    """True for a word of the context list or the word list, and for verbs and adverbs by their ending."""
    return word.endswith(("ed", "ing", "ly")) or context_tree().get(word) is not None or word in known_words().tree


_DRUG_END = re.compile(
    r"(?:pril|sartan|olol|statin|mycin|cillin|azole|dipine|floxacin|cycline|gliptin|gliflozin|glutide|tidine|mab|tinib|vir|parin|xaban|setron|triptan|barbital|azepam|caine|thiazide|glitazone|oxetine|phylline|lukast|dronate|steride|zosin|afil)$"
)


def _drug_like(word: str) -> bool:
    return _DRUG_END.search(word) is not None


def _keep(found: list[tuple[int, int, str]], covered: bytearray, start: int, end: int, kind: str, folded: str) -> None:
    if any(covered[start:end]) or folded[start:end].split()[0] in _PLAIN or folded[start:end] in _PLAIN:
        return
    if kind == "medicine" and folded[start:end].endswith(("ing", "ery", "tion", "apy", "sis")):
        kind = "procedure"
    covered[start:end] = b"\x01" * (end - start)
    found.append((start, end, kind))
