"""Medicines: their classes, what they do to each other, and the limits of their use; every row says where it was read."""

from __future__ import annotations

import csv
from importlib.resources import files

from xinglin.shelf.promises import Topic


def _rows() -> list[dict[str, str]]:
    tables = sorted((files(__name__) / "data").iterdir(), key=lambda table: table.name)
    return [row for table in tables for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines())]


TOPIC = Topic(
    name="drugs",
    version="2026.1",
    title={"en": "Medicines and their limits", "zh": "药物及其使用限制"},
    licence="facts with their sources; own wording",
    rows=lambda: len(_rows()),
    unverified=lambda: sum(row["verified"] != "yes" for row in _rows()),
)
