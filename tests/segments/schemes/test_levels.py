"""Levels as a scheme: which segments they may give, and why a person is in one."""

from dataclasses import replace

from pyspark.sql import SparkSession
from segments.schemes.groups import context_with

from segspark.ids import mint
from segspark.segments.definitions import Definitions, Group, Level, Levels
from segspark.segments.rules.tree import Always, And, Compare, Node, Not
from segspark.segments.schemes.levels import LEVELS, possible_segments
from segspark.segments.schemes.scheme import Conditions, Prepared


def level(key: str, *groups: str, when: Node | None = None) -> Level:
    return Level(key, tuple(Group(g, {"fr": g, "en": g}, when or Always()) for g in groups))


def test_levels_can_give_every_path_and_every_beginning_of_one() -> None:
    found = possible_segments(Levels((level("activity", "active", "others"), level("money", "rich", "poor"))))
    paths = ("active", "others", "active/rich", "active/poor", "others/rich", "others/poor")
    assert {s.segment_id for s in found} == {mint("levels", path) for path in paths}
    assert {s.name["en"] for s in found} >= {"active", "active › rich"}


ACTIVE, RICH = Compare("days", "<=", 30), Compare("spent", ">", 100)
TWO = Levels(
    (
        Level("activity", (Group("active", {}, ACTIVE), Group("others", {}, Always()))),
        Level("money", (Group("rich", {}, RICH), Group("poor", {}, Always()))),
    )
)


def because(path: str, branch: str) -> Conditions:
    found = LEVELS.explain({"path": path, "branch_id": branch}, TWO.content)
    assert isinstance(found, Conditions)
    return found


def test_the_sentence_names_the_groups_of_the_path_and_failed_ones_only_of_the_rest() -> None:
    assert because("active/poor", "active/poor") == Conditions(And((ACTIVE, Not(RICH))), And((ACTIVE, Not(RICH))))
    assert because("others/rich", "others/rich").tried == And((Not(ACTIVE), RICH))


def test_of_people_who_were_rolled_up_every_group_is_tried_and_only_the_placed_one_told() -> None:
    assert because("active", "active/rich:rolled_up") == Conditions(And((ACTIVE, RICH)), And((ACTIVE,)))


def test_a_path_looks_at_what_any_level_names(spark: SparkSession) -> None:
    context = replace(context_with(None), definitions=Definitions({"levels": (TWO,)}))
    found = LEVELS.prepare(context, spark.createDataFrame([(1, 1)], "days int, spent int"))
    assert isinstance(found, Prepared)
    assert found.looks_at == {None: {"days", "spent"}}


def test_levels_are_one_definition_without_single_conditions() -> None:
    assert LEVELS.written is not None
    assert LEVELS.written.parse(TWO.content) == TWO
    assert LEVELS.written.conditions(TWO) == ()
    assert [LEVELS.written.count(found) for found in ((TWO,), ())] == ["levels: yes", "levels: no"]
