"""What a set's card says of what is odd and of what was left out: each sentence once, in English and in Chinese.

A card keeps the English sentence with its numbers; the Chinese page finds the sentence again by its pattern.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

SAYINGS: dict[str, tuple[str, str]] = {
    "unknown people": (
        "whose they are is not known of {n} pictures: each file counts as a person of its own, and one person may stand on two sides",
        "{n} 张图像所属患者不明：每个文件按一名患者计，同一患者可能同时出现在不同划分中",
    ),
    "two people": (
        "{n} people are too few to be parted into three sides: nothing is held out, and nothing can be judged on others",
        "仅 {n} 名患者，不足以划分为三部分：没有保留数据，无法在其他患者上评价",
    ),
    "few": ("{n} pictures are few: a model may learn them by heart", "仅 {n} 张图像：模型可能将其逐一记住"),
    "artificial": ("{n} pictures say that they are artificial", "{n} 张图像自述为人工合成"),
    "sizes": (
        "pictures of {n} sizes, {least} to {most}, were brought to {now} by means over areas; {how}",
        "共 {n} 种尺寸（{least} 至 {most}），按面积平均缩放为 {now}；{how}",
    ),
    "pad": ("proportions kept, edges filled with the lowest value", "保持比例，边缘以最低值填充"),
    "cover": ("proportions kept, edges cut off", "保持比例，裁去边缘"),
    "stretch": ("proportions not kept", "未保持比例"),
    "enlarged": (
        "{n} pictures were smaller than {now} and were enlarged: they hold no finer detail",
        "{n} 张图像小于 {now}，已放大：不含更细的细节",
    ),
    "padding": (
        "{n} pictures held values below -1024 HU (padding outside the field); these were set to -1024",
        "{n} 张图像含低于 -1024 HU 的数值（视野外填充），已置为 -1024",
    ),
    "cut off": (
        "of {n} pictures half or more lies at one end of the range: background, a window too narrow, or values cut off before",
        "{n} 张图像有一半以上像素位于数值范围的一端：可能是背景、窗宽过窄，或此前已被截断",
    ),
    "no air": (
        "{n} pictures show no air at all (nothing below -200 HU): whole slices would",
        "{n} 张图像完全没有空气（无低于 -200 HU 的像素）：完整层面应当有",
    ),
    "like HU": (
        "the numbers look like Hounsfield units and were not said to be; if they are, say --unit HU",
        "这些数值像是 CT 值（HU），但未作说明；若确是，请加 --unit HU",
    ),
    "spacing": (
        "a pixel stands for {low} to {high} mm: sizes cannot be compared; --spacing brings all to one",
        "每像素代表 {low} 至 {high} mm：大小不可比较；--spacing 可统一",
    ),
    "spacing missing": (
        "a pixel stands for {low} to {high} mm, and {n} pictures do not tell: sizes cannot be compared",
        "每像素代表 {low} 至 {high} mm，另有 {n} 张未说明：大小不可比较",
    ),
    "rare levels": (
        "{name}: {n} of {all} levels are known of fewer than {least} people each",
        "{name}：{all} 个取值中有 {n} 个的患者少于 {least} 名",
    ),
    "unused rows": ("{n} lines of the table speak of no picture that was used", "表格中有 {n} 行没有对应所用的图像"),
    "two names": (
        "{n} pictures stood under two people; one of each pair was left out: see whether two names are one person",
        "{n} 张图像同时出现在两名患者名下，每对只留一张：请核对是否为同一人",
    ),
    "labels differ": (
        "{n} copies said otherwise than the picture they are copies of (label, finding): look at these labels",
        "{n} 张重复图像的标签与原图不一致：请核对这些标签",
    ),
    "bound": (
        "{n} pictures of unknown people are so like another that they are taken to be of the same person",
        "{n} 张患者不明的图像与另一张极为相似，按同一患者处理",
    ),
    "measured range": (
        "the range of the numbers was not told and was measured: {low} to {high}; --window LOW,HIGH says it",
        "未说明数值范围，按测得的 {low} 至 {high} 取；可用 --window LOW,HIGH 指定",
    ),
    "many levels": ("{name} was left out of the conditions: it has {n} levels", "{name} 未作为条件：取值多达 {n} 个"),
    "not known of": ("{name} is not known of {n} pictures", "{n} 张图像未记载 {name}"),
    "fault": ("{code} {where}: {what}", "{code} {where}：{what}"),
    # reasons, counted
    "not a picture": ("not a picture", "不是图像"),
    "copy": ("copy of another picture", "与另一张完全相同"),
    "near-copy": ("near-copy of another picture", "与另一张几乎相同"),
    "in colour": ("in colour", "彩色图像"),
    "not in colour": ("not in colour", "非彩色图像"),
    "no mask": ("no mask", "没有掩膜"),
    "no partner": ("no partner", "没有配对图像"),
    "no line": ("no line in the table", "表格中没有对应行"),
    "one value": ("of one value", "几乎只有一个数值"),
    "other modality": ("of another modality", "其他成像方式"),
    "cannot be read": ("cannot be read", "无法读取"),
    "cannot be used": ("cannot be used ({code})", "无法使用（{code}）"),
    "not a volume": ("not a volume", "不是容积"),
    "not a flat": ("not a flat picture", "不是平面图像"),
    "no spacing": ("its spacing is not told", "未说明像素间距"),
    "smaller": ("smaller than one patch", "小于一个图块"),
    "transparent": ("transparent", "含透明区域"),
    "too large": ("too large", "过大"),
    "not slices": ("not a series of slices", "不是断层序列"),
    "ct not hu": ("a CT that is not in HU", "数值不是 HU 的 CT"),
    "mask size": ("its mask is of another size", "掩膜尺寸不一致"),
    "partner size": ("its partner is another kind of picture, or of another size", "配对图像的类型或尺寸不一致"),
    "named fault": ("{what} ({code})", "{what}（{code}）"),
}


def say(key: str, fields: Mapping[str, object] | None = None) -> str:
    """The English sentence, filled."""
    return SAYINGS[key][0].format(**(fields or {}))


def in_chinese(sentence: str) -> str:
    """The same sentence in Chinese; as it is where it is none of these."""
    for pattern, chinese in _patterns():
        if match := pattern.fullmatch(sentence):
            return chinese.format(**{name: in_chinese(text) for name, text in match.groupdict().items()})
    return sentence


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    found = []
    for english, chinese in SAYINGS.values():
        parts = re.split(r"\{(\w+)\}", english)
        seen = [f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)]
        found.append((re.compile("".join(seen)), chinese))
    return tuple(sorted(found, key=lambda one: -len(one[0].pattern)))
