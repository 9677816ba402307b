"""Guidelines as data: which category a finding falls into, by which rule, and what is advised; every row says where it was read."""

from __future__ import annotations

from typing import Any

from xinglin.knowledge.guidelines.book import rows, table, unverified
from xinglin.knowledge.guidelines.category import Category as Category
from xinglin.knowledge.guidelines.nodules import fleischner as fleischner
from xinglin.knowledge.guidelines.nodules import growth_mm as growth_mm
from xinglin.knowledge.guidelines.nodules import lung_rads as lung_rads
from xinglin.shelf.promises import Topic

VERSION = "2026.1"


def recist() -> dict[str, float]:
    """The numbers of RECIST 1.1 by name (data/recist_1_1.toml): most_targets, node_target_mm, progression_percent ..."""
    return dict(table("recist_1_1")["number"])


def repeatability(kind: str) -> dict[str, float]:
    """Below what change two measurements of a nodule are the same: "volume" in percent, "diameter" in mm.

    A kind for which no volume figure was read has no "volume".
    """
    found: dict[str, float] = {}
    for row in table("repeatability")["row"]:
        if kind in row["kinds"]:
            found[row["what"]] = float(row.get("percent", row.get("mm")))
    return found


def scope(guideline: str) -> dict[str, dict[str, str]]:
    """When a guideline does not apply, in both languages, by reason: "age", "cancer", "immunosuppression", "screening"."""
    found: list[dict[str, Any]] = table(guideline).get("scope", [])
    return {one["id"]: {"en": one["en"], "zh": one["zh"]} for one in found}


TOPIC = Topic(
    name="guidelines",
    version=VERSION,
    title={"en": "Guideline categories of imaging findings", "zh": "影像发现的指南分类"},
    licence="facts with their sources; own wording",
    rows=rows,
    unverified=unverified,
)
