"""What lies beyond the retention that the tables' contracts declare."""

from dataclasses import dataclass
from datetime import date, timedelta

from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.time import DAY


@dataclass(frozen=True)
class Beyond:
    """Days of a table that its retention does not keep, and their rows."""

    days: tuple[date, ...] = ()
    rows: int = 0


def beyond_retention(lake: Lake, today: date | None = None) -> dict[str, Beyond]:
    """Table -> what its retention does not keep; tables without such days are left out.

    Retention counts back from the newest day that any table with a retention holds, and not from the clock: a lake that
    is not run loses nothing, and a day that is repeated gives the same answer.

    Args:
        today: days after the one that follows it do not count as the newest: a run as of a mistyped year would make
            every other day look old.
    """
    rows = _limited(lake)
    newest = _newest(rows, today)
    if newest is None:
        return {}
    found = {}
    for contract, per_day in rows.items():
        days = tuple(day for day in sorted(per_day) if not is_kept(contract, day, newest))
        if days:
            found[contract.name] = Beyond(days, sum(per_day[day] for day in days))
    return found


def newest_day(lake: Lake) -> date | None:
    """The day from which retention counts back."""
    return _newest(_limited(lake), None)


def _limited(lake: Lake) -> dict[Contract, dict[date, int]]:
    return {c: lake.rows_by_day(c) for c in ALL if c.retention_days is not None}


def _newest(rows: dict[Contract, dict[date, int]], today: date | None) -> date | None:
    return max((d for days in rows.values() for d in days if today is None or d <= today + DAY), default=None)


def is_kept(contract: Contract, day: date, newest: date) -> bool:
    """Whether a table's retention keeps a day, where ``newest`` is the newest day of the lake."""
    if contract.retention_days is None or day > newest - timedelta(days=contract.retention_days):
        return True
    return contract.keeps_month_ends and day.day == 1
