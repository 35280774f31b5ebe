from typing import Any

import pytest

from segspark.sources.files import InputFile
from segspark.sources.spec import Source
from segspark.sources.targets import make_maker
from segspark.sources.vocabulary import Identifier, Produced, Rejected

FILE = InputFile("orders", "/x/orders.csv", "orders.csv", "f" * 32, 1, None)


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
