"""How records and rows of knowledge are shown beside an option: names and values of facts, sources of rows, numbers of outcomes."""

from __future__ import annotations

from xinglin.knowledge import terms, therapies
from xinglin.records import Concept, Evidence, Fact
from xinglin.records.fact import MADE_HERE, MUST_BE_MENTIONED
from xinglin.records.moments import day
from xinglin.records.outline import fact_value
from xinglin.records.therapy import Cited, Outcome, TherapyOption
from xinglin.workup.option_words import Both

TOPIC = f"knowledge/therapies@{therapies.VERSION}"


def source_of(row: Cited) -> str:
    """Where a row was read, and the place in it."""
    return f"{row.source}{', ' + row.locator if row.locator else ''}"


def title_of(row: Cited) -> str:
    """What a row's source is called, to its first comma."""
    title = therapies.sources().get(row.source, {}).get("title", "")
    return title.split(",")[0].strip()


def numbers_of(row: Outcome) -> dict[str, str]:
    """The numbers of an outcome as details of its fact."""
    told = {
        "outcome": row.key, "with_percent_number": row.with_percent, "without_percent_number": row.without_percent, "ratio": row.ratio, "trial": row.trial,
        "verified": "yes" if row.verified else "no",
    }  # fmt: skip
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def names_of(fact: Fact) -> Both:
    """What a fact is called in both languages."""
    en = fact.names.get("en", ()) or fact.names.get("zh", ())
    zh = fact.names.get("zh", ()) or fact.names.get("en", ())
    return (en[0] if en else fact.concept.words), (zh[0] if zh else fact.concept.words)


_ANSWERS = {
    "present": "检出", "detected": "检出", "positive": "阳性", "negative": "阴性", "absent": "未检出", "not detected": "未检出", "pathogenic": "致病",
}  # fmt: skip


def with_value(fact: Fact) -> Both:
    """A fact as the record holds it: name, value (phenotype, stage, answer) and day."""
    en, zh = names_of(fact)
    when = day(fact.time)
    if fact.kind == "gene":
        value = fact.details.get("phenotype") or str(fact.value or "")
        value_zh = fact.details.get("phenotype_zh") or _ANSWERS.get(value.casefold(), value)
    elif fact.kind == "problem":
        stage = fact.details.get("stage", "")
        value, value_zh = stage, stage
    else:
        value, value_zh = (fact_value(fact, language).removesuffix(" 1").removesuffix(" {score}") for language in ("en", "zh"))
        value_zh = _ANSWERS.get(value_zh.casefold(), value_zh)
    return f"{en} {value}".strip() + (f", {when}" if when else ""), f"{zh} {value_zh}".strip() + (f"，{_day_zh(when)}" if when else "")


def _day_zh(when: str) -> str:
    return "".join(f"{int(part)}{mark}" for part, mark in zip(when.split("-"), "年月日", strict=False))


def medicine_names(key: str) -> Both:
    """A medicine by its key in both languages."""
    term = terms.by_key(f"term:{key}")
    bare = key.replace("-", " ")
    return (term.name("en"), term.name("zh")) if term is not None else (bare, bare)


def rows_for_people(option: TherapyOption, compared: tuple[str, str]) -> tuple[int, ...]:
    """Which outcomes are told to the patient: the benefit all are compared on (else the first) and the first harm, of verified rows with numbers."""
    rows = [(place, row) for place, row in enumerate(option.outcomes) if row.verified and row.with_percent is not None]
    benefits = [place for place, row in rows if row.kind == "benefit" and (row.key, row.comparator_en) == compared]
    benefits += [place for place, row in rows if row.kind == "benefit"]
    harms = [place for place, row in rows if row.kind == "harm"]
    return (*benefits[:1], *harms[:1])


def no_question() -> Fact:
    """That no illness of the record opens a question whose options are kept here."""
    en = "No illness or medicine of this record opens a question whose options are kept here."
    zh = "病历中的疾病与用药均未涉及本系统已收录备选方案的问题。"
    return Fact(
        id=f"{MADE_HERE}option.none", kind="option", concept=Concept("no question"), text=en, evidence=(Evidence(TOPIC, "journeys"),), key="made:none",
        names={"en": ("questions kept here",), "zh": ("已收录的问题",)}, value=en, importance=MUST_BE_MENTIONED, details={"said": en, "said_zh": zh},
    )  # fmt: skip
