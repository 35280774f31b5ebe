import pytest

from segspark.reports.palette import (
    DARK,
    GROUPS_DARK,
    GROUPS_LIGHT,
    HEAT_DARK,
    HEAT_LIGHT,
    LIGHT,
    ODDS_DARK,
    ODDS_LIGHT,
    heat_step,
    odds_step,
    palette_css,
)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_is_readable_on_every_background_it_stands_on(theme):
    pairs = [(ink, back) for ink in ("text", "muted", "accent") for back in ("page", "surface", "soft")]
    pairs += [
        ("good", "surface"),
        ("bad", "surface"),
        ("good", "good_soft"),
        ("bad", "bad_soft"),
        ("second", "surface"),
    ]
    weak = {(a, b): contrast(theme[a], theme[b]) for a, b in pairs if contrast(theme[a], theme[b]) < 4.5}
    assert weak == {}


@pytest.mark.parametrize("steps", [HEAT_LIGHT, HEAT_DARK, ODDS_LIGHT, ODDS_DARK])
def test_numbers_are_readable_on_every_heat_step(steps):
    assert [pair for pair in steps if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize(("theme", "groups"), [(LIGHT, GROUPS_LIGHT), (DARK, GROUPS_DARK)])
def test_the_number_of_a_group_is_readable_on_its_colour(theme, groups):
    assert len(set(groups)) == len(groups)
    assert [g for g in groups if contrast(g, theme["surface"]) < 4.5] == []


def test_heat_steps_rise_with_the_count_and_only_nothing_is_step_0():
    assert [heat_step(n, 600) for n in (0, 1, 100, 350, 599, 600)] == [0, 1, 2, 4, 6, 6]
    assert heat_step(5, 0) == 0


def test_odds_steps_are_symmetric_around_the_mean():
    assert [odds_step(z) for z in (-2, -1, -0.3, 0.1, 0.3, 1, 2)] == [0, 1, 2, 3, 4, 5, 6]


def test_paper_is_always_light():
    assert "@media screen and (prefers-color-scheme:dark)" in palette_css()
