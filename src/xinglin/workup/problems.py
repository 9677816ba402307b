"""Problems: one Fact per illness, however many entries it has; active, resolved or inactive as recorded.

Entries of one illness are merged with all their evidence. A refuted entry is a recorded absence; a provisional one is
uncertain. Social facts and passing illnesses are marked in `details.class`, so that problem lists stay clinical.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from xinglin.records import Chart, Fact
from xinglin.records.chart import Problem
from xinglin.records.moments import day, sort_key
from xinglin.workup.evidence import at
from xinglin.workup.naming import first, merged, named

_ACTIVE = {"active", "recurrence", "relapse"}
_UNCERTAIN = {"provisional", "differential", "unconfirmed"}
_TAILS = re.compile(
    r"(?:,\s*(?:unspecified(?: (?:site|type|organism|whether [^,]*|place))?|initial encounter(?: for [a-z ]+)?|"
    r"not elsewhere classified|NOS|"
    r"uncomplicated|site unspecified|without mention of [^,]*|"
    r"not otherwise specified|adult)|\s+without mention of [^,]*|"
    r"\s+NOS|\s*\(without mention of [^)]*\))+$",
    re.IGNORECASE,
)
_UNSPECIFIED = re.compile(r"^unspecified\s+(?!viral hepatitis|place|problem|disease|disorder)", re.IGNORECASE)
_EXTERNAL = re.compile(r"[VWXY]\d{2}|E[89]\d{2}")
_STAGE = re.compile(r"^(?:clinical |pathologic(?:al)? )?stage\s+", re.IGNORECASE)
_ORDER = {"active": 0, "": 1, "inactive": 2, "resolved": 3}


@lru_cache(maxsize=1)
def _classes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    data = tomllib.loads(Path(__file__).with_name("problem_classes.toml").read_text(encoding="utf-8"))
    return tuple((name, re.compile("|".join(data[name]), re.IGNORECASE)) for name in ("social", "circumstance", "history", "passing"))


@lru_cache(maxsize=4096)
def class_of(words: str) -> str:
    """social, circumstance, history or passing when the words say so, else ""."""
    return next((name for name, pattern in _classes() if pattern.search(words)), "")


def problem_facts(chart: Chart) -> list[Fact]:
    """One Fact per illness and polarity: active first, then unstated, inactive and resolved, newest first."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for one in chart.problems:
        polarity = "absent" if one.verification == "refuted" else "uncertain" if one.verification in _UNCERTAIN else "present"
        side = one.side or ""
        groups.setdefault((f"{named(one.concept)[0]}|{side}", polarity), []).append(one)
    facts = [_fact(group, polarity) for (_, polarity), group in groups.items()]
    newest = sorted(sorted(facts, key=lambda f: f.id), key=lambda f: sort_key(f.start), reverse=True)
    return sorted(newest, key=lambda f: _ORDER.get(f.status, 4))


def status_of(one: Problem) -> str:
    """active, inactive, resolved, or "" when the record does not say."""
    if one.clinical_status in _ACTIVE:
        return "active"
    if one.clinical_status in {"inactive", "remission"}:
        return "inactive"
    if one.clinical_status == "resolved" or one.ended:
        return "resolved"
    return ""


def _fact(group: list[Problem], polarity: str) -> Fact:
    ordered = sorted(group, key=lambda one: sort_key(one.onset or one.recorded))
    status = min((status_of(one) for one in ordered), key=lambda s: _ORDER.get(s, 4))
    leading = [one for one in ordered if status_of(one) == status]
    one = leading[-1] if status != "active" else leading[0]
    key, _ = named(one.concept)
    names = merged(*(named(entry.concept)[1] for entry in ordered))
    names = merged({language: tuple(map(reading_name, words)) for language, words in names.items()}, names)
    words = first(names, one.concept.words)
    kind = "circumstance" if _external(one) else class_of(first(named(one.concept)[1], words))
    said = "refuted" if polarity == "absent" else status or "status not recorded"
    end = leading[-1].ended if status == "resolved" else ""
    details = {
        "class": kind, "episodes": str(len(ordered)) if len(ordered) > 1 else "", "severity": one.severity,
        "stage": _STAGE.sub("", one.stage),
        "site": "; ".join(site.words for site in one.sites), "onset_age": one.onset_age.value if one.onset_age else "",
        "verification": one.verification, "category": one.category, "encounter": one.encounter, "recorded_date": day(one.recorded),
        "clinical_status": one.clinical_status, "last_onset_date": day(ordered[-1].onset) if len(ordered) > 1 else "",
    }  # fmt: skip
    return Fact(
        id=f"problem.{one.source}",
        kind="problem",
        concept=one.concept,
        text=f"{words}: {said}{f', since {day(one.onset)}' if one.onset else ''}",
        evidence=_evidence(ordered),
        key=key,
        names=names,
        time=one.onset or one.recorded,
        start=one.onset,
        end=end,
        status=status,
        polarity=polarity,  # type: ignore[arg-type]
        side=one.side,
        importance=_importance(status, kind, polarity),
        details={name: text for name, text in details.items() if text},
    )


@lru_cache(maxsize=8192)
def reading_name(words: str) -> str:
    """A classification's wording without the tails that only classify: "unspecified", ", initial encounter"."""
    return _UNSPECIFIED.sub("", _TAILS.sub("", words)).strip() or words


def _external(one: Problem) -> bool:
    """ICD chapters that say how an injury came about (V to Y in ICD-10, E in ICD-9)."""
    return any("icd" in code.system.lower() and _EXTERNAL.match(code.code) for code in one.concept.codes)


def _evidence(group: list[Problem]) -> tuple:
    marks = []
    for one in group:
        marks.append(at(one.source, "code" if one.concept.words else ""))
        if one.clinical_status:
            marks.append(at(one.source, "clinicalStatus"))
    return tuple(dict.fromkeys(marks))


def _importance(status: str, kind: str, polarity: str) -> int:
    if polarity == "absent" or kind in {"social", "circumstance"}:
        return 1 if polarity == "absent" else 0
    if status == "active":
        return 1 if kind == "passing" else 2 if kind == "history" else 3
    if status == "":
        return 2
    return 0 if kind == "passing" else 1
