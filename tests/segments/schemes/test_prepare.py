"""A scheme that is refused or fails is left out of a day; a question fails with it."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from segments.schemes.groups import context_with

from segspark.segments.entry import entry
from segspark.segments.schemes.prepare import Failed, assign, made, memberships, place_people, prepare_schemes
from segspark.segments.schemes.scheme import Content, Prepared, Refused, Scheme, Values
from segspark.segments.segment import Segment

DDL = "person_id string, is_contactable boolean, not_contactable_reason string, profiling_from date"


def raising(*_: Any) -> Any:
    raise ValueError("no luck")


def scheme(name: str, prepare: Any) -> Scheme:
    return Scheme(
        name, {"fr": name, "en": name}, 9, True, "profiling", lambda c, p: prepare, lambda row, content: Values(())
    )


def prepared(name: str, **more: Any) -> Prepared:
    text = F.lit(name)
    membership = entry(F, scheme=name, segment_id=text, name=text, level=F.lit(1), path=text, branch=text, version="v")
    return Prepared((), (membership,), (Content("v", name, {}),), lambda typed: {}, **more)


@pytest.fixture
def people(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([("ann", True, None, date(2026, 1, 1))], DDL)


def test_what_is_refused_or_fails_does_not_stop_the_others(
    people: DataFrame, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    fine, no = scheme("fine", prepared("fine")), scheme("no", Refused(("not today",)))
    bad = replace(no, name="bad", prepare=raising)
    results = prepare_schemes((bad, no, fine), context_with(None), people)
    assert list(made(results)) == [fine]
    assert results[no] == Refused(("not today",))
    assert results[bad].reasons == ("failed: ValueError: no luck",)  # type: ignore[union-attr]
    assert "The scheme bad failed." in caplog.text
    assert "no luck" in caplog.text


def test_segments_that_only_the_computed_people_tell_are_added(people: DataFrame) -> None:
    one = scheme("one", None)
    found = Segment("one", "i", "k", {})
    placing = prepared("one", place=lambda frame: (frame.withColumn("x", F.lit(1)), (found,)))
    placed, results = place_people({one: placing}, people)
    assert placed.columns[-1] == "x"
    assert made(results)[one].segments == (found,)
    _, results = place_people({one: prepared("one", place=raising)}, people)
    assert isinstance(results[one], Failed)


def test_entries_that_do_not_fit_the_people_are_left_out_with_their_scheme(people: DataFrame) -> None:
    one, bad = scheme("one", None), scheme("bad", None)
    unfitting = replace(prepared("bad"), entries=(F.col("no_such_column"),))
    rows, results = assign({bad: unfitting, one: prepared("one")}, people, date(2026, 6, 1))
    assert rows is not None
    assert [r["scheme"] for r in rows.collect()] == ["one"]
    assert isinstance(results[bad], Failed)
    assert assign({bad: unfitting}, people, date(2026, 6, 1))[0] is None
    assert assign({one: Refused()}, people, date(2026, 6, 1)) == (None, {one: Refused()})


def test_a_question_has_all_memberships_or_fails(people: DataFrame) -> None:
    one, no = scheme("one", None), scheme("no", None)
    rows = memberships({one: prepared("one"), no: Refused()}, people, date(2026, 6, 1)).collect()
    assert [(r["scheme"], r["segment_date"]) for r in rows] == [("one", date(2026, 6, 1))]
    with pytest.raises(ValueError, match="no luck"):
        memberships({one: prepared("one", place=raising)}, people, date(2026, 6, 1))
