"""Profiles of segments as they may leave the lake: programs read gold.segment_profiles, and pages are made of it.

Three rules, with the floor k of small_groups.py:

- A share of people is made of rounded counts, in its value, interval and test. Its interval holds the rounding too.
- Any other sum, and whatever is divided by it, is shown if enough people contribute: the effective number of
  contributors ``(sum y)² / sum y²`` (the inverse of the Herfindahl index) is k at least. It is never above the number
  of people whose y is not 0, so it also covers a sum that one person dominates.
- Means and rates keep three digits. Totals are means times rounded counts, else they would give the counts back.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from segspark.measure.significance import Moments
from segspark.measure.small_groups import base_of

DIGITS = 3


def rounded_counts(counts: np.ndarray, least: int) -> np.ndarray:
    """small_groups.rounded, of an array."""
    base = base_of(least)
    return np.asarray((counts + base // 2) // base * base)


def rounded_people(moments: Moments, least: int) -> Moments:
    """Moments of a share of people, of which every product is a count, from rounded counts."""
    whole = rounded_counts(moments.x, least)
    part = np.minimum(rounded_counts(moments.y, least), whole)
    return Moments(whole, part, whole, part, part, whole)


def shifted(people: Moments, by: int) -> Moments:
    """A share of people with so many more or fewer who count."""
    part = np.clip(people.y + by, 0, people.x)
    return replace(people, y=part, yy=part, xy=part)


def contributors(total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """The effective number of people who contribute to a sum; 0 of an empty sum."""
    return np.asarray(np.divide(total**2, squares, out=np.zeros(len(total)), where=squares > 0))


def in_digits(values: np.ndarray) -> np.ndarray:
    """So many significant digits; NaN stays."""
    return np.array([float(f"{v:.{DIGITS}g}") for v in values])


def are_enough(mine: Moments, people: np.ndarray, least: int, is_total: bool) -> np.ndarray:
    """Whether sums may be shown: enough people in the segment, and enough who contribute to either sum."""
    enough = (people >= least) & (contributors(mine.y, mine.yy) >= least)
    return enough if is_total else enough & (contributors(mine.x, mine.xx) >= least)


def without_counts(
    numbers: Mapping[str, np.ndarray], mine: Moments, people: np.ndarray, everybody: int, least: int, of_people: bool
) -> dict[str, np.ndarray]:
    """The numbers of a mean, a rate or a total, with as much of them as does not give a count away.

    Args:
        numbers: the columns of the profile; a total has no denominator.
        people: of the segments.
        everybody: number of people of the list.
        of_people: whether the denominator counts people.
    """
    is_total = bool(np.all(np.isnan(numbers["denominator"])))
    size, rest = rounded_counts(people, least), np.maximum(everybody - people, 0)
    shown = {name: in_digits(values) for name, values in numbers.items()}
    with np.errstate(divide="ignore", invalid="ignore"):
        if is_total:
            per_head = in_digits(numbers["value"] / people)
            shown["value"] = shown["numerator"] = per_head * size
            shown["rest_value"] = in_digits(numbers["rest_value"] / rest) * rounded_counts(rest, least)
        else:
            whole = numbers["denominator"]
            per_head = in_digits(whole / people) * size
            shown["denominator"] = rounded_counts(whole, least) if of_people else per_head
            shown["numerator"] = shown["value"] * shown["denominator"]
    hidden = ~are_enough(mine, people, least, is_total)
    # Who is not in the segment may be few as well.
    shown["rest_value"] = np.where(rest < least, np.nan, shown["rest_value"])
    return {name: np.where(hidden, np.nan, values) for name, values in shown.items()}


def coarse(p_values: np.ndarray) -> np.ndarray:
    """One digit, downwards, so that no value crosses a level of significance."""
    size = 10.0 ** np.floor(np.log10(np.clip(p_values, 1e-6, 1.0)))
    return np.asarray(np.floor(p_values / size + 1e-9) * size)
