"""Who may be written to, whatever any rule says."""

from datetime import UTC, date, datetime

from pyspark.sql import SparkSession

from segspark.activation.csv_file import safe_cell
from segspark.privacy.contactability import derive_addresses, with_contactability

DAY = date(2026, 6, 1)


def at(hour: int) -> datetime:
    return datetime(2026, 5, 1, hour, tzinfo=UTC)


def test_reasons_and_their_order(spark: SparkSession) -> None:
    owners = {"a1": "ann", "a2": "ann", "b": "bob", "c": "cat", "d": "dan", "e": "eve", "f": "fay"}
    events = [
        ("a1", "bounce_hard", at(1)), ("b", "complaint", at(1)), ("b", "bounce_hard", at(2)),
        ("c", "unsubscribe", at(1)), ("c", "resubscribe", at(2)), ("d", "unsubscribe", at(3)), ("e", "bounce_hard", at(1)),
    ]  # fmt: skip
    known = spark.createDataFrame(
        [(*e, DAY) for e in events] + [("f", "complaint", at(1), date(2026, 6, 2))],
        "identifier_id string, event_type string, occurred_at timestamp, known_as_of date",
    )
    at_provider = {"a1": "gmail", "a2": "orange", "c": "free", "e": "yahoo"}
    of = spark.createDataFrame(
        [(i, p, at_provider.get(i)) for i, p in owners.items()],
        "identifier_id string, person_id string, mailbox_provider string",
    )
    addresses = derive_addresses(known, of, DAY)
    since = [(p, None if p == "fay" else date(2026, 1, 1)) for p in {*owners.values(), "gus"}]
    people = spark.createDataFrame(since, "person_id string, email_marketing_from date")
    found = with_contactability(people, addresses, DAY).collect()
    assert {r["person_id"]: r["not_contactable_reason"] for r in found} == {
        # One of ann's two addresses bounced: the other one is used.
        "ann": None, "bob": "complained", "cat": None, "dan": "unsubscribed", "eve": "hard_bounced",
        # fay's complaint is known tomorrow; her missing permission is known today.
        "fay": "no_consent", "gus": "no_address",
    }  # fmt: skip
    # Of two addresses that one counts which may be written to; of one that bounced it is still known.
    assert {r["person_id"]: r["mailbox_provider"] for r in found if r["mailbox_provider"]} == {
        "ann": "orange", "cat": "free", "eve": "yahoo",
    }  # fmt: skip
    wanted = {*people.columns, "is_contactable", "not_contactable_reason", "mailbox_provider"}
    assert set(found[0].asDict()) == wanted
    assert all(r["is_contactable"] == (r["not_contactable_reason"] is None) for r in found)


def test_no_cell_is_a_formula() -> None:
    assert [safe_cell(v) for v in ("=1+1", "+33", "@x", "-2", "plain", None)] == [
        "'=1+1",
        "'+33",
        "'@x",
        "'-2",
        "plain",
        "",
    ]
