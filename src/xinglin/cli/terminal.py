"""What may reach a terminal: words, and nothing that moves its cursor, rings its bell or turns its text around.

File names, and what people and other systems wrote, are shown with such characters in their escaped form.
"""

from __future__ import annotations

import unicodedata

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # these show a text in another order than it has


def printable(line: str) -> str:
    """One line for a terminal: control characters, line breaks, turned text and halves of characters are escaped ("\\x1b")."""
    if line.isprintable():
        return line
    return "".join(_escaped(one) if _acts(one) else one for one in line)


def _acts(one: str) -> bool:
    return unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or one in _TURNING


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")
