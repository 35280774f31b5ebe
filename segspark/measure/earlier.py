"""KPIs of found segments, of the members of an earlier day.

What people did before a day decides in which of the segments that a model found they are. So a KPI of the same days is
no result of the segment, and its test says nothing (double dipping). What the members of an earlier day did from that
day on had no part in it.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from segspark.measure.kpi import RESULTS_DAYS, Kpi
from segspark.time import DAY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Earlier:
    """The members of found segments on an earlier day: what they did from that day on had no part in defining them.

    Attributes:
        day: KPIs whose days all lie from it on are measured of these members.
        members: person_id, scheme, segment_id, segment_name.
    """

    day: date
    members: "DataFrame"


def newest_of(as_of: date) -> date:
    """The newest day whose members may be measured by the report's results."""
    return as_of - (RESULTS_DAYS + 1) * DAY


def is_counted_from(kpi: Kpi, day: date, as_of: date) -> bool:
    """Whether all days that a KPI counts lie from a day on; those of reactivity begin a day before their window."""
    return kpi.words.days is not None and (as_of - day).days > kpi.words.days


def known_today(before: pa.Table, everybody: pa.Table, segments: pa.Table) -> tuple[pa.Table, pa.Table] | None:
    """The earlier segments that are still there, under the names of today; None if there are none."""
    names = dict(zip(ids_of(segments), segments["segment_name"].to_pylist(), strict=True))
    kept = before.filter(pa.array([i in names for i in ids_of(before)], pa.bool_()))
    if not len(kept) or not len(everybody):
        return None
    renamed = pa.array([names[i] for i in ids_of(kept)], pa.string())
    return kept.set_column(kept.schema.get_field_index("segment_name"), "segment_name", renamed), everybody


def ids_of(rows: pa.Table) -> list[tuple[str, str]]:
    return list(zip(rows["scheme"].to_pylist(), rows["segment_id"].to_pylist(), strict=True))


def dated(rows: pa.Table, day: date) -> pa.Table:
    return rows.append_column("members_date", pa.array([day] * len(rows), pa.date32()))


def replaced(rows: pa.Table, by: pa.Table) -> pa.Table:
    """The rows, with those of some segments in place of their own."""
    of = set(ids_of(by))
    return pa.concat_tables([rows.filter(pa.array([i not in of for i in ids_of(rows)], pa.bool_())), by])
