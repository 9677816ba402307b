"""A Gaussian copula with a survival head: each column keeps its own shape, one correlation ties them, a hazard model draws the time of the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from xinglin.records.errors import InvalidInput
from xinglin.records.table import TableDesign
from xinglin.shelf.promises import AbstractFittedTable, AbstractTableGenerator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class CopulaGenerator(AbstractTableGenerator):
    """See README.md for what it keeps, what it loses and how it was judged."""

    name = "copula"
    version = "1"

    def fit(self, table: Mapping[str, NDArray[np.float64]], columns: TableDesign, seed: int = 0) -> AbstractFittedTable:
        """Learn a table. Raises InvalidInput XL-TABLE-010 to 016, XL-SURV-00x."""
        from xinglin.models.table.copula.fitted import learnt

        return learnt(self.name, self.version, table, columns, seed)

    def load(self, data: bytes) -> AbstractFittedTable:
        """What `save` wrote. Raises InvalidInput XL-TABLE-017."""
        from xinglin.models.table.copula.fitted import CopulaState, FittedCopula

        try:
            state = msgspec.json.decode(data, type=CopulaState)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidInput("XL-TABLE-017", "this is no learnt table", why=type(error).__name__, fix="give what was saved") from error
        if (state.name, state.version) != (self.name, self.version):
            raise InvalidInput(
                "XL-TABLE-017", "this table was learnt by another model", where=f"{state.name}@{state.version}", fix="learn it again"
            )
        return FittedCopula(state)


GENERATOR = CopulaGenerator()
