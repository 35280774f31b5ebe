"""What the texts of one row say, by target: orders, events, lines, profiles, consents, and links."""

from datetime import date
from typing import Any

import pytest

from segspark.sources.files import InputFile
from segspark.sources.spec import Source
from segspark.sources.targets import make_maker
from segspark.sources.vocabulary import Identifier, Produced, Rejected

DELIVERED = 1_780_000_000_000_000
FILE = InputFile("orders", "/x/orders.csv", "orders.csv", "f" * 32, 1, None, delivered_at=DELIVERED)


def source(**changes: Any) -> Source:
    said: dict[str, Any] = {
        "name": "orders",
        "kind": "mapped",
        "path": "*.csv",
        "format": "csv",
        "time_zone": "Europe/Paris",
        "currency": "EUR",
        "records": [
            {
                "target": "orders",
                "identifier": {"kind": "email", "value": "email"},
                "columns": {"ordered_at": "at", "amount": "total", "n_items": "n"},
            }
        ],
    }
    return Source.model_validate({**said, **changes})


def produce(spec: Source, **texts: str | None) -> Produced:
    row = {f"r0_{k}" if k != "id" else "r0__id": v for k, v in texts.items()}
    for name in spec.records[0].columns:
        row.setdefault(f"r0_{name}", None)
    produced = Produced()
    make_maker(spec, 0, "EUR")({**row, "position": 3}, FILE, produced)
    return produced


def test_an_order_row_makes_an_order_and_its_event() -> None:
    made = produce(source(), id="ann@example.com", ordered_at="2026-06-01 10:00:00", amount="12.50", n_items="2.0")
    order, event = made.orders[0], made.events[0]
    assert order["identifier"] == Identifier("email", "ann@example.com")
    assert (order["amount_cents"], order["n_items"], order["currency"]) == (1250, 2, "EUR")
    assert (event["event_type"], event["amount_cents"], event["occurred_at"]) == ("order", 1250, order["ordered_at"])
    # Without a key of its own a row is what stands at its place in its file.
    assert order["order_id"] == "ffffffffffffffff-3"


def test_every_fault_of_a_row_is_told() -> None:
    with pytest.raises(Rejected) as refused:
        produce(source(), id="ann@example.com", ordered_at="31/12/2026", amount="12,50", n_items="2.5")
    assert refused.value.reasons == ["time_format:ordered_at", "locale_decimal:amount", "type:n_items"]


def test_a_fraction_of_a_cent_needs_declared_rounding_and_is_flagged() -> None:
    with pytest.raises(Rejected, match="scale:amount"):
        produce(source(), id="x", ordered_at="2026-06-01", amount="1.005")
    made = produce(source(rounding="half_up"), id="x", ordered_at="2026-06-01", amount="1.005")
    assert made.orders[0]["amount_cents"] == 101
    assert made.flags == ["rounded:amount"]


def test_a_naive_time_without_a_declared_zone_is_refused() -> None:
    with pytest.raises(Rejected, match="time_zone:ordered_at"):
        produce(source(time_zone=None), id="x", ordered_at="2026-06-01 10:00:00")


def test_a_guest_has_no_identifier() -> None:
    made = produce(source(), id=" ", ordered_at="2026-06-01", amount="1.00")
    assert made.orders[0]["identifier"] is None


def test_absurd_births_are_flagged_and_left_empty() -> None:
    spec = source(
        records=[
            {
                "target": "profiles",
                "identifier": {"kind": "email", "value": "e"},
                "columns": {"birth_date": "b", "valid_from": "v"},
            }
        ]
    )
    made = produce(spec, id="x", birth_date="1890-01-01", valid_from="2026-01-01")
    assert made.profiles[0]["birth_date"] is None
    assert made.profiles[0]["flags"] == ["absurd:birth_date"]


def said(target: str, columns: dict[str, Any], *, row: dict[str, str | None], **more: Any) -> Produced:
    """What one row says through a single entry of a mapping; ``row`` holds the texts by column, or `_id` and the like."""
    record = {"identifier": {"kind": "email", "value": "e"}, **more.pop("record", {})}
    spec = source(records=[{"target": target, "columns": columns, **record}], **more)
    texts = {f"r0_{name}": None for name in columns} | {"r0__id": "ann@example.com"}
    produced = Produced()
    make_maker(spec, 0, "EUR")({**texts, **{f"r0_{k}": v for k, v in row.items()}, "position": 3}, FILE, produced)
    return produced


ANN = Identifier("email", "ann@example.com")
EVENT = {"event_type": "t", "occurred_at": "at"}
NOON = {"event_type": "click", "occurred_at": "2026-06-01T12:00:00Z"}
AT_NOON = 1_780_315_200_000_000


def test_an_event_loses_the_query_of_its_url_and_gets_a_key_of_its_place() -> None:
    (event,) = said("events", {**EVENT, "url": "u"}, row={**NOON, "url": "https://x.fr/a?mail=ann#top"}).events
    assert (event["event_type"], event["occurred_at"], event["identifier"]) == ("click", AT_NOON, ANN)
    assert (event["url"], event["event_id"]) == ("https://x.fr/a", "ffffffffffffffff-3")


def test_equal_lines_are_one_event_only_where_the_source_says_so() -> None:
    (event,) = said("events", EVENT, row=NOON, duplicates="drop").events
    assert event.get("event_id") is None
    (event,) = said("events", {**EVENT, "event_id": "id"}, row={**NOON, "event_id": "e7"}).events
    assert event["event_id"] == "e7"


def test_a_visitor_is_nobodys_identifier() -> None:
    (event,) = said("events", EVENT, row={**NOON, "_anonymous": "c1"}, record={"anonymous": "cookie"}).events
    assert (event["identifier"], event["anonymous"]) == (ANN, Identifier("anonymous", "c1"))
    cookie = {"identifier": {"kind": "anonymous", "value": "cookie"}}
    (event,) = said("events", EVENT, row={**NOON, "_id": "c1"}, record=cookie).events
    assert (event["identifier"], event["anonymous"]) == (None, Identifier("anonymous", "c1"))


def test_rows_that_do_not_meet_the_condition_say_nothing() -> None:
    for where, n in ((True, 1), (False, 0), (None, 0)):
        assert len(said("events", EVENT, row={**NOON, "_where": where}, record={"where": "w"}).events) == n


def test_what_a_row_lacks_is_told_by_name_and_what_is_wrong_is_not_missing_too() -> None:
    with pytest.raises(Rejected) as refused:
        said("events", EVENT, row={"event_type": " ", "occurred_at": "noon"})
    assert refused.value.reasons == ["time_format:occurred_at", "missing:event_type"]


def test_a_column_may_have_a_notation_of_its_own() -> None:
    columns = {
        **EVENT,
        "occurred_at": {"value": "at", "times": "epoch_s"},
        "amount": {"value": "a", "decimal_mark": ","},
    }
    (event,) = said("events", columns, row={**NOON, "occurred_at": "1780315200", "amount": "1,5"}).events
    assert (event["occurred_at"], event["amount_cents"]) == (AT_NOON, 150)


def test_a_refund_is_a_positive_amount_of_its_own_event_and_other_orders_have_none() -> None:
    columns = {"ordered_at": "at", "order_type": "t", "amount": "a", "order_id": "id"}
    row = {"ordered_at": "2026-06-01T12:00:00Z", "amount": "-12.50", "order_id": "o1"}
    made = said("orders", columns, row={**row, "order_type": "refund"})
    assert made.orders[0]["amount_cents"] == -1250
    (event,) = made.events
    assert (event["event_id"], event["event_type"], event["amount_cents"]) == ("refund:o1", "refund", 1250)
    made = said("orders", columns, row={**row, "order_type": "other"})
    assert (len(made.orders), made.events) == (1, [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"amount": "-12.50"}, "negative:amount"),
        ({"amount": "12.50", "refunded": "-1"}, "negative:refunded"),
        ({"amount": "12.50", "refunded": "12.51"}, "range:refunded"),
    ],
)
def test_a_sale_below_zero_or_refunded_beyond_its_amount_is_refused(row: dict[str, str | None], reason: str) -> None:
    columns = {"ordered_at": "at", "amount": "a", "refunded": "r"}
    with pytest.raises(Rejected, match=reason):
        said("orders", columns, row={"ordered_at": "2026-06-01T12:00:00Z", **row})


def test_an_event_of_a_refund_is_a_positive_amount_and_an_order_below_zero_is_refused() -> None:
    columns = {"event_type": "t", "occurred_at": "at", "amount": "a"}
    row: dict[str, str | None] = {"occurred_at": "2026-06-01T12:00:00Z", "amount": "-12.50"}
    (event,) = said("events", columns, row={**row, "event_type": "refund"}).events
    assert event["amount_cents"] == 1250
    with pytest.raises(Rejected, match="negative:amount"):
        said("events", columns, row={**row, "event_type": "order"})


def test_the_currency_of_the_row_decides_how_many_digits_there_are() -> None:
    columns = {"ordered_at": "at", "amount": "a", "currency": "c"}
    row = {"ordered_at": "2026-06-01T12:00:00Z", "amount": "1250"}
    for currency, cents in ((None, 125_000), ("JPY", 1250), ("KWD", 1_250_000)):
        (order,) = said("orders", columns, row={**row, "currency": currency}).orders
        assert order["amount_cents"] == cents
    with pytest.raises(Rejected, match="scale:amount"):
        said("orders", columns, row={**row, "amount": "12.5", "currency": "JPY"})


def test_a_line_is_worth_its_price_times_its_quantity_unless_it_says_an_amount() -> None:
    columns = {"order_id": "o", "ordered_at": "at", "quantity": "q", "unit_price": "p", "amount": "a"}
    row = {"order_id": "o1", "ordered_at": "2026-06-01T12:00:00Z", "quantity": "3", "unit_price": "2.50"}
    (line,) = said("order_lines", columns, row=row).lines
    assert (line["amount_cents"], line["line_type"], line["line_id"]) == (750, "sale", "ffffffffffffffff-3")
    (line,) = said("order_lines", columns, row={**row, "amount": "7.00"}).lines
    assert (line["amount_cents"], line["flags"]) == (700, None)


def test_a_rounded_line_says_so_itself_and_of_its_record() -> None:
    columns = {"order_id": "o", "ordered_at": "at", "quantity": "q", "unit_price": "p"}
    row = {"order_id": "o1", "ordered_at": "2026-06-01T12:00:00Z", "quantity": "3", "unit_price": "0.335"}
    made = said("order_lines", columns, row=row, rounding="half_up")
    assert (made.lines[0]["amount_cents"], made.lines[0]["flags"], made.flags) == (
        101,
        ["rounded:amount"],
        ["rounded:amount"],
    )


def test_a_profile_without_a_time_holds_from_its_delivery_and_is_of_somebody() -> None:
    columns = {"country": "c", "birth_year": "y"}
    (profile,) = said("profiles", columns, row={"country": "FR", "birth_year": "1990"}).profiles
    assert (profile["valid_from"], profile["recorded_at"]) == (DELIVERED, DELIVERED)
    assert (profile["birth_date"], profile["country"]) == (date(1990, 1, 1), "FR")
    assert profile["flags"] == ["undated:valid_from"]
    with pytest.raises(Rejected, match="missing:identifier"):
        said("profiles", columns, row={"country": "FR", "_id": None})


@pytest.mark.parametrize(
    ("row", "signed_up"),
    [
        ({"signup_date": "2026-05-31"}, date(2026, 5, 31)),
        # In another zone it is tomorrow already.
        ({"signup_date": "2026-06-01"}, date(2026, 6, 1)),
        ({"signup_date": "2062-05-31"}, None),
        ({"signup_date": "1981-01-01", "birth_date": "1990-03-04"}, None),
    ],
)
def test_nobody_signs_up_after_the_record_or_before_birth(row: dict[str, str | None], signed_up: date | None) -> None:
    columns = {"birth_date": "b", "signup_date": "s", "recorded_at": "r"}
    made = said("profiles", columns, row={"recorded_at": "2026-05-31 10:00:00", **row})
    assert made.profiles[0].get("signup_date") == signed_up
    assert made.flags == ([] if signed_up else ["absurd:signup_date"])


@pytest.mark.parametrize(
    ("row", "birth"),
    [
        ({"birth_year": "1904"}, None),
        ({"birth_year": "1905"}, date(1905, 1, 1)),
        ({"birth_year": "2027"}, None),
        ({"birth_date": "2027-01-01"}, None),
        ({"birth_date": "2026-01-01"}, date(2026, 1, 1)),
        # The whole date is better than its year.
        ({"birth_date": "1990-03-04", "birth_year": "1890"}, date(1990, 3, 4)),
    ],
)
def test_nobody_is_born_before_1905_or_after_the_record(row: dict[str, str | None], birth: date | None) -> None:
    columns = {"birth_date": "b", "birth_year": "y", "recorded_at": "r"}
    made = said("profiles", columns, row={**row, "recorded_at": "2026-06-01T12:00:00Z"})
    assert made.profiles[0].get("birth_date") == birth
    assert made.flags == ([] if birth else ["absurd:birth_date"])


def test_a_consent_is_recorded_when_it_takes_effect_unless_it_says_otherwise() -> None:
    columns = {"purpose": "p", "value": "v", "effective_at": "at", "recorded_at": "r"}
    row = {"purpose": "profiling", "value": "withdrawn", "effective_at": "2026-06-01T12:00:00Z"}
    (consent,) = said("consents", columns, row=row).consents
    assert (consent["value"], consent["effective_at"], consent["recorded_at"]) == ("withdrawn", AT_NOON, AT_NOON)
    (consent,) = said("consents", columns, row={**row, "recorded_at": "2026-06-01T12:00:01Z"}).consents
    assert consent["recorded_at"] == AT_NOON + 1_000_000
    with pytest.raises(Rejected, match="value:value"):
        said("consents", columns, row={**row, "value": "yes"})


def test_attributes_are_the_texts_that_are_there() -> None:
    columns = {**EVENT, "attributes": {"brand": "b", "size": "s"}}
    row = {**NOON, "attributes__brand": "acme", "attributes__size": ""}
    assert said("events", columns, row=row).events[0]["attributes"] == {"brand": "acme"}


def test_further_identifiers_are_linked_to_the_first_at_the_time_of_the_row() -> None:
    links = {"links": [{"kind": "customer", "value": "c", "rule": "crm"}, {"kind": "phone", "value": "p"}]}
    row = {**NOON, "_link0": " c7 ", "_link1": None}
    assert said("events", EVENT, row=row, record=links).links == [(ANN, Identifier("customer", "c7"), "crm", AT_NOON)]
    # A visitor is linked as well; nobody is linked to nobody.
    visitor = {"links": links["links"], "anonymous": "a"}
    made = said("events", EVENT, row={**row, "_id": None, "_anonymous": "k"}, record=visitor)
    assert made.links == [(Identifier("anonymous", "k"), Identifier("customer", "c7"), "crm", AT_NOON)]
    assert said("events", EVENT, row={**row, "_id": None}, record=links).links == []


def test_binary_noise_is_rounded_flagged_and_then_checked_for_its_digits() -> None:
    columns = {"ordered_at": "at", "amount": "a"}
    row = {"ordered_at": "2026-06-01T12:00:00Z", "amount": "19.990000000000002"}
    made = said("orders", columns, row=row, doubles=True)
    assert (made.orders[0]["amount_cents"], made.flags) == (1999, ["float_noise:amount"])
    with pytest.raises(Rejected, match="scale:amount"):
        said("orders", columns, row=row)
    with pytest.raises(Rejected, match="scale:amount"):
        said("orders", columns, row={**row, "amount": "3.3333333333333335"}, doubles=True)


def test_a_local_time_that_the_clocks_never_or_twice_show_is_flagged() -> None:
    for at, flag in (
        ("29/03/2026 02:30", ["local_time_skipped:ordered_at"]), ("26/10/2025 02:30", ["local_time_doubled:ordered_at"]),
        ("2026-03-29T02:30:00Z", []), ("01/06/2026 02:30", []),
    ):  # fmt: skip
        row = {"ordered_at": at}
        made = said("orders", {"ordered_at": "at"}, row=row, times=["%d/%m/%Y %H:%M", "iso"], time_zone="Europe/Paris")
        assert made.flags == flag
