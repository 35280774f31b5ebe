"""Rules as a scheme: each is a definition, a segment and a condition."""

from segspark.ids import mint
from segspark.segments.definitions import Rule
from segspark.segments.rules.tree import Compare
from segspark.segments.schemes.rules import RULES, rule_segment
from segspark.segments.schemes.scheme import Conditions

BUYERS = Rule("buyers", {"fr": "Acheteurs", "en": "Buyers"}, {"en": "d"}, Compare("n_order", ">=", 1))


def test_a_rule_is_one_segment_under_its_own_key() -> None:
    segment = rule_segment(BUYERS)
    assert (segment.scheme, segment.segment_id, segment.key) == ("rules", mint("rules", "buyers"), "buyers")
    assert RULES.written is not None
    assert RULES.written.segments(BUYERS) == (segment,)
    assert RULES.written.conditions(BUYERS) == (BUYERS,)
    assert RULES.written.count((BUYERS, BUYERS)) == "2 rules"


def test_a_membership_is_explained_by_the_stored_condition() -> None:
    assert RULES.explain({}, BUYERS.content) == Conditions(BUYERS.when, BUYERS.when)
