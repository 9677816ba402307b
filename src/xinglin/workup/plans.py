"""Care plans and goals as the record states them, and genetic results."""

from __future__ import annotations

import re

from xinglin.records import Chart, Concept, Fact
from xinglin.records.chart import GENOMIC_SOURCE, CarePlan, Goal, Variant
from xinglin.records.moments import day
from xinglin.workup.evidence import at
from xinglin.workup.naming import first, in_languages, named, without_property

_STATUS = {"active": "active", "draft": "planned", "on-hold": "inactive", "completed": "completed", "revoked": "stopped"}


def plan_facts(chart: Chart) -> list[Fact]:
    """One Fact per care plan, active ones of importance 2."""
    return [_plan(one) for one in chart.care_plans]


def _plan(one: CarePlan) -> Fact:
    concept = next((c for c in reversed(one.categories) if c.words and c.words != "assess-plan"), Concept(text=one.title or "care plan"))
    if one.title:
        concept = Concept(one.title, concept.codes)
    key, names = named(concept)
    activities = [named(what)[1] for what, status in one.activities if what.words and status not in {"cancelled", "stopped"}]
    details = {
        "activities": "; ".join(dict.fromkeys(first(names) for names in activities)),
        "activities_zh": "；".join(dict.fromkeys((n.get("zh") or n.get("en", ("",)))[0] for n in activities)), "intent": one.intent,
        "encounter": one.encounter, "addresses": " ".join(one.addresses),
    }  # fmt: skip
    status = _STATUS.get(one.status, one.status)
    return Fact(
        id=f"plan.{one.source}",
        kind="plan",
        concept=concept,
        text=f"{first(names)} ({status})",
        evidence=(at(one.source, "category") if one.categories and not one.title else at(one.source), at(one.source, "status")),
        key=key,
        names=names,
        time=one.start,
        start=one.start,
        end=one.end,
        status=status,
        importance=2 if status == "active" else 0,
        details={name: text for name, text in details.items() if text},
    )


def goal_facts(chart: Chart) -> list[Fact]:
    """One Fact per goal with a description."""
    return [_goal(one) for one in chart.goals if one.description]


def _goal(one: Goal) -> Fact:
    words = without_property(one.description)
    details = {"achievement": one.achievement, "due_date": day(one.due), "addresses": " ".join(one.addresses)}
    return Fact(
        id=f"goal.{one.source}",
        kind="goal",
        concept=Concept(text=words),
        text=f"Goal: {words}",
        evidence=(at(one.source, "description"),),
        key=f"goal:{words.casefold()}",
        names=in_languages((words,)),
        time=one.start,
        start=one.start,
        status=one.status,
        importance=1 if one.status in {"active", "accepted", "planned", "proposed", "in-progress"} else 0,
        details={name: text for name, text in details.items() if text},
    )


_SOMATIC = re.compile(r"somatic|体细胞", re.IGNORECASE)
_CODE = re.compile(r"\d{3,6}-\d")


def gene_facts(chart: Chart) -> list[Fact]:
    """One Fact per genetic result; a result recorded as not found is absent."""
    return [_gene(one) for one in chart.variants if one.gene or one.name]


def _gene(one: Variant) -> Fact:
    coded_only = not one.gene and _CODE.fullmatch(one.name) is not None
    words = "genetic test" if coded_only else " ".join(part.partition("--")[0].strip() for part in (one.gene, one.name) if part)
    negative = one.result.casefold() in {"negative", "not detected", "absent", "not found", "阴性", "未检出"}
    findings = (
        value if _CODE.fullmatch(name) else f"{name}: {value}"
        for name, value in one.parts
        if name not in {"interpretation", GENOMIC_SOURCE}
    )
    tumour = any(name == GENOMIC_SOURCE and _SOMATIC.search(value) for name, value in one.parts)
    details = {
        "gene": one.gene, "variant": one.name, "significance": one.significance, "allele_state": one.allele_state, "genome": one.genome,
        "findings": "; ".join(findings), "origin": "tumour" if tumour else "",
    }  # fmt: skip
    return Fact(
        id=f"gene.tumour.{one.source}" if tumour else f"gene.{one.source}",
        kind="gene",
        concept=Concept(text=words),
        text=f"{words}: {one.result or one.significance or 'recorded'}",
        evidence=(at(one.source),),
        key=f"gene:{one.gene or one.name}",
        names={"en": (words,), "zh": ("基因检测",)} if coded_only else in_languages((words, one.gene)),
        value=one.result or one.significance or None,
        time=one.when,
        polarity="absent" if negative else "present",
        importance=2,
        details={name: text for name, text in details.items() if text},
    )
