"""Rules as a scheme: each is a definition, a segment and a condition."""

from dataclasses import replace

from pyspark.sql import SparkSession
from segments.schemes.groups import context_with

from segspark.ids import mint
from segspark.segments.definitions import Definitions, Rule
from segspark.segments.rules.tree import Compare
from segspark.segments.schemes.rules import RULES, rule_segment
from segspark.segments.schemes.scheme import Conditions, Prepared

BUYERS = Rule("buyers", {"fr": "Acheteurs", "en": "Buyers"}, {"en": "d"}, Compare("n_order", ">=", 1))


def test_a_rule_is_one_segment_under_its_own_key() -> None:
    segment = rule_segment(BUYERS)
    assert (segment.scheme, segment.segment_id, segment.key) == ("rules", mint("rules", "buyers"), "buyers")
    assert RULES.written is not None
    assert RULES.written.segments(BUYERS) == (segment,)
    assert RULES.written.conditions(BUYERS) == (BUYERS,)
    assert RULES.written.count((BUYERS, BUYERS)) == "2 rules"


def test_each_rule_looks_at_what_its_condition_names(spark: SparkSession) -> None:
    opened = Rule("opened", {"fr": "o", "en": "o"}, {}, Compare("n_open", ">=", 1))
    context = replace(context_with(None), definitions=Definitions({"rules": (BUYERS, opened)}))
    found = RULES.prepare(context, spark.createDataFrame([(1, 1)], "n_order int, n_open int"))
    assert isinstance(found, Prepared)
    assert found.looks_at == {mint("rules", "buyers"): {"n_order"}, mint("rules", "opened"): {"n_open"}}


def test_a_membership_is_explained_by_the_stored_condition() -> None:
    assert RULES.explain({}, BUYERS.content) == Conditions(BUYERS.when, BUYERS.when)
