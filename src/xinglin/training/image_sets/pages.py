"""The card of a set as people read it: a page in English and one in Chinese, in Markdown and HTML, and a sheet of some of the pictures.

The pictures on the sheet are the user's own: the sheet is written into the set's folder and nowhere else.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinglin.records.image_learning import DataCard
from xinglin.training.image_sets.image_set import ImageSet
from xinglin.training.image_sets.sayings import in_chinese

SHEET = "contact-sheet.png"
ON_SHEET = 64
_WORDS = {
    "title": ("Set of pictures: {name}", "图像数据集：{name}"),
    "not for": (
        "Pictures of people, for learning and judging models inside this house. Do not pass this folder on.",
        "含患者图像，仅供本机构内训练与评价模型使用。请勿外传此文件夹。",
    ),
    "what": ("What a picture is", "图像形式"), "shape": ("shape", "尺寸"), "channels": ("channels", "通道"), "range": ("range", "数值范围"),
    "modality": ("modality", "成像方式"), "spacing": ("spacing, mm", "间距（mm）"), "mirrored": ("may be mirrored", "允许镜像"),
    "masks": ("labels of the masks", "掩膜标签"), "domains": ("domains", "两个域"), "yes": ("yes", "是"), "no": ("no", "否"),
    "sides": ("Sides", "划分"), "side": ("side", "部分"), "pictures": ("pictures", "图像"), "people": ("people", "患者"),
    "train": ("learnt from", "训练"), "held-out": ("looked at while learning", "验证（训练中查看）"), "test": ("kept for the end", "测试（留到最后）"),
    "left out": ("Left out", "未纳入"), "nothing": ("nothing", "无"), "warnings": ("To be known", "须知"), "conditions": ("Conditions", "条件"),
    "least": ("least", "最小"), "median": ("median", "中位数"), "greatest": ("greatest", "最大"), "histogram": ("Values", "数值分布"),
    "source": ("source", "来源"), "licence": ("licence", "许可"), "digest": ("digest", "摘要"), "seed": ("seed", "随机种子"),
    "artificial": ("pictures that say they are artificial", "自述为人工合成的图像"), "sheet": ("Some of the pictures", "部分图像"),
    "?": ("not known", "未知"),
}  # fmt: skip
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#222}table{border-collapse:collapse}"
    "td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}img{max-width:100%}.odd{background:#fff4d6;padding:.5rem 1rem}"
)


def pages_of(found: ImageSet) -> dict[str, bytes]:
    """File name -> bytes: card.en.md, card.zh.md, card.en.html, card.zh.html, contact-sheet.png."""
    pages = {SHEET: contact_sheet(found)}
    for place, language in enumerate(("en", "zh")):
        blocks = list(_blocks(found.card, place))
        pages[f"card.{language}.md"] = _markdown(blocks).encode()
        pages[f"card.{language}.html"] = _html(blocks, found.card, language).encode()
    return pages


def contact_sheet(found: ImageSet, most: int = ON_SHEET) -> bytes:
    """A PNG of up to `most` pictures in rows of eight, drawn by their digests; of a volume its middle slice, the edge of a mask bright."""
    from PIL import Image

    order = sorted(range(len(found)), key=lambda place: found.items[place].digest)[:most]
    tiles = [_tile(found, place) for place in order]
    side, tall = max(tile.shape[1] for tile in tiles), max(tile.shape[0] for tile in tiles)
    columns = min(8, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * (tall + 2) - 2, columns * (side + 2) - 2, 3), 40, np.uint8)
    for number, tile in enumerate(tiles):
        top, left = number // columns * (tall + 2), number % columns * (side + 2)
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    kept = io.BytesIO()
    grow = max(1, 64 // max(side, tall))
    Image.fromarray(sheet.repeat(grow, 0).repeat(grow, 1)).save(kept, "PNG")
    return kept.getvalue()


def _tile(found: ImageSet, place: int) -> NDArray[np.uint8]:
    values = ((found.scaled([place])[0] + 1) * 127.5).astype(np.uint8)
    mask = None if found.masks is None else np.asarray(found.masks[place])
    if values.ndim == 4:
        middle = values.shape[1] // 2
        if mask is not None and mask.any():
            middle = int((mask > 0).sum((1, 2)).argmax())
        values, mask = values[:, middle], None if mask is None else mask[middle]
    tile = np.moveaxis(values, 0, -1) if len(values) == 3 and not found.form.unit else values[len(values) // 2][..., None].repeat(3, -1)
    if mask is not None:
        inside = mask > 0
        padded = np.pad(inside, 1)
        whole = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
        tile = tile.copy()
        tile[inside & ~whole] = (255, 200, 0)
    return tile


Block = tuple[str, Any]  # ("h1" | "h2" | "p" | "odd" | "rows" | "list" | "bars" | "image", content)


def _blocks(card: DataCard, language: int) -> Iterator[Block]:
    word = {key: both[language] for key, both in _WORDS.items()}
    told = in_chinese if language else str
    yield "h1", word["title"].format(name=card.name)
    yield "odd", [word["not for"]]
    if card.warnings:
        yield "h2", word["warnings"]
        yield "odd", [told(one) for one in card.warnings]
    yield "h2", word["what"]
    yield "rows", list(_form_rows(card, word))
    yield "h2", word["sides"]
    sides = [(word[side], f"{card.counts[side]:,}", f"{card.persons[side]:,}") for side in card.counts]
    yield "rows", [(word["side"], word["pictures"], word["people"]), *sides]
    yield "h2", word["left out"]
    gone = sorted(card.left_out.items(), key=lambda one: (-one[1], one[0]))
    yield "rows", [(told(reason), f"{count:,}") for reason, count in gone] or [(word["nothing"], "")]
    if card.levels or card.numbers:
        yield "h2", word["conditions"]
        yield "rows", list(_condition_rows(card, word))
    yield "h2", word["histogram"]
    yield "bars", card
    yield "h2", word["sheet"]
    yield "image", SHEET


def _form_rows(card: DataCard, word: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    form = card.form
    yield word["shape"], " x ".join(map(str, form.shape))
    yield word["channels"], str(form.channels)
    yield word["range"], f"{form.low:g} ... {form.high:g} {form.unit}".strip()
    more = {
        "modality": form.modality, "spacing": " x ".join(f"{one:g}" for one in form.spacing_mm), "masks": ", ".join(form.masks),
        "domains": ", ".join(form.domains), "mirrored": word["yes" if form.mirrored else "no"], "source": card.source, "licence": card.licence,
        "artificial": str(card.synthetic) if card.synthetic else "", "seed": str(card.seed), "digest": card.digest[:16],
    }  # fmt: skip
    yield from ((word[key], text) for key, text in more.items() if text)


def _condition_rows(card: DataCard, word: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, levels in card.levels.items():
        yield name, ", ".join(f"{word['?'] if level == '?' else level}: {count:,}" for level, count in levels.items())
    for name, (least, middle, most) in card.numbers.items():
        yield name, f"{word['least']} {least:g}, {word['median']} {middle:g}, {word['greatest']} {most:g}"


def _markdown(blocks: list[Block]) -> str:
    lines: list[str] = []
    for kind, content in blocks:
        if kind in ("h1", "h2"):
            lines += [f"{'#' if kind == 'h1' else '##'} {_plain(content)}", ""]
        elif kind == "odd":
            lines += [*(f"- {_plain(one)}" for one in content), ""]
        elif kind == "rows":
            width = max(map(len, content))
            lines += ["|" + " |" * width, "|" + "---|" * width]
            lines += ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in content] + [""]
        elif kind == "bars":
            lines += [f"`{_bars(content)}`", ""]
        else:
            lines += [f"![]({content})", ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return "".join(" " if one in "\r\n" else f"\\{one}" if one in "|<>`[]*_\\" else one for one in text)


def _bars(card: DataCard) -> str:
    steps, most = " ▁▂▃▄▅▆▇█", max(card.histogram) or 1
    return "".join(steps[int(np.ceil(8 * (share / most) ** 0.5))] for share in card.histogram)


def _html(blocks: list[Block], card: DataCard, language: str) -> str:
    body: list[str] = []
    for kind, content in blocks:
        if kind in ("h1", "h2"):
            body.append(f"<{kind}>{html.escape(content)}</{kind}>")
        elif kind == "odd":
            body.append('<ul class="odd">' + "".join(f"<li>{html.escape(one)}</li>" for one in content) + "</ul>")
        elif kind == "rows":
            rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in content)
            body.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
        elif kind == "bars":
            body.append(_drawing(content))
        else:
            body.append(f'<p><img src="{content}" alt=""></p>')
    title = html.escape(card.name)
    page = {"en": "en", "zh": "zh-CN"}[language]
    head = f'<!doctype html><html lang="{page}"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
    return head + "<body>" + "\n".join(body) + "</body></html>\n"


def _drawing(card: DataCard) -> str:
    """The histogram, heights as square roots so that rare values are seen."""
    most = max(card.histogram) or 1.0
    bars = "".join(
        f'<rect x="{10 * place}" y="{120 - height:.1f}" width="9" height="{height:.1f}"/>'
        for place, share in enumerate(card.histogram)
        if (height := 120 * (share / most) ** 0.5) > 0
    )
    low, high = (html.escape(f"{end:g} {card.form.unit}".strip()) for end in (card.form.low, card.form.high))
    ends = f'<text x="0" y="138" font-size="12">{low}</text><text x="640" y="138" font-size="12" text-anchor="end">{high}</text>'
    return f'<svg viewBox="0 0 640 142" role="img" fill="#356">{bars}{ends}</svg>'
