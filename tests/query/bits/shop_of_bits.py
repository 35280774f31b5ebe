"""Four people of one day, with the features, the members and the bitmaps of the day, written without Spark."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from builders import make_workspace, store_rows

from segspark.bits.about import About
from segspark.bits.rows import ABOUT, ALL, CLEARED, DID, Bitmaps, add_members, add_people
from segspark.config.models import Workspace
from segspark.features.resources import load_catalogue
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake

AS_OF = date(2026, 5, 10)
FEATURES = ("n_order_365d", "order_cents_365d", "refund_cents_365d", "last_order_date", "n_click_30d")
# orders, cents ordered, cents given back, days since the last order, clicks, may be written to.
PEOPLE: dict[str, tuple[int, int, int, int | None, int, bool]] = {
    "ann": (3, 9_000, 1_000, 10, 2, True), "bob": (2, 5_000, 0, 70, 0, False),
    "eve": (0, 0, 0, None, 1, True), "joe": (5, 20_000, 0, 2, 0, True),
}  # fmt: skip


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def stored(lake: Lake, table: Contract, day: date, about: About, found: Bitmaps) -> None:
    rows: list[dict[str, Any]] = [row for batch in found.rows() for row in batch.to_pylist()]
    content = {"kind": ABOUT, "slice": ALL, "block": 0, "bytes": about.content()}
    store_rows(lake, table, *[{**row, "as_of_date": day} for row in (content, *rows)])


def changed(cleared: tuple[int, ...] = (), **clicked: tuple[int, ...]) -> Bitmaps:
    """Who is cleared, and who clicked so many days ago: ``d3=(0, 1)``."""

    found = Bitmaps()
    if cleared:
        found.add(CLEARED, ALL, np.array(cleared))
    for days, who in clicked.items():
        found.add(DID, f"click:{ago(int(days[1:]))}", np.array(who))
    return found


def make_shop(folder: Path) -> Workspace:
    """ann is 0, bob 1, eve 2, joe 3. ann clicked 1 and 9 days ago, eve 3, joe 40; bob's click of 3 days ago counts no longer."""
    workspace = make_workspace(folder)
    lake = Lake(workspace.lake)
    rows = [
        {"person_id": who, "as_of_date": AS_OF, "n_order_365d": n, "order_cents_365d": cents, "refund_cents_365d": back,
         "last_order_date": None if days is None else ago(days), "n_click_30d": clicks,
         "email_marketing_from": None if who == "bob" else ago(300)}
        for who, (n, cents, back, days, clicks, _) in PEOPLE.items()
    ]  # fmt: skip
    store_rows(lake, gold.FEATURES.with_columns(load_catalogue(workspace).stored_columns()), *rows)
    clicks = (("ann", 1), ("ann", 9), ("bob", 3), ("eve", 3), ("joe", 40))
    store_rows(lake, gold.ACTIVITY_DAILY.with_columns(load_catalogue(workspace).tile_columns()), *[
        {"person_id": who, "activity_date": ago(days), "n_click": 2} for who, days in clicks
    ])  # fmt: skip
    store_rows(lake, gold.PEOPLE, *[
        {"person_id": who, "as_of_date": AS_OF, "is_contactable": values[5],
         "not_contactable_reason": None if values[5] else "no_consent", "country": "FR"} for who, values in PEOPLE.items()
    ])  # fmt: skip
    store_rows(lake, gold.ORDINALS, *[
        {"person_id": who, "ordinal": n, "since_date": AS_OF} for n, who in enumerate(PEOPLE)
    ])  # fmt: skip
    store_rows(lake, gold.SEGMENT_REGISTRY, *[
        {"scheme": "rules", "segment_id": key, "segment_key": key, "name_fr": key, "name_en": key.title()}
        for key in ("loyal", "recent", "nobody")
    ])  # fmt: skip
    of_day = Bitmaps()
    people = pa.table({
        "ordinal": range(4), "is_contactable": [values[5] for values in PEOPLE.values()],
        **{name: pa.array([row[name] for row in rows], pa.date32() if name.endswith("_date") else pa.int64()) for name in FEATURES},
    })  # fmt: skip
    add_people(of_day, people, AS_OF, FEATURES)
    add_members(of_day, pa.table({"ordinal": [0, 1, 3, 0], "scheme": ["rules"] * 4,
                                  "segment_id": ["loyal", "loyal", "loyal", "recent"]}))  # fmt: skip
    stored(lake, gold.BITS, AS_OF, About(features=FEATURES), of_day)
    acts = {"acts": ("click",), "kept_days": 30}
    stored(lake, gold.DAY_BITS, ago(2), About(**acts), changed(d3=(1, 2), d9=(0,), d40=(3,)))
    stored(lake, gold.DAY_BITS, ago(1), About(**acts, previous=ago(2)), changed(cleared=(1,)))
    stored(lake, gold.DAY_BITS, AS_OF, About(**acts, previous=ago(1)), changed(d1=(0,)))
    return workspace
