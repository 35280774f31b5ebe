"""The ground truth of the generator, which segspark must infer: types, and who came back after the last cut."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa

from segspark.demo.behaviour import Acts
from segspark.demo.clock import Clock
from segspark.demo.delivery import Planted
from segspark.demo.people import TYPES, People
from segspark.store import store_at
from segspark.store.parquet import put_parquet
from segspark.time import DAY_SECONDS

LABEL_DAYS, CUSTOMER_DAYS = 90, 365


def write_truth(folder: Path, people: People, orders: Acts, clock: Clock, planted: Planted) -> None:
    """``people.parquet`` (one row per person) and ``planted.json`` (counts by source, kind and reason)."""
    folder.mkdir(parents=True, exist_ok=True)
    put_parquet(store_at(folder), "people.parquet", _people(people, orders, clock))
    content = {"planted": _nested(planted.kinds), "quarantined": _nested(planted.refused)}
    (folder / "planted.json").write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _people(people: People, orders: Acts, clock: Clock) -> pa.Table:
    """Type, sign-up, first day of fading (null: never) and the churn label of the last cut that has ended.

    ``has_churned`` is null for people who bought nothing in the year before the cut.
    """
    who, day = orders.who, orders.second // DAY_SECONDS
    cut, n = clock.n_days - LABEL_DAYS, len(people)
    is_customer = np.bincount(who[(day >= cut - CUSTOMER_DAYS) & (day < cut)], minlength=n) > 0
    came_back = np.bincount(who[day >= cut], minlength=n) > 0
    fades = people.fade_day < clock.n_days
    return pa.table(
        {
            "email": people.emails,
            "customer_no": people.numbers,
            "type": [TYPES[t] for t in people.type.tolist()],
            "signup_date": [clock.date(d) for d in people.joined_day.tolist()],
            "fade_date": [
                clock.date(d) if f else None for d, f in zip(people.fade_day.tolist(), fades.tolist(), strict=True)
            ],
            "n_orders": np.bincount(who, minlength=n),
            "cut_date": [clock.date(cut)] * n,
            "has_churned": pa.array(~came_back, mask=~is_customer),
        }
    )


def _nested(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (source, kind), n in counts.items():
        if n:
            nested.setdefault(source, {})[kind] = n
    return nested
