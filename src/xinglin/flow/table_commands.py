"""The command that makes a synthetic table of a user's own: judged first, written only where it gives nobody away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xinglin import __version__
from xinglin.flow.asked import Asked, Outcome
from xinglin.flow.tables import SyntheticTable, synthesised
from xinglin.intake.tables import read_table
from xinglin.privacy import labels


def synthesise(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A table of nobody like the user's own."""
    from xinglin.review.tables import report_value, see_that_a_table_fits, see_that_it_is_safe, write_synthetic

    house = asked.house()
    writes = bool(given["out"]) and not given["dry_run"]
    if writes:
        see_that_a_table_fits(Path(given["out"]), house.settings.home)
    table, design = read_table(
        given["table"], time=given["time"] or "", event=given["event"] or "", categories=given["category"], leave_out=given["leave_out"],
        encoding=given["encoding"],
    )  # fmt: skip
    made = synthesised(
        table, design, rows=given["rows"], conditions=given["condition"], constraints=given["constraint"], target=given["target"] or "",
        model=given["model"], seed=given["seed"] or 0,
    )  # fmt: skip
    see_that_it_is_safe(made.judgement)
    files: list[Path] = []
    if writes:
        label = labels.label_for("en", f"table-{given['seed'] or 0}", labels.software_producer(__version__), house.settings.organisation)
        files = write_synthetic(
            made.table, made.real, made.design, made.judgement, made.how, Path(given["out"]), home=house.settings.home,
            language=given["lang"] or "en", label=label,
        )  # fmt: skip
    value = {"synthetic": True, "how": dict(made.how)} | report_value(made.judgement) | {"files": [str(one) for one in files]}
    return Outcome(value, (*_lines(made), *map(str, files[-1:])))


def _lines(made: SyntheticTable) -> Iterator[str]:
    fidelity, privacy, use = made.judgement.fidelity, made.judgement.privacy, made.judgement.usefulness
    yield f"{made.judgement.rows_made:,} rows of nobody, learnt from {made.judgement.rows_fit:,}; {made.judgement.rows_held:,} kept out to judge"
    area, low, high = fidelity.told_apart
    if made.how["conditions"] and made.how["judged_by"] == "all_rows":
        yield "the rows asked for are told apart from people of every kind: too few held-out people are as asked, so what follows is no judgement of likeness"
    yield f"told apart from held-out people: {area:.2f} ({low:.2f} to {high:.2f}; 0.5 is not at all)"
    if use:
        yield f"{use.measure} on held-out people: {use.made:.3f} trained on synthetic, {use.real:.3f} trained on real rows"
    area, low, high = privacy.membership
    yield f"near-copies: {privacy.near_copies}; who was in it can be told: {area:.2f} ({low:.2f} to {high:.2f}; 0.5 is not at all)"
    yield f"{made.how['drawn']:,} drawn, of which {made.how['near_copies']:,} too near a person, {made.how['broke_a_rule']:,} against a constraint, {made.how['not_as_asked']:,} not as asked"
