"""Makes the nodule, and says every number about it as a fact whose evidence is the change itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from xinglin.content.virtual_nodule.asking import nodule_asked_for
from xinglin.content.virtual_nodule.notes import affirmed, in_chinese
from xinglin.records import Chart, Concept, ContentRequest, Evidence, Fact, Quantity
from xinglin.records.errors import NotFound
from xinglin.records.fact import MADE_HERE, MUST_BE_MENTIONED
from xinglin.records.imaging import ImageEdit, ScanSeries
from xinglin.shelf.promises import AbstractLesionGenerator, Bench, Prepared
from xinglin.workup.asked_series import series_asked_for

# key of the truth, name in English and Chinese, UCUM unit, decimals
_NUMBERS = (
    ("diameter_mm", "virtual nodule diameter", "虚拟结节直径", "mm", 2),
    ("volume_mm3", "virtual nodule volume", "虚拟结节体积", "mm3", 1),
    ("solid_diameter_mm", "solid part diameter of the virtual nodule", "虚拟结节实性成分直径", "mm", 2),
    ("mean_hu", "virtual nodule mean density", "虚拟结节平均密度", "[hnsf'U]", 0),
    ("contrast_hu", "virtual nodule contrast", "虚拟结节对比度", "[hnsf'U]", 0),
    ("binary_volume_mm3", "binary mask volume", "二值掩膜体积", "mm3", 1),
    ("binary_loss_percent", "binary mask volume loss", "二值掩膜体积损失", "%", 1),
    ("apparent_volume_mm3", "apparent volume", "表观体积", "mm3", 1),
    ("blur_slice_mm", "scanner blur between slices", "层间模糊宽度", "mm", 2),
    ("blur_row_mm", "scanner blur in the slice", "层面内模糊宽度", "mm", 2),
    ("pleura_distance_mm", "distance of its centre to the pleura", "中心至胸膜的距离", "mm", 1),
    ("doubling_days", "volume doubling time", "体积倍增时间", "d", 0),
)
_SHOWN = {"mm3": "mm³", "[hnsf'U]": "HU", "d": "days"}


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """The change and the facts about it. Raises UsageError, NotFound XL-VNOD-010, and what the generator and the room of models raise."""
    series = series_asked_for(chart.scans, request.options.get("series", ""), absent="XL-VNOD-004", unclear="XL-VNOD-005")
    asked = nodule_asked_for(request.options, request.seed)
    edit = _generator(request.options.get("by", ""), bench).insert(bench.scan(series.uid), asked)
    return Prepared(facts_of(edit, series), edit)


def _generator(by: str, bench: Bench) -> AbstractLesionGenerator:
    """By formula, or the kept model meant. Raises NotFound XL-VNOD-010 where no models are at hand."""
    if not by:
        from xinglin.models.lesion.parametric_nodule import GENERATOR

        return GENERATOR
    if bench.lesions is None:
        raise NotFound("XL-VNOD-010", "no model that fills in nodules is at hand", where="option by", fix="leave `by` away: by formula")
    return bench.lesions(by)


def facts_of(edit: ImageEdit, series: ScanSeries) -> tuple[Fact, ...]:
    """Every number and word of the truth as a fact. None of them is a fact of the person: the ids say so."""
    digest = hashlib.sha256(edit.packed).hexdigest()
    made = _Making(edit, series, f"sha256:{digest}")
    numbers = {**edit.truth, **({"doubling_days": edit.request.doubling_days} if edit.request.doubling_days else {})}
    words = [
        made.words("nodule", "virtual nodule", "虚拟结节", _kind_words(edit), importance=MUST_BE_MENTIONED),
        made.words("place", "place of the virtual nodule", "虚拟结节位置", _place_words(edit), more=_center(edit)),
        made.words("method", "method of the virtual nodule", "虚拟结节方法", _method_words(edit)),
    ]
    for number, note in enumerate(edit.notes, 1):
        words.append(
            made.words(f"note{number}", "note on the virtual nodule", "虚拟结节备注", {"en": affirmed(note), "zh": in_chinese(note)})
        )
    return (*words, *(made.number(*row, numbers[row[0]]) for row in _NUMBERS if row[0] in numbers))


class _Making:
    """What the facts of one change have in common: where it was made and by what."""

    def __init__(self, edit: ImageEdit, series: ScanSeries, digest: str) -> None:
        self.edit, self.series, self.digest = edit, series, digest

    def words(
        self, key: str, en: str, zh: str, said: Mapping[str, str], *, importance: int = 1, more: Mapping[str, str] | None = None
    ) -> Fact:
        """A fact in words; `more` are details beside them."""
        return Fact(
            id=f"{MADE_HERE}{key}", kind="imaging", concept=Concept(en), text=f"{en}: {said['en']}", evidence=self._evidence(key),
            key=f"made:{key}", names={"en": (en,), "zh": (zh,)}, value=said["en"], time=self.series.when[:10], importance=importance,
            details={"said": said["en"], "said_zh": said["zh"], "series": self.series.uid, "study": self.series.source, **(more or {})},
        )  # fmt: skip

    def number(self, key: str, en: str, zh: str, unit: str, decimals: int, value: float) -> Fact:
        """A fact with a number and its unit."""
        shown = f"{value:.{decimals}f}"
        return Fact(
            id=f"{MADE_HERE}{key}", kind="measurement", concept=Concept(en), text=f"{en} {shown} {unit}", evidence=self._evidence(key),
            key=f"made:{key}", names={"en": (en,), "zh": (zh,)}, value=Quantity(shown, unit, _SHOWN.get(unit, unit)), latest=True,
            details={"category": "artificial"},
        )  # fmt: skip

    def _evidence(self, key: str) -> tuple[Evidence, ...]:
        edit = self.edit
        (k, j, i), (slices, rows, columns) = edit.start, edit.shape
        box = f"{k}-{k + slices - 1},{j}-{j + rows - 1},{i}-{i + columns - 1}"
        return (
            Evidence(f"models/{edit.method}", f"{self.digest}#{key}", f"seed {edit.request.seed}"),
            Evidence("dicom", f"{edit.series_uid}#box={box}"),
        )


def _kind_words(edit: ImageEdit) -> dict[str, str]:
    request = edit.request
    zh = {
        "solid": "实性", "part-solid": "部分实性", "ground-glass": "磨玻璃", "calcified": "钙化", "smooth": "边缘光滑", "lobulated": "边缘分叶",
        "spiculated": "边缘毛刺", "none": "不与胸膜或血管相连", "pleura": "与胸膜相连", "vessel": "与血管相连",
    }  # fmt: skip
    attached = {"none": "free of pleura and vessels", "pleura": "attached to the pleura", "vessel": "attached to a vessel"}
    return {
        "en": f"{request.kind}, {request.margin} margin, {attached[request.attachment]}",
        "zh": f"{zh[request.kind]}，{zh[request.margin]}，{zh[request.attachment]}",
    }


def _place_words(edit: ImageEdit) -> dict[str, str]:
    x, y, z = (edit.truth[f"center_{name}_mm"] for name in "xyz")
    lobes = {
        "left-upper": "左肺上叶", "left-lower": "左肺下叶", "right-upper": "右肺上叶", "right-middle": "右肺中叶", "right-lower": "右肺下叶",
    }  # fmt: skip
    lobe, side = edit.words.get("lobe", ""), edit.words.get("side", "")
    where_en = f"{lobe.replace('-', ' ')} lobe (approximate), " if lobe else f"{side} lung, " if side else ""
    where_zh = f"{lobes.get(lobe, lobe)}（近似），" if lobe else {"left": "左肺，", "right": "右肺，"}.get(side, "")
    at = f"x {x:.1f}, y {y:.1f}, z {z:.1f} mm"
    return {"en": f"{where_en}centre at {at} (LPS)", "zh": f"{where_zh}中心坐标 {at}（LPS）"}


def _center(edit: ImageEdit) -> dict[str, str]:
    """The centre as numbers, so that the same place can be asked for again."""
    return {f"center_{name}_mm": f"{edit.truth[f'center_{name}_mm']:.3f}" for name in "xyz"}


def _method_words(edit: ImageEdit) -> dict[str, str]:
    blur = {"scan": ("measured in the scan", "由扫描测得"), "request": ("as asked for", "由用户指定")}
    en, zh = blur.get(edit.words.get("blur_from", ""), ("taken from the reconstruction kernel or slice thickness", "由重建核或层厚推断"))
    return {"en": f"{edit.method}, seed {edit.request.seed}; blur {en}", "zh": f"{edit.method}，随机种子{edit.request.seed}；模糊宽度{zh}"}
