"""Results become tables of other libraries, and say which extra brings one that is missing."""

import sys
from pathlib import Path

import pandas
import polars
import pyarrow as pa
import pytest
from api.tiny import opened

from segspark.api.result import Result, installed
from segspark.errors import ConfigError


def test_each_table_is_the_same_in_every_library(tmp_path: Path) -> None:
    ws = opened(tmp_path / "w")
    buyers = ws.segment("Buyers")
    two = ws.preview("n_order_365d >= 2")
    results: list[Result] = [
        ws.segments(), buyers.people(), buyers.profile(), two.members(), two.curve("n_order_365d"),
        ws.features(["n_order_365d"]),
    ]  # fmt: skip
    for result in results:
        rows = result.to_arrow()
        assert isinstance(rows, pa.Table)
        assert rows.num_rows > 0
        assert isinstance(result.to_pandas(), pandas.DataFrame)
        assert isinstance(result.to_polars(), polars.DataFrame)
        assert result.to_polars().rows() == [tuple(row.values()) for row in rows.to_pylist()]


def test_a_library_that_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ConfigError, match=r"pip install 'segspark\[notebooks\]'"):
        installed("polars", lambda: __import__("polars"))


def test_a_library_that_lacks_one_of_its_own_is_no_missing_library() -> None:
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        installed("polars", lambda: __import__("nowhere_at_all"))
