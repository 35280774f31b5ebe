"""Arrays are cut at their own commas, whatever stands between them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.sources.json_arrays import split_arrays


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (b"[]", []),
        (b"[ \n ]", []),
        (b'[{"a":1}, 2 ,"],["]', [b'{"a":1}', b"2", b'"],["']),
        # What is no JSON is an element too.
        (b'[{"a":1},{"b":NaN},{"a":\x01},{"a":2}]', [b'{"a":1}', b'{"b":NaN}', b'{"a":\x01}', b'{"a":2}']),
        (b'[{"a":"\xff"},{"a":"\\\\"},{"a":"\\""}]', [b'{"a":"\xff"}', b'{"a":"\\\\"}', b'{"a":"\\""}']),
        (b'[{"a" 1},{"a":2},]', [b'{"a" 1}', b'{"a":2}', b""]),
        (b'[{"a":1},,{"a":2}]', [b'{"a":1}', b"", b'{"a":2}']),
        (b"[1]\n[2,3]\n\n[]\n[4]", [b"1", b"2", b"3", b"4"]),
        (b'[{"a":1},{"a":', None),
        (b'[{"a":1}', None),
        (b'[{"a":"1}]', None),
        (b"[1] x", None),
        (b"[1],[2]", None),
        (b"[1]]", None),
        (b"[1]{}", None),
    ],
)
def test_an_array_is_its_elements_or_none(text: bytes, elements: list[bytes] | None) -> None:
    found = split_arrays(text)
    assert (None if found is None else [raw for raw, _ in found]) == elements


def test_a_value_is_known_where_its_bytes_are_what_it_is_written_as() -> None:
    assert split_arrays(b'[{"a":1},{"b":"x"}]') == [(b'{"a":1}', {"a": 1}), (b'{"b":"x"}', {"b": "x"})]
    # Twice the same key, or written otherwise: the strict parser has to look.
    assert split_arrays(b'[{"a":1,"a":2}]') == [(b'{"a":1,"a":2}', None)]
    assert split_arrays(b'[{"a": 1}]') == [(b'{"a": 1}', None)]


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none()), max_size=5))
def test_any_array_is_cut_into_its_elements(items: list[dict[str, object]]) -> None:
    for indent in (None, 1):
        found = split_arrays(json.dumps(items, indent=indent).encode())
        assert found is not None
        assert [json.loads(e) for e, _ in found] == items
