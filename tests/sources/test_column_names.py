"""Names of columns: cleaned, told from values, and looked for."""

import pytest

from segspark.sources.column_names import (
    clean_names,
    header_reasons,
    looks_like_data,
    missing_names,
    near_name,
    told_names,
)
from segspark.sources.spec import Csv


def test_names_lose_blanks_and_byte_order_marks() -> None:
    assert clean_names(["\ufeffno", " at ", "\u00a0n\u00a0"]) == ("no", "at", "n")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("order", "Amount", "note"), ["order", "Amount", "note"]),
        (("ordr", "note"), ["ordr", "note"]),
        (("order", "ann@example.com", "2026-05-02"), ["order", "2026-05-02"]),
        # A line of data: of no name there is one like it, or a value is among them.
        (("Jeanne", "Martin", "Lyon"), []),
        (("Jeanne", "ordr", "12"), []),
    ],
)
def test_names_are_told_of_what_is_a_header(names: tuple[str, ...], told: list[str]) -> None:
    assert told_names(names, ["order", "amount"]) == told


def test_the_name_that_is_most_like_another_is_found() -> None:
    assert near_name("ORDRE", ["order", "amount"]) == "order"
    assert near_name("x", ["order", "amount"]) is None


@pytest.mark.parametrize(
    "value", ["ann@example.com", "12", "-19,90", "2026-05-02", "10/05/2026 08:00", "19.90 €", "1e"]
)
def test_values_are_told_from_names(value: str) -> None:
    assert looks_like_data(["name", value]) == (value != "1e")
    assert not looks_like_data(["e-mail", "address_2", "N°", "", "prix (€)", "a@b"])


def test_needed_names_are_looked_for_and_nothing_else_is_told() -> None:
    csv = Csv()  # type: ignore[call-arg]
    assert missing_names(["a", "b"], ["b", "c"]) == ["c"]
    assert header_reasons(["a", "a", "b", "b"], csv, ["a", "c"]) == ["header_duplicate:a", "header_missing:c"]
    assert header_reasons(["jean@example.com", "jean@example.com"], csv, ["a"]) == ["header_none"]
    # A column may have a date as its name where all that is needed is there.
    assert header_reasons(["a", "2026-05-02"], csv, ["a"]) == []
