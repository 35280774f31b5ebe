"""The names of groups say what holds for their members."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.clustering.claims import ARCHETYPES, WORDS, comparisons
from segspark.models.clustering.config import GroupNames
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.naming import MIXED, GroupName, describe, describe_apart, name_groups, renamed

NAN = float("nan")


def named(*groups: dict[str, list[float]]) -> list[GroupName]:
    """Of groups of people, feature -> a value for each member."""
    values = {name: np.array([v for g in groups for v in g[name]], dtype=float) for name in groups[0]}
    sizes = [len(next(iter(g.values()))) for g in groups]
    of = np.repeat(np.arange(len(groups)), sizes)
    z = [
        {name: float(np.nanmean(v[of == g]) - np.nanmean(v)) for name, v in values.items()} for g in range(len(groups))
    ]
    return name_groups(z, values, of)


def person(orders: float, since: float, active: float, clicks: float, share: float, trend: float) -> dict[str, float]:
    return {
        "n_order_365d": orders, "days_since_order": since, "days_since_active": active, "n_click_90d": clicks,
        "sale_share_lifetime": share, "visit_trend": trend,
    }  # fmt: skip


def many(people: dict[str, float], n: int = 10) -> dict[str, list[float]]:
    return {name: [value] * n for name, value in people.items()}


def test_the_four_archetypes_are_given_where_they_hold() -> None:
    found = named(
        many(person(4, 20, 400, 0, 0.1, NAN)),
        many(person(2, 300, 400, 0, 0.9, 1.0)),
        many(person(0, NAN, 100, 0, NAN, NAN)),
        many(person(1, 80, 20, 5, 0.0, NAN)),
    )
    assert [g.fr for g in found] == [a.fr for a in ARCHETYPES]


def test_one_click_is_not_many_whatever_the_others_do() -> None:
    # By the mean alone this group was called "many clicks": 92 % of its members had one.
    once, never = {"n_click_90d": [1.0] * 19 + [30.0]}, {"n_click_90d": [0.0] * 80}
    clicked, silent = named(once, never)
    assert (clicked.fr, clicked.en) == ("Quelques clics", "A few clicks")
    assert (silent.fr, silent.en) == ("Aucun clic", "No clicks")
    often, _ = named({"n_click_90d": [4.0] * 20}, never)
    assert often.en == "Many clicks"


def test_a_word_needs_four_of_five_members_and_few_of_the_others() -> None:
    half = {"n_click_90d": [5.0] * 7 + [0.0] * 3}
    assert "many" not in named(half, {"n_click_90d": [0.0] * 90})[0].en
    # Where everybody clicks often, it sets nobody apart.
    busy, busier = named({"n_click_90d": [4.0] * 50}, {"n_click_90d": [9.0] * 50})
    assert (busy.en, busier.en) == ("Fewer clicks", "More clicks")


def test_names_do_not_speak_of_what_nobody_looked_at() -> None:
    # Without visits nobody is a visitor, seasonal or not.
    in_sales = {"sale_share_lifetime": [0.9] * 20}
    found, _ = named(in_sales, {"sale_share_lifetime": [0.0] * 80})
    assert found.en == "Buys in sales"


def test_a_group_of_which_nothing_holds_is_mixed_and_no_name_is_given_twice() -> None:
    same = {"tenure_days": [100.0, 200.0, 300.0, 400.0] * 5}
    found = named(same, same, same)
    assert [g.fr for g in found] == [MIXED["fr"], f"{MIXED['fr']} (2)", f"{MIXED['fr']} (3)"]
    assert len({g.en for g in found}) == 3


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 9), st.one_of(st.none(), st.integers(1, 900)), st.integers(1, 900)),
        min_size=12,
        max_size=60,
    )
)
def test_every_word_of_a_name_holds_for_most_members_and_few_others(
    rows: list[tuple[int, int, int | None, int]],
) -> None:
    groups = np.array([0, 1, 2, *(g for g, *_ in rows)])
    values = {
        "n_order_365d": np.array([0, 1, 2, *(n for _, n, _, _ in rows)], dtype=float),
        "days_since_order": np.array([NAN, 1, 2, *(NAN if d is None else d for _, _, d, _ in rows)], dtype=float),
        "days_since_active": np.array([1, 1, 2, *(a for *_, a in rows)], dtype=float),
    }
    every = {c.fr.lower(): c for c in (*ARCHETYPES, *WORDS, *comparisons(values))}
    for at, name in enumerate(name_groups([{}] * 3, values, groups)):
        for word in name.fr.partition(" (")[0].split(", "):
            if word.startswith(MIXED["fr"]):
                continue
            claim = every[word.lower()]
            true = claim.holds(values)
            inside, outside = true[groups == at].mean(), true[groups != at].mean()
            assert inside >= 0.8
            assert outside <= inside / 2


def test_a_name_is_inherited_while_it_holds() -> None:
    clicked, _ = named({"n_click_90d": [4.0] * 20}, {"n_click_90d": [0.0] * 80})
    assert clicked.allows("Clics nombreux")
    assert clicked.allows("Clics nombreux (2)")
    assert not clicked.allows("Aucun clic")
    assert not clicked.allows("Acheteurs fréquents")
    # An earlier release called groups so by their mean.
    assert not clicked.allows("Clics nombreux, peu d'achats")
    # Somebody's own word is no claim.
    assert clicked.allows("Mes fidèles")


def test_descriptions_compare_with_the_list() -> None:
    said = describe({"n_click_90d": 3.0, "n_order_365d": -2.0, "age_years": 1.0})
    assert said == {
        "fr": "plus de clics, moins d'achats, age_years plus élevé",
        "en": "more clicks, fewer orders, higher age_years",
    }


def test_a_name_that_is_taken_says_more_and_is_numbered_where_nothing_more_can_be_said() -> None:
    z = {"n_click_90d": 3.0, "n_order_365d": 2.0, "tenure_days": -1.0}
    short, whole = describe(z, 2)["fr"], describe(z, 3)["fr"]
    assert describe_apart(z, set())["fr"] == short
    assert describe_apart(z, {short})["fr"] == whole
    assert describe_apart(z, {short, whole})["fr"] == f"{short} (2)"
    assert describe_apart(z, {short, whole, f"{short} (2)"}) == {
        "fr": f"{short} (3)", "en": f"{describe(z, 2)['en']} (3)",
    }  # fmt: skip


def test_an_edited_name_replaces_the_one_by_rule_and_is_found_by_id_too() -> None:
    names = {"a": GroupNames(fr="Fidèles", en="Regulars"), "Usual": GroupNames(fr="x", en="y")}
    said = {"fr": "", "en": ""}
    calm, lively, rare = (GroupDocument(0, i, {"fr": i, "en": i}, said, 9, (), {}) for i in "abc")
    assert renamed(calm, names).name["fr"] == "Fidèles"
    assert renamed(replace(lively, name={"fr": "b", "en": "Usual"}), names).name["en"] == "y"
    assert renamed(rare, names) == rare
