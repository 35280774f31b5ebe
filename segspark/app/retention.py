"""What lies beyond the retention that the tables' contracts declare. It is counted here; nothing is removed."""

from dataclasses import dataclass
from datetime import date, timedelta

from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake


@dataclass(frozen=True)
class Beyond:
    """Days of a table that its retention does not keep, and their rows."""

    days: tuple[date, ...] = ()
    rows: int = 0


def beyond_retention(lake: Lake) -> dict[str, Beyond]:
    """Table -> what its retention does not keep; tables without such days are left out.

    Retention counts back from the newest day that any table with a retention holds, and not from the clock: a lake that
    is not run loses nothing, and a day that is repeated gives the same answer.
    """
    rows = {c: lake.rows_by_day(c) for c in ALL if c.retention_days is not None}
    newest = max((day for days in rows.values() for day in days), default=None)
    if newest is None:
        return {}
    found = {}
    for contract, per_day in rows.items():
        days = tuple(day for day in sorted(per_day) if not is_kept(contract, day, newest))
        if days:
            found[contract.name] = Beyond(days, sum(per_day[day] for day in days))
    return found


def is_kept(contract: Contract, day: date, newest: date) -> bool:
    """Whether a table's retention keeps a day, where ``newest`` is the newest day of the lake."""
    if contract.retention_days is None or day > newest - timedelta(days=contract.retention_days):
        return True
    return contract.keeps_month_ends and day.day == 1
