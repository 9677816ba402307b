"""The whole work-up of one person: labs, trends, timeline, problems, medicines, allergies, histories, gaps.

Pure and fast; the same chart and day give the same facts in the same order.
"""

from __future__ import annotations

from xinglin.records import Chart, Fact
from xinglin.records.moments import day
from xinglin.workup.gaps import gap_facts
from xinglin.workup.labs import measurement_facts
from xinglin.workup.trends import trend_facts


def work_up(chart: Chart, as_of: str) -> tuple[Fact, ...]:
    """All facts of one person as known on the day `as_of` (YYYY-MM-DD; "" takes the newest day of the record).

    Ids are unique. What the record dates after `as_of` is not used.
    """
    when = as_of or day(chart.newest)
    facts = [*measurement_facts(chart, when), *trend_facts(chart)]
    return tuple([*facts, *gap_facts(chart, facts)])
