"""Of a person's hundreds of values, which the day's definitions, profiles and changes need."""

from segspark.measure.kpi import columns_of
from segspark.measure.registry import KPIS
from segspark.segments.definitions import Definitions, Group, Level, Levels, Rule
from segspark.segments.people import needed_columns, sequences_in
from segspark.segments.rules.tree import Always, Compare, Followed, Node, Not

NOTHING = Definitions()
CART = Followed("cart_add", "order", 7, False, 30)


def rule(when: Node) -> Definitions:
    return Definitions({"rules": (Rule("r", {"fr": "r", "en": "r"}, {}, when),)})


def test_a_condition_needs_its_values_and_nothing_else_besides_what_is_always_needed() -> None:
    more = needed_columns(rule(Compare("n_search_30d", "<", other="last_search_date"))) - needed_columns(NOTHING)
    assert more == {"n_search_30d", "last_search_date"}


def test_an_attribute_of_the_profile_needs_the_map_of_them() -> None:
    assert needed_columns(rule(Compare("attributes.card", "=", "gold"))) - needed_columns(NOTHING) == {"attributes"}


def test_an_age_moves_on_the_next_birthday() -> None:
    assert needed_columns(rule(Compare("age_years", "<", 30))) - needed_columns(NOTHING) == {"next_birthday_date"}


def test_levels_are_looked_at_as_rules_are() -> None:
    of_city = Group("paris", {"fr": "p", "en": "p"}, Compare("city", "=", "Paris"))
    levels = Levels((Level("place", (of_city, Group("others", {"fr": "o", "en": "o"}, Always()))),))
    assert needed_columns(Definitions({"levels": (levels,)})) - needed_columns(NOTHING) == {"city"}


def test_profiles_and_permissions_are_needed_without_any_definition() -> None:
    always = {"person_id", "email_marketing_from", "is_contactable"}
    assert columns_of(KPIS.all()) | always <= needed_columns(NOTHING)
    assert needed_columns(NOTHING, ("rfm_cell", "churn")) - needed_columns(NOTHING) == {"rfm_cell"}


def test_a_sequence_is_computed_once_and_both_its_dates_are_needed() -> None:
    twice = Definitions({**rule(CART).by_scheme, "others": rule(Not(CART)).by_scheme["rules"]})
    assert sequences_in(twice) == [CART]
    assert {CART.name, CART.then_name} <= needed_columns(twice)
