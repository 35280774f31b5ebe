"""Memberships of a day from the entries of any number of schemes."""

from datetime import date

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from segspark.segments.entry import entry
from segspark.segments.grouping import Grouping, grouping_entry
from segspark.segments.membership import assign_segments
from segspark.segments.segment import Segment

DDL = "person_id string, is_contactable boolean, not_contactable_reason string, cluster int"


def test_a_group_has_the_coarser_groups_around_it_in_its_path(spark: SparkSession) -> None:
    people = spark.createDataFrame([("ann", True, None, 0), ("bob", True, None, 1), ("eve", True, None, None)], DDL)
    named = {k: Segment("behaviour", i, i, {"fr": i, "en": i}) for k, i in (("0", "calm"), ("1", "lively"))}
    paths = {"0": ("calm",), "1": ("active", "lively")}
    grouping = Grouping("behaviour", "cluster", named, "v1", paths=paths)
    rows = assign_segments(people, [grouping_entry(F, grouping, "en")], date(2026, 6, 1)).collect()
    found = {r["person_id"]: (r["segment_id"], r["level"], r["path"], r["branch_id"]) for r in rows}
    assert found == {"ann": ("calm", 1, "calm", "0"), "bob": ("lively", 2, "active/lively", "1")}


def test_a_person_has_a_row_per_entry_that_is_not_null_until_the_next_day_or_later(spark: SparkSession) -> None:
    people = spark.createDataFrame([("ann", True, None, 0), ("bob", False, "complained", 1)], DDL)

    def of(name: str, until: date | None = None) -> Column:
        text = F.lit(name)
        return entry(
        F,
            scheme="toy", segment_id=text, name=text, level=F.lit(1), path=text, branch=text, version="v",
            until=F.lit(until) if until else None,
        )  # fmt: skip

    entries = [of("all", date(2026, 7, 1)), F.when(F.col("cluster") == 1, of("one"))]
    rows = assign_segments(people, entries, date(2026, 6, 1)).collect()
    assert {(r["person_id"], r["segment_id"], r["valid_until"], r["not_contactable_reason"]) for r in rows} == {
        ("ann", "all", date(2026, 7, 1), None),
        ("bob", "all", date(2026, 7, 1), "complained"),
        ("bob", "one", date(2026, 6, 2), "complained"),
    }
