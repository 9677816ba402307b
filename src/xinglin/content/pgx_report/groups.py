"""By what they are given for: the groups under which the medicines of the guidelines stand in a report."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xinglin.knowledge import pgx


class Group(Struct, frozen=True):
    """A group of medicines with its heading per language."""

    key: str
    en: str
    zh: str
    medicines: tuple[str, ...]


@lru_cache(maxsize=1)
def groups() -> tuple[Group, ...]:
    """Every group in reading order; a medicine of the guidelines that no group names stands in the last one."""
    table = tomllib.loads(Path(__file__).with_name("groups.toml").read_text(encoding="utf-8"))
    found = [Group(key, row["en"], row["zh"], tuple(row["medicines"].split())) for key, row in table.items()]
    named = {medicine for group in found for medicine in group.medicines}
    rest = tuple(medicine for medicine in pgx.medicines() if medicine not in named)
    return (*found[:-1], replace(found[-1], medicines=(*found[-1].medicines, *rest)))
