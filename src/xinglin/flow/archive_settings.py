"""The `[archives.NAME]` tables of the settings, and the secrets that belong to them.

A secret comes from the environment (XINGLIN_ARCHIVE_NAME_TOKEN, XINGLIN_ARCHIVE_NAME_PASSWORD) or from the file the
table names; never from the command line, never from the settings themselves, and no error repeats it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from xinglin.records.archive import Archive
from xinglin.records.errors import InvalidInput, NotFound

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\Z")
_GENERAL_TOKEN: Final = "XINGLIN_DICOMWEB_TOKEN"  # noqa: S105 - the name of a variable; for an address given without a table
_HERE: Final = ("127.0.0.1", "::1", "localhost")
_SECRETS_FIX: Final = "secrets stand in files: token_file, or user and password_file"


def archives_of(tables: object, path: Path) -> dict[str, Archive]:
    """The archives by name. Raises InvalidInput XL-SET-010 to 013."""
    if not isinstance(tables, Mapping):
        raise InvalidInput(
            "XL-SET-010", "archives are tables", where=str(path), fix='write [archives.NAME] and under it url = "https://..."'
        )
    return {name: _archive(name, table, f"{path} archives.{name}") for name, table in tables.items()}


def _archive(name: str, table: object, where: str) -> Archive:
    if not _NAME.match(name):
        raise InvalidInput("XL-SET-011", "an archive needs a plain name", where=where, fix="lower case letters, digits and -, at most 32")
    try:
        found = msgspec.convert(table, Archive)
    except msgspec.ValidationError as error:
        raise InvalidInput(
            "XL-SET-012", "an archive's settings are not understood", where=where, why=str(error), fix=_SECRETS_FIX
        ) from None
    found = msgspec.structs.replace(found, name=name)
    if why := _fault(found):
        raise InvalidInput("XL-SET-013", "an archive's settings do not fit together", where=where, why=why, fix="see docs/do/archives.md")
    return found


def _fault(archive: Archive) -> str:
    """What does not fit, "" when everything does."""
    from xinglin.intake.archives import faults_of

    older = archive.url.startswith("dimse://")
    title = archive.own_title
    if why := faults_of(archive):
        return why
    if older and (archive.token_file or archive.user or archive.password_file):
        return "the older network knows neither token nor password"
    if archive.listen and not older:
        return "listen belongs to dimse:// alone"
    if archive.token_file and (archive.user or archive.password_file):
        return "a token, or a user with a password: not both"
    if archive.password_file and not archive.user:
        return "password_file without user"
    if not title.strip() or len(title) > 16 or not title.isascii() or "\\" in title:
        return "own_title is 1 to 16 ASCII characters"
    return "" if 0 < archive.seconds <= 3600 else "seconds is more than 0 and at most 3600"


def archive_meant(word: str, archives: Mapping[str, Archive]) -> Archive:
    """The archive of that name, or at that address. Raises NotFound XL-SET-014, InvalidInput XL-SET-013."""
    if "://" in word:
        parts = urlsplit(word)
        named = Archive(url=word, name=(parts.hostname or "").lower())
        if why := _fault(named):
            raise InvalidInput("XL-SET-013", "this is not the address of an archive", where="ARCHIVE", why=why)
        return named
    if word not in archives:
        known = ", ".join(sorted(archives)) or "none"
        raise NotFound("XL-SET-014", "there is no archive of that name", where="xinglin.toml", why=f"known: {known}",
                       fix="add an [archives.NAME] table, or give an address")  # fmt: skip
    return archives[word]


def secrets_of(archive: Archive, home: Path, *, from_table: bool) -> tuple[str, str]:
    """(token, password), "" for none. Raises InvalidInput XL-SET-015 (no secret to be had), 016 (it would cross in the clear)."""
    if archive.url.startswith("dimse://"):
        return "", ""
    if not from_table:
        token, password = os.environ.get(_GENERAL_TOKEN, ""), ""
    elif archive.user:
        token, password = "", _secret(archive, "PASSWORD", archive.password_file, home)
    else:
        variable = _variable(archive, "TOKEN")
        token = _secret(archive, "TOKEN", archive.token_file, home) if archive.token_file or os.environ.get(variable) else ""
        password = ""
    parts = urlsplit(archive.url)
    if (token or password) and parts.scheme == "http" and parts.hostname not in _HERE and not archive.unencrypted:
        raise InvalidInput(
            "XL-SET-016", "a token or password would cross the network in the clear", where=archive.name, why="http",
            fix="give an https address; or, inside a closed network, set unencrypted = true",
        )  # fmt: skip
    return token, password


def _variable(archive: Archive, word: str) -> str:
    return f"XINGLIN_ARCHIVE_{archive.name.upper().replace('-', '_')}_{word}"


def _secret(archive: Archive, word: str, file: str, home: Path) -> str:
    variable = _variable(archive, word)
    found, why, place = os.environ.get(variable, ""), "it is empty", variable
    if not found and file:
        place = str(home / Path(file).expanduser())
        try:
            found = Path(place).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = type(error).__name__
    if not found or not found.isprintable():
        raise InvalidInput(
            "XL-SET-015", f"the {word.lower()} of an archive cannot be had", where=place, why=why if not found else "it is more than one line",
            fix=f"name a file that holds it alone, or set {variable}",
        )  # fmt: skip
    return found
