"""Levels roll up what is too small; nobody is lost on the way."""

from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.segments.definitions import Group, Level, Levels
from segspark.segments.level_paths import read_path_sizes, roll_up, with_full_path, with_placed_path
from segspark.segments.rules.tree import Always, Compare
from segspark.segments.schemes.levels import level_segments

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


def test_everybody_has_a_full_path_and_the_path_where_they_are_placed(spark: SparkSession) -> None:
    def group(key: str, least: int | None) -> Group:
        return Group(key, {"fr": key, "en": key}, Always() if least is None else Compare("n", ">=", least))

    levels = Levels(
        (Level("a", (group("many", 2), group("few", None))), Level("b", (group("odd", 3), group("x", None))))
    )
    people = spark.createDataFrame([("ann", 3), ("bob", 2), ("eve", None)], "person_id string, n int")
    sizes = read_path_sizes(people, levels, F)
    assert sizes == {("many", "odd"): 1, ("many", "x"): 1, ("few", "x"): 1}
    placed = roll_up(sizes, 2)
    by_path = {s.key: s for s in level_segments(levels, placed.values())}
    found = with_placed_path(with_full_path(people, levels, F), placed, by_path, F).collect()
    assert {(r["person_id"], r["_full"], r["_path"], r["_name_en"]) for r in found} == {
        ("ann", "many/odd", "many", "many"), ("bob", "many/x", "many", "many"), ("eve", "few/x", "few", "few"),
    }  # fmt: skip
