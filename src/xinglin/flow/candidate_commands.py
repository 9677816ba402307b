"""The commands about candidates for a reader: learn to find them, find, list, confirm, reject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from xinglin.flow import candidates, telling
from xinglin.flow.asked import Asked, Outcome, who
from xinglin.flow.candidates import Shown
from xinglin.flow.images import place_of
from xinglin.records.candidates import NOT_A_FINDING, Candidate


def collect_candidate_patches(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A set of patches of nobody."""
    from xinglin.flow.image_set_commands import card_lines
    from xinglin.flow.image_sets import written
    from xinglin.training.candidate_patches import candidate_patches

    took = candidates.took(asked.house(), given["from"]) if given["from"] else None
    found = candidate_patches(given["people"], given["each"], seed=given["seed"] or 0, name=given["name"], took=took, note=asked.note)
    folder = written(found, given["out"])
    value = {"set": str(folder), "digest": found.card.digest, "pictures": len(found), "card": msgspec.to_builtins(found.card)}
    return Outcome(value, (*card_lines(found.card), str(folder)))


def candidates_judge(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The free-response curve of a finder, kept with it."""
    from xinglin.flow.image_model_commands import score_line

    kept = candidates.judged(asked.house(), given["model"], scans=given["scans"], by=given["by"] or who(), note=asked.note)
    judgement = kept.told.judgement
    reference = f"{kept.told.name}@{kept.digest[:12]}"
    lines = [score_line(one) for one in judgement.scores] if judgement else []
    groups = judgement.groups if judgement else {}
    lines += [f"  {name}: {one['found at 4']:.2f} of {one['nodules']:.0f}" for name, one in groups.items()]
    return Outcome({"model": reference, "judgement": msgspec.to_builtins(judgement)}, (*lines, reference))


def candidates_find(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Candidates of one series."""
    house = asked.house()
    chart = house.chart(given["chart"])
    shown = candidates.looked_for(
        house, chart, series=given["series"] or "", model=given["model"] or "", by=given["by"] or who(), keep=not given["dry_run"]
    )
    files = candidates.written(house, chart, shown, Path(given["out"])) if given["out"] and not given["dry_run"] else []
    return Outcome(_value(shown, files), tuple(_lines(shown)))


def candidates_list(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The list found last."""
    house = asked.house()
    chart = house.chart(given["chart"])
    shown = candidates.listed(house, chart, given["series"] or "")
    files = candidates.written(house, chart, shown, Path(given["out"])) if given["out"] else []
    return Outcome(_value(shown, files), tuple(_lines(shown)))


def candidates_confirm(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A candidate becomes a person's finding."""
    house = asked.house()
    chart = house.chart(given["chart"])
    lesion, decision = candidates.confirmed(
        house, chart, _number(given["number"]), by=given["by"] or who(), text=given["text"] or "", name=given["name"] or "", kind=given["type"] or "",
        series=given["series"] or "", at=place_of(given["at"]) if given["at"] else None, target=given["target"],
    )  # fmt: skip
    value = {"chart": chart.id, "lesion": telling.lesion_value(lesion), "decision": msgspec.to_builtins(decision)}
    return Outcome(value, (telling.lesion_line(lesion), lesion.name))


def candidates_reject(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A candidate is nothing."""
    house = asked.house()
    chart = house.chart(given["chart"])
    decision = candidates.rejected(
        house, chart, _number(given["number"]), by=given["by"] or who(), text=given["text"] or "", series=given["series"] or ""
    )
    return Outcome({"chart": chart.id, "decision": msgspec.to_builtins(decision)}, (f"candidate {decision.number}: rejected",))


def _number(word: object) -> int:
    """A candidate's number as it was typed; 0, which no candidate has, for anything else."""
    text = str(word)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _value(shown: Shown, files: list[Path]) -> dict[str, Any]:
    rows = [msgspec.to_builtins(one) | {"decision": _said(shown, one)} for one in shown.told.candidates]
    told = msgspec.to_builtins(shown.told) | {"candidates": rows}
    return {"chart": shown.chart, "label": NOT_A_FINDING["en"], **told, "files": [str(one) for one in files]}


def _said(shown: Shown, one: Candidate) -> dict[str, Any] | None:
    decision = shown.decision(one.number)
    return None if decision is None else msgspec.to_builtins(decision)


def _lines(shown: Shown) -> Iterator[str]:
    told = shown.told
    yield f"{NOT_A_FINDING['en']}. {told.model}{'' if told.in_use else ', not in use'}, series {told.series_uid}"
    yield from (f"  note: {note}" for note in told.notes)
    for one in told.candidates:
        decision = shown.decision(one.number)
        x, y, z = one.place_mm
        said = f"  {decision.verdict} by {decision.by}{f' as {decision.lesion}' if decision.lesion else ''}" if decision else ""
        yield (
            f"{one.number:3d}  score {one.score:.2f}  about {one.diameter_mm:4.1f} mm  slice {one.slice_index + 1}"
            f"  {x:.1f},{y:.1f},{z:.1f}  {one.side or ''}{said}"
        )
    if not told.candidates:
        yield "no candidates"
