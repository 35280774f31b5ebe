"""Found segments are measured on days after those that define them, of the members of an earlier day."""

from datetime import date

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from segspark.features.catalogue import build_catalogue
from segspark.measure import list as of_list
from segspark.measure import mail, shop
from segspark.measure.defining import Defining
from segspark.measure.earlier import Earlier, is_counted_from, known_today, newest_of, replaced
from segspark.measure.kpi import Kpi
from segspark.measure.profiles import measure_segments
from segspark.time import DAY

A, D = date(2026, 6, 2), date(2026, 5, 2)
KPIS = (shop.ORDERS_30D, shop.ORDERS_365D, of_list.AGE)
DEFINING = Defining(build_catalogue((7, 30, 90, 365)), {"behaviour": {None: ("n_order_365d",)}}, ["behaviour"])


def test_the_newest_day_is_that_before_a_window_and_the_day_that_reactivity_takes_before_it() -> None:
    assert newest_of(A) == D
    assert is_counted_from(shop.ORDERS_30D, D, A)
    assert not is_counted_from(shop.ORDERS_30D, D + DAY, A)


@pytest.mark.parametrize(
    ("kpi", "is_counted"), [(mail.CLICKED_7D, True), (mail.CLICKED_90D, False), (of_list.AGE, False)]
)
def test_a_measure_is_counted_from_a_day_if_its_whole_window_is(kpi: Kpi, is_counted: bool) -> None:
    assert is_counted_from(kpi, D, A) is is_counted


def rows(*of: tuple[str, str, str]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(("scheme", "segment_id", "segment_name"), row, strict=True)) for row in of])


def test_earlier_segments_that_are_gone_are_left_out_and_the_others_have_the_names_of_today() -> None:
    before = rows(("behaviour", "a", "Old name"), ("behaviour", "gone", "Gone"))
    today = rows(("behaviour", "a", "New name"), ("rules", "gone", "Gone"))
    kept = known_today(before, rows(("", "", "")), today)
    assert kept is not None
    assert kept[0].to_pylist() == rows(("behaviour", "a", "New name")).to_pylist()
    assert known_today(before, rows(("", "", "")), rows(("rules", "x", "X"))) is None


def test_a_segment_has_one_row() -> None:
    found = replaced(rows(("r", "a", "1"), ("r", "b", "1")), rows(("r", "b", "2")))
    assert [(r["segment_id"], r["segment_name"]) for r in found.to_pylist()] == [("a", "1"), ("b", "2")]


def found_profiles(spark: SparkSession, earlier: date | None, least: int = 1):
    """Of a to d the first two order much; a and c were in the other group a month ago, and e came since then."""
    people = spark.createDataFrame(
        [("a", 4, 9, 30), ("b", 6, 9, 31), ("c", 0, 1, 40), ("d", 1, 1, 42), ("e", 9, 9, 50)],
        "person_id string, n_order_30d int, n_order_365d int, age_years int",
    ).selectExpr("*", "date'2026-01-01' as profiling_from")
    form = "person_id string, scheme string, segment_id string, segment_name string"
    keen, calm = ("behaviour", "keen", "Keen"), ("behaviour", "calm", "Calm")
    today = spark.createDataFrame(
        [("a", *keen), ("b", *keen), ("c", *calm), ("d", *calm), ("e", *keen), ("a", "rules", "x", "X"), ("b", "rules", "x", "X")],
        form,
    )  # fmt: skip
    before = spark.createDataFrame([("c", *keen), ("b", *keen), ("a", *calm), ("d", "behaviour", "calm", "Tame")], form)
    found = measure_segments(today, people, A, KPIS, least, DEFINING, Earlier(earlier, before) if earlier else None)
    return {(r["segment_id"], r["measure"]): r for r in found.exact.to_pylist()}


def test_results_are_of_the_members_of_the_earlier_day_and_tested(spark: SparkSession) -> None:
    found = found_profiles(spark, D)
    keen = found["keen", "orders_30d"]
    # c and b, beside a and d; e was in no group then, and is compared with nobody.
    assert (keen["n_people"], keen["value"], keen["rest_value"], keen["members_date"]) == (2, 6, 5, D)
    assert keen["p_value"] is not None
    assert found["calm", "orders_30d"]["segment_name"] == "Calm"
    # Another scheme is measured as it is today, with everybody.
    other = found["x", "orders_30d"]
    assert (other["value"], other["rest_value"], other["members_date"]) == (10, 10, A)
    assert other["p_value"] is not None


def test_what_describes_the_groups_is_of_their_members_of_today_and_not_tested(spark: SparkSession) -> None:
    found = found_profiles(spark, D)
    keen = found["keen", "n_order_365d"]
    assert (keen["n_people"], keen["value"], keen["members_date"], keen["p_value"]) == (3, 9, A, None)
    # What has no part in the definition is tested.
    assert found["keen", "age_years"]["p_value"] is not None


def test_without_an_earlier_day_results_are_of_the_defining_days_and_not_tested(spark: SparkSession) -> None:
    for day in (None, D + DAY):
        keen = found_profiles(spark, day)["keen", "orders_30d"]
        assert (keen["n_people"], keen["value"], keen["members_date"], keen["p_value"]) == (3, 19, A, None)
