"""The one mechanism that finds what lies on a shelf.

Folder name = item name = CLI word = URL. A broken item stops the program: nothing is skipped in silence.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, distributions
from typing import Generic, TypeVar

from xinglin.records.errors import NotFound, one_of

T = TypeVar("T")


@lru_cache(maxsize=1)
def _added_by_others() -> tuple[EntryPoint, ...]:
    """Our entry points of every package installed. Asked once: it takes long, and nothing is installed while a command runs."""
    points = (point for package in distributions() for point in package.entry_points if point.group.startswith("xinglin."))
    return tuple({(point.group, point.name, point.value): point for point in points}.values())


class Shelf(Generic[T]):
    """All items of one package, found by name; entry points of the group of the same name add more.

    >>> from xinglin.shelf.promises import Check
    >>> "xl101_unsupported" in Shelf("xinglin.checks", "CHECK", Check)
    True
    """

    def __init__(self, package: str, word: str, promise: type[T]) -> None:
        self._package, self._word, self._promise = package, word, promise
        folder = import_module(package)
        self._where = {m.name: f"{package}.{m.name}" for m in pkgutil.iter_modules(folder.__path__) if not m.name.startswith("_")}
        for point in (one for one in _added_by_others() if one.group == package):
            if point.name in self._where:
                raise TypeError(f"{package}: two items are called {point.name!r} ({self._where[point.name]}, {point.value})")
            self._where[point.name] = point.value

    def __getitem__(self, name: str) -> T:
        """The item of that name. Raises NotFound for an unknown name, TypeError for a broken item."""
        if name not in self._where:
            raise NotFound("XL-SHELF-001", f"no {self._word.lower()} is called {name!r}", fix=one_of(name, self.names()))
        item = getattr(import_module(self._where[name]), self._word, None)
        if not isinstance(item, self._promise):
            raise TypeError(f"{self._where[name]}: {self._word} is not a {self._promise.__name__}")
        if getattr(item, "name", name) != name:
            raise TypeError(f"{self._where[name]}: calls itself {getattr(item, 'name', '')!r}; folder name and item name must agree")
        return item

    def __contains__(self, name: object) -> bool:
        return name in self._where

    def __iter__(self) -> Iterator[T]:
        return (self[name] for name in self.names())

    def names(self) -> tuple[str, ...]:
        """Item names in alphabetical order, without importing anything."""
        return tuple(sorted(self._where))
