"""How things are told: the JSON shapes scripts rely on, and the same in lines for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from xinglin.flow.verify import JudgedText
from xinglin.records import Draft, Fact, Issue, Quantity, Statement
from xinglin.records.draft import Language
from xinglin.records.imaging import Lesion, LungMeasures, ScanSeries

if TYPE_CHECKING:
    from xinglin.flow.house import House, TakenIn
    from xinglin.shelf.promises import AbstractDisease

MARK = {"supported": "✓", "unsupported": "?", "contradicted": "!", "not_checkable": "·"}
SHOWN = 12  # findings told to people; scripts get them all
Row = dict[str, Any]


# ---- values


def released_lines(paths: Sequence[str]) -> tuple[str, ...]:
    """The files of a release for people; the slices of a series are one line."""
    slices = [path for path in paths if re.search(r"series-\d+\.[a-z]+$", path)]
    others = tuple(path for path in paths if path not in set(slices))
    return (*others, f"{slices[0]} ... {slices[-1]}  ({len(slices)} slices)") if slices else others


def series_line(scan: ScanSeries) -> str:
    """One series of images for people."""
    across = " x ".join(f"{mm:.2f}" for mm in scan.spacing_mm)
    made = ", SYNTHETIC" if scan.synthetic else ""
    repaired = f"; {'; '.join(scan.notes)}" if scan.notes else ""
    return f"series {scan.uid[-12:]}: {scan.modality}, {scan.when[:10] or 'no date'}, {scan.slices} slices, {across} mm{made}{repaired}"


def series_value(number: int, scan: ScanSeries) -> Row:
    """One series of images as scripts see it."""
    return {"number": number, "uid": scan.uid, "modality": scan.modality, "description": scan.description, "when": scan.when,
            "slices": scan.slices, "spacing_mm": list(scan.spacing_mm), "synthetic": scan.synthetic, "notes": list(scan.notes)}  # fmt: skip


def lungs_value(measures: LungMeasures) -> Row:
    """Lung density as scripts see it; densities HU, volumes mL."""
    return {"source": measures.source, **msgspec.to_builtins(measures)}


def lungs_line(m: LungMeasures) -> str:
    """Lung density for people."""
    return (
        f"lungs, {m.when[:10] or 'no date'}: mean {m.mean_hu} HU, {m.low_percent} % below -950 HU, 15th percentile {m.perc15_hu} HU, "
        f"left {m.left_ml:.0f} mL, right {m.right_ml:.0f} mL"
    )


def lesion_value(lesion: Lesion) -> Row:
    """One marked lesion as scripts see it; lengths mm, volume mm3, densities HU."""
    measures = msgspec.to_builtins(lesion.measures)
    return {"name": lesion.name, "source": lesion.source, "series": lesion.series_uid, "when": lesion.when, "organ": lesion.organ,
            "side": lesion.side, "type": lesion.kind, "target": lesion.target, "marked_by": lesion.marked_by, "measures": measures}  # fmt: skip


def lesion_line(lesion: Lesion) -> str:
    """One marked lesion for people."""
    m = lesion.measures
    axes = f"{m.long_axis_mm:.1f} x {m.short_axis_mm:.1f} mm"
    notes = f"; {'; '.join(m.notes)}" if m.notes else ""
    return f"lesion {lesion.name}, {lesion.when[:10]}: {axes}, {m.volume_mm3:.0f} mm³, mean {m.mean_hu:.0f} HU, slice {m.slice_index + 1}{notes}"


def fact_value(fact: Fact) -> Row:
    """One fact as scripts see it."""
    quantity = fact.value if isinstance(fact.value, Quantity) else None
    return {
        "id": fact.id,
        "kind": fact.kind,
        "text": fact.text,
        "value": quantity.comparator + quantity.value if quantity else fact.value,
        "unit": (quantity.unit or quantity.shown_unit) if quantity else "",
        "time": fact.time or fact.start,
        "flag": fact.flag,
        "evidence": [{"source": e.source, "pointer": e.pointer} | ({"quote": e.quote} if e.quote else {}) for e in fact.evidence],
    }


def issue_value(issue: Issue) -> Row:
    """One issue as scripts see it."""
    row: Row = {"check": issue.check, "severity": issue.severity, "text": issue.text, "statement": issue.statement}
    return row | {k: v for k, v in (("verdict", issue.verdict), ("said", issue.said), ("known", issue.known)) if v}


def statement_value(statement: Statement) -> Row:
    """One statement as scripts see it."""
    return {
        "id": statement.id,
        "section": statement.section,
        "text": statement.text,
        "facts": list(statement.facts),
        "by": statement.by,
        "verdicts": {"faithful": statement.faithful, "plausible": statement.plausible},
    }


def draft_value(draft: Draft, files: Iterable[object]) -> Row:
    """A whole draft as scripts see it."""
    return {
        "draft": draft.id,
        "kind": draft.kind.replace("_", "-"),
        "chart": draft.chart,
        "language": draft.language,
        "revision": draft.revision,
        "title": draft.title,
        "sections": [{"key": k, "heading": h} for k, h in draft.sections],
        "statements": [statement_value(s) for s in draft.statements],
        "facts": [fact_value(f) for f in draft.facts],
        "omissions": [{"fact": o.fact, "text": o.text, "severity": o.severity} for o in draft.omissions],
        "issues": [issue_value(i) for i in draft.issues],
        "files": [str(f) for f in files],
        "provenance": msgspec.to_builtins(draft.provenance),
    }


def judged_value(judged: JudgedText) -> Row:
    """A checked text as scripts see it."""
    return {
        "sentences": [
            {"text": s.text, "verdict": s.verdict, "start": s.start, "issues": [issue_value(i) for i in s.issues]} for s in judged.sentences
        ],
        "omissions": [{"fact": o.fact, "text": o.text, "severity": o.severity} for o in judged.omissions],
    }


def quality_row(issue: Any) -> Row:
    """One line of the record-quality report."""
    return msgspec.to_builtins(issue)


def quality_lines(row: Row) -> Iterator[str]:
    """The same for people."""
    times = f" ({row['count']} times)" if row["count"] > 1 else ""
    yield f"{row['severity']:<8}{row['code']} {row['place']}: {row['reason']}{times}"
    if row["remedy"]:
        yield f"        fix: {row['remedy']}"


def unmapped_value(unmapped: Any) -> Row:
    """Something read and kept that has no place in the chart."""
    return {k: v for k, v in msgspec.to_builtins(unmapped).items() if v}


def taken_value(taken: TakenIn) -> Row:
    """One chart after take-in."""
    return {
        "id": taken.chart.id,
        "subject": taken.chart.subject,
        "resources": taken.resources,
        "new": taken.new,
        "quality": {
            "read": taken.quality.read,
            "converted": taken.quality.converted,
            "supporting": taken.quality.supporting,
            "set_aside": taken.quality.set_aside,
            "without_place": taken.quality.without_place,
        },
        "unmapped": [unmapped_value(u) for u in taken.quality.unmapped or taken.chart.unmapped],
        "issues": [quality_row(i) for i in taken.quality.findings],
        "perhaps_the_same_as": list(taken.perhaps),
    }


def queue_value(row: Any) -> Row:
    """One line of the desk's queue."""
    return {"draft": row.id, "kind": row.kind.replace("_", "-"), "chart": row.chart, "language": row.language, "state": row.state,
            "revision": row.revision}  # fmt: skip


def ledger_value(entry: Any) -> Row:
    """One line of the ledger."""
    return {"seq": entry.seq, "at": entry.at, "who": entry.who, "what": entry.what, "about": entry.about}


# ---- lines


def _counted(number: int, word: str) -> str:
    """ "1 resource", "2 resources"."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def taken_line(taken: TakenIn) -> str:
    """What became of one person, in a line."""
    chart = taken.chart
    unmapped = sum(u.count for u in taken.quality.unmapped)
    line = f"{chart.id or '(not kept)'}: {_counted(taken.resources, 'resource')}{'' if taken.new else ' (all kept already)'}"
    line += f", {_counted(unmapped, 'element')} unmapped, {len(taken.quality.doubtful)} doubtful, {len(taken.quality.missing)} missing"
    return line + (f"; perhaps the same person as {', '.join(taken.perhaps)} (not merged)" if taken.perhaps else "")


def taken_report(taken: TakenIn) -> Iterator[str]:
    """The record-quality report of one person: what was read, what has no place in the chart, what is doubtful or missing."""
    yield taken_line(taken)
    whole = [u for u in taken.quality.unmapped if not u.path]
    if whole:
        yield "  no place in the chart yet: " + ", ".join(f"{u.resource_type} ×{u.count}" for u in whole)
    findings = taken.quality.findings
    for finding in findings[:SHOWN]:
        yield from (f"  {line}" for line in quality_lines(quality_row(finding)))
    if len(findings) > SHOWN:
        yield f"  and {len(findings) - SHOWN} more; --json gives them all"


def fact_line(fact: Fact) -> str:
    """A fact and where it comes from."""
    return f"{fact.text}  [{', '.join(e.pointer for e in fact.evidence[:2])}]"


def draft_lines(draft: Draft) -> list[str]:
    """The draft as a person reads it in a terminal: headings, numbered statements, a mark before each."""
    lines = [draft.title]
    for key, heading in draft.sections:
        rows = [(n, s) for n, s in enumerate(draft.statements, 1) if s.section == key]
        if rows:
            lines += ["", heading]
            lines += [f" {MARK[s.faithful]} {n:>2} {s.text}" for n, s in rows]
    return [*lines, ""]


def draft_notes(draft: Draft) -> list[str]:
    """What a reviewer must look at."""
    lines = list(draft.provenance.notes)
    lines += [f"{i.severity:<8}{i.check} {i.statement}: {i.text}" for i in draft.issues]
    lines += [f"omitted  {o.text}" for o in draft.omissions]
    good = sum(s.faithful == "supported" for s in draft.statements)
    return [*lines, f"{good} of {len(draft.statements)} statements supported, {len(draft.issues)} issues, {len(draft.omissions)} omissions"]


def judged_lines(judged: JudgedText) -> Iterator[str]:
    """A checked text as a person reads it."""
    for sentence in judged.sentences:
        yield f"{MARK[sentence.verdict]} {sentence.verdict:<14}{sentence.text.strip()}"
        for issue in sentence.issues:
            detail = f" (said {issue.said}, known {issue.known})" if issue.said and issue.known else ""
            yield f"    {issue.check}: {issue.text}{detail}"
    for omission in judged.omissions:
        yield f"+ omitted       {omission.text}"


def queue_line(row: Row) -> str:
    """One line of the desk's queue."""
    return f"{row['draft']:<12}{row['kind']:<20}{row['chart']:<10}{row['language']:<4}{row['state']:<14}revision {row['revision']}"


# ---- sources and shelves


def citation(draft: Draft, statement: Statement, sources: Mapping[str, bytes]) -> Row:
    """A statement, its facts and the very resources they point at."""
    facts = [draft.fact(f) for f in statement.facts if any(g.id == f for g in draft.facts)]
    named = {e.pointer.split("#")[0] for f in facts for e in f.evidence}
    return {
        "statement": statement.id,
        "text": statement.text,
        "facts": [fact_value(f) for f in facts],
        "sources": {r: msgspec.json.decode(raw) for r, raw in sources.items() if r in named},
    }


def citation_lines(row: Row) -> Iterator[str]:
    """The same for people."""
    yield f"{row['statement']}  {row['text']}"
    for fact in row["facts"]:
        yield f"    {fact['text']}"
        for evidence in fact["evidence"]:
            yield f"      {evidence['source']}  {evidence['pointer']}"


def shelves(house: House) -> Row:
    """Everything one can ask for or rely on."""
    return {
        "kinds": [
            {"name": k.name.replace("_", "-"), "title": dict(k.title), "intended_use": dict(k.intended_use), "not_for": dict(k.not_for),
             "options": dict(k.options), "signers": k.signers, "leaves_as": list(k.leaves_as)} for k in house.kinds
        ],
        "checks": [{"name": c.name, "title": dict(c.title), "severity": c.severity, "against": c.against} for c in house.checks],
        "diseases": [_disease(d) for d in house.diseases],
        "writers": list(house.writers.names()),
        "knowledge": [{"name": t.name, "version": t.version, "rows": t.rows(), "unverified": t.unverified(), "licence": t.licence}
                      for t in house.topics],
    }  # fmt: skip


def _disease(disease: AbstractDisease) -> Row:
    card = disease.card
    return {
        "name": disease.name, "version": card.version, "title": dict(card.title), "limits": dict(card.limits), "time_unit": card.time_unit,
        "data_reach": card.horizon, "regimens": [one.name for one in card.regimens], "ends": [one.name for one in card.ends],
        "observables": [one.name for one in card.observables], "parameters": len(card.parameters),
        "unverified": sum(row.unverified for row in card.parameters), "variants": sorted(disease.variants),
    }  # fmt: skip


def shelf_lines(value: Row) -> Iterator[str]:
    """The same for people."""
    yield "kinds of content (xinglin make ...)"
    for kind in value["kinds"]:
        yield f"  {kind['name']:<20}{kind['title']['en']} · {kind['title']['zh']}   options: {', '.join(kind['options']) or '-'}"
    yield "checks"
    for check in value["checks"]:
        yield f"  {check['name']:<30}{check['severity']:<9}{check['title']['en']} · {check['title']['zh']}"
    yield "diseases (xinglin simulate, trial, calibrate, optimise)"
    for one in value["diseases"]:
        told = f"regimens: {', '.join(one['regimens']) or '-'}; {one['unverified']} of {one['parameters']} parameters not looked up"
        yield f"  {one['name']:<20}{one['title']['en']} · {one['title']['zh']}   {told}"
        if one["variants"]:
            yield f"  {'':<20}as {one['name']}:NAME: {', '.join(one['variants'])}"
    yield "knowledge"
    for topic in value["knowledge"]:
        yield f"  {topic['name']:<12}{topic['version']:<12}{topic['rows']} rows, {topic['unverified']} not yet verified"


def language_of(text: str) -> Language:
    """zh when a fifth of the letters are Chinese."""
    chinese = len(re.findall(r"[\u4e00-\u9fff]", text))
    return "zh" if chinese * 5 > len(re.findall(r"\w", text)) else "en"
