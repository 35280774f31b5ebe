"""A row that its columns cannot hold is named before Arrow packs it: what is let through can be packed and read back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.sources.fitting import Fit
from segspark.sources.parsed import KINDS
from segspark.tables.staging import _columns

SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("long", pa.int64()),
        ("small", pa.int32()),
        ("share", pa.float64()),
        ("flag", pa.bool_()),
        ("sealed", pa.binary()),
        ("day", pa.date32()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("price", pa.decimal128(18, 6)),
        ("flags", pa.list_(pa.string())),
        ("attributes", pa.map_(pa.string(), pa.string())),
    ]
)
FIT = Fit(SCHEMA)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", "été \U0001f600"),
        ("text", ""),
        ("long", -(2**63)),
        ("long", 2**63 - 1),
        ("small", -(2**31)),
        ("small", 2**31 - 1),
        ("share", 0.5),
        ("share", 1),
        ("flag", False),
        ("sealed", b"\x00\xff"),
        ("day", 20_000),
        ("day", date(1968, 3, 24)),
        ("at", 0),
        ("at", 253_402_300_799_999_999),
        ("at", datetime(2026, 5, 10, tzinfo=UTC)),
        ("price", Decimal("999999999999.999999")),
        ("price", Decimal("-0.000001")),
        ("price", Decimal("1E+3")),
        ("flags", ["a", "é"]),
        ("flags", []),
        ("attributes", [("a", "b"), ("c", None)]),
        ("attributes", {"a": "b"}),
        ("no column", object()),
        ("long", None),
    ],
)
def test_what_a_column_holds_fits_and_can_be_packed(column: str, value: Any) -> None:
    assert FIT.fit({column: value}) is None
    for packed in _columns([{column: value}], SCHEMA):
        packed.to_pylist()


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("text", 7, "adapter_error"),
        ("text", b"x", "adapter_error"),
        ("text", ["x"], "adapter_error"),
        ("text", "a\ud800", "adapter_error"),
        ("long", 2**63, "range"),
        ("long", -(2**63) - 1, "range"),
        ("long", "7", "adapter_error"),
        ("long", 7.0, "adapter_error"),
        ("long", True, "adapter_error"),
        ("small", 2**31, "range"),
        ("small", 10**400, "range"),
        ("share", float("nan"), "range"),
        ("share", float("inf"), "range"),
        ("share", "0.5", "adapter_error"),
        ("share", True, "adapter_error"),
        ("flag", "true", "adapter_error"),
        ("flag", 1, "adapter_error"),
        ("sealed", "x", "adapter_error"),
        ("day", 10**9, "range"),
        ("day", "2026-05-10", "adapter_error"),
        ("day", datetime(2026, 5, 10, tzinfo=UTC), "adapter_error"),
        ("at", 253_402_300_800_000_000, "range"),
        ("at", -62_135_596_800_000_001, "range"),
        ("at", 1.5, "adapter_error"),
        ("at", datetime(2026, 5, 10), "adapter_error"),
        ("price", Decimal("1000000000000"), "range"),
        ("price", Decimal("0.0000001"), "range"),
        ("price", Decimal("NaN"), "range"),
        ("price", 1.5, "adapter_error"),
        ("flags", "a", "adapter_error"),
        ("flags", ["a", 7], "adapter_error"),
        ("flags", [None], "adapter_error"),
        ("attributes", "a=b", "adapter_error"),
        ("attributes", [("a", 7)], "adapter_error"),
        ("attributes", [("a",)], "adapter_error"),
        ("attributes", [(None, "b")], "adapter_error"),
        ("attributes", {"a": "\udfff"}, "adapter_error"),
    ],
)
def test_what_a_column_cannot_hold_is_named_with_its_column(column: str, value: Any, code: str) -> None:
    assert FIT.fit({"flag": True, column: value}) == f"{code}:{column}"


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.decimals(),
    st.binary(max_size=3),
    st.dates(),
    st.datetimes(),
    st.text(st.characters(codec=None), max_size=5),
    st.lists(st.one_of(st.text(max_size=2), st.integers()), max_size=2),
    st.dictionaries(st.text(max_size=2), st.one_of(st.text(max_size=2), st.integers()), max_size=2),
    st.lists(st.tuples(st.text(max_size=2), st.text(max_size=2)), max_size=2),
)


@given(st.dictionaries(st.sampled_from(SCHEMA.names), _ODD, max_size=4))
def test_a_row_that_fits_is_packed_and_read_back(row: dict[str, Any]) -> None:
    if FIT.fit(row) is None:
        for packed in _columns([row], SCHEMA):
            packed.to_pylist()


def test_every_column_of_every_kind_has_a_check() -> None:
    for kind in KINDS.values():
        assert Fit(kind.schema).fit(dict.fromkeys(kind.schema.names)) is None
