"""The generator's notes in Chinese: what a reader of the ground truth must know beside the numbers.

The Chinese affirms and never denies: "no airway was found" in a note about a picture would be held against the record.
The generator writes its notes in English. A note that is not in this table stays English, and is never left out.
"""

from __future__ import annotations

import re

_TOO_FEW, _TOO_THICK = r"too few clean edges in the slice \((\d+)\)", "slices are too thick to measure the blur in them"
_NO_KERNEL = "the kernel is not known either, the width is that of an ordinary one"

# How a note reads in English (numbers as groups), and in Chinese.
_SENTENCES = tuple(
    (re.compile(english), chinese)
    for english, chinese in (
        # the nodule: models/lesion/parametric_nodule
        ("the scan itself is, or holds, artificial content", "该扫描本身为人工生成，或含有人工生成的内容"),
        (
            "the nodule is thinner than two slices: a binary mask cannot hold its volume, the fractional one does",
            "结节不足两层厚：二值掩膜难以保留其体积，分数掩膜可以",
        ),
        (
            "the binary mask loses more than a tenth of the volume: see binary_loss_percent",
            "二值掩膜损失的体积超过十分之一，见二值掩膜体积损失",
        ),
        ("part of the nodule lies on vessels or wall: see overlap_percent", "结节的一部分与血管或胸壁重叠"),
        ("the nodule is hardly denser than the lung there", "结节密度仅略高于该处的肺"),
        ("the grain was lessened, or it would have eaten the contrast", "内部纹理已减弱，否则会掩盖对比度"),
        # the inside: models/filled_nodule
        (
            "the inside was drawn by a network: its mean density is measured in what it drew",
            "结节内部由神经网络绘制，平均密度按所绘内容测得",
        ),
        # the place: models/thorax
        (r"many vessels around \((\d+) % of the next 5 mm\): easily taken for one", r"周围血管多（5 mm范围内占\1%），易被误认为血管"),
        (r"some vessels around \((\d+) % of the next 5 mm\)", r"周围有一些血管（5 mm范围内占\1%）"),
        ("hardly a vessel around: stands alone", "周围血管极少，结节孤立"),
        ("on the pleura", "位于胸膜"),
        (r"close to the pleura \((\d+) mm\)", r"靠近胸膜（\1 mm）"),
        ("lobe by position in the lung, fissures not looked for: approximate", "肺叶仅按其在肺内的位置推定，为近似值"),
        ("only part of the lungs is in the scan: the lobe is a guess", "扫描仅包含部分肺，肺叶为推测"),
        # the lungs
        ("lungs: the lungs touch and were cut apart", "肺：两肺相连，已分开"),
        ("lungs: the lungs could not be told apart but by the middle of the chest", "肺：两肺只能按胸部中线分开"),
        ("lungs: the scan begins and ends inside the lungs: only a part of them is here", "肺：扫描的起止层面都在肺内，仅包含部分肺"),
        ("lungs: the scan begins inside the lungs", "肺：扫描起始层面在肺内"),
        ("lungs: the scan ends inside the lungs", "肺：扫描终止层面在肺内"),
        ("lungs: the edge of the picture cuts the lungs", "肺：图像边缘截断了肺"),
        ("lungs: hardly any left lung is found beside the right one", "肺：左肺远小于右肺"),
        ("lungs: hardly any right lung is found beside the left one", "肺：右肺远小于左肺"),
        (r"lungs: a lung volume of (\d+) ml is not that of two whole adult lungs", r"肺：肺体积\1 ml与成人完整的两肺有出入"),
        ("lungs: no airway is found: trachea and bronchi may count as lung", "肺：气道难以找到，气管和支气管可能被计入肺"),
        ("lungs: the lungs are unusually dense: solid parts are missed", "肺：肺密度异常增高，实变部分会被遗漏"),
        # the scanner's blur
        (
            r"blur: edges in the slice disagree \(half the middle range is ([\d.]+) mm\)",
            r"模糊宽度：层面内各边缘有差异（四分位距的一半为\1 mm）",
        ),
        (
            r"blur: edges along slices disagree \(half the middle range is ([\d.]+) mm\)",
            r"模糊宽度：层间各边缘有差异（四分位距的一半为\1 mm）",
        ),
        ("blur: the blur in the slice is below what these voxels can show", "模糊宽度：层面内的模糊小于体素所能显示的程度"),
        (f"blur: {_TOO_FEW}: the width is that of the kernel's class", r"模糊宽度：层面内清晰的边缘过少（\1处），采用该类重建核的宽度"),
        (f"blur: {_TOO_FEW}: {_NO_KERNEL}", r"模糊宽度：层面内清晰的边缘过少（\1处），重建核另属待定，采用普通重建核的宽度"),
        (f"blur: {_TOO_THICK}: the width is that of the kernel's class", "模糊宽度：层厚过大，层面内的模糊难以测量，采用该类重建核的宽度"),
        (f"blur: {_TOO_THICK}: {_NO_KERNEL}", "模糊宽度：层厚过大，层面内的模糊难以测量，重建核另属待定，采用普通重建核的宽度"),
        ("blur: slices are too thick to measure the blur along them", "模糊宽度：层厚过大，层间模糊难以测量"),
        (r"blur: too few clean edges along slices \((\d+)\)", r"模糊宽度：层间清晰的边缘过少（\1处）"),
        (
            "blur: the distance of the slices stands for their thickness, which the file leaves open",
            "模糊宽度：层厚按层间距计（文件只给出层间距）",
        ),
    )
)


def in_chinese(note: str) -> str:
    """The note in Chinese; a note the table does not hold comes back as it is."""
    for english, chinese in _SENTENCES:
        found = english.fullmatch(note)
        if found:
            return found.expand(chinese)
    return note


def affirmed(note: str) -> str:
    """The note in English, without a denial that would be held against the record."""
    told = note.replace("could not be told apart but by the middle", "were told apart by nothing but the middle")
    return told.replace("is not that of two whole adult lungs", "differs from that of two whole adult lungs")
