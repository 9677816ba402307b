"""The report of a generator as one HTML file: gates, every score beside its floor, sheets of pictures, nearest neighbours, curves."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.contact_sheet import grey_values
from xinglin.models.picture_scores import standing
from xinglin.training.image_judging.report_words import AREAS, WORDS, name_in, note_in
from xinglin.training.image_judging.spectra import SMALLEST, STEPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.image_learning import ImageForm, ImageScore, Spread
    from xinglin.training.image_judging.judged import Judged

    Pictures = NDArray[np.floating]

SHOWN, ACROSS, LEAST = 32, 8, 96
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#222}h1{font-size:1.5rem}
h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}td,th{padding:.25rem .5rem;border-bottom:1px solid #ddd;text-align:left;
vertical-align:top}td.n{white-space:nowrap;font-variant-numeric:tabular-nums}.label{background:#fff3c4;padding:.5rem .75rem;border-left:4px solid #d9a400}
.inside{background:#fde2e0;padding:.5rem .75rem;border-left:4px solid #c0392b}.ok{color:#1a7f37}.no{color:#b42318;font-weight:600}img{max-width:100%;
image-rendering:pixelated}.sheets{display:flex;gap:1rem;flex-wrap:wrap}.sheets figure{margin:0;flex:1 1 26rem}small{color:#666}"""


def report_page(judged: Judged, form: ImageForm, set_name: str, language: str = "en") -> bytes:
    """The page. Words in "en" or "zh". It shows real pictures and says that it stays in the house."""
    words, told = WORDS[language], judged.judgement
    parts = [
        f"<h1>{escape(words['title'].format(model=told.model))}</h1>",
        f"<p class=label>{escape(words['label'])}</p><p class=inside>{escape(words['inside'])}</p>",
        f"<p>{escape(words['lead'].format(made=told.made, real=len(judged.real), set=set_name))}</p>",
        *_gates(told.scores, words, language), *_scores(told.scores, words, language), *_pictures(judged, words), *_nearest(judged, words),
        *_curves(judged, form, words), *_groups(told.groups, words, language),
        f"<h2>{words['notes']}</h2><ul>" + "".join(f"<li>{escape(note_in(one, language))}</li>" for one in told.notes) + "</ul>",
        f"<p><small>{words['set']} {told.set_digest[:16]} · {escape(words['seed'].format(seed=told.seed))}</small></p>",
    ]  # fmt: skip
    head = f"<meta charset=utf-8><title>{escape(words['title'].format(model=told.model))}</title><style>{STYLE}</style>"
    return f'<!doctype html><html lang="{words["lang"]}"><head>{head}</head><body>{"".join(parts)}</body></html>\n'.encode()


def _gates(scores: Sequence[ImageScore], words: Mapping[str, str], language: str) -> Iterator[str]:
    yield f"<h2>{words['gates']}</h2><table>"
    for one in scores:
        if one.passed is not None:
            told = f"<td class={'ok' if one.passed else 'no'}>{words[standing(one)]}"
            yield f"<tr><td>{escape(name_in(one.name, language))}<td class=n>{_told(one.made)}<td class=n>{words['gate']} {one.gate:g}{told}</tr>"
    yield "</table>"


def _scores(scores: Sequence[ImageScore], words: Mapping[str, str], language: str) -> Iterator[str]:
    for area, title in AREAS[language].items():
        here = [one for one in scores if one.area == area]
        if not here:
            continue
        yield (
            f"<h2>{title}</h2><table><tr>"
            + "".join(f"<th>{words[one]}" for one in ("score", "value", "floor", "better", "count"))
            + "</tr>"
        )
        for one in here:
            about = f"<br><small>{escape(one.about)}</small>" if one.about and language == "en" else ""
            yield f"<tr><td>{escape(name_in(one.name, language))}{about}<td class=n>{_told(one.made)}<td class=n>{_told(one.floor)}"
            yield f"<td>{words[one.better]}<td class=n>{one.count}</tr>"
        yield "</table>"


def _told(spread: Spread | None) -> str:
    if spread is None:
        return "–"
    limits = "" if spread.low is None or spread.high is None else f" ({spread.low:.3g} – {spread.high:.3g})"
    return f"{spread.value:.3g}{limits}"


def _pictures(judged: Judged, words: Mapping[str, str]) -> Iterator[str]:
    yield "<div class=sheets>"
    for name, pictures in (("sheet_made", judged.made), ("sheet_real", judged.real)):
        some = np.sort(np.random.default_rng(judged.judgement.seed).permutation(len(pictures))[:SHOWN])
        yield f"<figure><h2>{words[name]}</h2><img alt='{words[name]}' src='{png_address(sheet(pictures[some]))}'></figure>"
    yield "</div>"


def gallery(judged: Judged) -> bytes | None:
    """The made pictures that are nearest to learnt-from ones, above these, as PNG; None where copies were not sought."""
    if judged.copies is None or judged.nearest_real is None:
        return None
    places = [one[0] for one in judged.judgement.nearest]
    mirrored = judged.copies.nearest.mirrored[places]
    real = np.stack([one[..., ::-1] if turned else one for one, turned in zip(judged.nearest_real, mirrored, strict=True)])
    rows = []
    for start in range(0, len(places), ACROSS):
        rows += [judged.made[places[start : start + ACROSS]], real[start : start + ACROSS]]
    return sheet(np.concatenate(rows))


def _nearest(judged: Judged, words: Mapping[str, str]) -> Iterator[str]:
    png = gallery(judged)
    if png is not None:
        yield f"<h2>{words['nearest']}</h2><img alt='{words['nearest']}' src='{png_address(png)}'>"
        told = " · ".join(f"{distance:.2f}" for _, _, distance in judged.judgement.nearest)
        yield f"<p><small>{escape(words['nearest_note'])}<br>{told}</small></p>"


def sheet(pictures: Pictures) -> bytes:
    """Pictures (n, channels, ...) in [-1, 1] on one PNG, eight across, without words."""
    from PIL import Image

    shown = grey_values(np.asarray(pictures, dtype=np.float32))
    factor = max(1, -(-LEAST // max(shown.shape[1:3])))
    rows, columns = shown.shape[1] * factor, shown.shape[2] * factor
    whole = Image.new("RGB", (min(ACROSS, len(shown)) * (columns + 2), -(-len(shown) // ACROSS) * (rows + 2)), (24, 24, 24))
    for number, levels in enumerate(shown):
        one = Image.fromarray(levels).convert("RGB").resize((columns, rows), Image.Resampling.NEAREST)
        whole.paste(one, (number % ACROSS * (columns + 2), number // ACROSS * (rows + 2)))
    return _png(whole)


def _png(image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def png_address(png: bytes) -> str:
    """A PNG as an address within a page."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _curves(judged: Judged, form: ImageForm, words: Mapping[str, str]) -> Iterator[str]:
    real, made = judged.described_real, judged.described_made
    decibel = [10 * np.log10(one.spectrum.mean(axis=0) + SMALLEST) for one in (real, made)]
    across = np.arange(1, len(decibel[0]) + 1)
    values = [one.values.mean(axis=0).reshape(-1, STEPS).mean(axis=0) for one in (real, made)]
    units = np.linspace(form.low, form.high, STEPS)
    yield "<div class=sheets>"
    for name, x, lines in (("spectrum", across, decibel), ("histogram", units, values)):
        axes = escape(words[f"{name}_axes"].format(unit=form.unit or ""))
        yield f"<figure><h2>{words[name]}</h2>{chart(x, lines[0], lines[1], words['real'], words['made'])}<small>{axes}</small></figure>"
    yield "</div>"


def chart(x: NDArray, real: NDArray, made: NDArray, real_name: str, made_name: str) -> str:
    """Two lines as SVG: real in blue, made in orange and dashed."""
    low, high = float(min(real.min(), made.min())), float(max(real.max(), made.max()))
    span, wide = max(high - low, 1e-9), max(float(x[-1] - x[0]), 1e-9)

    def path(line: NDArray) -> str:
        return " ".join(
            f"{40 + 350 * (float(a) - float(x[0])) / wide:.1f},{180 - 160 * (float(b) - low) / span:.1f}"
            for a, b in zip(x, line, strict=True)
        )

    ticks = f"<text x=2 y=24 font-size=10>{high:.3g}</text><text x=2 y=182 font-size=10>{low:.3g}</text>"
    ticks += f"<text x=40 y=196 font-size=10>{float(x[0]):g}</text><text x=370 y=196 font-size=10>{float(x[-1]):g}</text>"
    keys = f"<text x=300 y=30 font-size=12 fill='#1f5fa8'>— {escape(real_name)}</text><text x=300 y=46 font-size=12 fill='#d1600a'>- - {escape(made_name)}</text>"
    lines = f"<polyline fill=none stroke='#1f5fa8' stroke-width=2 points='{path(real)}'/>"
    lines += f"<polyline fill=none stroke='#d1600a' stroke-width=2 stroke-dasharray='5 3' points='{path(made)}'/>"
    return f"<svg viewBox='0 0 400 200' role=img xmlns='http://www.w3.org/2000/svg'><path d='M40 20V180H390' fill=none stroke='#999'/>{ticks}{keys}{lines}</svg>"


def _groups(groups: Mapping[str, Mapping[str, float]], words: Mapping[str, str], language: str) -> Iterator[str]:
    if groups:
        columns = list(next(iter(groups.values())))
        yield (
            f"<h2>{words['groups']}</h2><table><tr><th>{words['group']}"
            + "".join(f"<th>{escape(name_in(one, language))}" for one in columns)
            + "</tr>"
        )
        for name, told in groups.items():
            yield f"<tr><td>{escape(name)}" + "".join(f"<td class=n>{told[one]:.3g}" for one in columns) + "</tr>"
        yield "</table>"
