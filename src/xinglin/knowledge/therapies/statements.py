"""Every statement of the journeys with its place, so that a row without a source or unread by anybody is easily found.

A statement is a criterion, a dose, an outcome, a thing to watch or a recommendation: whatever says where it was read.
"""

from __future__ import annotations

from functools import lru_cache

from xinglin.knowledge.therapies.book import journeys
from xinglin.records.therapy import Cited, TherapyOption


def of_option(option: TherapyOption) -> tuple[Cited, ...]:
    """All that one option states with a source."""
    return (*option.needs, *option.excludes, *option.medicines, *option.added_to, *option.outcomes, *option.watch, *option.recommended)


@lru_cache(maxsize=1)
def statements() -> tuple[Cited, ...]:
    """All that the journeys state with a source, in their order; a criterion shared by options counts once for each."""
    return tuple(
        one for journey in journeys() for one in (*journey.asks, *(row for option in journey.options for row in of_option(option)))
    )
