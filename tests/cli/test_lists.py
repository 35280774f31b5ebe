"""Lists are searched without accents and case, cut by size, and say how much of them is shown."""

import pytest

from segspark.cli.lists import largest, of_one, print_list, searched
from segspark.errors import UnknownName

ROWS = [{"name": "Été", "scheme": "rfm", "n": 3}, {"name": "Hiver", "scheme": "rules", "n": None},
        {"name": "ete indien", "scheme": "rules", "n": 1200}]  # fmt: skip


def names(rows: list[dict[str, object]]) -> list[object]:
    return [row["name"] for row in rows]


def test_a_text_is_looked_for_in_the_named_columns() -> None:
    assert names(searched(ROWS, "ETE", ("name",))) == ["Été", "ete indien"]
    assert names(searched(ROWS, "rfm", ("name",))) == []
    assert names(searched(ROWS, "rfm", ("name", "scheme"))) == ["Été"]
    assert names(searched(ROWS, None, ("name",))) == names(ROWS)


def test_the_largest_come_first_and_nothing_is_least() -> None:
    assert names(largest(ROWS, 2, "n")) == ["ete indien", "Été"]
    assert names(largest(ROWS, 9, "n")) == ["ete indien", "Été", "Hiver"]
    assert largest(ROWS, None, "n") is ROWS


def test_one_value_of_a_column_is_found_as_names_are() -> None:
    assert names(of_one(ROWS, "scheme", "RULES")) == ["Hiver", "ete indien"]
    assert of_one(ROWS, "scheme", None) is ROWS
    with pytest.raises(UnknownName, match="no scheme 'rmf'"):
        of_one(ROWS, "scheme", "rmf")


@pytest.mark.parametrize(
    ("shown", "every", "last"),
    [(2, 3, "2 of 3 segments, 2026-06-01"), (3, 3, "3 segments, 2026-06-01"), (1, 1, "1 segment, 2026-06-01")],
)
def test_a_list_says_how_much_it_shows(shown: int, every: int, last: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_list(ROWS[:shown], ROWS[:every], False, ("name",), "segment", "2026-06-01")
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_nothing_of_nothing_is_nothing_yet_and_nothing_of_something_is_not_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_list([], [], False, ("name",), "segment")
    print_list([], ROWS, False, ("name",), "segment")
    print_list([], ROWS, True, ("name",), "segment")
    assert capsys.readouterr().out.splitlines() == ["nothing yet", "nothing found", "0 of 3 segments", "[]"]
