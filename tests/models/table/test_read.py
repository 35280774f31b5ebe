"""A CSV file is read as text through the store, plain or packed; what is wrong with it is told by its key."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.models.table import read as module
from segspark.models.table.config import FlatTable
from segspark.models.table.read import read_table

TEXT = "id;label;spent\na; yes ;007\nb;no;\n"


def table(**config: Any) -> FlatTable:
    return FlatTable(**{"file": "t.csv", "label": "label", "delimiter": ";", **config})


def place(folder: Path, name: str, content: bytes) -> Url:
    (folder / name).write_bytes(content)
    return Url(str(folder / name))


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_values_are_text_without_blanks_around_them(tmp_path: Path, name: str) -> None:
    content = TEXT.encode("utf-8-sig")
    found = read_table(place(tmp_path, name, gzip.compress(content) if name.endswith("gz") else content), table(), "t")
    assert found.rows.to_dict("list") == {"id": ["a", "b"], "label": ["yes", "no"], "spent": ["007", ""]}
    assert len(found.digest) == 64


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    config = table(label="lable", id="id", kinds={"spend": "number"}, exclude=("x",))
    with pytest.raises(ConfigError) as caught:
        read_table(place(tmp_path, "t.csv", TEXT.encode()), config, "models.tables.t")
    told = str(caught.value)
    assert "models.tables.t.label: the file has no column 'lable'" in told
    assert "models.tables.t.kinds (spend)" in told
    assert "models.tables.t.exclude (x)" in told
    assert told.endswith("It has: id, label, spent.")


@pytest.mark.parametrize(
    ("name", "content"), [("t.csv.gz", b"plain"), ("t.csv", b"\xff\xfe\x00"), ("t.csv", b""), ("u.csv", b'a;"b\n')]
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(ConfigError, match=r"t\.file: "):
        read_table(place(tmp_path, name, content), table(), "t")


def test_no_file_and_one_that_is_too_large_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        read_table(Url(str(tmp_path / "none.csv")), table(), "t")
    monkeypatch.setattr(module, "MOST_BYTES", 9)
    with pytest.raises(ConfigError, match="at most 9 are read"):
        read_table(place(tmp_path, "t.csv", TEXT.encode()), table(), "t")
