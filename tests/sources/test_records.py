"""The content of a file as records: JSON in lines and arrays, nested fields by dotted names."""

import pytest

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
