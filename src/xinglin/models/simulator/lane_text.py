"""Lines of source text: plain ones with their depth, and loops over the lanes that load what they name and store what they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

LANES = 32


class LaneText:
    """Lines with their depth, and loops over lanes that load what they name."""

    def __init__(self, rows: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self.rows = rows  # lane variable -> where its row begins in `s`

    def put(self, depth: int, *lines: str) -> None:
        """These lines, so deep."""
        self.lines += ["    " * depth + line for line in lines]

    def lanes(self, depth: int, body: Iterable[str]) -> None:
        """A loop over the lanes. `body` lines assign local names or `name@` (the row of that name); names with a row are loaded first."""
        self.put(depth, f"for j in range({LANES}):")
        self.lane(depth + 1, body)

    def lane(self, depth: int, body: Iterable[str]) -> None:
        """The same for lane `j` alone."""
        lines, made = list(body), set()
        needed: dict[str, None] = {}
        for line in lines:
            target, _, value = line.partition(" = ")
            for word in re.findall(r"\b[A-Za-z_]\w*", value):
                if word not in made and self.place(word) is not None:
                    needed[word] = None
            made.add(target)
        for word in needed:
            self.put(depth, f"{word} = {self.place(word)}")
        for line in lines:
            target, _, value = line.partition(" = ")
            stored = self.place(target[:-1]) if target.endswith("@") else target
            self.put(depth, f"{stored} = {value}")

    def place(self, word: str) -> str | None:
        """Where a lane variable is kept, None for names that are no lane variables."""
        if re.fullmatch(r"c\d+", word):
            return f"s[CONSTANTS + {int(word[1:]) * LANES} + j]"
        return f"s[{self.rows[word]} + j]" if word in self.rows else None
