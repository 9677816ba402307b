"""What a medicine's name says of how it is made: to be swallowed, inhaled, put on the skin, a depot, slowly released.

A syrup ordered into a vein is a syrup, whatever else is known of its substance; and "nimodipine capsule contents" is nimodipine.
"""

from __future__ import annotations

import re

_WORDS: tuple[tuple[str, str], ...] = (
    ("slow-release", r"(?:extended|sustained|controlled|modified|prolonged|slow|delayed)[- ]release|enteric[- ]coated|gastro-?resistant|缓释|控释|肠溶"
                     r"|(?-i:\b(?:ER|XR|SR|CR|MR|XL|EC)\b)|\bms ?contin\b|\boxycontin\b"),
    ("depot", r"\bdepot\b|decanoate|enant?hate|palmitate|pamoate|undecanoate|cypionate|microspheres?|(?-i:\bLAR\b)|long-acting inject\w*|methylprednisolone acetate"
              r"|acetonide|aripiprazole lauroxil|caproate|betamethasone acetate|\bprocaine (?:benzyl)?penicillin|penicillin g procaine|长效注射|微球|癸酸酯|庚酸酯|棕榈酸"),
    ("lipid", r"liposom\w*|lipid complex|ambisome|abelcet|脂质体"),
    ("suspension", r"\bsuspension\b|混悬"),
    ("oral", r"\boral\b|\bby mouth\b|\btab(?:let)?s?\b|\bcaplets?\b|\bcap(?:sule)?s?\b|syrup|elixir|lozenge|chewable|granules|mouthwash|\bsachets?\b|\bcrushed\b|\bliquid\b|breast milk|口服|胶囊|糖浆|颗粒"),
    ("inhaled", r"\binhal\w*|\bnebul\w*|\brespules?\b|respimat|diskus|turbuhaler|metered[- ]dose|吸入|雾化"),
    ("skin", r"\bcream\b|ointment|lotion|\bgel\b|\bpatch(?:es)?\b|transdermal|\btopical\b|shampoo|乳膏|软膏|贴剂|洗剂|外用"),
    ("ear", r"\bear drops?\b|\botic\b|滴耳"),
    ("drops", r"\b(?:eye|ear|nose|nasal) drops?\b|ophthalmic|\botic\b|nasal spray|滴眼|滴耳|滴鼻"),
    ("rectal", r"suppositor\w*|\benema\b|栓剂|灌肠"),
    ("bladder", r"intravesical|bladder instillation|膀胱灌注"),
    ("concentrate", r"\bconcentrated?\b|\b23\.4|\b14\.6|浓缩|浓氯化"),
)  # fmt: skip
_FORMS = tuple((form, re.compile(words, re.IGNORECASE)) for form, words in _WORDS)
_BESIDE = re.compile(
    r"\b(?:contents?|concentrated?|live|inhalation|inhaled|intravesical|depot|LAR|long-acting|injection|injectable|for injection|instillation|ampoules?|vials?|"
    r"suspension|solution|drops?|liquid|powder|capsules?|tablets?|oral|syrup|cream|ointment|gel|patch|enema|suppositor(?:y|ies)|bolus|infusion|"
    r"nebul\w+|nebs?|respules?|microspheres?|lauroxil|caproate|liposom\w*|pegylated|protein-bound|albumin-bound|crushed|sachets?|drops?|eye|ear|otic|meglumine|acetate|"
    r"u-?[1-5]00|1:10{3,4}|1:10,000|racemic|flush|decanoate|enant?hate|palmitate|pamoate|undecanoate|cypionate|in oil|with epinephrine|with adrenaline|preservative-free|conventional)\b",
    re.IGNORECASE,
)
_BY_MOUTH_OR_VEIN = re.compile(r"\b(?:oral|dental|buccal) gel\b|口腔|protein-bound|albumin-bound|liposom|inject", re.IGNORECASE)
"""A gel for the mouth is none for the skin, and particles of a few nanometres in suspension are made for a vein."""
FORMS = tuple(form for form, _ in _WORDS)


def forms_of(name: str) -> frozenset[str]:
    """Every form that a name tells, out of FORMS; a capsule to be inhaled is none to be swallowed, and a depot or patch is no slow tablet.

    >>> sorted(forms_of("phenytoin oral suspension")), sorted(forms_of("tiotropium inhalation capsule"))
    (['oral'], ['inhaled'])
    """
    found = {form for form, words in _FORMS if words.search(name)}
    if found & {"inhaled", "skin", "drops", "rectal"}:
        found -= {"oral"}
    if _BY_MOUTH_OR_VEIN.search(name):
        found -= {"skin", "suspension"}
    if found & {"oral", "inhaled", "drops", "depot"}:
        found -= {"suspension"}  # told by those already
    if "slow-release" in found and re.search(r"inject|注射", name, re.IGNORECASE):
        found = (found - {"slow-release"}) | {"depot"}
    return frozenset(found)


def bare_name(name: str) -> str:
    """The name without words of its form: "nimodipine" for "nimodipine capsule contents"."""
    return " ".join(_BESIDE.sub(" ", name).split())
