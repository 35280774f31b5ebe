"""The content of a file as records: JSON in lines and arrays, nested fields by dotted names."""

import json
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.sources.content import Content
from segspark.sources.records import flatten, json_records, nested_names
from segspark.sources.vocabulary import Rejected


def test_lines_arrays_and_arrays_over_lines_give_the_same_records() -> None:
    expected = [b'{"a":1}', b'{"a": [1, 2]}']
    for content in (
        b'{"a":1}\n\n{"a": [1, 2]}\n',
        b'[{"a":1},{"a": [1, 2]}]',
        b'[\n{"a":1},\n{"a": [1, 2]}\n]\n',
        b'[{"a":1}]\n[{"a": [1, 2]}]\n',
    ):
        assert [raw for raw, _ in json_records(content)] == expected


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (b"", []),
        (b" \r\n\n", []),
        (b"[]", []),
        (b"[\n]\n", []),
        (b'{"a":1}\r\n\r\n{"a":2}', [b'{"a":1}', b'{"a":2}']),
        (b'[\r\n  {\r\n "a": 1\r\n },\r\n {"a":2}\r\n]\r\n', [b'{\r\n "a": 1\r\n }', b'{"a":2}']),
        (b'[{"a":1},\n{"a":2}]\n[{"a":3}]\n', [b'{"a":1}', b'{"a":2}', b'{"a":3}']),
        # A line that does not end its array is one record; the lines behind it are their own.
        (b'{"a":1}\n[{"a":2},\n{"a":3}\n', [b'{"a":1}', b'[{"a":2},', b'{"a":3}']),
        (b'[{"a":1},{"a":\n{"a":2}\n[{"a":3}]\n', [b'[{"a":1},{"a":', b'{"a":2}', b'{"a":3}']),
        # Broken over several lines: what is whole on a line of its own is still read.
        (b'[\n{"a":1},\n{"a":,\n{"a":2}\n]\n', [b'{"a":1}', b'{"a":,', b'{"a":2}']),
        (b'[\n{"a":1},\n{"a":{,\n{"a":2}\n]\n', [b'{"a":1}', b'{"a":{,', b'{"a":2}']),
        (b'[{"a":1},\n{"a":"x},\n{"a":2}]\n', [b'{"a":1}', b'{"a":"x},', b'{"a":2}']),
        (b'[\n{"a":1},\n{"a":2', [b'{"a":1}', b'{"a":2']),
    ],
)
def test_every_line_or_element_is_a_record(content: bytes, records: list[bytes]) -> None:
    assert [raw for raw, _ in json_records(content)] == records


def test_nested_fields_have_dotted_names_and_keep_their_digits() -> None:
    assert flatten({"a": {"b c": 1.10, "d": None}, "e": True, "f": [1]}) == {
        "a": '{"b c": 1.1, "d": null}', "a.b c": "1.1", "a.d": None, "e": "true", "f": "[1]",
    }  # fmt: skip


def test_two_fields_of_one_name_are_refused() -> None:
    with pytest.raises(Rejected, match="dup_key"):
        flatten({"a.b": 1, "a": {"b": 2}})


def test_lists_and_objects_are_found_by_their_dotted_names() -> None:
    value = {"a": {"b": [1], "c": 2}, "d.e": {}, "f": "x"}
    assert nested_names(value, ["a", "a.b", "a.c", "d.e", "f", "g.h"]) == ["a", "a.b", "d.e"]


_PIECES = [
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b'"',
    b"\\",
    b'\\"',
    b"\n",
    b" ",
    b"\r",
    b"1",
    b'{"a":1}',
    b"[{}]",
    b"\xff",
    b":",
]
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=60).map(b"".join)
_VALUES = st.recursive(st.integers() | st.text(max_size=4), lambda v: st.lists(v, max_size=3), max_leaves=6)
_DUMPED = st.tuples(st.lists(st.lists(_VALUES), max_size=4), st.sampled_from([None, 1])).map(
    lambda drawn: "\n".join(json.dumps(value, indent=drawn[1]) for value in drawn[0]).encode()
)


@settings(max_examples=700)
@given(_TEXTS | _DUMPED, st.integers(1, 9), st.integers(0, 30))
def test_a_large_file_has_the_records_of_a_small_one(text: bytes, size: int, held: int) -> None:
    def blocks() -> Iterator[bytes]:
        return (text[at : at + size] for at in range(0, len(text), size))

    with patch("segspark.sources.records.HELD", held):
        found = [raw for raw, _ in json_records(Content(blocks), 1_000)]
    assert found == [raw for raw, _ in json_records(text)]


def test_of_a_record_beyond_the_limit_no_more_is_held_than_shows_it() -> None:
    long = [
        b'{"a":"' + b"x" * 500,
        b"y" * 500 + b'"}',
        b" " * 900 + b"\n1\n[" + b"2" * 700,
        b"3],[\n" + b" " * 900,
        b"\n7",
    ]
    with patch("segspark.sources.records.HELD", 8):
        found = [raw for raw, _ in json_records(Content(lambda: iter(long)), 99)]
    assert found == [(b'{"a":"' + b"x" * 500)[:100], b"1", (b"[" + b"2" * 700)[:100], b"7"]
