"""Files that cut, lie, nest, swell or kill: every one ends as a typed error, and the next file is read all the same."""

import os
import signal
import struct
import zlib

import dicom_examples as made
import numpy as np
import pytest

from xinglin.formats.dicom import Limits, ReadingProcess, find_series, header_of, read_series
from xinglin.formats.dicom.elements import read_elements
from xinglin.records.errors import InvalidInput, OutOfResources, XinglinError


@pytest.fixture(scope="module")
def process():
    with ReadingProcess() as one:
        yield one


def code_of(raw, process, limits=None):
    with pytest.raises(XinglinError) as caught:
        if limits:
            read_series([raw], limits=limits)
        else:
            read_series([raw], process=process)
    return caught.value.code


def spliced(raw, extra):
    """The file with elements put before its pixel data."""
    at = raw.index(b"\xe0\x7f\x10\x00OW")
    return raw[:at] + extra + raw[at:]


WHOLE = made.written(made.slice_of(0))


@pytest.mark.parametrize("end", [0, 1, 100, 131, 140, 300, 600, len(WHOLE) - 1])
def test_a_file_cut_anywhere_is_refused(process, end):
    assert code_of(WHOLE[:end], process) in ("XL-DICOM-003", "XL-DICOM-004", "XL-DICOM-041")


def test_what_is_no_dicom_is_said_to_be_none(process):
    for raw in (b"", b"%PDF-1.7 " * 100, os.urandom(0) + bytes(5000), b"\x89PNG\r\n" * 90):
        assert code_of(raw, process) == "XL-DICOM-003"


def test_deep_nesting_is_refused_before_it_is_followed(process):
    item = b"\x11\x00\x10\x10SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    assert code_of(spliced(WHOLE, item * 4000), process) == "XL-DICOM-007"


def test_more_elements_than_are_read_are_refused():
    many = b"".join(struct.pack("<HH2sH", 0x0011, 0x1000 + n, b"LO", 0) for n in range(300))
    assert code_of(spliced(WHOLE, many), None, Limits(elements=200)) == "XL-DICOM-008"


def test_a_doubled_element_is_refused_as_it_is_not_known_which_one_holds(process):
    assert code_of(spliced(WHOLE, b"\x28\x00\x10\x00US\x02\x00\x28\x00"), process) == "XL-DICOM-013"


def test_a_deflate_bomb_is_stopped_at_the_bound(process):
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join([pack.compress(bytes(1 << 20)) for _ in range(400)] + [pack.flush()])
    deflated = made.written(made.slice_of(0), made.DEFLATED)
    start = 144 + int.from_bytes(deflated[140:144], "little")
    assert code_of(deflated[:start] + bomb, process) == "XL-DICOM-010"
    assert code_of(deflated[:start] + b"\xff" * 50, process) == "XL-DICOM-006"
    assert code_of(deflated[:-20], process) == "XL-DICOM-004"


def test_a_run_length_bomb_is_stopped_at_the_size_of_the_image(process):
    raw = made.written(made.slice_of(0), made.RLE)
    start = raw.index(b"\xfe\xff\x00\xe0", raw.index(b"\xe0\x7f\x10\x00OB"))
    run = struct.pack("<16L", 2, 64, 68, *[0] * 13) + b"\x81\xff\x81\xff" * 200_000
    items = b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0" + struct.pack("<L", len(run)) + run + b"\xfe\xff\xdd\xe0\0\0\0\0"
    with pytest.raises(InvalidInput) as caught:
        read_series([raw[:start] + items], repair=frozenset({"single"}), process=process)
    assert caught.value.code == "XL-DICOM-049"


@pytest.mark.parametrize("syntax", [made.EXPLICIT, made.RLE, made.J2K, made.JLS])
def test_a_giant_that_a_header_promises_is_refused_before_decoding(process, syntax):
    raw = made.written(made.slice_of(0), syntax)
    for tag in (b"\x28\x00\x10\x00US\x02\x00", b"\x28\x00\x11\x00US\x02\x00"):
        at = raw.index(tag) + 8
        raw = raw[:at] + b"\xff\xff" + raw[at + 2 :]
    assert code_of(raw, process) == "XL-DICOM-047"


@pytest.mark.parametrize("syntax", [made.J2K, made.JLS])
def test_a_stream_of_another_size_than_its_header_is_refused_before_decoding(process, syntax):
    raw = made.written(made.slice_of(0), syntax)
    at = raw.index(b"\x28\x00\x10\x00US\x02\x00") + 8
    with pytest.raises(InvalidInput) as caught:
        read_series([raw[:at] + b"\x10\x00" + raw[at + 2 :]], repair=frozenset({"single"}), process=process)
    assert caught.value.code == "XL-DICOM-048"


def test_a_cut_jpeg_2000_stream_is_refused_though_its_decoder_would_fill_the_rest(process):
    raw = made.written(made.slice_of(0), made.J2K)
    mark = raw.rindex(b"\xff\xd9")
    cut = raw[: mark - 300] + b"\xff\xd9" + bytes(300) + raw[mark + 2 :]
    with pytest.raises(InvalidInput) as caught:
        read_series([cut], repair=frozenset({"single"}), process=process)
    assert caught.value.code == "XL-DICOM-049"


def test_a_stream_that_contradicts_the_header_about_sign_is_refused(process):
    raw = made.written(made.slice_of(0), made.J2K)
    at = raw.index(b"\x28\x00\x03\x01US\x02\x00") + 8
    with pytest.raises(InvalidInput) as caught:
        read_series([raw[:at] + b"\x00\x00" + raw[at + 2 :]], repair=frozenset({"single"}), process=process)
    assert caught.value.code == "XL-DICOM-048"


@pytest.mark.parametrize(
    "syntax, code",
    [
        ("1.2.840.10008.1.2.4.50", 43),
        ("1.2.840.10008.1.2.4.51", 43),
        ("1.2.840.10008.1.2.4.53", 42),
        ("1.2.840.10008.1.2.4.102", 42),
        ("1.2.3.4", 42),
    ],
)
def test_photographic_and_unknown_compressions_are_refused(process, syntax, code):
    raw = made.written(made.slice_of(0), made.RLE)
    at = raw.index(b"1.2.840.10008.1.2.5")
    length = int.from_bytes(raw[at - 2 : at], "little")
    name = syntax.encode() + b"\0" * (len(syntax) % 2)
    grown = int.from_bytes(raw[140:144], "little") + len(name) - length
    raw = raw[:140] + grown.to_bytes(4, "little") + raw[144 : at - 2] + len(name).to_bytes(2, "little") + name + raw[at + length :]
    assert code_of(raw, process) == f"XL-DICOM-{code:03}"


def test_a_reading_process_that_is_killed_is_an_error_of_that_file_alone(process, tmp_path):
    for n in range(6):
        (tmp_path / f"{n}").write_bytes(made.written(made.slice_of(n)))
    with ReadingProcess() as one:
        looking = one.look([_source(tmp_path / f"{n}") for n in range(6)])
        next(looking)
        os.kill(one.identifier, signal.SIGSTOP)
        os.kill(one.identifier, signal.SIGKILL)
        seen = list(looking)
    assert len(seen) == 5
    assert sum(instance.error is not None for instance in seen) <= 1
    assert all(instance.error[0] == "XL-DICOM-011" for instance in seen if instance.error)


def test_a_process_that_died_between_two_readings_blames_no_file():
    with ReadingProcess() as one:
        assert read_series(made.series(3), process=one).shape[0] == 3
        os.kill(one.identifier, signal.SIGKILL)
        os.waitid(os.P_PID, one.identifier, os.WEXITED | os.WNOWAIT)
        assert read_series(made.series(4), process=one).shape[0] == 4


def test_a_process_that_dies_while_it_decodes_is_a_typed_error():
    with ReadingProcess() as one:
        list(one.look([], keep=True))
        assert len(list(one.look([_source("/dev/null")], keep=True))) == 1
        os.kill(one.identifier, signal.SIGKILL)
        with pytest.raises(InvalidInput) as caught:
            list(one.decode([(0, 0)], "int16"))
    assert caught.value.code == "XL-DICOM-011"


def test_a_process_that_says_nothing_is_given_up():
    with ReadingProcess(Limits(wall_seconds=5)) as one:
        list(one.look([_source("/dev/null")]))
        os.kill(one.identifier, signal.SIGSTOP)
        (instance,) = one.look([_source("/dev/null")])
    assert instance.error[0] == "XL-DICOM-014"


def _source(path):
    from xinglin.formats.dicom.messages import Source

    return Source(os.fsencode(path))


def test_processor_time_is_bounded():
    wide = made.slice_of(0, Rows=3000, Columns=3000)
    wide.PixelData = np.random.default_rng(1).integers(0, 999, 9_000_000, np.int16).tobytes()
    raw = made.written(wide, made.J2K)
    with pytest.raises(OutOfResources) as caught:
        read_series([raw], repair=frozenset({"single"}), limits=Limits(cpu_seconds=0))
    assert caught.value.code == "XL-DICOM-014" and caught.value.where


def test_memory_is_bounded():
    wide = made.slice_of(0, Rows=3000, Columns=3000)
    wide.PixelData = np.random.default_rng(1).integers(0, 999, 9_000_000, np.int16).tobytes()
    raw = made.written(wide, made.J2K)
    with pytest.raises(XinglinError) as caught:
        read_series([raw], repair=frozenset({"single"}), limits=Limits(memory_bytes=24 << 20))
    assert caught.value.code in ("XL-DICOM-015", "XL-DICOM-011", "XL-DICOM-049")


def test_a_fault_in_the_middle_of_a_series_does_not_disturb_the_next_reading(process):
    broken = made.written(made.slice_of(1), made.RLE)
    start = broken.index(b"\xfe\xff\x00\xe0", broken.index(b"\xe0\x7f\x10\x00OB")) + 16
    broken = broken[: start + 70] + b"\x80" * 40 + broken[start + 110 :]
    for _ in range(3):
        with pytest.raises(XinglinError):
            read_series([made.written(made.slice_of(n), made.RLE) if n != 1 else broken for n in range(6)], process=process)
        assert np.array_equal(read_series(made.series(3), process=process).voxels, made.values(3))


def test_one_bad_file_is_a_finding_and_the_rest_is_found(tmp_path):
    for n, raw in enumerate([*made.series(4), b"not a scan at all, only words", WHOLE[:-50]]):
        (tmp_path / f"file{n}").write_bytes(raw)
    found = find_series([tmp_path])
    assert len(found.series) == 1 and found.series[0].slices == 4
    assert [(finding.code, finding.place.rpartition("/")[2]) for finding in found.findings] == [
        ("XL-DICOM-003", "file4"),
        ("XL-DICOM-004", "file5"),
    ]
    assert found.series[0].faults[0].code == "XL-DICOM-004"
    with pytest.raises(InvalidInput) as caught:
        read_series(found.series[0])  # the cut file names this series: its slice is missing
    assert caught.value.code == "XL-DICOM-004" and caught.value.where.startswith("file5")


def test_a_header_never_leaves_a_damaged_file(process):
    with pytest.raises(InvalidInput) as caught:
        header_of(WHOLE[:-50], process=process)
    assert caught.value.code == "XL-DICOM-004" and "Muster" not in str(caught.value)


def test_the_elements_of_an_open_ended_sequence_are_kept_and_its_end_is_found():
    from xinglin.formats.dicom import DEFAULT_LIMITS

    open_ended = b"\x11\x00\x10\x10SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff\x11\x00\x11\x10LO\x02\x00ab\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    file = read_elements(memoryview(spliced(WHOLE, open_ended)), DEFAULT_LIMITS)
    (item,) = file.dataset.items_of(0x00111010)
    assert item.bytes_of(0x00111011) == b"ab" and 0x7FE00010 in file.dataset.elements
