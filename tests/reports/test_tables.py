"""The generic table: every kind of cell, and small groups that stay unknown."""

from segspark.reports.formats import Formats
from segspark.reports.tables import table_rows
from segspark.sections import Cell, Cents, Number, People, Share, Table

FORMATS = Formats("en", "EUR")


def words(text: str) -> dict[str, str]:
    return {"fr": text, "en": text}


def rows(*cells: tuple[Cell, ...]) -> list[list[str]]:
    return table_rows(Table(tuple(words("c") for _ in cells[0]), cells), 20, FORMATS)


def test_each_kind_of_cell_is_written_in_its_unit() -> None:
    assert rows(("a", People(1_200), Share(0.125), Cents(123_400.0), Number(2.345, 2))) == [
        ["a", "1,200", "12.5%", "€1,234", "2.35"]
    ]
    assert rows(("a", Share(None), Cents(None), Number(None))) == [["a", "–", "–", "–"]]


def test_of_a_small_group_its_name_alone_is_shown() -> None:
    small, large, largest = rows(
        ("a", People(7), Share(0.9)), ("b", People(63), Share(0.5)), ("c", People(500), Share(0.1))
    )
    assert small[0] == "a"
    assert "7" not in small[1]
    assert small[2] == "–"
    # Every other count is rounded, so that the hidden one does not follow from the sum.
    assert (large[1], largest) == ("80", ["c", "520", "10.0%"])


def test_a_second_count_below_the_least_hides_the_row_too() -> None:
    (row,) = rows(("a", People(400), People(3), Share(0.2)))
    assert row[1] == "400"
    assert row[3] == "–"
