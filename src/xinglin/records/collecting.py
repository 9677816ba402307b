"""For work that makes very many objects and drops none of them in circles: memory is tidied once, behind it.

Python's search for circles of dead objects runs again and again while a record is read, and finds nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """A block (or, as a decorator, a function) without searches for circles; afterwards all is as it was, whatever happens.

    What lives on is counted among the old objects: the next short search need not walk through a whole record.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            _count_as_old()
            gc.enable()


def _count_as_old() -> None:
    """Move every object to the oldest generation, untouched; the next full search still looks at all of them."""
    if not gc.get_freeze_count():  # somebody else's frozen objects would thaw
        gc.freeze()
        gc.unfreeze()
