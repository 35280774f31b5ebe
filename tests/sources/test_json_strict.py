"""Strict JSON: one value to the letter, or the code of what is wrong with it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.sources.json_strict import decode
from segspark.sources.vocabulary import Rejected


def read(raw: bytes, **more: Any) -> tuple[Any, list[str]]:
    return decode(raw, **{"max_bytes": 1_000, "max_depth": 5, **more})


def refusal(raw: bytes, **more: Any) -> list[str]:
    with pytest.raises(Rejected) as refused:
        read(raw, **more)
    return refused.value.reasons


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b'\xef\xbb\xbf{"a":1}', "bom"),
        (b'{"a":"\x00"}', "nul"),
        (b"null", "null"),
        (b" null ", "null"),
        (b'{"a":1,"a":2}', "dup_key"),
        (b'{"b":{"a":1,"a":1}}', "dup_key"),
        (b'{"a":1} {"a":2}', "trailing"),
        (b'{"a":1}x', "trailing"),
        (b'{"a":NaN}', "number"),
        (b'{"a":-Infinity}', "number"),
        (b'{"a":', "json"),
        (b"{'a':1}", "json"),
        (b'{"a":"\xff"}', "encoding"),
    ],
)
def test_what_is_no_single_value_is_refused_with_its_code(raw: bytes, code: str) -> None:
    assert refusal(raw) == [code]


def test_the_largest_record_is_read_and_a_larger_one_is_not() -> None:
    assert read(b'"abc"', max_bytes=5) == ("abc", [])
    assert refusal(b'"abcd"', max_bytes=5) == ["too_large"]


def test_the_deepest_record_is_read_and_a_deeper_one_is_not() -> None:
    assert read(b"[[[]]]", max_depth=3) == ([[[]]], [])
    assert refusal(b"[[[[]]]]", max_depth=3) == ["depth"]
    assert refusal(b'{"a":{"a":{"a":[]}}}', max_depth=3) == ["depth"]


def test_brackets_within_texts_and_beside_each_other_are_not_deep() -> None:
    assert read(rb'["[[[[", "\"[[[["]', max_depth=1) == (["[[[[", '"[[[['], [])
    assert read(b"[[],[],[],[]]", max_depth=2) == ([[], [], [], []], [])


def test_blanks_numbers_and_accents_are_left_as_they_are() -> None:
    assert read(b' {"a": 1.10, "b": [true, null], "c": "\xc3\xa9"} \n') == (
        {"a": 1.1, "b": [True, None], "c": "é"},
        [],
    )


def test_an_escaped_text_is_read_without_a_flag() -> None:
    assert read(rb'{"a":"\u00e9\ud83d\ude00"}') == ({"a": "é😀"}, [])


def test_what_no_table_can_hold_is_mended_and_flagged_wherever_it_stands() -> None:
    assert read(rb'{"a":["x\u0000y"]}') == ({"a": ["xy"]}, ["nul_stripped"])
    assert read(rb'{"\u0000a":"\ud800"}') == ({"a": "\ufffd"}, ["nul_stripped", "surrogate_replaced"])


def test_a_value_that_is_known_is_not_read_again_unless_it_has_escapes() -> None:
    assert read(b'{"a":1}', known={"a": "known"}) == ({"a": "known"}, [])
    assert read(rb'{"a":"\u0000"}', known={"a": "known"}) == ({"a": ""}, ["nul_stripped"])
    # The limits hold all the same.
    assert refusal(b'{"a":1}', known={"a": 1}, max_bytes=3) == ["too_large"]


values = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8) | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(values.filter(lambda v: v is not None), st.booleans())
def test_whatever_is_json_is_read_as_the_standard_library_reads_it(value: Any, escaped: bool) -> None:
    raw = json.dumps(value, ensure_ascii=escaped).encode()
    if "\\u0000" in raw.decode():
        return
    assert decode(raw, max_bytes=10_000, max_depth=50) == (value, [])


def test_keys_that_are_equal_once_repaired_are_refused() -> None:
    with pytest.raises(Rejected, match="dup_key"):
        decode(b'{"a\\u0000":1,"a":2}', max_bytes=100, max_depth=9)
