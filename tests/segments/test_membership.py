"""Levels roll up what is too small; nobody is lost on the way."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from segspark.segments.definitions import Definitions
from segspark.segments.membership import Grouping, assign_segments, roll_up
from segspark.segments.segment import Segment

paths = st.tuples(st.sampled_from("ab"), st.sampled_from("cd"), st.sampled_from("ef"))


def test_a_small_group_goes_to_its_parent_and_the_row_can_say_so() -> None:
    placed = roll_up({("f", "buyer"): 50, ("f", "none"): 3, ("m", "buyer"): 2}, 20)
    assert placed == {("f", "buyer"): ("f", "buyer"), ("f", "none"): ("f",), ("m", "buyer"): ("m",)}


def test_small_siblings_are_enough_together() -> None:
    placed = roll_up({("a", "c", "e"): 12, ("a", "c", "f"): 12}, 20)
    assert set(placed.values()) == {("a", "c")}


@given(st.dictionaries(paths, st.integers(1, 60), max_size=8), st.integers(1, 40))
def test_everybody_stands_on_a_beginning_of_their_own_path_and_deep_groups_are_large_enough(
    sizes: dict[tuple[str, ...], int], least: int
) -> None:
    placed = roll_up(sizes, least)
    assert set(placed) == set(sizes)
    totals: dict[tuple[str, ...], int] = {}
    for path, at in placed.items():
        assert at == path[: len(at)]
        assert at
        totals[at] = totals.get(at, 0) + sizes[path]
    assert all(n >= least for at, n in totals.items() if len(at) > 1)


def test_a_group_has_the_coarser_groups_around_it_in_its_path(spark: SparkSession) -> None:
    people = spark.createDataFrame(
        [("ann", True, None, 0), ("bob", True, None, 1), ("eve", True, None, None)],
        "person_id string, is_contactable boolean, not_contactable_reason string, cluster int",
    )
    named = {k: Segment("behaviour", i, i, {"fr": i, "en": i}) for k, i in (("0", "calm"), ("1", "lively"))}
    paths = {"0": ("calm",), "1": ("active", "lively")}
    grouping = Grouping("behaviour", "cluster", named, "v1", paths=paths)
    rows = assign_segments(people, Definitions(None, ()), None, [grouping], date(2026, 6, 1), "en").collect()
    found = {r["person_id"]: (r["segment_id"], r["level"], r["path"], r["branch_id"]) for r in rows}
    assert found == {"ann": ("calm", 1, "calm", "0"), "bob": ("lively", 2, "active/lively", "1")}
