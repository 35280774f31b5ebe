"""The scheme of the groups that a model found."""

from dataclasses import replace
from datetime import date

from pyspark.sql import SparkSession
from segments.schemes.groups import ACTIVE, CALM, LIVELY, clustering, context_with

from segspark.ids import mint, version_of
from segspark.models.resources import ACTIVE_CLUSTERING, CURRENT_GROUPS
from segspark.segments.membership import assign_segments
from segspark.segments.schemes.behaviour import BEHAVIOUR, DESCRIBING, behaviour_grouping, coarser_segments
from segspark.segments.schemes.scheme import Prepared, Refused, Values


def test_without_a_model_the_scheme_is_refused_with_the_words_that_runs_record(spark: SparkSession) -> None:
    people = spark.createDataFrame([(0,)], "cluster int")
    found = BEHAVIOUR.prepare(context_with(None), people)
    assert found == Refused(("no model of groups may describe this day; the last training and the report say why",))


def test_groups_are_segments_with_their_coarser_groups_and_waiting_overrides(spark: SparkSession) -> None:
    people = spark.createDataFrame([(0, 1.0)], "cluster int, engagement double")
    around = clustering(around=(ACTIVE,), waiting=("merge a b: not neighbours",))
    found = BEHAVIOUR.prepare(context_with(around), people)
    assert isinstance(found, Prepared)
    assert [s.segment_id for s in found.segments] == ["calm", "lively", mint("behaviour", "never:active")]
    (content,) = found.contents
    assert content.content == {"0": "calm", "1": "lively", "never:active": mint("behaviour", "never:active")}
    assert [s.segment_id for s in found.coarser] == ["active"]
    assert found.notes == {"waiting_decisions": ["merge a b: not neighbours"]}
    assert list(found.asked) == ["far"]
    # Profiles test no measure that the groups were made of.
    assert found.looks_at == {None: ("a", "b", "last_active_date")}
    assert BEHAVIOUR.needs() == (CURRENT_GROUPS, ACTIVE_CLUSTERING)


def test_coarser_groups_are_segments_without_rows_of_their_own() -> None:
    assert coarser_segments(clustering()) == ()
    (around,) = coarser_segments(clustering(around=(ACTIVE,)))
    assert (around.scheme, around.segment_id, around.name["en"]) == ("behaviour", "active", "active en")
    assert around.centre is None


def test_people_who_never_acted_are_in_a_group_of_their_own(spark: SparkSession) -> None:
    rows = [("ann", True, None, 0, date(2026, 5, 1), 1.0), ("bob", True, None, None, None, 0.0)]
    people = spark.createDataFrame(
        rows,
        "person_id string, is_contactable boolean, not_contactable_reason string, cluster int, last_active_date date, "
        "engagement double",
    )
    found = BEHAVIOUR.prepare(context_with(clustering()), people)
    assert isinstance(found, Prepared)
    day = date(2026, 5, 2)
    made = {r["person_id"]: r for r in assign_segments(people, found.entries, day).collect()}
    assert {who: row["segment_id"] for who, row in made.items()} == {
        "ann": "calm",
        "bob": mint("behaviour", "never:active"),
    }
    assert made["bob"]["segment_name"] in ("Jamais actifs", "Never active")
    assert made["bob"]["definition_version"] == made["ann"]["definition_version"]


def test_a_group_is_explained_by_values() -> None:
    assert BEHAVIOUR.explain({"branch_id": "1"}, {}) == Values(DESCRIBING)


def test_clusters_are_named_by_the_column_of_their_number() -> None:
    found = behaviour_grouping(clustering())
    assert (found.scheme, found.column, found.score) == ("behaviour", "cluster", "engagement")
    assert {key: s.segment_id for key, s in found.segments.items()} == {"0": "calm", "1": "lively"}
    assert found.paths == {"0": ("calm",), "1": ("active", "lively")}


def test_a_name_that_was_edited_is_another_version() -> None:
    before = behaviour_grouping(clustering())
    renamed = clustering(CALM, replace(LIVELY, name={**LIVELY.name, "en": "Keen"}))
    assert behaviour_grouping(renamed).version != before.version
    # It is of the stored form.
    assert before.version == version_of([CALM.to_json(), LIVELY.to_json(), "never:active"])
