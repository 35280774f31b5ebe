"""Whole records in sealed envelopes: what comes out is what went in, and nothing of it shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.pseudonyms import CannotUnseal, Key
from segspark.sources.sealing import MOST_BYTES, Opened, RecordSealer

SEALER = RecordSealer(Key(b"0123456789abcdef0123456789abcdef"))
OTHER = RecordSealer(Key(b"fedcba9876543210fedcba9876543210"))


@given(st.binary(max_size=200), st.sampled_from(["json", "csv", "row"]), st.lists(st.text(max_size=5), max_size=3))
def test_an_envelope_gives_back_what_it_holds(raw: bytes, form: str, header: list[str]) -> None:
    assert SEALER.open(SEALER.seal(raw, form, header)) == Opened(raw, form, tuple(header))


def test_nothing_of_a_record_shows_and_another_key_does_not_open_it() -> None:
    sealed = SEALER.seal(b"anne@exemple.fr " * 100)
    assert b"anne" not in sealed
    with pytest.raises(CannotUnseal):
        OTHER.open(sealed)


def test_a_hash_tells_equal_records_and_cannot_be_made_without_the_key() -> None:
    assert SEALER.hash_of(b"a") == SEALER.hash_of(b"a") != SEALER.hash_of(b"b")
    assert SEALER.hash_of(b"a") != OTHER.hash_of(b"a")
    assert len(SEALER.hash_of(b"a")) == 32


def test_of_a_huge_record_the_beginning_is_kept() -> None:
    assert len(SEALER.open(SEALER.seal(b"x" * (MOST_BYTES + 1))).raw) == MOST_BYTES
