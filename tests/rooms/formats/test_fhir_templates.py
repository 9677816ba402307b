"""Column templates: the bytes they write are what a JSON writer writes, for any values."""

import base64
import json
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from xinglin.formats.fhir.bulk import templates as t
from xinglin.formats.fhir.bulk.filling import base64_rows
from xinglin.records.people import NEVER

FIRST, LAST = date(1800, 1, 1), date(2299, 12, 31)
EXAMPLE = {
    "resourceType": "Thing", "id": t.Text(("x-", t.number("n"))), "on": t.Text((t.date("day"),)), "at": t.Text((t.minute("minute"), "+08:00")),
    "value": t.decimal("value", "decimals"), "word": t.Text((t.words("word", ('a"b', "中文", "tab\there")),)), "code": t.Text((t.padded("code", 4),)),
    "pieces": t.Pieces("word", ({}, {"more": [1, {"a": None}]}, {"x": "y", "z": True})),
    "perhaps": t.Maybe("maybe", [{"day": t.Text((t.date("maybe"),)), "n": t.number("n")}]), "last": False,
}  # fmt: skip
TEMPLATE = t.compiled(EXAMPLE)
ROW = st.tuples(
    st.integers(0, 10**15), st.dates(FIRST, LAST), st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 2), st.integers(0, 9999),
    st.none() | st.dates(FIRST, LAST), st.integers(0, 1439),
)  # fmt: skip


def days(day: date) -> int:
    return (day - date(1970, 1, 1)).days


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=20))
def test_rows_are_the_json_of_their_values(rows):
    n, day, value, decimals, word, code, maybe, minute = zip(*rows, strict=True)
    columns = {
        "n": np.array(n), "day": np.array([days(d) for d in day]), "minute": np.array([days(d) * 1440 + m for d, m in zip(day, minute, strict=True)]),
        "value": np.array(value), "decimals": np.array(decimals), "word": np.array(word), "code": np.array(code),
        "maybe": np.array([NEVER if d is None else days(d) for d in maybe]),
    }  # fmt: skip
    lines = TEMPLATE.fill(columns).data().tobytes().decode().splitlines()
    assert len(lines) == len(rows)
    for line, (number, on, amount, places, which, short, perhaps, within) in zip(lines, rows, strict=True):
        told = json.loads(line, parse_float=str, parse_int=str)
        assert told["id"] == f"x-{number}"
        assert told["on"] == on.isoformat()
        assert told["at"] == (datetime(on.year, on.month, on.day) + timedelta(minutes=within)).isoformat() + "+08:00"
        assert told["value"] == (
            f"{'-' if amount < 0 else ''}{abs(amount) // 10**places}" + (f".{abs(amount) % 10**places:0{places}d}" if places else "")
        )
        assert told["word"] == ('a"b', "中文", "tab\there")[which]
        assert told["code"] == f"{short:04d}"
        assert told.get("more") == (["1", {"a": None}] if which == 1 else None)
        assert told.get("perhaps") == (None if perhaps is None else [{"day": perhaps.isoformat(), "n": str(number)}])
        assert told["last"] is False


def test_chunks_are_the_whole_in_pieces_even_when_a_row_is_longer_than_the_buffer():
    rows = 50
    columns = {name: np.arange(rows) % 3 for name in ("n", "day", "minute", "value", "decimals", "word", "code", "maybe")}
    filled = TEMPLATE.fill(columns)
    for size in (10, 200, 1 << 20):
        assert b"".join(bytes(piece) for piece in filled.chunks(np.empty(size, np.uint8))) == filled.data().tobytes()
    assert filled.data(7, 9).tobytes() == b"".join(line + b"\n" for line in filled.data().tobytes().splitlines()[7:9])


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=10))
def test_base64_is_that_of_the_standard_library(texts):
    data = np.frombuffer(b"".join(texts) + b"\0", np.uint8)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    out, ends = base64_rows(data, offsets)
    assert [out[a:b].tobytes() for a, b in pairwise(ends)] == [base64.b64encode(text) for text in texts]
