"""When a record becomes known, by what a run knows of its arrival."""

from datetime import UTC, date, datetime

from segspark.sources.plan import Arrival
from segspark.time import to_micros

PARIS = Arrival("Europe/Paris", run_at=0)


def day(n: int) -> int:
    """Of May 2026, in days since 1970."""
    return (date(2026, 5, n) - date(1970, 1, 1)).days


def at(n: int, hour: int) -> int:
    return to_micros(datetime(2026, 5, n, hour, tzinfo=UTC))


def test_a_record_is_known_on_the_local_day_after_its_receipt() -> None:
    assert PARIS.known_as_of(at(2, 12)) == day(3)
    # 23:00 UTC is already tomorrow in Paris.
    assert PARIS.known_as_of(at(2, 23)) == day(4)


def test_no_published_day_learns_of_a_record() -> None:
    after = Arrival("Europe/Paris", run_at=0, first_unpublished=day(6))
    assert after.known_as_of(at(2, 12)) == day(6)
    assert after.known_as_of(at(8, 12)) == day(9)
