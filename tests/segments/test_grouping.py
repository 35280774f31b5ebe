"""Schemes whose groups a column names."""

from pathlib import Path
from typing import Any

import duckdb
from builders import make_workspace
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from segments.schemes.groups import CALM, LIVELY, ODD

from segspark.duck.functions import Functions
from segspark.ids import version_of
from segspark.pipeline.view import Question, look
from segspark.segments.definitions import Definitions
from segspark.segments.grouping import grouping_entry, grouping_of, prepared
from segspark.segments.schemes.scheme import SchemeContext
from segspark.tables.lake import Lake


def test_groups_of_a_model_are_named_by_the_column_of_their_key() -> None:
    found = grouping_of("toy", "cluster", {"0": CALM, "1": LIVELY}, "m/3")
    assert (found.scheme, found.column, found.score, found.model_version) == ("toy", "cluster", "engagement", "m/3")
    calm = found.segments["0"]
    assert (calm.segment_id, calm.name["fr"], calm.description["en"], calm.centre, calm.model_version) == (
        "calm", "calm fr", "said", (0.5, 1.0), "m/3",
    )  # fmt: skip
    assert found.paths == {"0": ("calm",), "1": ("lively",)}
    assert found.version == version_of([CALM.to_json(), LIVELY.to_json(), "never:active"])
    assert grouping_of("toy", "key", {"r1": ODD}, "m/3").segments["r1"].centre is None


def test_what_is_prepared_decides_by_the_values_that_people_have(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    context = SchemeContext(look(Question("test", ()), workspace, Lake(workspace.lake)), Definitions(), F)
    people = spark.createDataFrame([(1, 2)], "cluster int, n_order_365d int")
    found = prepared(
        grouping_of("toy", "cluster", {"0": CALM}, "m/3"), context, people, ("cluster", "n_order_365d", "none"),
        notes={"a": 1},
    )  # fmt: skip
    asked: list[list[str]] = []

    def typed(names: Any) -> Column:
        asked.append(list(names))
        return F.lit(None)

    assert list(found.deciding(typed)) == [None]
    assert asked == [["cluster", "n_order_365d"]]
    (content,) = found.contents
    assert (content.name, content.content, content.segments) == ("toy", {"0": "calm"}, ())
    assert ([s.segment_id for s in found.segments], len(found.entries), found.notes) == (["calm"], 1, {"a": 1})


def test_the_group_of_a_person_is_the_same_in_duckdb() -> None:
    paths = {"0": ("calm",), "1": ("active", "lively")}
    f, grouping = Functions(), grouping_of("toy", "cluster", {"0": CALM, "1": LIVELY}, "m/3", paths)
    entry = grouping_entry(f, grouping, "fr")
    with duckdb.connect() as connection:
        people = "(values (0, .5), (1, null), (2, .5), (null, .5)) as people(cluster, engagement)"
        found = connection.execute(f"select {entry.sql()} from {people}", f.parameters).fetchall()
    calm, lively, *others = [row[0] for row in found]
    assert others == [None, None]
    assert (calm["segment_id"], calm["segment_name"], calm["level"], calm["path"], calm["score"]) == (
        "calm", "calm fr", 1, "calm", 0.5,
    )  # fmt: skip
    assert (lively["level"], lively["path"], lively["branch_id"], lively["model_version"]) == (
        2, "active/lively", "1", "m/3",
    )  # fmt: skip
