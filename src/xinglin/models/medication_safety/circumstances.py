"""Who a person is to a medicine, read from their facts: age, kidneys, liver, allergies, illnesses, values, genes, pregnancy.

Only what the record says; what it does not say stays unknown, so that a rule can tell "safe" from "cannot be judged".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from xinglin.knowledge import terms
from xinglin.models.medication_safety.amounts import in_unit
from xinglin.models.medication_safety.forms import bare_name
from xinglin.models.medication_safety.uses import substances
from xinglin.records import Fact
from xinglin.records.medication import Circumstances, KnownAllergy, KnownCondition, LabValue
from xinglin.records.moments import days_between
from xinglin.records.quantity import Quantity

_PREGNANT = {
    "normal-pregnancy",
    "high-risk-pregnancy",
    "multiple-pregnancy",
    "gestational-diabetes",
    "gestational-hypertension",
    "preeclampsia",
}
_DIALYSIS = {"dependence-on-renal-dialysis", "end-stage-renal-disease-on-dialysis"}
_OF_THE_PAST = ("history-of", "personal-history")
_SEVERE = ("anaphyla", "angioedema", "stevens", "necrolysis", "dress", "过敏性休克", "休克", "血管性水肿", "喉头水肿")
_FRESH_DAYS = 366  # a value older than a year tells nothing of today's kidneys


def circumstances_of(facts: Sequence[Fact], as_of: str) -> Circumstances:
    """What the facts of one person say that matters to medicines on the day `as_of` (YYYY-MM-DD)."""
    person = next((fact for fact in facts if fact.id == "person"), None)
    conditions = tuple(_conditions(facts))
    labs = tuple(_labs(facts, as_of))
    values = {one.analyte: one for one in labs}
    known = {name: fact_id for name, fact_id in (("age", person.id if person else ""),) if fact_id}
    active = {one.key: one.fact for one in conditions if one.active}
    pregnant = _first_of(active, _PREGNANT, known, "pregnant")
    weeks = _number(values.get("gestational_age"), "wk", known, "pregnant_weeks")
    return Circumstances(
        as_of=as_of,
        age_years=_age(person),
        sex=person.details.get("sex", "") if person else "",
        pregnant=True if pregnant or weeks else None,
        pregnant_weeks=weeks,
        breastfeeding=True if _first_of(active, {"breastfeeding", "lactating"}, known, "breastfeeding") else None,
        dialysis=True if _first_of(active, _DIALYSIS, known, "dialysis") else None,
        frail=True if _first_of(active, {"frailty"}, known, "frail") else None,
        child_pugh=_child_pugh(facts, known),
        allergies=tuple(_allergies(facts)),
        conditions=conditions,
        labs=labs,
        genes=dict(_genes(facts, known)),
        weight_kg=_number(values.get("weight"), "kg", known, "weight_kg"),
        height_cm=_number(values.get("height"), "cm", known, "height_cm"),
        egfr=_number(values.get("egfr"), "", known, "egfr"),
        crcl=_number(values.get("creatinine_clearance"), "", known, "crcl"),
        qtc_ms=_number(values.get("qtc"), "ms", known, "qtc_ms"),
        facts=known,
    )


_NO_SIMPLER = re.compile(
    r"histor|risk|family|\bno\b|\bnot\b|without|screen|suspect|rule out|prophyl|prevent|exposure|carrier|vaccin|contact|resolved|former|status post|"
    r"家族|风险|既往|疑似|预防|筛查|无",
    re.IGNORECASE,
)
"""Words that turn an illness into something else: what remains without them must not be read."""


@lru_cache(maxsize=4096)
def condition_key(words: str) -> str:
    """The key of an illness by its words; without qualifiers before or after it where the whole is not known. "" when nothing is.

    >>> condition_key("heart failure NYHA III"), condition_key("acute narrow-angle glaucoma"), condition_key("family history of stroke")
    ('heart-failure', 'angle-closure-glaucoma', '')
    """
    known = terms.find(words, kind="problem") or terms.find(words)
    if known is not None:
        return known.key.removeprefix("term:")
    if _NO_SIMPLER.search(words):
        return ""
    parts = re.sub(r"\([^)]*\)|[,;:].*$", " ", words).split()
    for length in range(len(parts), 0, -1):
        for start in range(len(parts) - length, -1, -1):  # the end of an English name says what it is
            found = terms.find(" ".join(parts[start : start + length]), kind="problem")
            if found is not None:
                return found.key.removeprefix("term:")
    return ""


@lru_cache(maxsize=4096)
def allergen_key(words: str) -> str:
    """The key of what somebody reacts to: a medicine, a class, an allergen or a vaccine; the words themselves, folded, when none is known.

    >>> allergen_key("soy"), allergen_key("cephalosporins"), allergen_key("moon dust")
    ('soya-allergy', 'cephalosporin', 'moon dust')
    """
    for said in (words, f"{words} allergy", bare_name(words)):
        for kind in ("medicine", "drug_class", "allergen", "vaccine"):
            if said and (found := terms.find(said, kind=kind)):
                return found.key.removeprefix("term:")
    keys = substances(words)
    return keys[0] if len(keys) == 1 else words.casefold()


def genes_told(told: Mapping[str, str]) -> dict[str, str]:
    """Genes and findings, where an allele may stand beside the gene: {"HLA-B*15:02": "positive"} is {"HLA-B": "*15:02 positive"}."""
    found: dict[str, str] = {}
    for name, words in told.items():
        gene, star, allele = name.partition("*")
        said = f"*{allele} {words}" if star else words
        found[gene.strip()] = f"{found[gene.strip()]}; {said}" if star and gene.strip() in found else said
    return found


def _age(person: Fact | None) -> float | None:
    if person is None:
        return None
    for name, per_year in (("age_years", 1.0), ("age_months", 12.0), ("age_days", 365.25)):
        if text := person.details.get(name):
            return float(text) / per_year
    return None


def _conditions(facts: Iterable[Fact]) -> Iterable[KnownCondition]:
    for fact in facts:
        if fact.kind == "problem" and fact.polarity == "present" and (key := fact.key.removeprefix("term:") or condition_key(_words(fact))):
            past = fact.details.get("class") == "history" and not key.startswith(
                _OF_THE_PAST
            )  # "history of stroke" holds as long as it is listed
            yield KnownCondition(key, _words(fact), fact.status not in {"resolved", "inactive"} and not past, fact.id)


def _labs(facts: Iterable[Fact], as_of: str) -> Iterable[LabValue]:
    """The newest number of each analyte, measured before calculated, none older than a year."""
    seen: set[str] = set()
    ordered = sorted((f for f in facts if f.kind in {"measurement", "calculation"}), key=lambda f: f.kind != "measurement")
    for fact in ordered:
        analyte = fact.details.get("analyte", "") or _CALCULATED.get(fact.id, "")
        if not analyte or analyte in seen or not isinstance(fact.value, Quantity) or (fact.kind == "measurement" and not fact.latest):
            continue
        if as_of and len(fact.time) >= 10 and analyte not in {"height"} and days_between(fact.time, as_of) > _FRESH_DAYS:
            continue
        seen.add(analyte)
        yield LabValue(analyte, fact.value, fact.time, fact.id)


_CALCULATED = {
    "calculation.ckd_epi_2021": "egfr",
    "calculation.cockcroft_gault": "creatinine_clearance",
    "calculation.qtc_fridericia": "qtc",
}


def _number(lab: LabValue | None, unit: str, known: dict[str, str], name: str) -> float | None:
    if lab is None or (lab.value.comparator and name not in {"egfr", "crcl"}):
        return None
    number = in_unit(lab.value, unit, Circumstances()) if unit else float(lab.value.number)
    if number is not None:
        known[name] = lab.fact
    return number


def _first_of(active: dict[str, str], keys: set[str], known: dict[str, str], name: str) -> bool:
    hit = next((key for key in sorted(keys) if key in active), "")
    if hit:
        known[name] = active[hit]
    return bool(hit)


def _child_pugh(facts: Iterable[Fact], known: dict[str, str]) -> str:
    for fact in facts:
        words = f"{fact.text} {fact.value if isinstance(fact.value, str) else ''}".casefold()
        if "child-pugh" in words or "child pugh" in words:
            grade = next(
                (letter.upper() for letter in "abc" if f"pugh {letter}" in words or f"class {letter}" in words or f"{letter}级" in words),
                "",
            )
            if grade:
                known["child_pugh"] = fact.id
                return grade
    return ""


def _allergies(facts: Iterable[Fact]) -> Iterable[KnownAllergy]:
    for fact in facts:
        if fact.kind != "allergy" or fact.polarity == "absent" or fact.status in {"resolved", "inactive"} or fact.key == "allergy:none":
            continue
        reaction = " ".join(fact.details.get(name, "") for name in ("reaction", "reaction_zh", "severity", "criticality")).casefold()
        severe = fact.details.get("criticality") == "high" or any(word in reaction for word in (*_SEVERE, "severe"))
        kind = "intolerance" if fact.details.get("type") == "intolerance" else "allergy"
        yield KnownAllergy(
            fact.key.removeprefix("term:") or allergen_key(_words(fact)),
            _words(fact),
            kind,
            severe,
            fact.details.get("reaction", ""),
            fact.id,
        )


def _genes(facts: Iterable[Fact], known: dict[str, str]) -> Iterable[tuple[str, str]]:
    """Gene -> its diplotype where one answer stands, else its phenotype where all answers agree; what is open is left out."""
    for fact in facts:
        gene, diplotype = fact.details.get("gene", ""), fact.details.get("diplotype", "")
        if fact.kind != "gene" or not fact.id.startswith("gene.call.") or fact.polarity != "present":
            continue
        listed = ", " in diplotype  # variants whose strands are not known: the phenotype counts
        called = diplotype if diplotype and " or " not in diplotype and not listed else fact.details.get("phenotype", "")
        if called:
            known[f"gene:{gene}"] = fact.id
            yield gene, called


def _words(fact: Fact) -> str:
    return next((names[0] for names in fact.names.values() if names), fact.concept.words)
