"""Ways of learning beside each other, for people: a table in words, and one picture of their losses on held-out people, all on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from xinglin.records.image_learning import Spread
from xinglin.records.image_starts import StartsCompared, WayTaken

SHOWN = (("Fréchet radiomics distance", "FRD"), ("recall", "recall"), ("precision", "precision"))
_WIDTH, _HEIGHT, _EDGE = 720, 340, 60
_HIGHER = ("recall",)
_COLOURS = {"all weights": "#0b6e99", "thin changes": "#3f7d20", "from scratch": "#b3541e"}


def lines_of(found: StartsCompared) -> Iterator[str]:
    """The table, what follows from it, and the commands that keep a model."""
    plan = found.plan
    yield f"{found.set_name} learnt by {found.model}, {plan.steps} steps of {plan.batch * plan.accumulate}, seed {plan.seed}, {plan.precision}: on from {found.started_from}, and from scratch"
    yield from _table(_rows(found))
    if any(one.loss for one in found.ways):
        yield f"losses: on {found.people} people of the test side that none has learnt from, with 95 % intervals, differences person by person"
    if found.made:
        yield f"pictures: {found.made} drawn from each beside people of the sides held-out and test; FRD: lower is nearer; between real ones {_floor(found)}"
    for one in found.ways:
        yield from _verdicts(one)
    yield from found.notes
    yield from (f"keep {one.way}: {one.command}" for one in found.ways)


def _rows(found: StartsCompared) -> list[list[str]]:
    names = [(name, short) for name, short in SHOWN if found.made]
    losses = any(one.loss for one in found.ways)
    head = [
        "way",
        "weights that learn",
        "seconds",
        "processor s",
        *(["loss before", "loss"] if losses else []),
        *(short for _, short in names),
    ]
    rows = [head]
    for one in found.ways:
        scores = {score.name: score.made for score in one.scores}
        share = f"{one.weights_learnt:,} of {found.weights:,}" if one.way == "thin changes" else f"{one.weights_learnt:,}"
        told = [one.way, share, f"{one.seconds:.1f}", f"{one.processor_seconds:.1f}"]
        told += [f"{one.before.value:.4g}" if one.before else "-", _spread(one.loss)] if losses else []
        rows.append(told + [_spread(scores.get(name)) for name, _ in names])
    return rows


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(word.ljust(width) for word, width in zip(row, wide, strict=True)).rstrip()


def _verdicts(way: WayTaken) -> Iterator[str]:
    for name, more in way.beside_scratch.items():
        if more.low is None or more.high is None:
            continue
        sign = -1 if name in _HIGHER else 1
        found = (
            "better than"
            if max(sign * more.low, sign * more.high) < 0
            else "worse than"
            if min(sign * more.low, sign * more.high) > 0
            else "not told apart from"
        )
        when = (
            ""
            if name != "loss" or way.reached is None
            else f"; on held-out people at step {way.reached} as good as from scratch in the end"
        )
        yield f"{way.way}: by {name} {found} learning from scratch at equal steps: {more.value:+.3g} ({more.low:+.3g} to {more.high:+.3g}){when}"


def _floor(found: StartsCompared) -> str:
    scores = {score.name: score.floor for score in found.ways[0].scores}
    return ", ".join(f"{short} {_spread(scores.get(name))}" for name, short in SHOWN)


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return "-"
    return (
        f"{spread.value:.3g}"
        if spread.low is None or spread.high is None
        else f"{spread.value:.3g} ({spread.low:.3g} to {spread.high:.3g})"
    )


def picture_of(found: StartsCompared) -> str:
    """The losses on held-out people as an SVG; the ways share one scale."""
    curves = {one.way: one.curve for one in found.ways if one.curve}
    if not curves:
        return _svg(f'<text x="{_EDGE}" y="{_EDGE}">held-out people were not looked at</text>')
    spans = {
        way: _span([*curve] if not found.one_unit else [point for each in curves.values() for point in each])
        for way, curve in curves.items()
    }
    last = max(step for curve in curves.values() for step, _ in curve) or 1
    title = f"{found.set_name}: loss on held-out people, {found.model}" + ("" if found.one_unit else "; each on a scale of its own")
    drawn = [
        f'<path d="M{_EDGE} {_EDGE}V{_HEIGHT - _EDGE}H{_WIDTH - _EDGE}" fill="none" stroke="#999"/>',
        f'<text x="{_WIDTH - _EDGE}" y="{_HEIGHT - _EDGE + 18}" text-anchor="end">step {last}</text>', f'<text x="{_EDGE}" y="30">{escape(title)}</text>',
        *(_ends(*next(iter(spans.values()))) if found.one_unit else ()),
        *(_drawn(number, way, curve, spans[way], last) for number, (way, curve) in enumerate(curves.items())),
    ]  # fmt: skip
    return _svg("".join(drawn))


def _span(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    return min(loss for _, loss in points), max(loss for _, loss in points)


def _ends(low: float, high: float) -> tuple[str, str]:
    return (f'<text x="{_EDGE - 6}" y="{_EDGE + 4}" text-anchor="end">{high:.3g}</text>',
            f'<text x="{_EDGE - 6}" y="{_HEIGHT - _EDGE + 4}" text-anchor="end">{low:.3g}</text>')  # fmt: skip


def _drawn(number: int, way: str, curve: Sequence[tuple[int, float]], span: tuple[float, float], last: int) -> str:
    low, high = span
    places = " ".join(
        f"{_EDGE + (_WIDTH - 2 * _EDGE) * step / last:.1f},{_HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * (loss - low) / ((high - low) or 1):.1f}"
        for step, loss in curve
    )
    words = f"{way}: {curve[0][1]:.4g} at step {curve[0][0]}, {curve[-1][1]:.4g} at the end"
    return (
        f'<polyline points="{places}" fill="none" stroke="{_COLOURS[way]}" stroke-width="2"/>'
        f'<text x="{_EDGE + 20}" y="{_HEIGHT - 34 + 16 * number}" fill="{_COLOURS[way]}">{escape(words)}</text>'
    )


def _svg(content: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT + 20}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="white"/>{content}</svg>\n'
    )
