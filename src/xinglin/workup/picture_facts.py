"""What may be said of pictures that a model made: how many, by which model, from what it learnt, how good it is, whom they show.

Every fact's evidence is a place in the kept pictures, which hold the model's card. None is a fact of a person: the ids begin with `made.`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xinglin.knowledge.units import display
from xinglin.models.picture_scores import Meaning, failed_gates, score_of
from xinglin.records import Concept, Evidence, Fact
from xinglin.records.fact import MADE_HERE, MUST_BE_MENTIONED
from xinglin.records.image_learning import ImageScore, MadePictures, Spread

if TYPE_CHECKING:
    from xinglin.records.imaging import ScanSeries
    from xinglin.records.volume import Volume

Words = tuple[str, str]  # English, Chinese

_SCORES: dict[Meaning, Words] = {
    "distance": ("Fréchet radiomics distance to real pictures", "与真实图像的Fréchet影像组学距离"),
    "recall": ("recall of the kinds of real pictures", "对真实图像种类的召回率"),
    "copies": ("near-copies of learnt-from pictures", "与学习图像近似相同的图像"),
    "membership": ("membership inference AUC", "成员推断AUC"),
}
_SPLITS: tuple[tuple[str, Words], ...] = (
    ("train", ("to learn from", "用于学习")),
    ("held-out", ("held out while learning", "学习中留出")),
    ("test", ("to judge by", "用于评估")),
)


def facts_of(made: MadePictures) -> tuple[Fact, ...]:
    """Facts of made pictures, most important first within what belongs together."""
    saying = _Saying(made)
    return (*saying.about(), *saying.learnt(), *saying.quality(), *saying.limits(), saying.method())


def translation_facts(made: MadePictures, source: Volume, series: ScanSeries) -> tuple[Fact, ...]:
    """Facts of a series that a model translated, beside the series as it was."""
    saying = _Saying(made, series)
    return (*saying.translation(source), *saying.learnt(), *saying.quality(), *saying.limits(), saying.method())


class _Saying:
    """What the facts of one making have in common: the pictures' digest, the model; of a translation the series."""

    def __init__(self, made: MadePictures, series: ScanSeries | None = None) -> None:
        self.made, self.card, self.series = made, made.card, series
        self.digest = hashlib.sha256(made.packed).hexdigest()

    def fact(self, key: str, names: Words, said: Words, *, importance: int = 1, place: str = "") -> Fact:
        """A fact in words; `place`: where in the kept pictures it stands."""
        evidence = Evidence(
            f"models/{self.card.kind}@{self.card.version}", f"sha256:{self.digest}#{place or key}", f"seed {self.made.seed}"
        )
        of_series = (Evidence("dicom", f"{self.series.uid}#series"),) if self.series and place == "values" else ()
        return Fact(
            id=f"{MADE_HERE}{key}", kind="calculation", concept=Concept(names[0]), text=f"{names[0]}: {said[0]}", key=f"made:{key}",
            evidence=(evidence, *of_series), names={"en": (names[0],), "zh": (names[1],)}, value=said[0], importance=importance,
            details={"said": said[0], "said_zh": said[1], "category": "artificial"},
        )  # fmt: skip

    def about(self) -> Iterator[Fact]:
        """How many, how large, by which model; what was asked of them; whom they show."""
        made, form = self.made, self.card.form
        side = " × ".join(map(str, form.shape))
        volumes = len(form.shape) == 3
        what = (_many(made.count, "volume" if volumes else "picture"), f"{made.count}{'个三维图像' if volumes else '幅图像'}")
        size = (f" of {side} {'voxels' if volumes else 'pixels'}", f"，{side}{'体素' if volumes else '像素'}")
        kind = f", {form.modality}" if form.modality else ""
        model = f"{made.model.partition('@')[0]}@{made.model.partition('@')[2][:12]}"
        said = (
            f"{what[0]}{size[0]}{kind}, by the model {model}, seed {made.seed}",
            f"{what[1]}{size[1]}{kind.replace(', ', '，')}，模型{model}，种子{made.seed}",
        )
        yield self.fact("pictures", ("synthetic pictures", "合成图像"), said, importance=MUST_BE_MENTIONED, place="values")
        yield self.fact("asked", ("what was asked for", "所求条件"), self._asked(), importance=2)
        nobody = (
            "nobody; each is drawn from chance by a network, for research and teaching only",
            "无真人；每幅图像均由网络随机生成，仅用于科研和教学",
        )
        yield self.fact("nobody", ("whom the pictures show", "图像所示对象"), nobody, importance=MUST_BE_MENTIONED, place="card.task")

    def translation(self, source: Volume) -> Iterator[Fact]:
        """Which series, towards what, by which model; how much was changed, and what was left."""
        import numpy as np

        made, form, series = self.made, self.card.form, self.series
        size = " × ".join(map(str, source.shape))
        model = f"{made.model.partition('@')[0]}@{made.model.partition('@')[2][:12]}"
        towards = (f", towards {made.towards}", f"，转换目标{made.towards}") if made.towards else ("", "")
        said = (
            f"{size} voxels, {source.modality}{towards[0]}, by the model {model}, seed {made.seed}",
            f"{size}体素，{source.modality}{towards[1]}，模型{model}，种子{made.seed}",
        )
        names = ("translated series", "转换后的序列")
        fact = self.fact("translation", names, said, importance=MUST_BE_MENTIONED, place="values")
        study = {"study": series.source, "series": series.uid} if series else {}
        yield replace(fact, time=series.when[:10] if series else "", details={**fact.details, **study})
        meaning = (
            "the source series as a network imagines it, for research and teaching only; findings rest on the source series",
            "网络推想的源序列，仅用于科研和教学；影像所见以源序列为准",
        )
        yield self.fact(
            "meaning", ("what the translated series shows", "转换后序列所示内容"), meaning, importance=MUST_BE_MENTIONED, place="card.task"
        )
        values = source.voxels.astype(np.float32)
        apart = float(np.abs(made.array().reshape(source.shape) - values).mean(dtype=np.float64))
        unit = _unit(source.unit, "en")
        yield self.fact(
            "change", ("mean absolute change of a voxel", "体素的平均绝对变化"), _same(f"{apart:.3g}{unit}"), importance=2, place="values"
        )
        beyond = float(((values < form.low) | (values > form.high)).mean())
        low, high = f"{form.low:g}", f"{form.high:g}"
        told = (
            f"{beyond:.1%} of the voxels, beyond the model's range of {low} to {high}{unit}",
            f"{beyond:.1%}的体素，超出模型量程（{low}至{high}{unit}）",
        )
        yield self.fact("beyond", ("left as it was", "保持原值"), told, place="values")

    def _asked(self) -> Words:
        if not self.made.asked:
            return "pictures as they come, free of any condition", "随机生成，未设条件"
        units = {one.name: one.unit for one in self.card.form.conditions}
        en, zh = ([f"{k} {v}{_unit(units.get(k, ''), language)}" for k, v in sorted(self.made.asked.items())] for language in ("en", "zh"))
        return ", ".join(en), "、".join(zh)

    def learnt(self) -> Iterator[Fact]:
        """From which set, whose licence, and how much of it was artificial itself."""
        data = self.card.data
        parts = [(words, data.counts.get(side, 0), data.persons.get(side, 0)) for side, words in _SPLITS if data.counts.get(side)]
        en = "; ".join(f"{_many(count, 'picture')} of {people:,} people {words[0]}" for words, count, people in parts)
        zh = "；".join(f"{words[1]}{count:,}幅（{people:,}人）" for words, count, people in parts)
        said = (f"the set {data.name}: {en}", f"数据集{data.name}：{zh}")
        yield self.fact("learnt", ("what the model learnt from", "模型的学习数据"), said, importance=2, place="card.data")
        told = (data.source or "left unsaid by its maker", data.source or "制作者未说明")
        yield self.fact("source", ("source of the set", "数据来源"), told, place="card.data.source")
        told = (data.licence or "left unsaid by its maker", data.licence or "制作者未说明")
        yield self.fact("licence", ("licence of the set", "数据许可"), told, importance=2, place="card.data.licence")
        whole = sum(data.counts.values())
        told = (f"{data.synthetic:,} of {whole:,} pictures", f"{whole:,}幅中的{data.synthetic:,}幅")
        yield self.fact("artificial", ("artificial pictures in the set", "数据集中的合成图像"), told, place="card.data.synthetic")

    def quality(self) -> Iterator[Fact]:
        """What the judgement measured, each beside the best that can be asked, and what it left unmeasured."""
        judgement = self.card.judgement
        if judgement is None:
            told = ("the model was made without any", "该模型未经评估")
            yield self.fact("unjudged", ("judgement of the model", "模型评估"), told, importance=MUST_BE_MENTIONED, place="card.judgement")
            return
        asked: tuple[Meaning, ...] = ("distance",) if self.series else tuple(_SCORES)  # a translation draws nothing from chance
        found: dict[Meaning, ImageScore | None] = {meaning: score_of(judgement, meaning) for meaning in asked}
        for meaning, score in found.items():
            if score is not None:
                place = f"card.judgement.scores.{score.name}"
                yield self.fact(meaning, _SCORES[meaning], _measured(score, meaning), importance=2, place=place)
        if missing := [_SCORES[meaning] for meaning, score in found.items() if score is None]:
            told = (", ".join(words[0] for words in missing), "、".join(words[1] for words in missing))
            yield self.fact("unmeasured", ("left unmeasured", "未测量项"), told, importance=2, place="card.judgement.scores")
        for number, score in enumerate((one for one in judgement.scores if one not in found.values()), 1):
            place = f"card.judgement.scores.{score.name}"
            yield self.fact(f"score{number}", (score.name, score.name), _measured(score), importance=0, place=place)
        yield self.fact("gates", ("gates of the judgement", "评估门限"), self._gates(), importance=2, place="card.judgement.scores")

    def _gates(self) -> Words:
        judgement = self.card.judgement
        asked = [score for score in judgement.scores if score.passed is not None] if judgement else []
        failed = failed_gates(judgement)
        en, zh = f"{len(asked) - len(failed)} of {len(asked)} passed", f"{len(asked)}项中{len(asked) - len(failed)}项通过"
        if failed:
            en += f"; failed: {', '.join(score.name for score in failed)}"
            zh += f"；未通过：{'、'.join(score.name for score in failed)}"
        use = ("the model is in use", "模型已启用") if self.made.in_use else ("the model waits to be brought into use", "模型待启用")
        return f"{en}; {use[0]}", f"{zh}；{use[1]}"

    def limits(self) -> Iterator[Fact]:
        """What the maker says it is for and for what not, with the notes and warnings of model and set."""
        card = self.card
        if card.intended_use:
            yield self.fact("use", ("use the model is made for", "模型用途"), _same(card.intended_use), place="card.intended_use")
        if card.not_for:
            yield self.fact("misuse", ("use the model is unfit for", "模型不适用范围"), _same(card.not_for), place="card.not_for")
        if card.epsilon:
            told = f"ε {card.epsilon:.3g}"
            yield self.fact("epsilon", ("differential privacy of the learning", "学习的差分隐私"), _same(told), place="card.epsilon")
        for number, note in enumerate((*card.notes, *card.data.warnings), 1):
            yield self.fact(f"note{number}", ("note on model and set", "模型与数据备注"), _same(note.rstrip(".")), place="card.notes")

    def method(self) -> Fact:
        """The kind of network, how large, how long it learnt."""
        card = self.card
        said = (
            f"{card.kind}@{card.version}, {card.parameters:,} parameters, {card.plan.steps:,} steps of learning",
            f"{card.kind}@{card.version}，{card.parameters:,}个参数，学习{card.plan.steps:,}步",
        )
        return self.fact("method", ("method of the pictures", "图像生成方法"), said, place="card.plan")


def _measured(score: ImageScore, meaning: Meaning | None = None) -> Words:
    """The number with its interval, of how many, beside the same between real pictures."""
    en, zh = _spread(score.made, "en"), _spread(score.made, "zh")
    if meaning == "copies" and score.count:
        en, zh = f"{en} among {score.count:,} judged", f"评估{score.count:,}幅，发现{zh}幅"
    if score.floor is not None and meaning == "copies":
        en += f"; {_spread(score.floor, 'en')} among as many real pictures of other people"
        zh += f"；同样数量的他人真实图像中为{_spread(score.floor, 'zh')}幅"
    elif score.floor is not None:
        en += f"; between real pictures {_spread(score.floor, 'en')}"
        zh += f"；真实图像之间为{_spread(score.floor, 'zh')}"
    return en, zh


def _spread(spread: Spread, language: str) -> str:
    value = _short(spread.value)
    if spread.low is None or spread.high is None:
        return value
    low, high = _short(spread.low), _short(spread.high)
    return f"{value} (95% interval {low} to {high})" if language == "en" else f"{value}（95%区间{low}至{high}）"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("s" if count != 1 else "")


def _unit(unit: str, language: str) -> str:
    return f" {display(unit, language)}" if unit else ""


def _same(text: str) -> Words:
    """What a person wrote stays in that person's language."""
    return text.rstrip("."), text.rstrip("。.")
