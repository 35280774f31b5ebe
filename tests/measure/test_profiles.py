"""Profiles of segments: sums before rates, distance from the list, difference from the rest."""

import sys
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession

from segspark.measure.intervals import PER_HEAD, POOLED, WELCH, WILSON, Interval
from segspark.measure.kpi import Kpi, Words, measurable
from segspark.measure.profiles import measure_segments, profiles_of
from segspark.measure.quantities import Everybody, HasAny, Known, Sum, Values
from segspark.measure.segment_sums import read_segment_sums, segment_sums
from segspark.measure.significance import Moments, pooled

# Workers cannot import a test.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

DAY = date(2026, 6, 1)
WORDS = Words(("", ""))
CLICKS, MAILS = Sum("n_click_30d"), Sum("n_delivered_30d")
DAYS = Kpi(
    "days", Sum("days_since_order"), Known("days_since_order"), None, WELCH, WORDS, True, stored_as="days_since_order"
)
KPIS = (
    DAYS,
    Kpi("is_contactable", HasAny("is_contactable"), Everybody(), None, WILSON, WORDS),
    Kpi("click_rate_30d", CLICKS, MAILS, None, POOLED, WORDS),
    Kpi("reactivity_1h_30d", CLICKS, MAILS, None, WILSON, WORDS),
    Kpi("clicks_30d", CLICKS, None, None, PER_HEAD, WORDS),
    Kpi("gone", Sum("n_gone"), None, None, PER_HEAD, WORDS),
)


@pytest.fixture
def people(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(
        [("a", True, 10, 1, 5.0), ("b", True, 90, 1, 7.0), ("c", False, 0, 0, 9.0), ("d", False, 0, 0, None)],
        "person_id string, is_contactable boolean, n_delivered_30d int, n_click_30d int, days_since_order double",
    )


@pytest.fixture
def today(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(
        [("a", "rules", "x", "X"), ("b", "rules", "x", "X"), ("c", "rules", "y", "Y"), ("d", "rules", "y", "Y")],
        "person_id string, scheme string, segment_id string, segment_name string",
    )


def test_profiles_of_a_day(people: DataFrame, today: DataFrame) -> None:
    kpis = measurable(KPIS, people.columns)
    sums = read_segment_sums(segment_sums(today, people, kpis), kpis)
    rows = profiles_of(sums, DAY, KPIS, {}).to_pylist()
    found = {(r["segment_id"], r["measure"]): r for r in rows}
    assert {m for _, m in found} == {k.key for k in KPIS} - {"gone"}
    assert {r["segment_id"]: r["n_people"] for r in rows} == {"x": 2, "y": 2}

    # Rates are sums over sums, and without a denominator there is none.
    assert found["x", "click_rate_30d"]["value"] == pytest.approx(2 / 100)
    assert found["y", "click_rate_30d"]["value"] is None
    assert found["x", "clicks_30d"]["value"] == 2
    assert found["x", "clicks_30d"]["denominator"] is None

    # Means are of those who have the value; the list's mean is 7 with a standard deviation of sqrt(8/3).
    of_x, of_y = found["x", "days_since_order"], found["y", "days_since_order"]
    assert (of_x["value"], of_x["denominator"], of_x["rest_value"]) == (6, 2, 9)
    assert of_y["z_score"] == pytest.approx(2 / (8 / 3) ** 0.5)
    assert of_y["median"] == 9
    # One person has no spread to compare with.
    assert of_y["p_value"] is None

    # Two of two against none of two: z = 1 / sqrt(0.5 x 0.5 x 4/3 x 1) = 1.73, p = 0.083 before it is adjusted.
    share = found["x", "is_contactable"]
    assert (share["numerator"], share["value"], share["rest_value"]) == (2, 1, 0)
    assert share["low"] == pytest.approx(0.3424, abs=1e-4)
    assert share["high"] == 1
    assert share["p_value"] >= 0.083

    # Of 100 mails 2 were answered at once.
    assert found["x", "reactivity_1h_30d"]["low"] == pytest.approx(0.0055, abs=1e-4)
    assert found["x", "reactivity_1h_30d"]["high"] == pytest.approx(0.0700, abs=1e-4)


@dataclass(frozen=True)
class Broken:
    """A quantity that cannot be had of every batch."""

    of_each: object
    columns: tuple[str, ...] = ("n_click_30d",)
    is_of_people: bool = False

    def of(self, values: Values, n: int) -> np.ndarray:
        if isinstance(self.of_each, str):
            raise LookupError(self.of_each)
        return np.ones(1)


def _no_ends(mine: Moments, everybody: Moments) -> tuple[np.ndarray, np.ndarray]:
    raise FloatingPointError


def test_a_kpi_that_raises_or_counts_no_number_is_left_out_and_the_others_go_on(
    people: DataFrame, today: DataFrame
) -> None:
    odd = (
        Kpi("raises", Broken("of ann@example.com"), MAILS, None, POOLED, WORDS),
        Kpi("too_few", CLICKS, Broken(1), None, POOLED, WORDS),
        Kpi("endless", CLICKS, MAILS, None, Interval(_no_ends, pooled), WORDS),
        Kpi("of_words", Sum("person_id"), None, None, PER_HEAD, WORDS),
        Kpi("copy", CLICKS, None, None, PER_HEAD, WORDS, stored_as="is_contactable"),
        Kpi("sold", CLICKS, None, "resale", PER_HEAD, WORDS),  # type: ignore[arg-type]
    )
    found = measure_segments(today, people, DAY, (*KPIS[:2], *odd, *KPIS[2:]))
    # The text of an error may hold what a person did; its kind does not.
    assert found.left_out == {
        "raises": "its sums raised LookupError",
        "too_few": "its sums raised ValueError",
        "endless": "its interval raised FloatingPointError",
        "of_words": "no number: person_id",
        "copy": "stored as is_contactable, as is_contactable is",
        "sold": "nobody is asked to permit resale",
    }
    alone = measure_segments(today, people, DAY, KPIS)
    assert (found.rows.to_pylist(), alone.left_out) == (alone.rows.to_pylist(), {})


def test_the_exact_profiles_stand_beside_those_that_hide_small_groups(people: DataFrame, today: DataFrame) -> None:
    found = measure_segments(today, people, DAY, KPIS, least=20)
    assert found.exact.to_pylist() == measure_segments(today, people, DAY, KPIS).rows.to_pylist()
    # Of two people there is no row, not even an empty one.
    assert found.rows.num_rows == 0
    assert found.small == {"rules": ["x", "y"]}


def test_a_group_at_the_floor_is_published_and_one_below_is_not(people: DataFrame, today: DataFrame) -> None:
    three = today.where("segment_id = 'x' or person_id = 'c'")
    found = measure_segments(three, people, DAY, KPIS, least=2)
    assert {r["segment_id"] for r in found.rows.to_pylist()} == {"x"}
    assert {r["segment_id"] for r in found.exact.to_pylist()} == {"x", "y"}
    assert found.small == {"rules": ["y"]}


def test_without_any_kpi_or_segment_there_are_no_rows(people: DataFrame, today: DataFrame) -> None:
    for found in (measure_segments(today, people, DAY, ()), measure_segments(today.where("false"), people, DAY, KPIS)):
        assert (found.rows.num_rows, found.exact.num_rows) == (0, 0)
