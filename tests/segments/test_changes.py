"""What changed between two days, with the values that decided."""

from datetime import date

from pyspark.sql import DataFrame, SparkSession
from written import parse_condition

from segspark.ids import mint
from segspark.segments.changes import derive_changes
from segspark.segments.definitions import Rule
from segspark.segments.rules.tree import names
from segspark.segments.schemes.prepare import Results
from segspark.segments.schemes.registry import SCHEMES
from segspark.segments.schemes.scheme import Content, Prepared

TODAY, YESTERDAY = date(2026, 6, 2), date(2026, 6, 1)
RULE = Rule("buyers", {"fr": "Acheteurs", "en": "Buyers"}, {}, parse_condition("n_order >= 1"))
BUYERS = mint("rules", "buyers")
SCHEME_OF_RULES = SCHEMES.find("rules")
PREPARED: Results = {
    SCHEME_OF_RULES: Prepared(
        (), (), (Content(RULE.version, "buyers", RULE.content, (BUYERS,)),),
        lambda typed: {BUYERS: typed(names(RULE.when))},
    ),
    SCHEMES.find("rfm"): Prepared((), (), (), lambda typed: {"first": typed(("n_order",)), None: typed(("f",))}),
}  # fmt: skip


def rows(spark: SparkSession, *said: tuple[str, str, str]) -> DataFrame:
    ddl = "person_id string, scheme string, segment_id string, definition_version string"
    return spark.createDataFrame([(*r, "v1") for r in said], ddl)


def test_entered_left_and_moved(spark: SparkSession) -> None:
    people = spark.createDataFrame(
        [("ann", 2, 5), ("bob", 0, 1), ("eve", 1, 3)], "person_id string, n_order int, f int"
    )
    now = rows(spark, ("ann", "rules", BUYERS), ("ann", "rfm", "new"), ("bob", "rfm", "same"), ("eve", "rfm", "first"))
    then = rows(spark, ("bob", "rules", BUYERS), ("ann", "rfm", "old"), ("bob", "rfm", "same"))
    found = derive_changes(now, then, people, PREPARED, ("rfm",), TODAY, YESTERDAY).collect()
    told = {
        (r["person_id"], r["scheme"], r["change"]): (
            r["segment_id"], r["other_segment_id"], {v["name"]: v["number"] for v in r["deciding_values"]}
        )
        for r in found
    }  # fmt: skip
    assert told == {
        ("ann", "rules", "entered"): (BUYERS, None, {"n_order": 2.0}),
        ("bob", "rules", "left"): (BUYERS, None, {"n_order": 0.0}),
        ("ann", "rfm", "moved_in"): ("new", "old", {"f": 5.0}),
        ("ann", "rfm", "moved_out"): ("old", "new", {"f": 5.0}),
        ("eve", "rfm", "entered"): ("first", None, {"n_order": 1.0}),
    }
    versions = {(r["person_id"], r["scheme"]): r["definition_version"] for r in found}
    # Whoever left a rule is told today's version of it; a scheme without one keeps the stored version.
    assert (versions["bob", "rules"], versions["ann", "rfm"]) == (RULE.version, "v1")
    assert {(r["segment_date"], r["previous_date"]) for r in found} == {(TODAY, YESTERDAY)}


def test_two_equal_days_have_no_changes(spark: SparkSession) -> None:
    people = spark.createDataFrame([("ann", 2, 1)], "person_id string, n_order int, f int")
    day = rows(spark, ("ann", "rules", BUYERS))
    assert derive_changes(day, day, people, PREPARED, (), TODAY, YESTERDAY).count() == 0
