"""The error tree. Every error a person can meet has a code, a place, a reason and a remedy.

No message ever holds a patient's value: `where` names a file, a line, a resource and a path, not content.
"""

from __future__ import annotations

from collections.abc import Iterable


def one_of(word: str, known: Iterable[str]) -> str:
    """What may be said in place of a word that is not known, the nearest first in mind.

    >>> one_of("weigth", ["age", "weight"]), one_of("x", [])
    ('did you mean weight? one of: age, weight', 'one of: none')
    """
    from difflib import get_close_matches

    words = list(known)
    near = get_close_matches(word, words, n=1)
    return (f"did you mean {near[0]}? " if near else "") + f"one of: {', '.join(words) or 'none'}"


class XinglinError(Exception):
    """Something a person can act on. `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(self, code: str, what: str, *, where: str = "", why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.code, self.what, self.where, self.why, self.fix = code, what, where, why, fix

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """Code and what, then where, why and fix as far as they are known, a line each."""
        told = (("where", self.where), ("why", self.why), ("fix", self.fix))
        return [f"{self.code}: {self.what}", *(f"  {word:<6}{text}" for word, text in told if text)]

    def as_json(self) -> dict[str, str]:
        """The same, for `--json` and problem details."""
        return {"code": self.code, "what": self.what, "where": self.where, "why": self.why, "fix": self.fix}


class UsageError(XinglinError):
    """The command or call was not understood (exit 2)."""

    exit_code = 2


class InvalidInput(XinglinError):
    """A file, record or setting is wrong (exit 3)."""

    exit_code = 3


class NotFound(XinglinError):
    """No such chart, draft, kind or file (exit 4)."""

    exit_code = 4


class Refused(XinglinError):
    """A safety or privacy gate said no (exit 5). `issues` says which."""

    exit_code = 5

    def __init__(self, code: str, what: str, *, where: str = "", why: str = "", fix: str = "", issues: tuple = ()) -> None:
        super().__init__(code, what, where=where, why=why, fix=fix)
        self.issues = issues


class NotAllowed(XinglinError):
    """This person may not do this (exit 6)."""

    exit_code = 6


class OutOfResources(XinglinError):
    """Memory, disk, time, a lock or a limit (exit 7)."""

    exit_code = 7


class RemoteFailed(XinglinError):
    """Another system did not answer as it should (exit 9)."""

    exit_code = 9
