"""Is everything here in order? Each row says what was looked at, how it stands, and what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, TypedDict

from xinglin import __version__
from xinglin.flow.archive_settings import secrets_of
from xinglin.flow.house import House
from xinglin.records.errors import XinglinError


class Row(TypedDict):
    """One thing looked at."""

    what: str
    state: Literal["ok", "warn", "fail"]
    fix: str


def examine(house: House) -> list[Row]:
    """All rows, the gravest last to be seen is not assumed: read them all."""
    return [_program(), _home(house), _ledger(house), _fonts(), *_labels(house), *_archives(house), *_shelves(house), *_knowledge(house)]


def _program() -> Row:
    return {"what": f"xinglin {__version__}, python {sys.version.split()[0]}", "state": "ok", "fix": ""}


def _home(house: House) -> Row:
    folder = house.settings.home
    try:
        charts = len(house.store.charts())
    except XinglinError as error:
        return {"what": f"house in {folder}: {error.what}", "state": "fail", "fix": error.fix}
    return {"what": f"house in {folder}: {charts} charts", "state": "ok", "fix": ""}


def _ledger(house: House) -> Row:
    report = house.store.verify()
    if report.whole:
        return {"what": f"ledger whole: {report.entries} entries", "state": "ok", "fix": ""}
    return {
        "what": f"ledger NOT whole: {report.problems[0]}",
        "state": "fail",
        "fix": "stop releasing; compare with the anchor kept elsewhere",
    }


def _fonts() -> Row:
    from xinglin.review.writers import fonts_ready

    if fonts_ready():
        return {"what": "fonts for Chinese PDF", "state": "ok", "fix": ""}
    return {"what": "fonts for Chinese PDF are missing", "state": "fail", "fix": "install again where the npm registry is reachable"}


def _labels(house: House) -> list[Row]:
    packs, code = house.settings.law_packs, house.settings.provider_code
    if "cn" in packs and not code:
        return [{"what": "provider code for Chinese labels is not set: release is blocked", "state": "fail",
                 "fix": "provider_code = \"...\" in xinglin.toml (27 characters, from the regulator's rules)"}]  # fmt: skip
    if not packs:
        return [{"what": "no law pack is set; labels name the house by its key", "state": "warn",
                 "fix": 'law_packs = ["cn"] (or eu, us) in xinglin.toml'}]  # fmt: skip
    return [{"what": f"law packs {', '.join(packs)}", "state": "ok", "fix": ""}]


def _archives(house: House) -> list[Row]:
    """The archives of the settings and their secrets; none of them is asked."""
    rows: list[Row] = []
    for archive in house.settings.archives.values():
        try:
            secrets_of(archive, house.settings.home, from_table=True)
        except XinglinError as error:
            rows.append({"what": f"archive {archive.name}: {error.what}", "state": "fail", "fix": error.fix})
            continue
        file = archive.token_file or archive.password_file
        open_to_others = bool(file) and (path := house.settings.home / Path(file).expanduser()).exists() and path.stat().st_mode & 0o077
        rows.append({"what": f"archive {archive.name}: settings understood" + (", others can read its secret" if open_to_others else ""),
                     "state": "warn" if open_to_others else "ok", "fix": f"chmod 600 {file}" if open_to_others else ""})  # fmt: skip
    return rows


def _shelves(house: House) -> list[Row]:
    kinds, checks = list(house.kinds), list(house.checks)
    return [{"what": f"{len(kinds)} kinds of content, {len(checks)} checks", "state": "ok", "fix": ""}]


def _knowledge(house: House) -> list[Row]:
    rows: list[Row] = []
    for topic in house.topics:
        state: Literal["ok", "warn"] = "warn" if topic.unverified() else "ok"
        fix = "unverified rows are never used silently; see the topic's README" if topic.unverified() else ""
        rows.append(
            {
                "what": f"knowledge/{topic.name}@{topic.version}: {topic.rows()} rows, {topic.unverified()} unverified",
                "state": state,
                "fix": fix,
            }
        )
    return rows
