"""Every clinical calculator: one file each, found by its name, computed by code, never by a language model.

`CALCULATORS["ckd_epi_2021"].compute({"age_years": 60, "sex": "female", "creatinine": Quantity("90", "umol/L")})`.
"""

from __future__ import annotations

from xinglin.shelf import Shelf
from xinglin.workup.calculator import Calculator

CALCULATORS: Shelf[Calculator] = Shelf("xinglin.workup.calculators", "CALCULATOR", Calculator)
