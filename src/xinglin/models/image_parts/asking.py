"""What can be asked of a network for pictures, and of the form of a set: refused early, in words, before minutes of learning are spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from xinglin.records.image_learning import ImageForm, Setting, Settings


def with_defaults(settings: Settings, known: Sequence[Setting], model: str) -> dict[str, float | int | str | bool]:
    """All settings of a model, what was not said at its default. Raises InvalidInput XL-IMGMODEL-002 for a value out of range."""
    whole = {s.name: settings.get(s.name, s.default) for s in known} | {k: v for k, v in settings.items() if k.startswith("measured_")}
    for setting in known:
        value = whole[setting.name]
        below = setting.low is not None and float(value) < setting.low
        above = setting.high is not None and float(value) > setting.high
        if below or above or (setting.choices and value not in setting.choices):
            allowed = f"one of {', '.join(map(str, setting.choices))}" if setting.choices else f"{setting.low} to {setting.high}"
            raise InvalidInput("XL-IMGMODEL-002", f"{setting.name} of {model} cannot be {value}", why=setting.about, fix=f"say {allowed}")
    return whole


def sides_divide(form: ImageForm, by: int, model: str, axes: Sequence[int] = (2, 3)) -> None:
    """Raises InvalidInput XL-IMGMODEL-001 for a form whose axes or sides a network cannot halve often enough."""
    if len(form.shape) not in axes:
        raise InvalidInput("XL-IMGMODEL-001", f"{model} takes pictures of {' or '.join(map(str, axes))} axes, not {len(form.shape)}",
                           where="form.shape")  # fmt: skip
    if any(side % by or side < 2 * by for side in form.shape):
        raise InvalidInput("XL-IMGMODEL-001", f"{model} halves the sides of a picture: {form.shape} do not divide by {by}",
                           where="form.shape", fix=f"make the set with sides that divide by {by}, or ask for fewer levels")  # fmt: skip


def square_power(form: ImageForm, least: int, model: str, axes: Sequence[int] = (2, 3)) -> int:
    """How often the side halves to `least`. Raises InvalidInput XL-IMGMODEL-001 unless all sides are the same `least` times a power of two."""
    side = form.shape[-1]
    halvings = max(side // least, 1).bit_length() - 1
    if len(form.shape) not in axes or set(form.shape) != {side} or least << halvings != side or halvings < 1:
        raise InvalidInput("XL-IMGMODEL-001", f"{model} makes squares and cubes whose side is {least} times a power of two, not {form.shape}",
                           where="form.shape", fix="make the set with sides 16, 32, 64, 128 or 256")  # fmt: skip
    return halvings


def asked_conditions(wanted: Mapping[str, float] | None, form: ImageForm) -> list[float]:
    """The conditions of one picture in the order of the form, nan where nothing is asked."""
    return [(wanted or {}).get(condition.name, float("nan")) for condition in form.conditions]
