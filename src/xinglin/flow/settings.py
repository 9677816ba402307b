"""What a hospital sets once: where things are kept, its name, its law packs, who may sign.

Read at the edge, frozen, passed down. Order: arguments, `XINGLIN_*` variables, `HOME/xinglin.toml`, defaults.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from xinglin.flow.archive_settings import archives_of
from xinglin.records.archive import Archive
from xinglin.records.errors import InvalidInput


@dataclass(frozen=True)
class Settings:
    """`provider_code` is the 27-character code of the Chinese labelling rules; it is never invented."""

    home: Path
    database: str = ""  # SQLAlchemy URL; "" keeps everything in HOME/xinglin.db
    organisation: str = ""
    law_packs: tuple[str, ...] = ()  # of cn, eu, us
    provider_code: str = ""
    enrolment: Literal["open", "closed"] = "open"  # open: the first signature of a new name makes its key; closed: an administrator does
    language: Literal["en", "zh"] = "en"
    archives: Mapping[str, Archive] = field(default_factory=dict)  # [archives.NAME]; nothing is asked but these, or an address given


def home_folder(home: str | Path | None = None) -> Path:
    """The house's folder: `home`, else XINGLIN_HOME, else ~/.local/share/xinglin."""
    chosen = home or os.environ.get("XINGLIN_HOME") or Path.home() / ".local" / "share" / "xinglin"
    return Path(chosen).expanduser().absolute()


def load(home: str | Path | None = None) -> Settings:
    """The settings in force. Raises InvalidInput for an unknown key or a wrong value."""
    folder = home_folder(home)
    path = folder / "xinglin.toml"
    found: dict[str, object] = {}
    if path.is_file():
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidInput("XL-SET-001", "the settings file is not valid TOML", where=str(path), why=str(error)) from error
    known = {f.name for f in fields(Settings)} - {"home"}
    for name in known - {"archives"}:
        if value := os.environ.get(f"XINGLIN_{name.upper()}"):
            found[name] = value.split(",") if name == "law_packs" else value
    if unknown := sorted(set(found) - known):
        raise InvalidInput("XL-SET-002", f"unknown setting {unknown[0]!r}", where=str(path), fix=f"known: {', '.join(sorted(known))}")
    archives = archives_of(found.pop("archives", {}), path)
    packs = tuple(str(p) for p in found.pop("law_packs", ()))  # type: ignore[union-attr]
    if wrong := [p for p in packs if p not in ("cn", "eu", "us")]:
        raise InvalidInput("XL-SET-003", f"unknown law pack {wrong[0]!r}", where=str(path), fix="one or more of: cn, eu, us")
    if found.get("language", "en") not in ("en", "zh"):
        raise InvalidInput("XL-SET-005", "language must be en or zh", where=str(path))
    if found.get("enrolment", "open") not in ("open", "closed"):
        raise InvalidInput("XL-SET-004", "enrolment must be open or closed", where=str(path))
    return Settings(home=folder, law_packs=packs, archives=archives, **{k: str(v) for k, v in found.items()})  # type: ignore[arg-type]
