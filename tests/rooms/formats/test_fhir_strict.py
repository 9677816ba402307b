"""Strict JSON: what is refused, what is kept to the digit."""

from __future__ import annotations

import json
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinglin.formats.fhir.reading import number_text
from xinglin.formats.fhir.strict import Limits, dumps, parse, parse_compact, parse_whole, resource, without_mark
from xinglin.formats.fhir.whole_files import Whole, parse_file
from xinglin.records.errors import InvalidInput, OutOfResources, XinglinError

HOSTILE = {
    "doubled name": (b'{"status":"final","status":"preliminary"}', "XL-FHIR-002"),
    "doubled name, deep": (b'{"a":[{"b":{"c":1,"d":2,"c":3}}]}', "XL-FHIR-002"),
    "doubled name, one escaped": (b'{"status":"final","st\\u0061tus":"preliminary"}', "XL-FHIR-002"),
    "doubled name with the same value": (b'{"a":1,"a":1}', "XL-FHIR-002"),
    "doubled name hidden by a growing number": (b'{"a":1e2,"a":1e2}', "XL-FHIR-002"),
    "NaN": (b'{"value":NaN}', "XL-FHIR-003"),
    "Infinity": (b'{"value":Infinity}', "XL-FHIR-003"),
    "minus Infinity": (b'{"value":-Infinity}', "XL-FHIR-003"),
    "65 levels": (b'{"a":' * 65 + b"1" + b"}" * 65, "XL-FHIR-004"),
    "300 levels": (b'{"a":' * 300 + b"1" + b"}" * 300, "XL-FHIR-004"),
    "100,000 levels": (b"[" * 100_000 + b"]" * 100_000, "XL-FHIR-004"),
    "100,000 levels of objects": (b'{"a":' * 100_000, "XL-FHIR-004"),
    "not UTF-8": (b'{"a":"\xff"}', "XL-FHIR-005"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "XL-FHIR-005"),
    "surrogate bytes": (b'{"a":"\xed\xa0\x80"}', "XL-FHIR-005"),
    "5,000 digits": (b'{"a":' + b"9" * 5000 + b"}", "XL-FHIR-006"),
    "300 digits": (b'{"a":' + b"9" * 300 + b"}", "XL-FHIR-006"),
    "300 decimals": (b'{"a":0.' + b"1" * 300 + b"}", "XL-FHIR-006"),
    "1e999": (b'{"a":1e999}', "XL-FHIR-006"),
    "lone surrogate": (b'{"a":"\\ud800"}', "XL-FHIR-007"),
    "lone low surrogate": (b'{"a":"\\udc00"}', "XL-FHIR-007"),
    "two values": (b"{}{}", "XL-FHIR-008"),
    "garbage after": (b'{"a":1}x', "XL-FHIR-008"),
    "cut": (b'{"a":[1,2', "XL-FHIR-009"),
    "cut in text": (b'{"a":"bc', "XL-FHIR-009"),
    "empty": (b"", "XL-FHIR-010"),
    "only space": (b" \n ", "XL-FHIR-010"),
    "a comment": (b'{"a":1 /* x */}', "XL-FHIR-001"),
    "single quotes": (b"{'a':1}", "XL-FHIR-001"),
    "a leading zero": (b'{"a":01}', "XL-FHIR-001"),
    "a comma too many": (b'{"a":1,}', "XL-FHIR-001"),
    "a raw control character": (b'{"a":"\x00"}', "XL-FHIR-001"),
    "no JSON": (b"MSH|^~\\&|LAB", "XL-FHIR-001"),
}


@pytest.mark.parametrize("raw,code", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_json_is_a_typed_error(raw, code):
    with pytest.raises(InvalidInput) as caught:
        parse(raw, where="a.json")
    assert caught.value.code == code
    assert caught.value.where.startswith("a.json")
    assert caught.value.fix


def test_errors_repeat_no_content():
    with pytest.raises(InvalidInput) as caught:
        parse(b'{"resourceType":"Patient","name":"Zebedee Quill", "x": Zebedee}')
    assert "Zebedee" not in str(caught.value)
    with pytest.raises(InvalidInput) as caught:
        parse(b'{"Zebedee Quill":1,"Zebedee Quill":2}')
    assert "Zebedee" not in str(caught.value)


def test_a_text_over_the_limit_is_refused_before_it_is_read():
    with pytest.raises(OutOfResources) as caught:
        parse(b"[" + b" " * 100 + b"]", limits=Limits(resource_bytes=50))
    assert caught.value.code == "XL-FHIR-020"


@pytest.mark.parametrize("top", [b"[]", b"1", b'"Patient"', b"null", b"{}", b'{"resourceType":1}', b'{"resourceType":"../x"}'])
def test_what_is_no_resource_is_said(top):
    with pytest.raises(InvalidInput) as caught:
        resource(parse(top))
    assert caught.value.code == "XL-FHIR-012"


def test_a_byte_order_mark_is_taken_off_and_told():
    assert without_mark(b"\xef\xbb\xbf{}") == (b"{}", True)
    assert without_mark(b"{}") == (b"{}", False)


def test_63_levels_are_read():
    assert parse(b'{"a":' * 63 + b"1" + b"}" * 63)


def test_brackets_inside_text_do_not_count_as_depth():
    assert parse(json.dumps({"a": "[{" * 500, "b": ["\n" + " " * 300] * 80}).encode())


@pytest.mark.parametrize(
    "text", ["5.00", "0.10", "1e-7", "1E5", "-0", "-0.0", "123456789012345678901234567890", "1.0", "0.1", "12", "3.20e2", "1e22"]
)
def test_every_number_keeps_its_text(text):
    raw = b'{"resourceType":"Observation","valueQuantity":{"value":' + text.encode() + b"}}"
    value = parse(raw)
    assert number_text(value["valueQuantity"]["value"]) == text
    assert dumps(value) == raw
    assert parse_compact(b" " + raw + b"\n")[1] == raw


def test_numbers_keep_their_text_beside_escaped_words():
    value, compact = parse_compact(b'{"a": 5.00, "b": "\\u4e2d\\/x", "c": -0}')
    assert number_text(value["a"]) == "5.00"
    assert value["b"] == "中/x"
    assert compact == '{"a":5.00,"b":"中/x","c":-0}'.encode()


numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4).map(str)
names = st.text(alphabet='abc中é \\"{[', min_size=1, max_size=3)
scalars = st.one_of(st.text(max_size=8), st.booleans(), st.none(), st.integers(-(2**70), 2**70).map(Decimal), numbers.map(Decimal))
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=20)


def _written(value, spaced: bool, ascii_only: bool) -> str:
    """JSON with the digits of each Decimal as they are."""
    if isinstance(value, Decimal):
        return format(value, "f")
    space = "\n   " if spaced else ""
    if isinstance(value, dict):
        inside = ",".join(
            f"{space}{json.dumps(k, ensure_ascii=ascii_only)}:{space}{_written(v, spaced, ascii_only)}" for k, v in value.items()
        )
        return "{" + inside + space + "}"
    if isinstance(value, list):
        return "[" + ",".join(space + _written(v, spaced, ascii_only) for v in value) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


@given(value=values, spaced=st.booleans(), ascii_only=st.booleans())
def test_what_is_kept_says_the_same_as_what_came(value, spaced, ascii_only):
    """The fast ways agree with Python's own reader, digit by digit."""
    raw = _written(value, spaced, ascii_only).encode()
    try:
        kept = parse_compact(raw)[1]
    except InvalidInput as error:
        assert error.code in ("XL-FHIR-007",)
        return
    exact = {"parse_float": str, "parse_int": str}
    assert json.loads(kept, **exact) == json.loads(raw, **exact)


@given(
    st.recursive(st.integers(0, 9), lambda inner: st.lists(st.tuples(st.sampled_from(["a", "b", "a b"]), inner), max_size=3), max_leaves=12)
)
def test_a_doubled_name_never_passes(pairs):
    """Against the slow reference: every object looked at name by name."""

    def written(value) -> str:
        return "{" + ",".join(f'"{k}": {written(v)}' for k, v in value) + "}" if isinstance(value, list) else str(value)

    def doubled(value) -> bool:
        return isinstance(value, list) and (len({k for k, _ in value}) < len(value) or any(doubled(v) for _, v in value))

    raw = written(pairs).encode()
    if doubled(pairs):
        with pytest.raises(InvalidInput) as caught:
            parse(raw)
        assert caught.value.code == "XL-FHIR-002"
    else:
        assert parse(raw) == orjson.loads(raw)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_a_type(raw):
    try:
        parse(raw)
    except XinglinError as error:
        assert error.code.startswith("XL-FHIR-")


def _read_or_code(read):
    try:
        return read()
    except XinglinError as error:
        return error.code


@given(
    resources=st.lists(st.dictionaries(names, values, max_size=4), max_size=4),
    beside=st.dictionaries(names, values, max_size=2),
    spaced=st.booleans(),
    ascii_only=st.booleans(),
)
def test_a_file_read_in_one_go_is_what_the_slow_way_reads(resources, beside, spaced, ascii_only):
    """The same value or the same refusal, and each resource the very bytes that writing it anew gives."""
    entries = [{"fullUrl": "urn:uuid:1", "resource": one} for one in resources]
    raw = _written({"resourceType": "Bundle", **beside, "entry": entries}, spaced, ascii_only).encode()
    slow = _read_or_code(lambda: parse_whole(raw))
    quick = _read_or_code(lambda: parse_file(raw))
    if not isinstance(quick, Whole):
        assert quick == slow
        return
    assert dumps(quick.value) == dumps(slow)
    if quick.resources:
        assert list(quick.resources) == [dumps(entry["resource"]) for entry in slow["entry"]]


@pytest.mark.parametrize("raw,code", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_part_of_a_bundle_is_refused_as_the_slow_way_does(raw, code):
    for text in (raw, b'{"entry":[{"resource":' + raw + b"}]}", b'{"entry":[{"resource":{}}],"meta":' + raw + b"}"):
        slow = _read_or_code(lambda text=text: parse_whole(text))
        assert isinstance(slow, str)
        assert _read_or_code(lambda text=text: parse_file(text)) == slow


@pytest.mark.parametrize("inner", [b"1", b"{}", b"[]", b'""', b"null"])
@pytest.mark.parametrize("levels", [60, 61, 62, 63, 64, 65, 66, 300])
def test_a_file_is_as_deep_as_the_slow_way_allows(levels, inner):
    for raw in (b'{"a":' * levels + inner + b"}" * levels, b"[" * levels + inner + b"]" * levels):
        slow = _read_or_code(lambda raw=raw: parse_whole(raw))
        quick = _read_or_code(lambda raw=raw: parse_file(raw))
        assert (quick.value if isinstance(quick, Whole) else quick) == slow


def test_a_plain_bundle_is_read_in_one_go():
    """Else the fast way would be tested by nothing: its resources are cut from the text."""
    raw = json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "1"}}, {}]}, indent=4).encode()
    assert parse_file(raw).resources == (b'{"resourceType":"Patient","id":"1"}', b"")
