"""Profiles of segments as they may leave the lake: programs read gold.segment_profiles, and pages are made of it.
The exact ones are in ops.segment_profiles, for the operator alone.

Three rules, with the floor k of small_groups.py:

- A share of people is made of rounded counts, in its value, interval and test. Its interval holds the rounding too.
- Any other sum, and whatever is divided by it, is shown if enough people contribute: the effective number of
  contributors ``(sum y)² / sum y²`` (the inverse of the Herfindahl index) is k at least. It is never above the number
  of people whose y is not 0, so it also covers a sum that one person dominates.
- Means and rates are rounded to steps (``steps``) that leave the counts behind them open. Totals are means times
  rounded counts, and intervals, z-scores and denominators are made of what is shown, else they would give it back.

Why steps: a scheme puts everybody into one group, so its sums of n·mean over groups are those of any other scheme and of
the list. With exact means these are as many equations as there are measures, and they give the counts. A step of
``base * largest mean / people`` leaves each equation a slack in which any count may move by k. And a mean of whole
numbers over n people is a fraction with denominator n: a step of ``1 / n`` leaves a fraction to every n of a rounded
count.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from segspark.measure.significance import Moments
from segspark.measure.small_groups import base_of, rounded

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


def nice(steps: np.ndarray) -> np.ndarray:
    """The next larger of 1, 2 and 5 times a power of ten."""
    size = 10.0 ** np.floor(np.log10(np.maximum(steps, 1e-300)))
    lead = steps / size
    return np.asarray(size * np.select([lead <= 1 + 1e-9, lead <= 2 + 1e-9, lead <= 5 + 1e-9], [1.0, 2.0, 5.0], 10.0))


def lower_end(shown: np.ndarray, least: int) -> np.ndarray:
    """The fewest that a rounded count may stand for."""
    return np.asarray(np.maximum(shown - least, 1.0))


def steps(values: np.ndarray, units: np.ndarray, everybody: int, least: int) -> np.ndarray:
    """What means are rounded to.

    Args:
        values: the means of all groups of a day.
        units: what each is divided by, people or mails, at least, as it is shown.
        everybody: number of people of the list.
    """
    whole = max(rounded(everybody, least), base_of(least))
    known = np.abs(values[~np.isnan(values)])
    common = base_of(least) * float(known.max(initial=0.0)) / whole
    of_digits = 10.0 ** (np.floor(np.log10(np.maximum(np.abs(np.nan_to_num(values)), 1e-300))) - DIGITS + 1)
    return nice(np.maximum.reduce([1.0 / units, np.full(len(units), common), of_digits]))


def on_steps(values: np.ndarray, by: np.ndarray) -> np.ndarray:
    """The nearest step; NaN stays."""
    return np.asarray(np.round(values / by) * by)


def are_enough(mine: Moments, people: np.ndarray, least: int, is_total: bool) -> np.ndarray:
    """Whether sums may be shown: enough people in the segment, and enough who contribute to either sum."""
    enough = (people >= least) & (contributors(mine.y, mine.yy) >= least)
    return enough if is_total else enough & (contributors(mine.x, mine.xx) >= least)


def without_counts(
    numbers: Mapping[str, np.ndarray],
    mine: Moments,
    everybody: Moments,
    people: np.ndarray,
    n_all: int,
    least: int,
    of_people: bool,
) -> dict[str, np.ndarray]:
    """The numbers of a mean, a rate or a total, with as much of them as does not give a count away.

    Args:
        numbers: the columns of the profile; a total has no denominator.
        people: of the segments.
        n_all: number of people of the list.
        of_people: whether the denominator counts people.
    """
    is_total = bool(np.all(np.isnan(numbers["denominator"])))
    size, rest = rounded_counts(people, least), np.maximum(n_all - people, 0)
    # Of the shown sizes: rounded by itself it would be one number more.
    rest_shown = np.maximum(rounded(n_all, least) - size, 0)
    hidden = ~are_enough(mine, people, least, is_total)

    def protected(values: np.ndarray, units: np.ndarray, unseen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        by = steps(np.where(unseen, np.nan, values), units, n_all, least)
        return on_steps(values, by), by

    shown = {name: in_digits(values) for name, values in numbers.items()}
    # Who is not in the segment may be few as well.
    few_beside = hidden | (rest < least) | (rest_shown == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if is_total:
            per_head, _ = protected(numbers["value"] / people, lower_end(size, least), hidden)
            shown["value"] = shown["numerator"] = per_head * size
            beside, _ = protected(numbers["rest_value"] / rest, lower_end(rest_shown, least), few_beside)
            shown["rest_value"] = beside * rest_shown
        else:
            whole = numbers["denominator"]
            per_head, _ = protected(whole / people, lower_end(size, least), hidden)
            counted = rounded_counts(whole, least)
            shown["denominator"] = counted if of_people else per_head * size
            units = lower_end(counted, least) if of_people else np.maximum(per_head * lower_end(size, least), 1.0)
            shown["value"], by = protected(numbers["value"], units, hidden)
            beside_units = lower_end(rest_shown, least) * (1.0 if of_people else np.nanmin(per_head, initial=1.0))
            shown["rest_value"], _ = protected(numbers["rest_value"], np.maximum(beside_units, 1.0), few_beside)
            shown["numerator"] = shown["value"] * shown["denominator"]
            # As wide as for the fewest that the denominator may stand for.
            wider = np.sqrt(np.maximum(whole / units, 1.0))
            shown["low"] = np.floor((shown["value"] - (numbers["value"] - numbers["low"]) * wider) / by) * by
            shown["high"] = np.ceil((shown["value"] + (numbers["high"] - numbers["value"]) * wider) / by) * by
            shown["low"] = np.where(numbers["low"] >= 0, np.maximum(shown["low"], 0.0), shown["low"])
            shown["z_score"] = np.where(
                np.isnan(numbers["z_score"]), np.nan, in_digits(_z_of(shown["value"], everybody))
            )
    shown["rest_value"] = np.where(few_beside, np.nan, shown["rest_value"])
    return {name: np.where(hidden, np.nan, values) for name, values in shown.items()}


def _z_of(values: np.ndarray, everybody: Moments) -> np.ndarray:
    spread = everybody.spread
    return np.asarray((values - everybody.ratio) / np.where(spread > 0, spread, np.nan))


def coarse(p_values: np.ndarray) -> np.ndarray:
    """One digit, downwards, so that no value crosses a level of significance."""
    size = 10.0 ** np.floor(np.log10(np.clip(p_values, 1e-6, 1.0)))
    return np.asarray(np.floor(p_values / size + 1e-9) * size)
