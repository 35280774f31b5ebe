"""Who does not permit what a scheme is for is in a group of their own in it, and in no other."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from segments.schemes.groups import context_with

from segspark.ids import mint
from segspark.segments.entry import entry
from segspark.segments.membership import assign_segments
from segspark.segments.schemes.permission import prepare
from segspark.segments.schemes.registry import SCHEMES
from segspark.segments.schemes.scheme import Content, Prepared, Refused, Scheme, Values
from segspark.segments.segment import Segment

DAY = date(2026, 5, 2)
DDL = "person_id string, is_contactable boolean, not_contactable_reason string, profiling_from date"
OWN = Segment("toy", "toy-own", "own", {"fr": "Tous", "en": "All"})


def scheme(result: Any, purpose: Any = "profiling") -> Scheme:
    return Scheme("toy", {"fr": "t", "en": "t"}, 9, True, purpose, lambda c, p: result, lambda row, content: Values(()))


def everybody() -> Prepared:
    text = F.lit("own")
    membership = entry(
        F, scheme="toy", segment_id=F.lit("toy-own"), name=text, level=F.lit(1), path=text, branch=text, version="v"
    )
    return Prepared((OWN,), (membership,), (Content("v", "toy", {}),), lambda typed: {None: typed(["n_order_365d"])})


@pytest.fixture
def people(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([("ann", True, None, date(2026, 1, 1)), ("bob", True, None, None)], DDL)


def test_who_does_not_permit_is_in_the_group_without_alone(people: DataFrame) -> None:
    found = prepare(scheme(everybody()), context_with(None), people)
    assert isinstance(found, Prepared)
    without = mint("toy", "without:profiling")
    assert [s.segment_id for s in found.segments] == ["toy-own", without]
    rows = assign_segments(people, found.entries, DAY).collect()
    assert sorted((r["person_id"], r["segment_id"], r["path"]) for r in rows) == [
        ("ann", "toy-own", "own"),
        ("bob", without, "without:profiling"),
    ]
    # Explanations find the definition of a row by its version.
    assert {r["definition_version"] for r in rows} == {"v"} == {c.version for c in found.contents}


def test_the_group_looks_at_the_permission_alone(people: DataFrame) -> None:
    looking = replace(everybody(), looks_at={None: ("n_order_365d",)})
    found = prepare(scheme(looking), context_with(None), people)
    assert isinstance(found, Prepared)
    assert found.looks_at == {None: ("n_order_365d",), mint("toy", "without:profiling"): ("profiling_from",)}


def test_what_decided_is_the_permission(people: DataFrame) -> None:
    found = prepare(scheme(everybody()), context_with(None), people)
    assert isinstance(found, Prepared)
    asked = found.deciding(lambda names: list(names))  # type: ignore[arg-type, return-value]
    assert asked == {None: ["n_order_365d"], mint("toy", "without:profiling"): ["profiling_from"]}


def test_a_scheme_without_a_purpose_and_a_refusal_stay_as_they_are(people: DataFrame) -> None:
    made = everybody()
    assert prepare(scheme(made, None), context_with(None), people) is made
    no = Refused(("not today",))
    assert prepare(scheme(no), context_with(None), people) is no


def test_every_scheme_that_compares_people_asks_for_profiling() -> None:
    purposes = {s.name: s.purpose for s in SCHEMES.all()}
    assert {name for name, purpose in purposes.items() if purpose == "profiling"} == {
        "levels", "rfm", "behaviour", "rare",
    }  # fmt: skip
    # What a rule looks at is cut by permissions one by one.
    assert purposes["rules"] is None


def test_other_purposes_have_their_group_too(people: DataFrame) -> None:
    renamed = people.withColumnRenamed("profiling_from", "open_tracking_from")
    found = prepare(replace(scheme(everybody()), purpose="open_tracking"), context_with(None), renamed)
    assert isinstance(found, Prepared)
    rows = assign_segments(renamed, found.entries, DAY).collect()
    assert {r["person_id"]: r["segment_name"] for r in rows}["bob"] in ("Sans open_tracking", "No open_tracking")
