"""Each converter of a mapping: what text it takes, what it makes of it, and the code of what it refuses."""

from datetime import date
from decimal import Decimal

import pytest

from segspark.sources.convert import (
    COLUMNS,
    REQUIRED,
    Converter,
    Notation,
    OneOf,
    to_boolean,
    to_currency,
    to_date,
    to_decimal,
    to_integer,
    to_number,
    to_text,
    to_time,
    without_noise,
)
from segspark.sources.vocabulary import Rejected
from segspark.tables.contracts import silver

ISO = Notation()
PARIS = Notation(time_zone="Europe/Paris")
COMMA = Notation(decimal_mark=",")
# 1 June 2026, 08:00 UTC.
EIGHT = 1_780_300_800_000_000


def refusal(convert: Converter, text: str, notation: Notation = ISO) -> list[str]:
    with pytest.raises(Rejected) as refused:
        convert(text, notation)
    return refused.value.reasons


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("2026-06-01T08:00:00Z", ISO),
        ("2026-06-01 10:00:00", PARIS),
        ("1780300800", Notation(("epoch_s",))),
        ("1780300800000", Notation(("epoch_ms",))),
        ("1780300800000000", Notation(("epoch_us",))),
        ("01/06/2026 10:00", Notation(("%d/%m/%Y %H:%M",), "Europe/Paris")),
    ],
)
def test_a_time_is_read_in_the_declared_form(text: str, notation: Notation) -> None:
    assert to_time(text, notation) == EIGHT


def test_a_fraction_of_a_second_is_kept() -> None:
    assert to_time("1780300800.5", Notation(("epoch_s",))) == EIGHT + 500_000


@pytest.mark.parametrize(
    ("text", "notation", "code"),
    [
        ("2026-06-01 10:00:00", ISO, "time_zone"),
        ("01/06/2026", PARIS, "time_format"),
        ("soon", Notation(("epoch_s",)), "time_format"),
        ("1780300800", Notation(("epoch_ms",)), "time_unit"),
        ("2026-06-01", Notation(("%d/%m/%Y",), "Europe/Paris"), "time_format"),
        ("1026-06-01T08:00:00Z", ISO, "time_range"),
    ],
)
def test_a_time_in_another_form_is_refused_and_never_guessed(text: str, notation: Notation, code: str) -> None:
    assert refusal(to_time, text, notation) == [code]


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("1990-03-04", ISO),
        # The date as it is written: neither zone moves a birthday.
        ("1990-03-04T23:30:00-05:00", PARIS),
        ("1990-03-04", Notation(("epoch_s",))),
        ("04/03/1990", Notation(("%d/%m/%Y",), "Europe/Paris")),
        ("04/03/1990", Notation(("%d/%m/%Y",))),
    ],
)
def test_a_date_is_the_day_that_is_written(text: str, notation: Notation) -> None:
    assert to_date(text, notation) == date(1990, 3, 4)


def test_a_date_in_seconds_is_the_local_day() -> None:
    assert to_date("1780264800", Notation(("epoch_s",), "Europe/Paris")) == date(2026, 6, 1)
    assert to_date("1780264800", Notation(("epoch_s",))) == date(2026, 5, 31)


def test_what_is_no_date_is_refused() -> None:
    assert refusal(to_date, "04/03/1990") == ["time_format"]
    assert refusal(to_date, "2026-02-30") == ["time_format"]


def test_a_whole_number_may_be_written_with_zeros_behind_the_point() -> None:
    assert [to_integer(text, ISO) for text in ("7", " -3 ", "+4", "17850.0")] == [7, -3, 4, 17850]


@pytest.mark.parametrize("text", ["2.5", "1,000", "1e3", "", "9" * 19, "x"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    assert refusal(to_integer, text) == ["type"]


def test_an_amount_keeps_its_digits() -> None:
    assert to_decimal("12.50", ISO) == Decimal("12.50")
    assert to_decimal("1 234,5", COMMA) == Decimal("1234.5")
    assert to_decimal("-0.000001", ISO) == Decimal("-0.000001")
    assert str(to_decimal("19.900000000000000000", ISO)) == "19.900000"


@pytest.mark.parametrize(
    ("text", "notation", "code"),
    [
        ("12,50", ISO, "locale_decimal"),
        ("12.50", COMMA, "locale_decimal"),
        ("12 EUR", ISO, "number"),
        ("0.0000001", ISO, "scale"),
        ("1000000000000", ISO, "amount_range"),
        ("-1000000000000", ISO, "amount_range"),
    ],
)
def test_an_amount_in_another_notation_or_beyond_all_sense_is_refused(text: str, notation: Notation, code: str) -> None:
    assert refusal(to_decimal, text, notation) == [code]


def test_the_largest_amount_is_just_below_a_million_million() -> None:
    assert to_decimal("999999999999.99", ISO) == Decimal("999999999999.99")


def test_a_number_follows_the_decimal_mark() -> None:
    assert to_number("0,25", COMMA) == 0.25
    assert refusal(to_number, "0,25") == ["locale_decimal"]
    assert refusal(to_number, "much") == ["number"]


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), (" y ", True), ("1", True), ("No", False), ("f", False)])
def test_yes_and_no_have_a_few_words(text: str, value: bool) -> None:
    assert to_boolean(text, ISO) is value


@pytest.mark.parametrize("text", ["oui", "2", "", "on"])
def test_other_words_are_neither_yes_nor_no(text: str) -> None:
    assert refusal(to_boolean, text) == ["type"]


def test_a_text_loses_its_margins_and_what_no_table_holds() -> None:
    assert to_text("  sh\x00oes ", ISO) == "shoes"


def test_a_word_is_one_of_the_vocabulary_to_the_letter() -> None:
    convert = OneOf(("open", "click"))
    assert convert(" open ", ISO) == "open"
    assert refusal(convert, "Open") == refusal(convert, "opened") == ["value"]


def test_a_currency_is_three_letters() -> None:
    assert to_currency(" eur ", ISO) == "EUR"
    assert refusal(to_currency, "€") == refusal(to_currency, "EURO") == ["value"]


def test_what_a_mapping_must_fill_is_among_what_it_may_fill() -> None:
    assert COLUMNS.keys() == REQUIRED.keys()
    assert all(set(needed) <= COLUMNS[target].keys() for target, needed in REQUIRED.items())


@pytest.mark.parametrize(
    ("target", "contract"),
    [
        ("events", silver.EVENTS),
        ("orders", silver.ORDERS),
        ("order_lines", silver.ORDER_LINES),
        ("profiles", silver.PROFILES),
        ("consents", silver.CONSENTS),
    ],
)
def test_what_a_mapping_fills_has_a_column_or_is_made_into_one(target: str, contract: object) -> None:
    # In major units, in years, or of the order's event.
    made = {"amount", "refunded", "birth_year"} | ({"category"} if target == "orders" else set())
    assert set(COLUMNS[target]) - made <= set(contract.column_names)


@pytest.mark.parametrize(
    ("text", "rounded"),
    [
        ("0.30000000000000004", "0.3"), ("19.990000000000002", "19.99"), ("-19,990000000000002", "-19,99"),
        ("1998.9999999999998", "1999"), ("19.99", None), ("12345678901234567890", None), ("0.123456789012345", None),
        ("19.990000000000000000", None), ("abc", None), ("", None),
    ],
)  # fmt: skip
def test_only_the_noise_of_a_double_is_rounded_away(text: str, rounded: str | None) -> None:
    assert without_noise(text) == rounded


def test_of_several_forms_of_times_the_first_that_fits_reads_the_value() -> None:
    both = Notation(("%d/%m/%Y", "%m/%d/%Y", "iso"), "Europe/Paris")
    assert to_date("01/02/2026", both) == date(2026, 2, 1)
    assert to_date("01/31/2026", both) == date(2026, 1, 31)
    assert to_date("2026-01-31", both) == date(2026, 1, 31)
    assert refusal(to_date, "31.01.2026", both) == ["time_format"]
    assert refusal(to_time, "1026-06-01", both) == ["time_range"]


@pytest.mark.parametrize("text", ["12/03/1968", "01/01/1901"])
def test_people_are_born_before_events_are_recorded(text: str) -> None:
    born = Notation(("%d/%m/%Y",), "Europe/Paris")
    assert to_date(text, born).strftime("%d/%m/%Y") == text
    assert refusal(to_time, text, born) == ["time_range"]


@pytest.mark.parametrize("text", ["2026-01-01garbage", "２０２６-01-01", "2026-1-1"])
def test_a_date_is_written_whole(text: str) -> None:
    assert refusal(to_date, text, ISO) == ["time_format"]


@pytest.mark.parametrize("text", ["１９", "1\u200b9", "0x13", "1_9"])
def test_digits_are_those_of_ascii(text: str) -> None:
    for read in (to_integer, to_decimal):
        assert len(refusal(read, text, ISO)) == 1
