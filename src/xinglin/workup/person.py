"""Who the record is about, without saying who: age, sex and, where recorded, death. Never a name or a number."""

from __future__ import annotations

from xinglin.records import Chart, Concept, Evidence, Fact, Quantity
from xinglin.records.chart import Person
from xinglin.records.moments import age_years, day, days_between
from xinglin.workup.evidence import at


def person_facts(chart: Chart, as_of: str) -> list[Fact]:
    """Age (in years; months below two years, days below two months) and sex on the day `as_of`; death if recorded by then."""
    person = chart.person
    source = person.source or "Patient"
    dead = person.died if has_died(person, as_of) else ""
    until = day(dead) if dead not in {"", "yes"} else as_of
    age = _age(person.born, until) if dead != "yes" else {}  # who died on an unknown day has no age to tell
    marks = [at(source, path) for path, known in (("birthDate", person.born), ("gender", person.sex != "unknown")) if known]
    details = {"sex": person.sex, **age}
    words = " ".join(f"{count} {unit.removeprefix('age_')}" for unit, count in age.items()) or "age not known"
    facts = [
        Fact(
            id="person",
            kind="person",
            concept=Concept(text="age and sex"),
            text=f"{person.sex}, {words}",
            evidence=tuple(marks) or (at(source),),
            key="person",
            names={"en": ("patient",), "zh": ("患者",)},
            value=_years(age),
            time=until,
            importance=2,
            details=details,
        )
    ]
    return [*facts, _death(source, dead)] if dead else facts


def has_died(person: Person, as_of: str) -> bool:
    """Whether the record says that the person was dead on the day `as_of`; a death without a date counts always."""
    return person.died == "yes" or bool(person.died and (not as_of or day(person.died) <= as_of))


def _age(born: str, until: str) -> dict[str, str]:
    years = age_years(born, until)
    if years is None:
        return {}
    days = days_between(born, until)
    if years >= 2 or len(born) < 10:
        return {"age_years": str(years)}
    return {"age_months": str(_months(born, until))} if days >= 61 else {"age_days": str(days)}


def _months(born: str, until: str) -> int:
    """Completed calendar months between two full days."""
    (year, month, date), (then_year, then_month, then_date) = (map(int, day(when).split("-")) for when in (born, until))
    return (then_year - year) * 12 + then_month - month - (then_date < date)


def _years(age: dict[str, str]) -> Quantity | None:
    for unit, code in (("age_years", "a"), ("age_months", "mo"), ("age_days", "d")):
        if unit in age:
            return Quantity(age[unit], code)
    return None


def _death(source: str, died: str) -> Fact:
    path = "deceasedBoolean" if died == "yes" else "deceasedDateTime"
    when = "" if died == "yes" else died
    marks: tuple[Evidence, ...] = (at(source, path),)
    names = {"en": ("death",), "zh": ("死亡",)}
    return Fact(
        "person.death", "person", Concept(text="death"), f"Died{f' on {day(when)}' if when else ''}", marks,
        key="person.death", names=names, time=when, status="deceased", importance=3,
    )  # fmt: skip
