"""Who a made-up person is said to be: a name, an address, numbers that cannot be anybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.virtual_person.draws import chosen, uniform
from xinglin.models.virtual_person.person import FAR
from xinglin.records.people import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.virtual_person.person import Lives

    Ints = NDArray[np.int64]


def identities(lives: Lives) -> dict[str, Ints]:
    """The person table. `record` ends in a check digit that is wrong by Luhn's rule, whatever the number."""
    people, seed, locale = lives.people, lives.request.seed, lives.locale
    born = lives.start_day - np.floor(lives.age * 365.25).astype(np.int64)
    record = np.floor(uniform(seed, "record", people) * 9e8).astype(np.int64) + 10**8
    return {
        "person": people,
        "female": lives.female.astype(np.int64),
        "born": born,
        "died": np.where((lives.died < FAR) & (lives.died < lives.last_minute), lives.died, NEVER),
        "family": chosen(seed, "family", people, len(locale.families)),
        "given": np.where(lives.female, chosen(seed, "woman", people, len(locale.women)), chosen(seed, "man", people, len(locale.men))),
        "street": chosen(seed, "street", people, len(locale.streets)),
        "house": chosen(seed, "house", people, 400) + 1,
        "city": chosen(seed, "city", people, len(locale.cities)),
        "region": chosen(seed, "region", people, len(locale.regions)),
        "postal": chosen(seed, "postal", people, 900) + 100,
        "phone": chosen(seed, "phone", people, 10**8),
        "record": record,
        "check": (luhn_digit(record) + 5) % 10,
        "national": chosen(seed, "sequence", people, 499) * 2 + np.where(lives.female, 2, 1),
        "smoker": lives.smoker.astype(np.int64),
    }


def luhn_digit(number: Ints) -> Ints:
    """The check digit that Luhn's rule would put behind each number."""
    total, left = np.zeros_like(number), number.copy()
    for place in range(20):
        digit = left % 10
        left //= 10
        doubled = digit * 2 - 9 * (digit > 4) if place % 2 == 0 else digit
        total += doubled
    return (10 - total % 10) % 10
