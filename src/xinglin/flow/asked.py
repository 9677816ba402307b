"""What an operation is given beside its arguments, and what it answers: the same for every door."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xinglin.flow.house import House


@dataclass(frozen=True)
class Asked:
    """Where the house is, and how to tell a person something on the side."""

    home: str | None
    note: Callable[[str], None]

    def house(self) -> House:
        """The house the command speaks of."""
        return House.at(self.home)


@dataclass(frozen=True)
class Outcome:
    """`value` is the JSON answer (its shape is a promise), `lines` the same for people; the last line is what to use next."""

    value: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    exit_code: int = 0


def who() -> str:
    """The name the person is signed in with on this machine."""
    return getpass.getuser()
