"""What becomes of accepted rows that are more than appended: orders, identities, opens without permission."""

from datetime import date

from builders import rows_of

from segspark.tables.contracts import bronze, privacy, silver
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def test_an_order_is_its_newest_version_in_whatever_order_they_come(lake: SparkLake) -> None:
    # 1 came later and is newer, 2 came later and is older, 3 came twice in one file.
    assert {o["order_id"]: o["amount_cents"] for o in rows_of(lake, silver.ORDERS)} == {"1": 1100, "2": 2000, "3": 3100}


def test_whoever_is_introduced_is_in_the_vault_once(lake: SparkLake) -> None:
    """Ann ordered; of bob only opens and a complaint were taken in."""
    links, unknown = rows_of(lake, silver.IDENTITY_LINKS), rows_of(lake, silver.UNINTRODUCED)
    complaint = rows_of(lake, silver.OBJECTIONS)[0]
    vault = [r["identifier_id"] for r in rows_of(lake, privacy.IDENTITIES)]
    assert len(vault) == 1
    assert vault == [r["identifier_id"] for r in links]
    assert [r["identifier_id"] for r in unknown] == [complaint["identifier_id"]] != vault


def test_of_an_open_without_permission_the_last_date_stays_and_nothing_else(lake: SparkLake) -> None:
    assert [r["last_open_date"] for r in rows_of(lake, privacy.LAST_OPENS)] == [MAY[2]]
    assert {e["event_type"] for e in rows_of(lake, silver.EVENTS) if e["source"] == "mails"} == {"complaint", "click"}
    assert {r["disposition"] for r in rows_of(lake, bronze.RECORDS)} <= {"accepted", "duplicate"}


def test_what_forbids_writing_is_kept_beside_the_events(lake: SparkLake) -> None:
    assert [(r["source"], r["event_type"]) for r in rows_of(lake, silver.OBJECTIONS)] == [("mails", "complaint")]
