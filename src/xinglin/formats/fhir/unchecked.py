"""Looking into JSON whose types nobody has checked yet: what is not of the type asked for is simply not there."""

from __future__ import annotations

from typing import Any


def text_in(item: Any, name: str) -> str:
    """The text of an element, or ""."""
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""


def object_in(item: Any, name: str) -> dict[str, Any]:
    """The object of an element, or an empty one."""
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, dict) else {}


def list_in(item: Any, name: str) -> list[Any]:
    """The list of an element, or an empty one."""
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, list) else []


def objects_in(item: Any, name: str) -> list[dict[str, Any]]:
    """The objects in the list of an element; a lone object counts as a list of one."""
    value = item.get(name) if isinstance(item, dict) else None
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
