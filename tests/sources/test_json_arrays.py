"""Arrays are cut at their own commas, whatever stands between them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.sources.json_arrays import NotArrays, Trimmed, cut_arrays, is_arrays, split_arrays


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


_PIECES = [b"[", b"]", b"{", b"}", b",", b'"', b"\\", b'\\"', b"\n", b" ", b"1", b'{"a":1}', b"[{}]", b"\xff", b":"]
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=40).map(b"".join)
_VALUES = st.recursive(st.integers() | st.text(max_size=4), lambda v: st.lists(v, max_size=3), max_leaves=6)
_ARRAYS = st.lists(st.lists(_VALUES), min_size=1, max_size=3)


@settings(max_examples=600)
@given(_TEXTS | _ARRAYS.map(lambda arrays: " ".join(map(json.dumps, arrays)).encode()), st.integers(1, 9))
def test_an_array_in_pieces_has_the_elements_of_the_whole_one(text: bytes, size: int) -> None:
    text = b"[" + text.strip()
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    whole = split_arrays(text)
    assert is_arrays(pieces) == (whole is not None)
    try:
        found = list(cut_arrays(pieces, 1_000))
    except NotArrays:
        assert whole is None
    else:
        assert whole is not None
        assert found == [raw for raw, _ in whole]


@given(st.lists(st.sampled_from([b" ", b"\n", b"x", b"yz"]), max_size=12), st.integers(0, 9))
def test_of_a_text_in_pieces_no_more_is_held_than_asked_for(pieces: list[bytes], most: int) -> None:
    trimmed = Trimmed(most)
    for _ in range(2):
        for piece in pieces:
            trimmed.add(piece)
        assert trimmed.take() == b"".join(pieces).strip()[:most]
