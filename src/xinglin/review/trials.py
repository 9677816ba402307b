"""What leaves of a trial of virtual patients: a page with its road and curves, the numbers as JSON. It is about nobody, and says so."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from xinglin.formats.html.results import Table, write_results
from xinglin.knowledge.units import display
from xinglin.records import Label
from xinglin.records.imaging import Picture
from xinglin.records.simulation import ArmOutcome, Comparison, DiseaseCard, TrialResult
from xinglin.review.export import put_folder, see_that_it_fits, see_that_it_is_free

_LABEL = {
    "en": "AI-generated content. A simulation of virtual patients, for research: nobody in it exists.",
    "zh": "人工智能生成内容。虚拟患者模拟，仅供科研，其中没有真实的人。",
}
_WORDS = {
    "en": {
        "title": "Trial of virtual patients: {disease}", "lead": "{arms}, followed for {time}. The end that counts: {ends}. Nobody in it exists.",
        "assessed": "{n:,} virtual patients assessed", "not_eligible": "{n:,} not eligible", "randomised": "{n:,} randomised ({ratio})",
        "ends": "{n:,} reached the end", "lost": "{n:,} lost", "closed": "{n:,} without it when observation closed", "analysed": "{n:,} analysed",
        "curve": "Share without {ends}", "share": "share", "flow": "The road of the virtual patients",
        "arms_head": ("arm", "randomised", "ends", "lost", "median", "95%", "mean until {until}", "standard error"),
        "compared_head": ("against {first}", "hazard ratio", "95%", "p (log-rank)", "gained in mean time", "95%", "true gain"),
        "arms_title": "Arms", "compared_title": "Comparison", "not_reached": "not reached",
        "true": "The true gain is what the arm gains when every virtual patient is followed in both arms; no trial of real people can know it.",
        "power": "Power: {share:.0%} of {n} trials like this find a difference at p < {alpha:g} (95% interval {low:.0%} to {high:.0%}).",
        "model": "Model {model}, seed {seed}. Simulation for research; not clinically validated.",
        "residual": "Largest difference from the reference solver in {n} courses of each arm: {size:.1e}.",
    },
    "zh": {
        "title": "虚拟患者试验：{disease}", "lead": "{arms}，随访{time}。主要终点：{ends}。其中没有真实的人。",
        "assessed": "评估虚拟患者{n:,}名", "not_eligible": "不符合入组条件{n:,}名", "randomised": "随机分组{n:,}名（{ratio}）",
        "ends": "到达终点{n:,}名", "lost": "失访{n:,}名", "closed": "观察结束时未到达终点{n:,}名", "analysed": "纳入分析{n:,}名",
        "curve": "未发生{ends}的比例", "share": "比例", "flow": "虚拟患者流程",
        "arms_head": ("组别", "入组", "终点", "失访", "中位时间", "95%区间", "至{until}的平均时间", "标准误"),
        "compared_head": ("与{first}相比", "风险比", "95%区间", "p值（对数秩）", "平均时间获益", "95%区间", "真实获益"),
        "arms_title": "各组", "compared_title": "比较", "not_reached": "未达到",
        "true": "真实获益指让每名虚拟患者在两组中都随访一次所得的差值，真实人群的试验无从得知。",
        "power": "把握度：{n}次同样的试验中{share:.0%}在p < {alpha:g}时发现差异（95%区间{low:.0%}至{high:.0%}）。",
        "model": "模型{model}，种子{seed}。仅供科研的模拟，未经临床验证。",
        "residual": "各组{n}例病程与参考求解器的最大差异：{size:.1e}。",
    },
}  # fmt: skip


def write_trial(
    result: TrialResult,
    card: DiseaseCard,
    out: Path,
    *,
    home: Path,
    language: str,
    label: Label,
    power: tuple[int, tuple[float, float, float]] | None = None,
) -> list[Path]:
    """Write trial.html, trial.json, flow.png and curves.png into a new folder. `power`: (repeats, (low, share, high))."""
    folder = see_that_it_fits(out, home)
    see_that_it_is_free(folder)
    telling = _Telling(result, card, language)
    pictures = telling.pictures()
    page = write_results(
        telling.words["title"].format(disease=card.title[language]), [telling.lead()], pictures, [telling.arms(), telling.compared()],
        telling.notes(power), language=language, label=_LABEL[language], aigc=label.aigc,
    )  # fmt: skip
    value = trial_value(result) | {"power": power_value(power), "AIGC": dict(label.aigc), "label": _LABEL}
    files = [("trial.html", page), ("trial.json", json.dumps(value, ensure_ascii=False, indent=1).encode())]
    files += [(f"{one.name}.png", one.png) for one in pictures]
    put_folder(folder, files)
    return [folder / name for name, _ in files]


def trial_value(result: TrialResult) -> dict[str, Any]:
    """The result as plain data; what is infinite or no number becomes null."""
    return _finite(msgspec.to_builtins(result))


def power_value(power: tuple[int, tuple[float, float, float]] | None) -> dict[str, float] | None:
    """Power as plain data: how many trials, the share that finds a difference, its 95 % ends."""
    if power is None:
        return None
    repeats, (low, share, high) = power
    return {"trials": repeats, "share": share, "low": low, "high": high}


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _Telling:
    """The words and pictures of one result in one language."""

    def __init__(self, result: TrialResult, card: DiseaseCard, language: str) -> None:
        self.result, self.card, self.language, self.words = result, card, language, _WORDS[language]
        named = {one.name: one.names.get(language, one.name) for one in card.ends}
        self.ends = (" / " if language == "en" else "或").join(named[name] for name in result.design.ends)
        self.names = {one.name: one.names.get(language, one.name) for one in result.design.arms}

    def time(self, number: float) -> str:
        """A time with its unit; infinite is "not reached"."""
        if not math.isfinite(number):
            return self.words["not_reached"]
        shown = f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.1f}".rstrip("0").rstrip(".")
        return shown + " " + display(self.card.time_unit, self.language)

    def lead(self) -> str:
        """What is compared with what, in one sentence."""
        arms = (" against " if self.language == "en" else " 对比 ").join(self.names.values())
        return self.words["lead"].format(arms=arms, time=self.time(self.result.design.follow), ends=self.ends)

    def pictures(self) -> list[Picture]:
        """The road of the people, and the curves."""
        from xinglin.formats.picture.chart import Axes, Line, course_picture
        from xinglin.formats.picture.trial_flow import trial_flow_picture

        words, result = self.words, self.result
        ratio = ":".join(map(str, result.design.ratio or (1,) * len(result.arms)))
        above = [[words["assessed"].format(n=result.assessed)], [words["randomised"].format(n=result.design.patients, ratio=ratio)]]
        aside = [words["not_eligible"].format(n=result.not_eligible)] if result.not_eligible else []
        columns = [
            [[self.names[arm.arm], f"{arm.randomised:,}"], self._became(arm), [words["analysed"].format(n=arm.randomised)]]
            for arm in result.arms
        ]
        title = words["curve"].format(ends=self.ends)
        lines = [Line(self.names[band.arm], band.times, band.middle, band.low, band.high, steps=True) for band in result.curves]
        axes = Axes(title, display(self.card.time_unit, self.language), words["share"], least=0.0, greatest=1.0)
        return [
            Picture("curves", course_picture(lines, axes), title, title),
            Picture("flow", trial_flow_picture(above, columns, aside), words["flow"], words["flow"]),
        ]

    def _became(self, arm: ArmOutcome) -> list[str]:
        told = [("ends", arm.ends), ("lost", arm.lost), ("closed", arm.closed)]
        return [self.words[word].format(n=count) for word, count in told if count or word == "ends"]

    def arms(self) -> Table:
        """One row per arm."""
        head = [cell.format(until=self.time(self.result.until)) for cell in self.words["arms_head"]]
        rows = [
            (
                self.names[arm.arm], f"{arm.randomised:,}", f"{arm.ends:,}", f"{arm.lost:,}", self.time(arm.median),
                f"{self.time(arm.median_low)} – {self.time(arm.median_high)}", self.time(arm.mean), self.time(round(arm.mean_error, 2)),
            )
            for arm in self.result.arms
        ]  # fmt: skip
        return Table(self.words["arms_title"], head, rows)

    def compared(self) -> Table:
        """One row per arm against the first."""
        head = [cell.format(first=self.names[self.result.arms[0].arm]) for cell in self.words["compared_head"]]
        return Table(self.words["compared_title"], head, [self._row(one) for one in self.result.comparisons])

    def _row(self, one: Comparison) -> tuple[str, ...]:
        ratio = f"{one.ratio:.2f}" if math.isfinite(one.ratio) else "–"
        limits = f"{one.ratio_low:.2f} – {one.ratio_high:.2f}" if math.isfinite(one.ratio) else "–"
        true = self.time(one.true_gained) if math.isfinite(one.true_gained) else "–"
        p = f"{one.p:.3f}" if one.p >= 0.001 else "< 0.001"
        return (
            self.names[one.arm],
            ratio,
            limits,
            p,
            self.time(one.gained),
            f"{self.time(one.gained_low)} – {self.time(one.gained_high)}",
            true,
        )

    def notes(self, power: tuple[int, tuple[float, float, float]] | None) -> list[str]:
        """What the true gain is, the power, the model."""
        told = [self.words["true"]]
        if power is not None:
            repeats, (low, share, high) = power
            told.append(self.words["power"].format(n=repeats, share=share, low=low, high=high, alpha=self.result.design.alpha))
        model = f"{self.card.name}@{self.result.version}"
        if (residual := self.result.residual) is not None:
            told.append(self.words["residual"].format(n=residual.patients, size=residual.greatest))
        return [*told, self.card.limits[self.language], self.words["model"].format(model=model, seed=self.result.design.seed)]
