"""What a guideline says of one finding: the category, the rule that fired, and what it advises; or what is missing to tell."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class Category(Struct, frozen=True):
    """One finding in one guideline.

    category: "" when it cannot be told, and then `missing` says what is lacking. rule: id of the row that fired.
    management: what the guideline advises, per language. names: the category in words, per language.
    inputs: what was used, as text. unverified: the row was not read in an opened source; not for patients.
    """

    guideline: str
    version: str
    category: str = ""
    rule: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    management: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    citation: str = ""
    unverified: bool = False
    missing: tuple[str, ...] = ()
