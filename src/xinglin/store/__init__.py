"""What the house keeps: people, what came in for them, drafts, signatures, releases, and the ledger of all of it.

Everything of a patient lies encrypted under that person's own key; destroying the key erases the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.store.kept import ChartRow as ChartRow
from xinglin.store.kept import DraftRow as DraftRow
from xinglin.store.kept import Kept as Kept
from xinglin.store.kept import KeptRelease as KeptRelease
from xinglin.store.kept import LedgerEntry as LedgerEntry
from xinglin.store.kept import LedgerReport as LedgerReport
from xinglin.store.kept import SignerKey as SignerKey
from xinglin.store.kept import TakenIn as TakenIn

if TYPE_CHECKING:
    from xinglin.store.house import Store as Store


def __getattr__(name: str) -> object:
    """`Store` is loaded when it is first asked for: the database library takes a while to start."""
    if name == "Store":
        from xinglin.store.house import Store

        return Store
    raise AttributeError(name)
