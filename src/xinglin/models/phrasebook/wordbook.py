"""Word books: phrases and words of a language, kept as TOML beside what uses them.

A table in the file becomes a dotted name: `[lab] normal = "..."` is the phrase "lab.normal". Every kind's book
lies on top of the shared one of this folder, so a kind writes only what it says differently.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh")


def word_book(folder: Path) -> dict[str, dict[str, str]]:
    """The phrase books of a kind by language: `folder/en.toml` and `folder/zh.toml`, flattened to dotted names."""
    return {language: _read(folder / f"{language}.toml") for language in LANGUAGES}


@lru_cache(maxsize=8)
def shared(language: str) -> Mapping[str, str]:
    """The words every kind may use: units, flags, routes, dates and the usual clinical sentences."""
    return _read(Path(__file__).with_name("words") / f"{language}.toml")


def complete(words: Mapping[str, str], language: str) -> dict[str, str]:
    """A kind's book on top of the shared one."""
    return {**shared(language), **words}


def _read(path: Path) -> dict[str, str]:
    return _flat(tomllib.loads(path.read_text(encoding="utf-8")), "")


def _flat(table: Mapping[str, Any], prefix: str) -> dict[str, str]:
    book: dict[str, str] = {}
    for name, entry in table.items():
        if isinstance(entry, dict):
            book.update(_flat(entry, f"{prefix}{name}."))
        else:
            book[f"{prefix}{name}"] = str(entry)
    return book
