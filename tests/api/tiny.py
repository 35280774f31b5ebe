"""A tiny lake for the front door, written without Spark: two stored days of ann, bob, eve and joe."""

from datetime import date
from pathlib import Path
from typing import Any

from builders import FIRST_DAY, SECOND_DAY, store_rows, stored_shop

import segspark
from segspark.features.resources import load_catalogue
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

# person -> orders, cents, days since the last order, reason not to write; joe became a customer on the second day.
PEOPLE: dict[str, tuple[int, int, int | None, str | None]] = {
    "ann": (3, 9_000, 10, None), "bob": (2, 5_000, 40, "no_consent"), "eve": (0, 0, None, None), "joe": (5, 20_000, 90, None),
}  # fmt: skip
FIRST, SECOND = FIRST_DAY, SECOND_DAY
MADE_OF = "Workspace('small')"


def tiny(folder: Path, least: int = 1) -> Path:
    """The folder of a workspace.

    Args:
        least: the smallest group that pages show.
    """
    workspace = stored_shop(folder)
    lake = Lake(workspace.lake)
    contract = gold.FEATURES.with_columns(load_catalogue(workspace).stored_columns())
    for day in (FIRST, SECOND):
        people = [who for who in PEOPLE if who != "joe" or day == SECOND]
        store_rows(lake, contract, *[_features(day, who) for who in people])
        store_rows(lake, gold.PEOPLE, *[_person(day, who) for who in people])
    store_rows(lake, gold.SEGMENT_CHANGES, _change("bob", "rules", "id-of-buyers", "entered"))
    settings = folder / "segspark.yaml"
    settings.write_text(settings.read_text().replace("min_size: 1", f"min_size: {least}"))
    return folder


def opened(folder: Path, least: int = 1) -> "segspark.Workspace":
    return segspark.open(tiny(folder, least))


def _features(day: date, who: str) -> dict[str, Any]:
    orders, cents, days, _ = PEOPLE[who]
    last = None if days is None else date.fromordinal(day.toordinal() - days)
    return {"person_id": who, "as_of_date": day, "n_order_365d": orders, "order_cents_365d": cents, "refund_cents_365d": 0,
            "last_order_date": last}  # fmt: skip


def _person(day: date, who: str) -> dict[str, Any]:
    reason = PEOPLE[who][3]
    return {"person_id": who, "as_of_date": day, "is_contactable": reason is None, "not_contactable_reason": reason,
            "country": "FR"}  # fmt: skip


def _change(who: str, scheme: str, segment: str, change: str) -> dict[str, Any]:
    return {"person_id": who, "segment_date": SECOND, "scheme": scheme, "segment_id": segment, "change": change,
            "previous_date": FIRST}  # fmt: skip
