"""What the flow tells the profiles: what definitions look at, and who was in found segments before."""

from datetime import date
from pathlib import Path
from typing import Any

from builders import make_workspace, step_of, store_rows
from pyspark.sql import SparkSession

from segspark.measure.kpi import Kpi
from segspark.measure.shop import ORDERS_30D
from segspark.segments.defining import defining_of, earlier_members
from segspark.segments.flow import SEGMENTS
from segspark.segments.schemes.behaviour import BEHAVIOUR
from segspark.segments.schemes.permission import segment_without
from segspark.segments.schemes.registry import SCHEMES
from segspark.segments.schemes.rules import RULES
from segspark.segments.schemes.scheme import Prepared
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

DAY, BEFORE, TOO_NEW = date(2026, 6, 2), date(2026, 5, 1), date(2026, 5, 3)
WITHOUT = segment_without(BEHAVIOUR)


def prepared(**looks_at: Any) -> Prepared:
    return Prepared((), (), (), lambda typed: {}, looks_at={None: ("n_click_90d",)} | looks_at)


def member(day: date, person: str, scheme: str, segment: str, provisional: bool = False) -> dict[str, Any]:
    return {
        "segment_date": day, "person_id": person, "scheme": scheme, "segment_id": segment, "segment_name": segment,
        "is_provisional": provisional,
    }  # fmt: skip


def test_schemes_that_a_model_found_are_those_of_the_behaviour_model() -> None:
    assert {scheme.name for scheme in SCHEMES.all() if scheme.is_found} == {"behaviour", "rare"}


def test_sequences_are_the_acts_that_they_name(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    step = step_of(SEGMENTS, workspace, Lake(workspace.lake), DAY)  # type: ignore[arg-type]
    defining = defining_of(step, {RULES: prepared(x=frozenset({"act:order", "n_click_30d"})), BEHAVIOUR: prepared()})

    def made_of(kpi: Kpi, scheme: str, segment: str) -> bool:
        return defining.is_made_of(kpi, scheme, segment)

    assert made_of(ORDERS_30D, "rules", "x")
    assert not made_of(ORDERS_30D, "rules", "y")
    assert made_of(ORDERS_30D, "behaviour", "any")


def test_members_are_of_the_newest_day_before_the_results_and_still_permit_it(
    tmp_path: Path, spark: SparkSession
) -> None:
    workspace = make_workspace(tmp_path / "w")
    assert WITHOUT is not None
    store_rows(
        Lake(workspace.lake),
        gold.SEGMENTS,
        member(date(2026, 4, 1), "ann", "behaviour", "oldest"),
        member(BEFORE, "ann", "behaviour", "keen"),
        member(BEFORE, "ann", "rules", "x"),
        member(BEFORE, "bob", "behaviour", "keen"),
        member(BEFORE, "eve", "behaviour", WITHOUT.segment_id),
        member(TOO_NEW, "ann", "behaviour", "calm"),
    )
    people = spark.createDataFrame([("ann", DAY), ("bob", None), ("eve", DAY)], "person_id string, profiling_from date")
    lake = SparkLake(workspace.lake, spark)
    step = step_of(SEGMENTS, workspace, lake, DAY)
    found = earlier_members(step, people, {RULES: prepared(), BEHAVIOUR: prepared()})
    assert found is not None
    assert found.day == BEFORE
    # bob no longer permits it, and eve, who did not then, was in no group that was found.
    assert [tuple(r) for r in found.members.collect()] == [("ann", "behaviour", "keen", "keen")]
    assert earlier_members(step, people, {RULES: prepared()}) is None
    assert (
        earlier_members(step_of(SEGMENTS, workspace, lake, date(2026, 4, 20)), people, {BEHAVIOUR: prepared()}) is None
    )
