"""No page, alone or with another, gives a small group away: an attacker tries, who knows the rule and solves the sums."""

import re

import numpy as np
import pytest
from reports import printed
from reports.attack import LEAST, attacked, secrets
from reports.printed import page
from reports.shops import Shop, random_shop

from segspark.measure import protection
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


def three_digits(values, units, everybody, least):
    """The steps of means as they were before: of three digits."""
    return 10.0 ** (np.floor(np.log10(np.maximum(np.abs(np.nan_to_num(values)), 1e-300))) - 2)


def test_the_attacker_finds_more_where_means_have_three_digits(monkeypatch):
    for module in (protection, printed):
        monkeypatch.setattr(module, "steps", three_digits)
    assert any(found.width < LEAST // 2 for found in attacked(1_000))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_exact_count_stands_anywhere_on_a_page(language):
    """In no text, attribute or drawing; found by the digits, wherever they are."""
    n_looked_for = 0
    for seed in range(1_000, 1_004):
        shop = random_shop(seed)
        for day in (0, 1):
            on_page = numbers(page(shop, day, language=language))
            # Numbers that every page has: sizes of drawings, colours, days.
            of_all = numbers(page(Shop(groups=shop.groups, reasons=shop.reasons), day, language=language))
            exact = {n for key, n in shop.counts.items() if key[1] == day and n >= 100 and n % (2 * LEAST)} - of_all
            n_looked_for += len(exact)
            assert not exact & on_page
    assert n_looked_for > 40
    assert exact & numbers(page(shop, 1, least=1, language=language)) == exact


def numbers(html):
    """The whole numbers of a page's source, without the separators of thousands."""
    joined = re.sub(r"(?<=\d)[,\u00a0\u202f](?=\d{3})", "", html)
    return {int(found) for found in re.findall(r"(?<![\d.,])\d+(?![\d]|[.,]\d)", joined)}


def test_both_languages_print_the_same_numbers():
    shop = random_shop(1_003)
    english, french = (numbers(page(shop, 1, language=language)) for language in ("en", "fr"))
    assert {n for n in english ^ french if n >= 100} == set()


def weaken(monkeypatch, rule):
    """Put another rule in the place of the page's."""
    from segspark.reports import report, tables, takeaways, views, views_groups

    for module in (small_groups, report, tables, takeaways, views, views_groups):
        monkeypatch.setattr(module, "show", rule)
