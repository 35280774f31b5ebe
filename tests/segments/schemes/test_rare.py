"""The scheme of small groups and of people who are like nobody."""

from dataclasses import replace

from pyspark.sql import SparkSession
from segments.schemes.groups import ODD, clustering, context_with

from segspark.ids import mint
from segspark.segments.schemes.behaviour import DESCRIBING
from segspark.segments.schemes.rare import RARE
from segspark.segments.schemes.scheme import Prepared, Refused, Values


def test_without_rare_groups_nothing_is_made_and_nothing_recorded(spark: SparkSession) -> None:
    people = spark.createDataFrame([("r1",)], "rare string")
    assert RARE.prepare(context_with(None), people) == Refused()
    assert RARE.prepare(context_with(clustering()), people) == Refused()


def test_if_no_small_group_may_be_shown_the_scheme_says_none_found(spark: SparkSession) -> None:
    people = spark.createDataFrame([("r1", 1.0)], "rare string, engagement double")
    rest = replace(ODD, kind="usual")
    found = RARE.prepare(context_with(clustering(rare=(rest,))), people)
    assert found == Refused(("none found: no small dense group is described by a plain rule",))


def test_rare_groups_are_segments_by_their_keys(spark: SparkSession) -> None:
    people = spark.createDataFrame([("r1", 1.0)], "rare string, engagement double")
    found = RARE.prepare(context_with(clustering(rare=(ODD,))), people)
    assert isinstance(found, Prepared)
    never = mint("rare", "never:active")
    assert [(s.segment_id, s.centre) for s in found.segments] == [("odd", None), (never, None)]
    assert found.looks_at == {None: ("a", "b", "last_active_date")}
    assert found.contents[0].content == {"r1": "odd", "never:active": never}


def test_the_group_is_taken_from_the_membership() -> None:
    assert RARE.explain({"branch_id": "dbscan:0"}, {}) == Values(DESCRIBING, {"cluster": "dbscan:0"})
