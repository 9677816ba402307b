"""A user's CSV: read strictly, each fault with its line and without what stands there."""

import numpy as np
import pytest

from xinglin.formats.csv.reading import Limits, read_csv
from xinglin.intake.tables import read_table
from xinglin.records.errors import InvalidInput, OutOfResources, UsageError, XinglinError

GOOD = "age,sex,since,dose\n63,f,2020-01-31,1.50\n71,m,,2.25\nNA,f,2021-12-01,0.5\n"


@pytest.fixture
def put(tmp_path):
    """Writes a file and gives its path."""

    def write(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_numbers_categories_dates_and_gaps_are_told_apart(put):
    table, design = read_table(put(GOOD * 1))
    assert [one.kind for one in design.columns] == ["number", "category", "date", "number"]
    assert [one.decimals for one in design.columns] == [0, 0, 0, 2] and design.columns[1].levels == ("f", "m")
    assert np.isnan(table["age"][2]) and np.isnan(table["since"][1]) and table["since"][0] == 18292


@pytest.mark.parametrize(
    "change", [lambda t: "\ufeff" + t, lambda t: t.replace(",", ";"), lambda t: t.replace(",", "\t"), lambda t: t.replace("\n", "\r\n")]
)
def test_other_separators_line_ends_and_a_mark_give_the_same(put, change):
    assert read_csv(put(change(GOOD))) == read_csv(put(GOOD))


def test_another_encoding_is_read_when_it_is_said_and_refused_when_not(put):
    text = "sex\n" + "男\n" * 3
    assert read_csv(put(text.encode("gb18030")), "gb18030").rows[0] == ("男",)
    with pytest.raises(InvalidInput, match="XL-CSV-005") as told:
        read_csv(put(text.encode("gb18030")))
    assert told.value.where == "table.csv, line 2"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"PK\x03\x04rest", "sheet.xlsx", "XL-CSV-002"), (b"PK\x03\x04rest", "sheet.csv", "XL-CSV-002"), ("a,b\n1,2\n".encode("utf-16"), "t.csv", "XL-CSV-004"),
        ("", "t.csv", "XL-CSV-006"), ("a,b\n", "t.csv", "XL-CSV-006"), ("a,b;c\n1,2\n", "t.csv", "XL-CSV-007"), ('a,b\n"1,2\n', "t.csv", "XL-CSV-008"),
        ('a,b\n"1"x,2\n', "t.csv", "XL-CSV-008"), ("a,a\n1,2\n", "t.csv", "XL-CSV-009"), ("a,\n1,2\n", "t.csv", "XL-CSV-009"), ("a,b\n1,2\n1\n", "t.csv", "XL-CSV-010"),
        ("a,b\n1,=SUM(A1)\n", "t.csv", "XL-CSV-010"), ('a,b\n1,"x\ny"\n', "t.csv", "XL-CSV-010"), ("a,b\n1," + "x" * 1001 + "\n", "t.csv", "XL-CSV-010"),
    ],
)  # fmt: skip
def test_what_is_no_sound_csv_is_refused_with_a_remedy(put, content, name, code):
    with pytest.raises(InvalidInput, match=code) as told:
        read_csv(put(content, name))
    assert told.value.fix and told.value.where


def test_limits_are_kept(put):
    for limits in (Limits(file_bytes=10), Limits(rows=2), Limits(columns=3)):
        with pytest.raises(OutOfResources, match="XL-CSV-011"):
            read_csv(put(GOOD), limits=limits)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["1", "2", "<5", "4"], "XL-TABLE-006"), (["1", "2", "5 mg", "4"], "XL-TABLE-006"), (["1", "2", "1,5", "4"], "XL-TABLE-006"),
        (["3/4/2020"] * 4, "XL-TABLE-005"), (["2020-02-30"] * 4, "XL-TABLE-005"), (["2020-01-01 10:00"] * 4, "XL-TABLE-005"), (["NA"] * 4, "XL-TABLE-004"),
        ([f"Name {n}" for n in range(30)], "XL-TABLE-007"), ([str(n) for n in range(100, 130)], "XL-TABLE-007"),
    ],
)  # fmt: skip
def test_what_is_not_clear_or_names_people_is_refused_without_telling_it(put, cells, code):
    text = "x,y\n" + "".join(f'"{cell}",1\n' for cell in cells)
    with pytest.raises(InvalidInput, match=code) as told:
        read_table(put(text))
    assert told.value.fix and not any(f" {cell}" in str(told.value) for cell in cells if len(cell) > 3)


def test_a_column_may_be_left_out_or_be_said_to_hold_codes(put):
    text = "patient_id,site\n" + "".join(f"{n * 37 % 101},{n % 3}\n" for n in range(40))
    with pytest.raises(InvalidInput, match="XL-TABLE-007"):
        read_table(put(text))
    _, design = read_table(put(text), leave_out=["patient_id"], categories=["site"])
    assert design.names == ("site",) and design.columns[0].levels == ("0", "1", "2")


def test_survival_needs_a_time_an_event_and_what_it_means(put):
    text = "time,status,age\n" + "".join(f"{n + 1}.5,{n % 2 + 1},{60 + n % 7}\n" for n in range(30))
    path = put(text)
    assert read_table(path, time="time", event="status=2")[1].event_at == 2.0
    for event in ("status", "status=3", "status=x"):
        with pytest.raises(UsageError, match="XL-TABLE-003"):
            read_table(path, time="time", event=event)
    with pytest.raises(UsageError, match="XL-TABLE-001"):
        read_table(path, time="time")
    with pytest.raises(UsageError, match="XL-TABLE-002"):
        read_table(path, time="time", event="gone")


def test_nothing_but_our_own_errors_comes_out_of_broken_bytes(put):
    rng = np.random.default_rng(0)
    for n in range(300):
        data = bytearray(GOOD.encode())
        for place in rng.integers(0, len(data), 3):
            data[place] = rng.integers(0, 256)
        try:
            read_table(put(bytes(data[: len(data) - n % 7])))
        except XinglinError as error:
            assert error.code.startswith(("XL-CSV-", "XL-TABLE-"))
