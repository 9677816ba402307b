"""Columns as CSV: UTF-8, comma, one header line, RFC 4180 line ends; the same columns give the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence


def csv_bytes(columns: Mapping[str, Sequence[str]]) -> bytes:
    """A file of these columns of text, all of one length."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue().encode()
