"""Doses foretold for one person: the published warfarin equation with its genes, told with what it assumed and how far it errs.

An estimate of where a stable dose will lie; neither a loading dose nor an order. Where the equation may not be used, that is said with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xinglin.knowledge import dosing_equations
from xinglin.knowledge.dosing_equations import EquationDose, WarfarinPerson
from xinglin.models.medication_safety import circumstances_of, uses_of
from xinglin.records import Concept, Evidence, Fact
from xinglin.records.fact import MADE_HERE
from xinglin.records.medication import Circumstances

INDUCERS = frozenset({"carbamazepine", "phenytoin", "rifampin", "rifampicin"})
ERROR_MG = 8.6  # mean absolute error of the equation in mg a week, as benchmarks/warfarin measured it (8.3 to 8.9 in 4,217 people)
_VKORC1 = re.compile(r"-?1639 ?([AG]) ?/? ?([AG])\b")
_CHANGE = re.compile(r"-1639 ?G ?> ?A|rs9923231", re.IGNORECASE)  # the change itself, told with how many copies of it there are
_COPIES = {"heterozygous": "A/G", "homozygous": "A/A", "杂合": "A/G", "纯合": "A/A"}
_PLACE = "rs9923231 "  # the same place on the other strand: reference (C) is G, variant (T) is A
_STARS = re.compile(r"^\*\d+/\*\d+$")
_NEEDED = {"age": "年龄", "height": "身高", "weight": "体重"}


def warfarin_prediction(facts: Sequence[Fact], as_of: str) -> Fact:
    """The weekly dose by the IWPC equation with genes as a fact of kind "prediction", or that it cannot be told and why."""
    who = circumstances_of(facts, as_of)
    person = _person(who, facts)
    dose = dosing_equations.warfarin_dose(person)
    en, zh = _declined(dose) if dose.weekly_mg is None else _said(dose, person)
    used = [who.facts[name] for name in ("age", "weight_kg", "height_cm", "gene:CYP2C9", "gene:VKORC1") if who.facts.get(name)]
    known = {fact.id: fact for fact in facts}
    version = dosing_equations.TOPIC.version
    return Fact(
        id=f"{MADE_HERE}prediction.dose.warfarin", kind="prediction", concept=Concept("warfarin dose by equation"), text=en, key="made:warfarin-dose",
        evidence=(
            Evidence(f"knowledge/dosing_equations@{version}", "warfarin-iwpc-genetic", dose.source),
            *(place for one in dict.fromkeys(used) if one in known for place in known[one].evidence[:1]),
        ),
        names={"en": ("warfarin dose by equation",), "zh": ("华法林剂量（公式推算）",)}, value=en, importance=2,
        details={"said": en, "said_zh": zh, "weekly_mg": f"{dose.weekly_mg:.1f}" if dose.weekly_mg else "", "equation": dose.equation},
    )  # fmt: skip


def _person(who: Circumstances, facts: Sequence[Fact]) -> WarfarinPerson:
    taken = {use.key for use in uses_of(facts) if not use.considered}
    cyp2c9 = who.genes.get("CYP2C9")
    return WarfarinPerson(
        age_years=who.age_years, height_cm=who.height_cm, weight_kg=who.weight_kg, vkorc1=_vkorc1(facts),
        cyp2c9=cyp2c9 if cyp2c9 and _STARS.match(cyp2c9) else None, inducer=bool(taken & INDUCERS), amiodarone="amiodarone" in taken,
    )  # fmt: skip


def _vkorc1(facts: Sequence[Fact]) -> str | None:
    """The genotype at -1639 as the equation writes it, where one answer stands."""
    call = next((fact for fact in facts if fact.id == "gene.call.VKORC1" and fact.polarity == "present"), None)
    if call is None:
        return _by_copies(facts)
    said = " ".join((call.details.get("phenotype", ""), call.details.get("diplotype", ""), str(call.value or "")))
    if hit := _VKORC1.search(said):
        return "/".join(sorted(hit.groups()))
    alleles = ["A" if "variant" in part else "G" for part in call.details.get("diplotype", "").split("/") if part.startswith(_PLACE)]
    return "/".join(sorted(alleles)) if len(alleles) == 2 else None


def _by_copies(facts: Sequence[Fact]) -> str | None:
    """The genotype where a laboratory reports "c.-1639G>A" with its allelic state; None where results differ or the state is not told."""
    mine = [f for f in facts if f.kind == "gene" and f.details.get("gene") == "VKORC1" and _CHANGE.search(f.text)]
    told = {genotype for f in mine for words, genotype in _COPIES.items() if words in f.details.get("allele_state", "").casefold()}
    told |= {"G/G" for f in mine if f.polarity == "absent"}
    return told.pop() if len(told) == 1 else None


def _said(dose: EquationDose, person: WarfarinPerson) -> tuple[str, str]:
    assert dose.weekly_mg is not None
    genes = [f"CYP2C9 {person.cyp2c9}" if person.cyp2c9 else "", f"VKORC1 -1639 {person.vkorc1}" if person.vkorc1 else ""]
    known = ", ".join(one for one in genes if one)
    week, day = dose.weekly_mg, dose.weekly_mg / 7
    en = (
        f"Warfarin, stable dose by the IWPC equation{' with ' + known if known else ''}: about {week:.0f} mg a week ({day:.1f} mg a day), off by {ERROR_MG} mg a "
        f"week on average; a start for the INR to correct"
    )
    zh = f"华法林稳定剂量（IWPC公式{'，' + known.replace(', ', '、') if known else ''}）：约每周{week:.0f} mg（每日{day:.1f} mg），平均误差每周{ERROR_MG} mg；须按INR调整"
    unknown = [gene for gene, value in (("CYP2C9", person.cyp2c9), ("VKORC1", person.vkorc1)) if value is None]
    if unknown:
        en += f"; {' and '.join(unknown)} not known, so the equation's own term for that"
        zh += f"；{'、'.join(unknown)}未知，采用公式中的相应项"
    return en + ".", zh + "。"


def _declined(dose: EquationDose) -> tuple[str, str]:
    why = dose.declined
    if why.startswith("not known: "):
        zh = "未知：" + "、".join(_NEEDED.get(name, name) for name in why.removeprefix("not known: ").split(", "))
    elif why.startswith("not made for such: "):
        zh = "超出公式适用范围：" + "、".join(_NEEDED.get(name, name) for name in why.removeprefix("not made for such: ").split(", "))
    else:
        zh = "公式不适用于该基因型"
    return f"Warfarin: no dose by the IWPC equation; {why}.", f"华法林：无法用IWPC公式推算剂量；{zh}。"
