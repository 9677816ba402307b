"""Where a fact comes from: pointers into the record, and short plain-English texts of values.

Every fact of the work-up is made with these, so that all pointers have one shape: "Observation/x#valueQuantity".
"""

from __future__ import annotations

from xinglin.records import Evidence, Quantity


def at(source: str, path: str = "", quote: str = "") -> Evidence:
    """Evidence in the chart: `source` is "Observation/x", `path` the FHIRPath inside it."""
    return Evidence("chart", f"{source}#{path}" if path else source, quote)


def places(sources: tuple[str, ...] | list[str], path: str = "") -> tuple[Evidence, ...]:
    """One Evidence per source, each once, in order."""
    return tuple(at(source, path) for source in dict.fromkeys(sources))


def plain(quantity: Quantity | str | None) -> str:
    """A value in plain text, exactly as recorded: "<5 mg/L"."""
    if quantity is None or isinstance(quantity, str):
        return quantity or ""
    unit = quantity.shown_unit or quantity.unit
    return f"{quantity.comparator}{quantity.value}{' ' + unit if unit else ''}"
