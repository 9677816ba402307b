"""What each operation does, from plain arguments to an outcome that can be printed or sent as JSON."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from xinglin.flow import genomes, orders, telling
from xinglin.flow.archives import archive_find as archive_find
from xinglin.flow.archives import archive_send as archive_send
from xinglin.flow.archives import archive_test as archive_test
from xinglin.flow.archives import taken_in
from xinglin.flow.asked import Asked, Outcome, who
from xinglin.flow.candidate_commands import candidates_confirm as candidates_confirm
from xinglin.flow.candidate_commands import candidates_find as candidates_find
from xinglin.flow.candidate_commands import candidates_judge as candidates_judge
from xinglin.flow.candidate_commands import candidates_list as candidates_list
from xinglin.flow.candidate_commands import candidates_reject as candidates_reject
from xinglin.flow.candidate_commands import collect_candidate_patches as collect_candidate_patches
from xinglin.flow.fitting_commands import calibrate as calibrate
from xinglin.flow.fitting_commands import optimise as optimise
from xinglin.flow.genomes import genes as genes
from xinglin.flow.house import House, TakenIn, find_draft
from xinglin.flow.house_commands import audit_list as audit_list
from xinglin.flow.house_commands import audit_verify as audit_verify
from xinglin.flow.house_commands import doctor as doctor
from xinglin.flow.house_commands import erase as erase
from xinglin.flow.house_commands import hold as hold
from xinglin.flow.image_commands import lungs as lungs
from xinglin.flow.image_commands import mark as mark
from xinglin.flow.image_commands import nifti_taken
from xinglin.flow.image_commands import phantom as phantom
from xinglin.flow.image_commands import show_images as show_images
from xinglin.flow.image_commands import unmark as unmark
from xinglin.flow.image_judging_commands import evaluate_image as evaluate_image
from xinglin.flow.image_judging_commands import evaluate_pictures as evaluate_pictures
from xinglin.flow.image_judging_commands import evaluate_reader_test as evaluate_reader_test
from xinglin.flow.image_model_commands import evaluate_start as evaluate_start
from xinglin.flow.image_model_commands import models_diff as models_diff
from xinglin.flow.image_model_commands import models_export as models_export
from xinglin.flow.image_model_commands import models_import as models_import
from xinglin.flow.image_model_commands import models_promote as models_promote
from xinglin.flow.image_model_commands import models_show as models_show
from xinglin.flow.image_model_commands import sample_images as sample_images
from xinglin.flow.image_model_commands import train_image as train_image
from xinglin.flow.image_model_commands import tune_image as tune_image
from xinglin.flow.image_set_commands import collect_images as collect_images
from xinglin.flow.image_set_commands import collect_phantoms as collect_phantoms
from xinglin.flow.outcome_commands import models_list as models_list
from xinglin.flow.outcome_commands import models_rollback as models_rollback
from xinglin.flow.outcome_commands import predict as predict
from xinglin.flow.outcome_commands import train_effect as train_effect
from xinglin.flow.outcome_commands import train_outcome as train_outcome
from xinglin.flow.simulation_commands import people as people
from xinglin.flow.simulation_commands import simulate as simulate
from xinglin.flow.simulation_commands import trial as trial
from xinglin.flow.table_commands import synthesise as synthesise
from xinglin.intake import Finding
from xinglin.records import ContentRequest, Draft
from xinglin.records.errors import InvalidInput, NotFound, Refused, UsageError, XinglinError
from xinglin.records.imaging import ScanSeries

REFUSED, PARTIAL = 5, 8


def demo(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The whole road on a made-up patient."""
    from xinglin.flow.demo import walk

    result = walk.walk(Path(given["out"]), given["seed"] or 0, asked.note)
    return Outcome(result, (f"open {result['index']}",))


def take_in(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Records in; with --archive, a study of an archive."""
    if given["archive"] or given["study"]:
        return taken_in(asked, given, take_in)
    if not given["paths"] and not given["outside_calls"]:
        raise UsageError("XL-FLOW-025", "nothing to take in was given", fix="give files or folders; or --archive NAME --study UID")
    house = asked.house()
    with nullcontext() if given["dry_run"] else house.store.together():  # records, notes and images of one command: all or none
        taken, issues, scans = _all_taken_in(asked, house, given)
    for row in issues:
        for line in telling.quality_lines(row):
            asked.note(line)
    for one in taken:
        for line in telling.taken_report(one):
            asked.note(line)
    charts = [telling.taken_value(one) | {"series": [*_rows_of(house, one.chart.id, scans)]} for one in taken]
    value = {"charts": charts, "issues": issues}
    if given["dry_run"]:
        value["series"] = [telling.series_value(n, one) for n, one in enumerate(scans, 1)]
    failed = any(row["kind"] == "unread" for row in issues)
    return Outcome(value, tuple(t.chart.id for t in taken), PARTIAL if failed else 0)


def _all_taken_in(asked: Asked, house: House, given: Mapping[str, Any]) -> tuple[list[TakenIn], list[telling.Row], list[ScanSeries]]:
    """(what became of each person, what was found wrong, the series that were read)."""
    from xinglin.intake.genomes import is_vcf
    from xinglin.intake.images import split
    from xinglin.intake.nifti import is_nifti

    gene_files = [p for p in given["paths"] if is_vcf(p)]
    notes = [p for p in given["paths"] if p.endswith((".txt", ".md"))]
    niftis = [p for p in given["paths"] if is_nifti(p)]
    records, scans = split([p for p in given["paths"] if p not in (*notes, *niftis, *gene_files)])
    if notes and not given["chart"]:
        raise UsageError("XL-FLOW-010", "a text note must say whose it is", where=notes[0], fix="add --chart chart-1")
    taken, issues = _records_taken_in(asked, house, records, given, beside_images=bool(scans)) if records else ([], [])
    series: list[ScanSeries] = []
    if scans:
        seen, people = house.take_in_images(
            scans, chart=given["chart"] or "", repairs=given["repair"], same_person=given["same_person"] or "", keep=not given["dry_run"]
        )
        taken += people
        issues += [telling.quality_row(i) for i in seen.findings]
        series += seen.series
    if niftis:
        seen, people = nifti_taken(house, niftis, given)
        taken += people
        issues += [telling.quality_row(i) for i in seen.findings]
        series += seen.series
    for one in series:
        asked.note(telling.series_line(one))
    taken += [house.add_note(given["chart"], Path(p), given["when"] or "") for p in notes]
    if gene_files or given["outside_calls"]:
        taken = [*(one for one in taken if one.chart.id != given["chart"]), genomes.taken(house, gene_files, given, taken)]
    if not taken and not ((scans or niftis) and given["dry_run"]):
        raise InvalidInput("XL-FLOW-011", "no person was found in what was given", why="a chart begins with a Patient resource",
                           where=", ".join(given["paths"]))  # fmt: skip
    return taken, issues, series


def _records_taken_in(
    asked: Asked, house: House, records: Sequence[str | Path], given: Mapping[str, Any], *, beside_images: bool
) -> tuple[list[TakenIn], list[telling.Row]]:
    """Records read and kept; what the reader refuses beside images is told as an issue, and the images go on."""
    try:
        found, people = house.take_in(records, keep=not given["dry_run"])
    except XinglinError as error:
        if not beside_images or not error.code.startswith("XL-FHIR-"):
            raise  # among them a person who contradicts a stored one, and a full disk
        if error.code == "XL-FHIR-033":  # a folder of images that holds a readme beside them
            asked.note(f"no record was read beside the images: {error.code} {error.where}: {error.what}")
            return [], []
        return [], [telling.quality_row(Finding(error.code, "warning", "unread", error.where, error.what, error.fix))]
    return list(people), [telling.quality_row(i) for i in found.findings]


def _rows_of(house: House, chart_id: str, scans: Sequence[ScanSeries]) -> Iterator[telling.Row]:
    """The series of this command that lie in a chart, numbered as `xinglin images` numbers them."""
    uids = {one.uid for one in scans}
    if chart_id and uids:
        yield from (telling.series_value(n, one) for n, one in enumerate(house.chart(chart_id).scans, 1) if one.uid in uids)


def show_chart(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Charts, or one chart's facts."""
    house = asked.house()
    if not given["chart"]:
        rows = [{"id": r.id, "subject": r.subject, "since": r.made_at} for r in house.store.charts()]
        return Outcome({"charts": rows}, tuple(f"{r['id']:<10}{r['subject']}  since {r['since']}" for r in rows))
    chart = house.chart(given["chart"])
    facts = house.facts(chart, given["as_of"] or "")
    value = {
        "chart": chart.id,
        "facts": [telling.fact_value(f) for f in facts],
        "unmapped": [telling.unmapped_value(u) for u in chart.unmapped],
    }
    return Outcome(value, tuple(telling.fact_line(f) for f in facts))


def make(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Draft a kind of content."""
    house = asked.house()
    drafts = []
    about_nobody = not given["charts"] and not house.kinds[given["kind"].replace("-", "_")].needs_chart
    for chart_id in (house.nobody(),) if about_nobody else _charts(asked, house, given["charts"]):
        request = ContentRequest(
            kind=given["kind"], chart=chart_id, language=given["lang"] or house.settings.language, as_of=given["as_of"] or "",
            seed=given["seed"] or 0, writer=given["writer"], options=dict(given["option"]),
        )  # fmt: skip
        drafts.append(house.make(request, keep=not given["dry_run"]))
    out = Path(given["out"]) if given["out"] and not given["dry_run"] else None
    values, lines = [], []
    for draft in drafts:
        files = write_preview(house, draft, out) if out else []
        values.append(telling.draft_value(draft, files))
        lines += telling.draft_lines(draft)
        for line in telling.draft_notes(draft):
            asked.note(line)
        lines.append(str(files[0]) if files else draft.id)
    return Outcome(values[0] if len(values) == 1 else {"drafts": values}, tuple(lines))


def write_preview(house: House, draft: Draft, out: Path) -> list[Path]:
    """The watermarked page and the JSON of an unsigned draft, for signed-in staff."""
    from xinglin.review.preview import write

    return write(draft, house.sources(draft), out, telling.draft_value(draft, []), house.draft_label(draft), house.pictures(draft))


def check(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Any text against a chart or a source; orders in FHIR against a chart."""
    house = asked.house()
    text = sys.stdin.read() if given["file"] == "-" else _text(given["file"])
    source = _text(given["source"]) if given["source"] else ""
    chart_id = ""
    if given["chart"]:
        (chart_id,) = _charts(asked, house, [given["chart"]])
    language = given["lang"] or telling.language_of(text)
    if chart_id and orders.are_orders(text):
        chart = house.chart(chart_id)
        return orders.outcome(orders.judged(house, text, chart, house.as_of(chart, given["as_of"] or "")[0]), given["lang"] or "en")
    judged = house.check(text, language, chart_id=chart_id, source=source, as_of=given["as_of"] or "")
    return Outcome(telling.judged_value(judged), tuple(telling.judged_lines(judged)), 0 if judged.sound else REFUSED)


def review(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The queue, or decisions on one draft."""
    house = asked.house()
    if not given["draft"]:
        rows = [telling.queue_value(r) for r in house.store.drafts()]
        return Outcome({"queue": rows}, tuple(telling.queue_line(r) for r in rows))
    by, draft_id = given["by"] or who(), given["draft"]
    for number in given["accept"]:
        for statement in _statements(house, draft_id, number):
            _see_that_a_reason_is_given(house, draft_id, statement, given["reason"] or "")
            house.desk.decide(draft_id, by, "accept", statement, reason=given["reason"] or "")
    for number, text in given["edit"]:
        for statement in _statements(house, draft_id, number):
            house.desk.decide(draft_id, by, "edit", statement, text=text, reason=given["reason"] or "")
    for number, reason in given["reject"]:
        for statement in _statements(house, draft_id, number):
            house.desk.decide(draft_id, by, "reject", statement, reason=reason)
    draft = house.store.draft(draft_id)
    value = telling.draft_value(draft, []) | {
        "state": house.store.draft_row(draft_id).state,
        "blocking": [telling.issue_value(i) for i in house.desk.blocking(draft)],
    }
    for line in telling.draft_notes(draft):
        asked.note(line)
    return Outcome(value, (*telling.draft_lines(draft), f"{draft_id} revision {draft.revision}: {value['state']}"))


def sign(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """One signature."""
    house = asked.house()
    draft_id = find_draft(house, given["draft"])
    passphrase = _passphrase(given["passphrase_file"], f"passphrase of {given['as']}: ")
    signature = house.desk.sign(draft_id, given["as"], passphrase, given["meaning"])
    value = {"draft": draft_id, "signer": signature.signer, "key": signature.key, "digest": signature.digest, "at": signature.at}
    return Outcome(value, (f"{draft_id} signed by {signature.signer}",))


def release(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The door out."""
    house = asked.house()
    out = Path(given["out"])
    done = house.release(find_draft(house, given["draft"]), out)
    files = [{"path": str(out / f.path), "media_type": f.media_type, "sha256": f.sha256, "label": f.label} for f in done.files]
    value = {"release": done.id, "draft": done.draft, "signed_by": list(done.signed_by), "at": done.at, "files": files}
    return Outcome(value, telling.released_lines([f["path"] for f in files]))


def amend(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A released draft opened again."""
    house = asked.house()
    draft_id = find_draft(house, given["draft"])
    kept = house.store.release_of(draft_id, house.store.draft(draft_id).revision)
    if kept is None:
        raise NotFound("XL-FLOW-016", f"{draft_id} has not been released", fix="edit it on the desk instead: xinglin review")
    draft = house.desk.amend(kept.release.id, given["by"] or who(), given["reason"])
    return Outcome({"draft": draft.id, "revision": draft.revision}, (f"{draft.id} revision {draft.revision} is open",))


def cite(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Where sentences come from."""
    house = asked.house()
    draft = house.store.draft(find_draft(house, given["draft"]))
    sources = house.sources(draft)
    wanted = _statements(house, draft.id, given["statement"]) if given["statement"] else tuple(s.id for s in draft.statements)
    rows = [telling.citation(draft, s, sources) for s in draft.statements if s.id in wanted]
    return Outcome({"draft": draft.id, "citations": rows}, tuple(line for row in rows for line in telling.citation_lines(row)))


def kinds(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Everything on the shelves."""
    value = telling.shelves(asked.house())
    return Outcome(value, tuple(telling.shelf_lines(value)))


def label_check(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Is this file labelled, and, where this house released it, is it still as released?"""
    from xinglin.privacy import labels

    house, rows = asked.house(), []
    for name in given["files"]:
        data = _bytes(name)
        report = labels.check(data, name)
        integrity, problems = house.integrity(data, report.implicit or {}), list(report.problems)
        if integrity == "altered":
            problems.append("the bytes are not those this house released under that number")
        rows.append({"path": name, "verdict": report.verdict, "explicit": report.explicit, "implicit": report.implicit,
                     "integrity": integrity, "problems": problems})  # fmt: skip
    good = all(r["verdict"] == "compliant" and r["integrity"] != "altered" for r in rows)
    lines = [(f"{r['verdict']:<14}{r['integrity']:<14}{r['path']}", *(f"  {p}" for p in r["problems"])) for r in rows]
    return Outcome(rows[0] if len(rows) == 1 else {"files": rows}, tuple(line for part in lines for line in part), 0 if good else REFUSED)


def signer_add(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A key for a person."""
    passphrase = _passphrase(given["passphrase_file"], f"new passphrase of {given['name']}: ")
    signer = asked.house().desk.keys.enrol(given["name"], passphrase)
    return Outcome({"signer": signer.user, "key": signer.public}, (f"{signer.user}  {signer.public[:16]}",))


def signer_list(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Who may sign."""
    rows = [{"signer": s.user, "key": s.public, "state": s.state} for s in asked.house().store.signer_keys()]
    return Outcome({"signers": rows}, tuple(f"{r['signer']:<20}{r['key'][:16]}  {r['state']}" for r in rows))


def signer_revoke(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """End a key."""
    asked.house().desk.keys.revoke(given["name"], given["by"] or who())
    return Outcome({"signer": given["name"], "state": "revoked"}, (f"{given['name']} can sign no more",))


# ---- from words to things


def _charts(asked: Asked, house: House, given: list[str]) -> list[str]:
    """Chart ids as given; paths and addresses are taken in on the way, together."""
    if not given:
        rows = house.store.charts()
        if len(rows) != 1:
            raise UsageError("XL-FLOW-012", "which chart?", fix="name a chart (xinglin chart lists them) or a path to take in")
        return [rows[0].id]
    paths = [g for g in given if not g.startswith("chart-") or Path(g).exists()]
    ids = [g for g in given if g not in paths]
    if paths:
        _, taken = house.take_in(paths)
        if not taken:
            raise InvalidInput("XL-FLOW-011", "no person was found in what was given", where=", ".join(paths))
        for one in taken:
            asked.note(telling.taken_line(one))
        ids += [t.chart.id for t in taken]
    return ids


def _statements(house: House, draft_id: str, number: str) -> tuple[str, ...]:
    draft = house.store.draft(draft_id)
    if number == "all":
        return tuple(s.id for s in draft.statements)
    wanted = number if number.startswith("s") else f"s{number}"
    if wanted not in {s.id for s in draft.statements}:
        raise NotFound("XL-FLOW-013", f"{draft_id} has no statement {number}", fix=f"1 to {len(draft.statements)}, or all")
    return (wanted,)


def _see_that_a_reason_is_given(house: House, draft_id: str, statement: str, reason: str) -> None:
    open_issues = tuple(i for i in house.desk.blocking(house.store.draft(draft_id)) if i.statement == statement)
    if any(i.severity == "stop" for i in open_issues):
        raise Refused("XL-FLOW-018", f"{statement} holds a stop, which no acceptance lifts", fix="edit or reject it", issues=open_issues)
    if open_issues and not reason.strip():
        raise Refused(
            "XL-FLOW-019", f"{statement} was found wanting", fix='accept it with --reason "why", edit or reject it', issues=open_issues
        )


def _passphrase(path: str | None, prompt: str) -> str:
    if path:
        return _text(path).rstrip("\r\n")
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise UsageError("XL-FLOW-017", "there is nobody to ask for the passphrase", fix="use --passphrase-file FILE") from None


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise NotFound("XL-FLOW-014", "the file cannot be read", where=path, why=error.strerror or "") from error


def _text(path: str) -> str:
    try:
        return _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("XL-FLOW-015", "the file is not UTF-8 text", where=path, fix="save it as UTF-8") from error
