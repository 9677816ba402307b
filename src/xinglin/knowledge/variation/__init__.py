"""How far two results of one person may lie apart by chance: the noise margin of each analyte.

Margins are reference change values, or made from published within-subject variation (formula in the data file).
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from xinglin.shelf.promises import Topic

_FROM_CVI = Decimal("3.10")  # 2.77 * sqrt(1 + 1/4): two results, 95 %, analytical variation half the biological one


class Margin(NamedTuple):
    """`percent` of the earlier result; `row` names the row of the table ("creatinine", or "default")."""

    percent: Decimal
    row: str


@lru_cache(maxsize=1)
def _table() -> tuple[str, Margin, dict[str, Margin], int]:
    data = tomllib.loads(Path(__file__).with_name("variation.toml").read_text(encoding="utf-8"), parse_float=Decimal)
    margins: dict[str, Margin] = {}
    for row in data["row"]:
        percent = Decimal(row["rcv_percent"]) if "rcv_percent" in row else Decimal(row["cvi_percent"]) * _FROM_CVI
        margins.update({code: Margin(percent.quantize(Decimal("0.1")), row["what"]) for code in row["loinc"]})
    return data["version"], Margin(Decimal(data["default"]["margin_percent"]), "default"), margins, len(data["row"])


VERSION = _table()[0]


def margin(loinc: str) -> Margin:
    """The noise margin of a LOINC code, in percent; the default row for codes the table does not know.

    >>> margin("2160-0").percent
    Decimal('14.5')
    """
    _, default, margins, _ = _table()
    return margins.get(loinc, default)


TOPIC = Topic(
    name="variation",
    version=VERSION,
    title={"en": "Variation of repeated results", "zh": "重复检验的变异"},
    licence="facts with their sources; own wording",
    rows=lambda: _table()[3],
    unverified=lambda: 0,
)
