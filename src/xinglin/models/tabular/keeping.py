"""What was learnt, as plain data: JSON in which an array is its kind of number, its shape and its bytes. No pickle, ever."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = ("<f8", "<i8", "<i4", "<u8", "|u1")
T = TypeVar("T")


def packed(name: str, version: str, plain: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """One JSON value. `plain`: what msgspec can write. The same content gives the same bytes."""
    rows = {}
    for key, values in arrays.items():
        kind = np.dtype(values.dtype).newbyteorder("<").str
        if kind not in KINDS:
            raise TypeError(f"an array of {kind} is not kept")
        rows[key] = [kind, list(values.shape), base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode()]
    return msgspec.json.encode({"name": name, "version": version, "plain": msgspec.to_builtins(dict(plain)), "arrays": rows})


def unpacked(data: bytes, name: str, version: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """(plain, arrays) of what `packed` wrote. Raises InvalidInput XL-OUTCOME-010 for anything else."""
    try:
        found = msgspec.json.decode(data)
        told = (found["name"], found["version"])
        arrays = {key: _array(kind, shape, text) for key, (kind, shape, text) in found["arrays"].items()}
        plain = dict(found["plain"])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput("XL-OUTCOME-010", "this is no kept model", why=type(error).__name__, fix="give what was saved") from None
    if told != (name, version):
        raise InvalidInput(
            "XL-OUTCOME-010",
            "another model wrote this",
            where=f"{told[0]}@{told[1]}",
            why=f"{name}@{version} reads it",
            fix="train it again",
        )
    return plain, arrays


def rebuilt(kind: type[T], value: Any) -> T:
    """A record out of plain data. Raises InvalidInput XL-OUTCOME-010."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise InvalidInput("XL-OUTCOME-010", "this is no kept model", why=type(error).__name__, fix="give what was saved") from None


def _array(kind: str, shape: list[int], text: str) -> NDArray[Any]:
    if kind not in KINDS or any(size < 0 for size in shape):
        raise ValueError(kind)
    raw = base64.b64decode(text, validate=True)
    if len(raw) != math.prod(shape) * np.dtype(kind).itemsize:
        raise ValueError("length")
    return np.frombuffer(raw, dtype=kind).reshape(shape).copy()
