"""The page of calculators is made from the calculators; XINGLIN_WRITE_PAGES=1 writes it anew."""

import os
from pathlib import Path

from xinglin.workup.calculator import Choice, Input, Number, YesNo
from xinglin.workup.calculators import CALCULATORS

PAGE = Path(__file__).parents[2] / "docs/look-up/calculators.md"
HEAD = """# Calculators 计算器

Every number is computed by code from the formula of its paper; no language model ever computes one. A missing input, an unknown unit, a
child in an adult formula or a number outside the range a formula was made for is refused with a code (XL-CALC-001 to 005), never guessed.
Results are rounded half up to the decimals usual for them; the unrounded number is kept beside them.

```python
>>> from xinglin.records import Quantity
>>> from xinglin.workup.calculators import CALCULATORS
>>> result = CALCULATORS["ckd_epi_2021"].compute({"age_years": 60, "sex": "female", "creatinine": Quantity("90", "umol/L")})
>>> result.value, result.unit
('63', 'mL/min/{1.73_m2}')

```

“Read” says what was opened to write the formula down: most papers are behind a paywall here, so the formula was read in the public
implementation of MedCalc-Bench and checked against its worked cases; the paper is named so that anyone can check it.
"""


def _input(one: Input) -> str:
    if isinstance(one, Number):
        return f"`{one.name}` {one.unit} ({one.low:g} to {one.high:g}){' (optional)' if one.optional else ''}"
    if isinstance(one, YesNo):
        return f"`{one.name}` yes/no"
    if isinstance(one, Choice):
        return f"`{one.name}` {' / '.join(one.options)}"
    return f"`{one.name}` day"


def page() -> str:
    parts = [HEAD]
    for one in CALCULATORS:
        source = one.source
        doi = f" [doi:{source.doi}](https://doi.org/{source.doi})" if source.doi else ""
        parts.append(
            f"## {one.name}\n\n**{one.title['en']}** {one.title['zh']}{f' · LOINC {one.loinc}' if one.loinc else ''}\n\n"
            + (f"For {one.applies_to['en']}.\n\n" if one.applies_to else "")
            + f"- Formula: {one.formula_text}{f' [{one.unit}]' if one.unit else ''}\n"
            + f"- Inputs: {'; '.join(_input(i) for i in one.inputs)}\n- Paper: {source.citation}.{doi}\n- Read: {source.source_read}\n"
        )
    return "\n".join(parts)


def test_the_page_of_calculators_is_up_to_date():
    if os.environ.get("XINGLIN_WRITE_PAGES"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_example_on_the_page_runs():
    import doctest

    assert doctest.testfile(str(PAGE), module_relative=False).failed == 0
