"""The commands about trained models: learn, list, show, bring into use, take back, foretell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from xinglin.flow import outcomes
from xinglin.flow.asked import Asked, Outcome, who
from xinglin.records.errors import UsageError
from xinglin.records.prediction import ModelCard, ModelScore, Prediction


def train_outcome(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Learn an outcome from a table."""
    time, _, event = (given["survival"] or "").partition(",")
    column, _, positive = (given["outcome"] or "").partition("=")
    features = _words(given["features"])
    table, columns = outcomes.table_asked(
        given["table"], outcome=column, time=time, event=event, features=features, categories=given["category"], leave_out=given["leave_out"],
        encoding=given["encoding"],
    )  # fmt: skip
    design = outcomes.design_of(
        table, columns, outcome=column, positive=positive, features=features, horizons=[_number(one, "--horizon") for one in given["horizon"]],
        groups=_groups(given["group"]), actionable=_words(given["actionable"]), unit=given["unit"] or "",
    )  # fmt: skip
    card = outcomes.learnt(
        asked.house(), table, design, name=given["name"] or outcomes.name_of(column or columns.event), model=given["model"] or "", seed=given["seed"] or 0,
        repeats=max(1, given["repeats"]), intended_use=given["use"] or "", by=given["by"] or who(), keep=not given["dry_run"], note=asked.note,
    )  # fmt: skip
    return _learnt(card, kept=not given["dry_run"])


def train_effect(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Learn what a treatment does from a table."""
    time, _, event = (given["survival"] or "").partition(",")
    column, _, positive = (given["outcome"] or "").partition("=")
    treatment, _, treated = given["treatment"].partition("=")
    features = _words(given["features"])
    table, columns = outcomes.table_asked(
        given["table"], outcome=column, time=time, event=event, features=features, categories=given["category"], leave_out=given["leave_out"],
        encoding=given["encoding"], treatment=treatment,
    )  # fmt: skip
    design = outcomes.effect_design_of(
        table, columns, treatment=treatment, treated=treated, outcome=column, positive=positive, features=features,
        horizon=_number(given["horizon"], "--horizon") if given["horizon"] else None, unit=given["unit"] or "", effect_on=given["effect_on"],
    )  # fmt: skip
    card = outcomes.effect_learnt(
        asked.house(), table, design, name=given["name"] or outcomes.name_of(f"{treatment} on {column or columns.event}"), model=given["model"] or "",
        seed=given["seed"] or 0, repeats=max(1, given["repeats"]), intended_use=given["use"] or "", by=given["by"] or who(),
        keep=not given["dry_run"], note=asked.note,
    )  # fmt: skip
    return _learnt(card, kept=not given["dry_run"])


def _learnt(card: ModelCard, *, kept: bool) -> Outcome:
    reference = f"{card.name}@{card.digest[:12]}"
    value = {"model": reference, "aliases": ["challenger"] if kept else [], "kept": kept, "card": card_value(card)}
    return Outcome(value, (*card_lines(card), reference))


def predict(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """What a model says of persons."""
    limits = {
        name: None if given[name] is None else _number(given[name], f"--{name.replace('_', '-')}") for name in ("at_most", "at_least")
    }
    told = outcomes.foretold(
        asked.house(), given["model"], table=given["table"], row=given["row"], encoding=given["encoding"], at_most=limits["at_most"],
        at_least=limits["at_least"], changes=given["changes"] or any(one is not None for one in limits.values()),
    )  # fmt: skip
    rows = [{"row": number, "predictions": [prediction_value(one) for one in each]} for number, each in enumerate(told, 1)]
    lines = [line for number, each in enumerate(told, 1) for line in _told_lines(number, each, len(told) == 1)]
    return Outcome({"model": told[0][0].model if told and told[0] else "", "rows": rows}, tuple(lines))


def models_list(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """What is kept: `models` are the house's own, as scripts were promised; `shipped` those that come with Xinglin."""
    rows = outcomes.listed(asked.house())
    lines = [f"{r.model:<34}{r.keeps:<10}{r.kind:<16}{', '.join(r.aliases):<12}{r.made_at}".rstrip() for r in rows]
    value = {
        name: [msgspec.to_builtins(one) for one in rows if one.shipped is shipped]
        for name, shipped in (("models", False), ("shipped", True))
    }
    return Outcome(value, tuple(lines))


def models_show(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A model's card."""
    kept = outcomes.registry(asked.house())
    named, digest = kept.digest(given["model"])
    card = kept.card(given["model"])
    promotions = [msgspec.to_builtins(one) for one in named.promotions]
    value = {
        "model": f"{card.name}@{digest[:12]}",
        "aliases": list(named.aliases(digest)),
        "card": card_value(card),
        "promotions": promotions,
    }
    return Outcome(value, tuple(card_lines(card)))


def models_promote(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Bring the challenger into use."""
    house = asked.house()
    if given["dry_run"]:
        comparison = outcomes.compared(house, given["name"], given["table"], given["encoding"])
    else:
        _, comparison = outcomes.promoted(
            house, given["name"], given["by"], table=given["table"], why=given["reason"] or "", encoding=given["encoding"]
        )
    reference = f"{given['name']}@{comparison.challenger[:12]}"
    value = {
        "model": reference,
        "promoted": not given["dry_run"],
        "by": given["by"],
        "comparison": msgspec.to_builtins(comparison) | {"worse": comparison.worse},
    }
    return Outcome(value, (comparison.told(), reference))


def models_rollback(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Back to the model before."""
    named = outcomes.registry(asked.house()).roll_back(given["name"], given["by"], given["reason"])
    reference = f"{named.name}@{named.champion[:12]}"
    return Outcome({"model": reference, "by": given["by"], "challenger": f"{named.name}@{named.challenger[:12]}"}, (reference,))


def card_value(card: ModelCard) -> dict[str, Any]:
    """A card as JSON: the design without the columns it does not use."""
    value = msgspec.to_builtins(card)
    if card.design:
        used = (*card.design.features, card.design.outcome, card.design.table.time, card.design.table.event, card.design.treatment)
        value["design"]["table"]["columns"] = [one for one in value["design"]["table"]["columns"] if one["name"] in used]
    return value


def card_lines(card: ModelCard) -> Iterator[str]:
    """A card for people."""
    yield f"{card.name}: {card.kind}@{card.version}, learnt from {card.trained_rows:,} people"
    if card.intended_use:
        yield f"for: {card.intended_use}"
    yield f"not: {card.not_for}"
    for score in card.scores:
        yield score_line(score)
    yield from card.notes
    if card.promoted_by:
        yield f"brought into use by {card.promoted_by}"


def score_line(score: ModelScore) -> str:
    """ "mean absolute error  8.31 (8.05 to 8.52), 4,217 held-out people, 1 x 5-fold"."""
    limits = "" if score.low is None or score.high is None else f" ({score.low:.3g} to {score.high:.3g})"
    return f"{score.name}: {score.value:.3g}{limits}, {score.rows:,} held-out people, {score.split}"


def prediction_value(one: Prediction) -> dict[str, Any]:
    """A prediction as JSON."""
    return msgspec.to_builtins(one)


def _told_lines(number: int, each: Sequence[Prediction], whole: bool) -> Iterator[str]:
    for one in each:
        at = "" if one.horizon is None else f" free of it at {one.horizon:g}"
        start = "" if whole else f"row {number}: "
        if one.declined:
            yield f"{start}nothing is foretold: {one.declined}"
            return
        limits = (
            " (too few like this one for limits)"
            if one.low is None or one.high is None
            else f" ({one.low:.3g} to {one.high:.3g}, {one.level:.0%})"
        )
        if one.treatment:
            yield f"{start}{one.treatment} changes {one.outcome} by {one.value:+.4g}{' ' + one.unit if one.unit else ''}{limits}"
            continue
        yield f"{start}{one.outcome}{at}: {one.value:.4g}{' ' + one.unit if one.unit else ''}{limits}"
    if whole:
        yield from _moved_lines(each[-1])


def _moved_lines(one: Prediction) -> Iterator[str]:
    for part in sorted(one.contributions, key=lambda part: -abs(part.effect))[:12]:
        yield f"  {part.effect:+.3f}  {part.feature} = {part.value or 'missing'}"
    if one.contributions:
        yield f"  {one.baseline:+.3f}  baseline ({one.contributions[0].scale})"
    for change in one.changes:
        yield f"  would be {change.predicted:.4g} with {change.feature} = {change.then} (now {change.was or 'missing'})"
    if one.without:
        yield "  told without: " + ", ".join(one.without)
    if one.missing:
        yield "  missing: " + ", ".join(one.missing)
    if one.outside:
        yield "  outside the usual range: " + ", ".join(one.outside)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError("XL-OUTCOME-025", "this is no number", where=where, fix="write 365 or 0.2") from None


def _groups(pairs: Sequence[str]) -> dict[str, str]:
    """feature -> kind of source, from "gene=a,b" words."""
    found = {}
    for pair in pairs:
        kind, mark, names = pair.partition("=")
        if not mark or not _words(names):
            raise UsageError("XL-OUTCOME-026", "a kind of source names no features", where="--group", fix="write gene=cyp2c9,vkorc1")
        found |= dict.fromkeys(_words(names), kind)
    return found
