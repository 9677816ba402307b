"""Holds the genes of one person against the guidelines, and says what follows as facts made here."""

from __future__ import annotations

from collections.abc import Iterator

from xinglin.content.pgx_report.groups import groups
from xinglin.records import Chart, ContentRequest, Fact
from xinglin.records.errors import UsageError
from xinglin.shelf.promises import Bench, Prepared
from xinglin.workup.gene_report_facts import QUIET, Advised, GeneReport
from xinglin.workup.report_lines import line

_LIMITS = (
    ("Rules of knowledge/pgx, made from CPIC, DPWG and labels; a guideline may have changed since. The genes are one reason among others for a medicine and its dose.",
     "规则依据 knowledge/pgx（整理自CPIC、DPWG与说明书），指南可能已有更新。基因仅为选药与剂量的依据之一。"),
    ("Nothing here is an order; a doctor decides.", "本报告不是医嘱，由医师决定。"),
)  # fmt: skip
_ON_FILES = (
    "A place that a file does not mention counts as not read, never as usual. Small variants do not show copies, deletions or hybrid genes.",
    "文件未提及的位点视为未读取，而非正常。小变异数据不能反映拷贝数、缺失或杂合基因。",
)


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """Facts about what was read, what is open and what is advised. Raises UsageError XL-PGXREP-002 for another `all` than yes or no."""
    if request.options.get("all", "no") not in {"yes", "no"}:
        raise UsageError("XL-PGXREP-002", "all must be yes or no", where="option all")
    report = GeneReport(bench.facts, chart.genomes, request.as_of)
    person = [fact for fact in bench.facts if fact.id == "person"] or list(bench.facts[:1])
    if not report.calls:
        none = (
            "No pharmacogene result is in the record: neither a file nor a laboratory's report.",
            "病历中无药物基因检测结果（无变异文件，亦无实验室报告）。",
        )
        return Prepared((line("gene.none", none, person),))
    told: list[Fact] = []
    for gene in report.calls:
        told += [*report.variants(gene), *report.result(gene), report.source(gene), *report.open(gene)]
    told += [one for one in (report.untested(), *_card(report)) if one is not None]
    told += _taken(report) or [line("gene.taken.none", ("No medicine is recorded as taken now.", "病历中无目前在用药物。"), person)]
    told += _rows(report, everything=request.options.get("all") == "yes")
    files = any(fact.details.get("by") != "outside" for fact in report.calls.values())
    limits = (_ON_FILES, *_LIMITS) if files else _LIMITS
    told += [line(f"gene.limits.{number}", both, list(report.calls.values())[:1]) for number, both in enumerate(limits)]
    told += [one for one in (report.unread(),) if one is not None]
    return Prepared(tuple({fact.id: fact for fact in told}.values()))


def _card(report: GeneReport) -> list[Fact | None]:
    return [
        report.summary(("avoid", "alternative"), "card.avoid", ("avoid or replace", "避免使用或换药")),
        report.summary(("reduce", "increase"), "card.dose", ("another dose", "调整剂量")),
        report.summary(("monitor",), "card.watch", ("watch more closely", "加强监测")),
    ]


def _taken(report: GeneReport) -> list[Fact]:
    told = [silent] if (silent := report.silent()) is not None else []
    for medicine, one, asked in report.taken():
        if one is not None:
            rows = [pair for pair in one.rows if pair[0].action not in QUIET] or one.rows[:1]
            told += [report.in_line(one, row, fact, medicine) for row, fact in rows]
        if asked:
            told.append(report.untold(medicine, medicine.key.removeprefix("term:") or asked[0], asked))
    return told


def _rows(report: GeneReport, *, everything: bool) -> Iterator[Fact]:
    """The rows of every group: medicines that share genes and advice stand in one."""
    for group in groups():
        alike: dict[tuple, list[Advised]] = {}
        for one in report.advised:
            if one.medicine in group.medicines and (everything or one.asks):
                said = tuple(fact.details["said"] for fact in _shown(one, everything))
                alike.setdefault((one.genes, said), []).append(one)
        for ones in alike.values():
            yield report.row(ones)
            for one in ones:
                yield from _shown(one, everything)


def _shown(one: Advised, everything: bool) -> list[Fact]:
    return [fact for row, fact in one.rows if everything or row.action not in QUIET]
