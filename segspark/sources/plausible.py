"""Dates of a profile that cannot be: they are left empty and flagged, and the profile is kept."""

from datetime import date, timedelta
from typing import Any

from segspark.time import DAY_MICROS, EPOCH_DAY

# A birth date before this year, or after the record, is a typing error or a default of the CRM's form.
EARLIEST_BIRTH = 1905


def without_absurd_dates(item: dict[str, Any]) -> list[str]:
    """Make the birth date of a profile from its year where only that is known, and drop dates that cannot be.

    Args:
        item: birth_date, birth_year, signup_date (each may be missing) and recorded_at (UTC microseconds); changed.

    Returns:
        Flags.
    """
    flags: list[str] = []
    year = item.pop("birth_year", None)
    if year is not None and "birth_date" not in item:
        if EARLIEST_BIRTH <= year <= 2100:
            item["birth_date"] = date(year, 1, 1)
        else:
            flags.append("absurd:birth_date")
    birth, last = item.get("birth_date"), _last_day(item["recorded_at"])
    if birth is not None and not EARLIEST_BIRTH <= birth.year <= last.year:
        item["birth_date"] = birth = None
        flags.append("absurd:birth_date")
    signed_up = item.get("signup_date")
    if signed_up is not None and (signed_up > last or (birth is not None and signed_up < birth)):
        item["signup_date"] = None
        flags.append("absurd:signup_date")
    return flags


def _last_day(recorded_at: int) -> date:
    """The day after a record, which had begun in another zone."""
    return EPOCH_DAY + timedelta(days=recorded_at // DAY_MICROS + 1) if recorded_at else date(2100, 12, 31)
