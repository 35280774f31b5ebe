"""No page, alone or with another, gives a small group away: an attacker tries, who knows the rule and solves the sums."""

import pytest
from reports.attack import LEAST, attacked, random_shop, secrets

from segspark.reports import small_groups
from segspark.reports.small_groups import Shown


@pytest.mark.parametrize("first", [1_000, 1_002, 1_004])
def test_no_count_below_the_floor_is_narrowed_to_less_than_half_of_it(first):
    found = [f for seed in range(first, first + 2) for f in attacked(seed)]
    assert len(found) > 100
    for one in found:
        assert one.low <= one.true <= one.high
        assert one.width >= LEAST // 2, one
    # Of most is known that they are small, and hardly more.
    assert sum(f.width >= LEAST - 3 for f in found) > 0.9 * len(found)


def test_the_shops_have_groups_of_every_small_size():
    shops = [random_shop(seed) for seed in range(1_000, 1_030)]
    sizes = {abs(true) for shop in shops for _, _, true in secrets(shop, None, LEAST)}
    assert sizes == set(range(LEAST))


def exact_above(n, least):
    """As pages were before: small groups hidden, all others exact."""
    return Shown("below", least) if n < least else Shown("exact", n)


def test_the_attacker_finds_hidden_groups_where_others_are_exact(monkeypatch):
    weaken(monkeypatch, exact_above)
    found = [f for seed in range(1_000, 1_002) for f in attacked(seed)]
    assert sum(f.width == 1 for f in found) > 10


def weaken(monkeypatch, rule):
    """Put another rule in the place of the page's."""
    from segspark.reports import report, tables, takeaways, views, views_groups

    for module in (small_groups, report, tables, takeaways, views, views_groups):
        monkeypatch.setattr(module, "show", rule)
