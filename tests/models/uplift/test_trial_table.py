"""A CSV file as the people of a trial."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from models.uplift.declared import TABLE

from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.models.uplift import trial_table
from segspark.models.uplift.trial_file import TrialTable
from segspark.models.uplift.trial_table import read_column, read_trial_table

ROWS = "arm,age,visit,channel,email\nmail,30,1,web,ann\nnone,,0,shop,bob\nmail, 41 ,0,,eve\n"


def table(**changed: Any) -> TrialTable:
    return TrialTable(**{**TABLE, **changed})


def read(folder: Path, text: str, **changed: Any) -> Any:
    (folder / "people.csv").write_text(text)
    return read_trial_table(table(**changed), Url(str(folder / "people.csv")))


def test_numbers_words_and_what_is_unknown(tmp_path: Path) -> None:
    people = read(tmp_path, ROWS)
    assert people.names == ("age", "channel=shop", "channel=web")
    assert people.arms.tolist() == ["mail", "none", "mail"]
    assert people.outcome.tolist() == [1, 0, 0]
    np.testing.assert_array_equal(people.features, [[30, 0, 1], [np.nan, 1, 0], [41, 0, 0]])


def test_a_packed_file_with_another_delimiter(tmp_path: Path) -> None:
    (tmp_path / "people.csv.gz").write_bytes(gzip.compress(ROWS.replace(",", ";").encode()))
    people = read_trial_table(table(delimiter=";"), Url(str(tmp_path / "people.csv.gz")))
    assert people.outcome.tolist() == [1, 0, 0]


def test_one_column_alone(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(ROWS)
    assert read_column(Url(str(tmp_path / "people.csv")), ",", "age") == ["30", " 41 "]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROWS.replace("visit", "came"), "visit"),
        (ROWS.replace("30", "thirty"), "the column age holds something that is no number"),
        (ROWS.replace("mail,30,1", "mail,30,"), "the column visit is empty in 1 rows"),
        (ROWS.replace("none,,0", ",,0"), "the column arm is empty in 1 rows"),
        (ROWS + "mail,1\n", "cannot be read as CSV"),
        ("", "cannot be read as CSV"),
    ],
)
def test_what_is_not_as_declared(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as raised:
        read(tmp_path, text)
    # A cell may name somebody.
    assert "thirty" not in str(raised.value)


def test_no_file_and_too_many_rows_and_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        read_trial_table(table(), Url(str(tmp_path / "people.csv")))
    with pytest.raises(ConfigError, match="holds 60 different words"):
        read(tmp_path, "arm,age,visit,channel\n" + "".join(f"mail,1,0,word{n}\n" for n in range(60)))
    monkeypatch.setattr(trial_table, "MOST_PEOPLE", 2)
    with pytest.raises(ConfigError, match="more than 2 rows"):
        read(tmp_path, ROWS)
