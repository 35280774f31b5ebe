"""The content of a file as records: JSON in lines and arrays, rows of CSV, nested fields by dotted names."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.sources.records import flatten, json_records, nested_names, split_array
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


def test_a_value_is_known_where_its_bytes_are_what_it_is_written_as() -> None:
    assert list(json_records(b'[{"a":1},{"b":"x"}]')) == [(b'{"a":1}', {"a": 1}), (b'{"b":"x"}', {"b": "x"})]
    # Twice the same key, or written otherwise: the strict parser has to look.
    assert [known for _, known in json_records(b'[{"a":1,"a":2}]\n[{"a": 1}]\n{"a":1}\n')] == [None] * 3


def test_a_broken_array_stays_one_record_for_the_parser_to_refuse() -> None:
    assert split_array(b'[{"a":1},{"a":') == [(b'[{"a":1},{"a":', None)]
    assert split_array(b"[]") == []


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none()), max_size=5))
def test_arrays_are_cut_into_their_elements(items: list[dict[str, object]]) -> None:
    assert [json.loads(e) for e, _ in split_array(json.dumps(items).encode())] == items


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
