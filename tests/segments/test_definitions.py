"""Definitions are versions of their content, and come back from it."""

import json
from dataclasses import replace

from segspark.segments.definitions import Definitions, Group, Level, Levels, Rule, levels_from, rule_from
from segspark.segments.rules.tree import Always, Compare, Missing

BUYERS = Rule("buyers", {"fr": "Acheteurs", "en": "Buyers"}, {"en": "Have bought"}, Compare("n_order", ">=", 1))
ACTIVE = Group("active", {"fr": "Actifs", "en": "Active"}, Compare("days", "<=", 30))
OTHERS = Group("others", {"fr": "Autres", "en": "Others"}, Always())
LEVELS = Levels((Level("activity", (ACTIVE, OTHERS)),))


def test_a_rule_is_another_version_where_its_name_title_or_condition_is_another() -> None:
    others = [
        replace(BUYERS, key="purchasers"),
        replace(BUYERS, name={"fr": "Acheteurs", "en": "Customers"}),
        replace(BUYERS, when=Compare("n_order", ">=", 2)),
    ]
    assert len({BUYERS.version, *(r.version for r in others)}) == 4


def test_neither_a_description_nor_a_line_makes_another_version() -> None:
    assert replace(BUYERS, description={}, where="rules.yaml:4").version == BUYERS.version
    moved = replace(ACTIVE, where="levels.yaml:9")
    assert Levels((Level("activity", (moved, OTHERS)),)).version == LEVELS.version


def test_the_order_of_groups_is_part_of_the_levels() -> None:
    turned = Levels((Level("activity", (OTHERS, ACTIVE)),))
    assert turned.version != LEVELS.version


def test_definitions_come_back_from_what_is_stored_as_the_same_version() -> None:
    stored = [json.loads(json.dumps(d.content)) for d in (BUYERS, LEVELS)]
    rule = rule_from(stored[0])
    assert (rule.when, rule.version) == (BUYERS.when, BUYERS.version)
    levels = levels_from(stored[1])
    assert levels == LEVELS
    assert levels.version == LEVELS.version


def test_every_condition_is_told_with_its_place() -> None:
    quiet = replace(BUYERS, key="quiet", when=Missing("n_order"))
    found = Definitions({"rules": (BUYERS, quiet), "levels": (LEVELS,)})
    assert found.nodes() == [
        ("segment buyers", BUYERS.when), ("segment quiet", Missing("n_order")),
        ("level activity, group active", ACTIVE.when), ("level activity, group others", Always()),
    ]  # fmt: skip
    assert Definitions().nodes() == []


def test_definitions_of_a_scheme_are_of_its_type() -> None:
    found = Definitions({"rules": (BUYERS,), "levels": (LEVELS,)})
    assert found.of("rules", Rule) == (BUYERS,)
    assert found.of("levels", Levels) == (LEVELS,)
    assert found.of("levels", Rule) == found.of("others", Rule) == ()
