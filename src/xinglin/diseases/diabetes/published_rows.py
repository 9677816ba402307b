"""A parameter table of someone else's virtual patients (the columns of simglucose) as traits of this model.

Nothing of such a table ships here; a user who has one can run its people, which is also how this model is compared with its peer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.diseases.diabetes.card import CARD
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COLUMNS = {
    "weight": "BW", "gb": "Gb", "ib": "Ib", "egpb": "EGPb", "vg": "Vg", "vi": "Vi", "kabs": "kabs", "kmax": "kmax", "kmin": "kmin", "b": "b",
    "d": "d", "vmx": "Vmx", "km0": "Km0", "k1": "k1", "k2": "k2", "p2u": "p2u", "m1": "m1", "m2": "m2", "ki": "ki", "kp2": "kp2", "kp3": "kp3",
    "kd": "kd", "ksc": "ksc", "ka1": "ka1", "ka2": "ka2", "uii": "Fsnc", "absorbed": "f", "ke1": "ke1", "ke2": "ke2", "hepatic": "HEb",
}  # fmt: skip
_THERAPY = {"age": "Age", "carbohydrate_ratio": "CR", "correction_factor": "CF"}


def traits_of_rows(
    rows: Iterable[Mapping[str, str]], therapy: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Traits of these people, name -> (people,), for `DISEASE.run`.

    rows: one mapping of column to text per person, with the columns of simglucose's vpatient_params.csv (as csv.DictReader gives them).
    therapy: name of the person -> columns of Quest.csv (Age, CR, CF); without it, and for all that the table does not tell (pump, sensor,
    controller), the card's own value. Raises InvalidInput XL-GLU-010 (a column is missing), XL-GLU-011 (not a positive number).
    """
    people = list(rows)
    found = {}
    for parameter in CARD.parameters:
        column, told = _COLUMNS.get(parameter.name), people
        if parameter.name in _THERAPY and therapy is not None:
            column, told = _THERAPY[parameter.name], [therapy.get(row.get("Name", ""), {}) for row in people]
        if column is None:
            found[parameter.name] = np.full(len(people), parameter.value)
        else:
            found[parameter.name] = np.array([_number(row, column, place) for place, row in enumerate(told)])
    return found


def _number(row: Mapping[str, str], column: str, place: int) -> float:
    if column not in row:
        raise InvalidInput(
            "XL-GLU-010", f"the column {column} is missing", where=f"row {place + 1}", fix="give a table with the columns of simglucose"
        )
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        value = -1.0
    if not (np.isfinite(value) and value > 0):
        raise InvalidInput("XL-GLU-011", "not a positive number", where=f"row {place + 1}, column {column}", fix="correct the table")
    return value
