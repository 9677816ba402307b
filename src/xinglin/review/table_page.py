"""The page of a synthetic table: what it is like, what it is good for, how near it lies to people, with pictures. English or Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.formats.html.results import Table as PageTable
from xinglin.formats.html.results import write_results
from xinglin.models.survival import kaplan_meier
from xinglin.models.synthesis.judging import MEMBERSHIP_LIMIT, Judgement
from xinglin.models.synthesis.usefulness import Usefulness
from xinglin.records.imaging import Picture
from xinglin.records.table import TableDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.formats.picture.chart import Line

    Table = Mapping[str, NDArray[np.float64]]

LABEL = {
    "en": "AI-generated content. A synthetic table, for research: nobody in it exists.",
    "zh": "人工智能生成内容。合成数据表，仅供科研，其中没有真实的人。",
}
SHOWN = 6  # columns drawn
_WORDS = {
    "en": {
        "title": "A synthetic table of {made:,} rows", "lead": "Learnt from {fit:,} rows of a real table; {held:,} rows were kept out to judge it. Nobody in it exists.",
        "real": "real", "made": "synthetic", "share": "share of rows up to the value", "left": "share", "curve": "Share without the end by {name}",
        "column": "Column {name}", "correlation": "Rank correlations of pairs of columns", "up": "across: in the real table; up: in the synthetic table", "same": "the same in both",
        "pairs": "pairs of columns", "summary": "In short", "summary_head": ("question", "answer", "95 %", "to compare with"),
        "told": "Can a classifier tell it from held-out people? (0.5: no, 1: always)", "told_chance": "{0:.2f} for the real rows learnt from",
        "rank": "Rank correlations differ by, on average", "rank_worst": "at most {0:.2f}", "near": "Near-copies of a real person",
        "near_rule": "nearer to a person than 99 % of people to their nearest neighbour", "closest": "Median distance to the nearest person learnt from",
        "closest_held": "{0:.3f} for held-out people", "member": "Can nearness to it tell who was in the real table? (0.5: no)",
        "member_rule": "refused where the lower limit is above {0}", "use": "{measure} on held-out people of a model trained on the synthetic table",
        "use_real": "{0:.3f} trained on the real one; difference {1:+.3f} ({2:+.3f} to {3:+.3f})", "columns": "Columns",
        "columns_head": ("column", "apart (0 to 1)", "by chance", "missing, real", "missing, synthetic"), "effects": "Effects ({measure})",
        "effects_head": ("feature", "ratio, real", "95 %", "ratio, synthetic"),
        "model": "Generator {model}, seed {seed}. {drawn:,} rows were drawn; set aside: {near:,} too near a real person, {rules:,} against a constraint, {asked:,} not as asked.",
        "rules": "Constraints that hold in every row: {0}.", "asked": "Asked for: {0}. Likeness and use are judged by real rows {1}.", "as_asked": "that are as asked", "all_rows": "of every kind, since too few are as asked", "limits": "For development and teaching of methods. Do not draw conclusions about real people from it; small measures of privacy are no proof of anonymity.",
        "scale": "Ratios are per standard deviation of a number, or against the commonest level.",
    },
    "zh": {
        "title": "合成数据表（{made:,}行）", "lead": "由真实数据表的{fit:,}行学习而来，另留{held:,}行用于评价。其中没有真实的人。",
        "real": "真实", "made": "合成", "share": "不超过该值的行所占比例", "left": "比例", "curve": "未到达终点的比例（{name}）",
        "column": "列 {name}", "correlation": "各列之间的秩相关", "up": "横轴：真实数据表；纵轴：合成数据表", "same": "两者相同",
        "pairs": "成对的列", "summary": "概要", "summary_head": ("问题", "结果", "95%区间", "对照"),
        "told": "分类器能否将其与留出的真实人区分（0.5为不能，1为总能）", "told_chance": "用于学习的真实行为{0:.2f}",
        "rank": "秩相关平均相差", "rank_worst": "最大{0:.2f}", "near": "与真实人近乎相同的行数",
        "near_rule": "比99%的人与其最近邻的距离更近", "closest": "与最近的学习用真实人的距离（中位数）",
        "closest_held": "留出的真实人为{0:.3f}", "member": "能否由距离推断谁在真实数据表中（0.5为不能）",
        "member_rule": "下限高于{0}时拒绝输出", "use": "以合成数据表训练的模型在留出的真实人上的{measure}",
        "use_real": "以真实数据训练为{0:.3f}；相差{1:+.3f}（{2:+.3f}至{3:+.3f}）", "columns": "各列",
        "columns_head": ("列", "分布差异（0至1）", "随机差异", "真实缺失", "合成缺失"), "effects": "效应（{measure}）",
        "effects_head": ("特征", "真实比值", "95%区间", "合成比值"),
        "model": "生成模型{model}，种子{seed}。共抽取{drawn:,}行，剔除：过于接近真实人{near:,}行，违反约束{rules:,}行，不符合条件{asked:,}行。",
        "rules": "每一行都满足的约束：{0}。", "asked": "指定条件：{0}。相似性与用途以{1}的真实行评价。", "as_asked": "符合条件", "all_rows": "全部（符合条件者过少）", "limits": "用于方法开发与教学。不可据此对真实人群下结论；隐私指标良好并不证明匿名。",
        "scale": "比值以数值的一个标准差为单位，或与最常见的类别相比。",
    },
}  # fmt: skip


def table_page(
    made: Table, real: Table, design: TableDesign, judgement: Judgement, how: Mapping[str, Any], *, language: str, aigc: Mapping[str, str]
) -> bytes:
    """The page as one HTML file. `real`: the rows learnt from. `how`: model, seed, drawn, near_copies, broke_a_rule, not_as_asked, constraints, conditions."""
    words = _WORDS[language]
    notes = [
        words["model"].format(
            model=how["model"],
            seed=how["seed"],
            drawn=how["drawn"],
            near=how["near_copies"],
            rules=how["broke_a_rule"],
            asked=how["not_as_asked"],
        )
    ]
    notes += [words["rules"].format("; ".join(how["constraints"]))] if how["constraints"] else []
    notes += [words["asked"].format("; ".join(how["conditions"]), words[how["judged_by"]])] if how["conditions"] else []
    tables = [_summary(judgement, words), _columns(judgement, words)]
    if judgement.usefulness:
        tables.append(_effects(judgement.usefulness, words))
        notes.append(words["scale"])
    return write_results(
        words["title"].format(made=judgement.rows_made),
        [words["lead"].format(fit=judgement.rows_fit, held=judgement.rows_held)],
        _pictures(made, real, design, judgement, words),
        tables,
        [*notes, words["limits"]],
        language=language,
        label=LABEL[language],
        aigc=aigc,
    )


def _summary(judgement: Judgement, words: Mapping[str, Any]) -> PageTable:
    fidelity, privacy, use = judgement.fidelity, judgement.privacy, judgement.usefulness
    rows = [
        (words["told"], f"{fidelity.told_apart[0]:.2f}", _between(fidelity.told_apart), words["told_chance"].format(fidelity.chance[0])),
        (words["rank"], f"{fidelity.correlation_mean:.2f}", "", words["rank_worst"].format(fidelity.correlation_worst)),
        (words["near"], str(privacy.near_copies), "", words["near_rule"]),
        (words["closest"], f"{privacy.closest:.3f}", "", words["closest_held"].format(privacy.closest_held)),
        (words["member"], f"{privacy.membership[0]:.2f}", _between(privacy.membership), words["member_rule"].format(MEMBERSHIP_LIMIT)),
    ]
    if use:
        rows.append((words["use"].format(measure=use.measure), f"{use.made:.3f}", "", words["use_real"].format(use.real, *use.difference)))
    return PageTable(words["summary"], words["summary_head"], rows)


def _between(found: tuple[float, float, float]) -> str:
    return f"{found[1]:.2f} – {found[2]:.2f}"


def _columns(judgement: Judgement, words: Mapping[str, Any]) -> PageTable:
    rows = [
        (one.column, f"{one.apart:.2f}", f"{one.chance:.2f}", f"{one.missing_real:.0%}", f"{one.missing_made:.0%}")
        for one in judgement.fidelity.columns
    ]
    return PageTable(words["columns"], words["columns_head"], rows)


def _effects(use: Usefulness, words: Mapping[str, Any]) -> PageTable:
    rows = [(name, f"{ratio:.2f}", f"{low:.2f} – {high:.2f}", f"{made:.2f}") for name, ratio, low, high, made in use.effects]
    return PageTable(words["effects"].format(measure=use.measure), words["effects_head"], rows)


def _pictures(made: Table, real: Table, design: TableDesign, judgement: Judgement, words: Mapping[str, Any]) -> list[Picture]:
    from xinglin.formats.picture.chart import Axes, Line, course_picture

    pictures = []
    if design.time:
        lines = [_survival(table, design, words[name]) for name, table in (("real", real), ("made", made))]
        title = words["curve"].format(name=design.time)
        axes = Axes(title, "", words["left"], least=0.0, greatest=1.0)
        pictures.append(Picture("survival", course_picture(lines, axes), title, title))
    if judgement.fidelity.correlations:
        points = [(first, second) for _, _, first, second in judgement.fidelity.correlations]
        axes = Axes(words["correlation"], "", words["up"], least=-1.0, greatest=1.0)
        same = Line(words["same"], [-1.0, 1.0], [-1.0, 1.0])
        drawn = course_picture([same], axes, points, words["pairs"])
        pictures.append(Picture("correlations", drawn, words["correlation"], words["correlation"]))
    numbers = [one.name for one in design.columns if one.kind == "number" and one.name not in (design.time, design.event)]
    many = [name for name in numbers if len(np.unique(real[name][~np.isnan(real[name])])) > 5]
    for number, name in enumerate(many[:SHOWN], 1):
        lines = [_cumulative(table[name], words[key]) for key, table in (("real", real), ("made", made))]
        title = words["column"].format(name=name)
        axes = Axes(title, "", words["share"], least=0.0, greatest=1.0)
        pictures.append(Picture(f"column-{number}", course_picture(lines, axes), title, title))
    return pictures


def _survival(table: Table, design: TableDesign, name: str) -> Line:
    from xinglin.formats.picture.chart import Line

    curve = kaplan_meier(table[design.time], table[design.event] == design.event_at)
    times = [0.0, *curve.times.tolist()]
    return Line(name, times, [1.0, *curve.share.tolist()], [1.0, *curve.low.tolist()], [1.0, *curve.high.tolist()], steps=True)


def _cumulative(values: NDArray[np.float64], name: str) -> Line:
    """Shares up to each of 101 quantiles; no single person's value is drawn."""
    from xinglin.formats.picture.chart import Line

    known = values[~np.isnan(values)]
    shares = np.linspace(0.005, 0.995, 100)
    return Line(name, np.quantile(known, shares).tolist() if len(known) else [0.0] * 100, shares.tolist())
