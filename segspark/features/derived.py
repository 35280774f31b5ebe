"""Constructors of derived features: a name, columns and a description in, a projection out.

All give null where the value is undefined: no denominator, no day, no act.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segspark.features.feature import Derived


def rate(name: str, top: str, bottom: str, describe: str) -> Derived:
    """A rate, a share or a mean: one sum over another."""
    return Derived(name, f"try_divide({top}, {bottom})", "double", describe)


def rates(name: str, top: str, bottom: str, describe: str, windows: Sequence[int]) -> list[Derived]:
    """A rate per window; ``top`` and ``bottom`` are column names without the window suffix."""
    return [rate(f"{name}_{w}d", f"{top}_{w}d", f"{bottom}_{w}d", f"{describe}, {w} days") for w in windows]


def differences(name: str, more: str, less: str, describe: str, windows: Sequence[int]) -> list[Derived]:
    return [Derived(f"{name}_{w}d", f"{more}_{w}d - {less}_{w}d", "bigint", f"{describe}, {w} days") for w in windows]


def trend(name: str, measure: str, describe: str, short: int = 90, long: int = 365) -> Derived:
    """The daily rate in a short window divided by that in a long one; 1 is steady."""
    text = f"{describe} of the last {short} days against the pace of {long}; 1 is steady"
    return Derived(name, f"try_divide({measure}_{short}d * {long}, {measure}_{long}d * {short})", "double", text)


def days_since(what: str, day: str, describe: str) -> Derived:
    """``days_since_<what>``, 1 for yesterday."""
    return Derived(f"days_since_{what}", f"datediff(as_of_date, {day})", "int", f"Days since {describe}")


def mode(name: str, options: Mapping[str, str], type_: str, describe: str) -> Derived:
    """The option with the greatest count; ties go to the first.

    Args:
        options: option (an SQL literal) -> column of its count.
    """
    most = f"greatest({', '.join(options.values())})"
    branches = " ".join(f"when {column} = {most} then {option}" for option, column in options.items())
    return Derived(name, f"case when {most} = 0 then cast(null as {type_}) {branches} end", type_, describe)


def histogram(name: str, columns: Sequence[str], describe: str) -> Derived:
    return Derived(name, f"array({', '.join(columns)})", "array<bigint>", describe)


def decayed(name: str, measure: str, half_life_days: int, windows: Sequence[int], describe: str) -> Derived:
    """A sum in which every act loses half its weight per half-life: a weighted sum of windows.

    The state stays integer, so no float has to be corrected. The description gives the largest error of one act's
    weight; acts older than the largest window have weight zero.
    """
    approximation = window_weights(half_life_days, windows, max(windows))
    error = max(approximation.largest_error, 2 ** (-(max(windows) + 1) / half_life_days))
    terms = " + ".join(f"{weight:.6f} * {measure}_{w}d" for w, weight in approximation.weights.items())
    text = f"{describe}, each losing half its weight in {half_life_days} days (the weight of one is at most {error:.2f} off)"
    return Derived(f"{name}_h{half_life_days}", terms, "double", text)


@dataclass(frozen=True)
class WindowWeights:
    """Weights of the window sums, and the largest error against the exact decay of one act."""

    weights: dict[int, float]
    largest_error: float


def window_weights(half_life_days: float, windows: Sequence[int], window_days: int) -> WindowWeights:
    """The step function over age bands that is nearest to the decay: the mean of the curve over each band.

    An act younger than the smallest window counts in every window, so a band's weight is the sum of the weights of the
    windows that contain it.
    """
    edges = sorted(w for w in set(windows) if w <= window_days) or [min(windows)]
    levels, errors, start = [], [], 0
    for edge in edges:
        ages = range(start + 1, edge + 1)
        curve = [2 ** (-age / half_life_days) for age in ages]
        level = sum(curve) / len(curve)
        levels.append(level)
        errors.append(max(abs(level - c) for c in curve))
        start = edge
    weights = {
        edge: level - (levels[i + 1] if i + 1 < len(levels) else 0.0)
        for i, (edge, level) in enumerate(zip(edges, levels, strict=True))
    }
    return WindowWeights(weights, max(errors))
