"""A blinded reader test: one page with as many real as made pictures in an order of chance, and what its answers say.

The page needs no network. It does not hold which picture is real; that follows from the seed, as does the order.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from xinglin.models.contact_sheet import grey_values
from xinglin.models.scoring import area
from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import ImageScore, Spread
from xinglin.training.image_judging.report_words import READER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.floating]

RESAMPLED, LEAST, SCALE = 2000, 320, (1, 2, 3, 4)


class Answers(msgspec.Struct, frozen=True):
    """What one reader said: for each picture 1 (surely real) to 4 (surely made). `seconds`: how long each took."""

    test: str
    seed: int
    count: int  # pictures
    reader: str
    said: tuple[int, ...]
    seconds: tuple[float, ...] = ()


def which_are_made(count: int, seed: int) -> NDArray[np.bool_]:
    """(count,): half of the places, by the seed."""
    return np.random.default_rng((seed, 7)).permutation(count) % 2 == 1


def reader_test_page(real: Pictures, made: Pictures, *, each: int = 40, seed: int = 0, language: str = "en") -> bytes:
    """The page: `each` real and as many made pictures (n, channels, ...) in [-1, 1], drawn and ordered by the seed.

    Raises InvalidInput XL-JUDGE-020 where there are fewer than two of each.
    """
    each = min(each, len(real), len(made))
    if each < 2:
        raise InvalidInput("XL-JUDGE-020", "too few pictures for a reader test", fix="at least two real and two made ones")
    chance, truth = np.random.default_rng((seed, 8)), which_are_made(2 * each, seed)
    drawn = {True: iter(made[chance.permutation(len(made))[:each]]), False: iter(real[chance.permutation(len(real))[:each]])}
    shown = [_png(next(drawn[bool(one)])) for one in truth]
    test = hashlib.sha256(b"".join(shown)).hexdigest()[:16]
    words = READER[language]
    data = json.dumps({"test": test, "seed": seed, "count": len(shown)})
    pictures = json.dumps([base64.b64encode(one).decode() for one in shown])
    buttons = "".join(f"<button data-n={one}>{one} · {escape(words[str(one)])}</button>" for one in SCALE)
    page = _PAGE.replace("%BUTTONS%", buttons).replace("%DATA%", data).replace("%PICTURES%", pictures)
    for name, word in words.items():
        page = page.replace(f"%{name.upper()}%", escape(word))
    return page.encode()


def _png(picture: Pictures) -> bytes:
    from PIL import Image

    levels = grey_values(np.asarray(picture[None], dtype=np.float32))[0]
    factor = max(1, -(-LEAST // max(levels.shape[:2])))
    file = io.BytesIO()
    Image.fromarray(levels).resize((levels.shape[1] * factor, levels.shape[0] * factor), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def answers_of(content: bytes) -> Answers:
    """A file that the page saved. Raises InvalidInput XL-JUDGE-021 for anything else or an unfinished one."""
    try:
        found = msgspec.json.decode(content, type=Answers)
    except msgspec.DecodeError:
        raise InvalidInput("XL-JUDGE-021", "these are no answers of a reader test", fix="hand in the file that the page saved") from None
    if len(found.said) != found.count or not found.count or set(found.said) - set(SCALE):
        raise InvalidInput(
            "XL-JUDGE-021", "the answers are not whole", where=f"{len(found.said)} of {found.count}", fix="see all pictures, then save"
        )
    return found


def readers_told_apart(answers: Sequence[Answers], seed: int = 0) -> list[ImageScore]:
    """The mean over readers of the area under the ROC curve (0.5: they cannot tell), with 95 % limits by drawing pictures and readers anew.

    Then each reader's own, and the share rightly named. Raises InvalidInput XL-JUDGE-022 where readers saw different tests.
    """
    if len({one.test for one in answers}) != 1:
        raise InvalidInput("XL-JUDGE-022", "the readers saw different tests", fix="hand in answers of one test together")
    truth, said = which_are_made(answers[0].count, answers[0].seed).astype(float), np.array([one.said for one in answers], dtype=float)
    chance, drawn, named = np.random.default_rng(seed), [], []
    for _ in range(RESAMPLED):
        rows = np.concatenate([chance.choice(np.flatnonzero(truth == side), int((truth == side).sum())) for side in (0, 1)])
        whom = chance.integers(0, len(said), len(said))
        drawn.append(np.mean([area(said[one, rows], truth[rows]) for one in whom]))
        named.append(np.mean([((said[one, rows] > 2) == truth[rows]).mean() for one in whom]))
    each = [area(one, truth) for one in said]
    count = answers[0].count
    found = [
        ImageScore("reader AUC, real or made", "fidelity", _spread(float(np.mean(each)), drawn), Spread(0.5), "half", count, "0.5: readers cannot tell"),
        ImageScore("share rightly named", "fidelity", _spread(float(((said > 2) == truth).mean()), named), Spread(0.5), "half", count),
    ]  # fmt: skip
    return found + [
        ImageScore(f"reader AUC, {one.reader or place + 1}", "fidelity", Spread(value), Spread(0.5), "half", count)
        for place, (one, value) in enumerate(zip(answers, each, strict=True))
        if len(each) > 1
    ]


def _spread(value: float, drawn: list) -> Spread:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Spread(value, float(low), float(high))


_PAGE = """<!doctype html><html lang="%LANG%"><head><meta charset=utf-8><title>%TITLE%</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:1.5rem auto;padding:0 1rem;color:#222;text-align:center}
.label{background:#fff3c4;padding:.4rem}.inside{background:#fde2e0;padding:.4rem}button{font:inherit;margin:.3rem;padding:.6rem 1rem;min-height:44px}
img{width:min(100%,26rem);image-rendering:auto;background:#000}[hidden]{display:none}</style></head><body><h1>%TITLE%</h1>
<p class=label>%LABEL%</p><p class=inside>%INSIDE%</p>
<section id=first><p>%HOW%</p><p><label>%NAME% <input id=who autocomplete=off></label></p><button id=go>%START%</button></section>
<section id=test hidden><p id=place aria-live=polite></p><img id=shown alt=""><p>%BUTTONS%</p><small>%KEYS%</small></section>
<section id=last hidden><p>%DONE%</p><button id=save>%SAVE%</button></section>
<script>
const told=%DATA%,pictures=%PICTURES%,said=[],seconds=[];let since=0;const $=one=>document.getElementById(one);
function show(){if(said.length===pictures.length){$('test').hidden=true;$('last').hidden=false;$('save').focus();return}
$('shown').src='data:image/png;base64,'+pictures[said.length];$('place').textContent=(said.length+1)+' %OF% '+pictures.length;since=performance.now()}
function answer(n){if($('test').hidden)return;said.push(n);seconds.push(Math.round(performance.now()-since)/1000);show()}
$('go').onclick=()=>{$('first').hidden=true;$('test').hidden=false;show()};
document.querySelectorAll('[data-n]').forEach(one=>one.onclick=()=>answer(Number(one.dataset.n)));
document.onkeydown=event=>{if('1234'.includes(event.key)&&!event.repeat)answer(Number(event.key))};
$('save').onclick=()=>{const link=document.createElement('a');
link.href=URL.createObjectURL(new Blob([JSON.stringify({...told,reader:$('who').value,said,seconds})],{type:'application/json'}));
link.download='answers-'+told.test+'.json';link.click()};
</script></body></html>
"""
