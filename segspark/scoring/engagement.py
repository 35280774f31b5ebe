"""Engagement: human acts of the last days, each losing half its weight per half-life.

A decayed sum is computed as a weighted sum of windows: the state stays exact integers, and any half-life can be
applied. Points are mapped to 0-100 by ``100 (1 - exp(-points / scale))``, where the scale is the value of one click
and one visit today: a person who did just that has 63. Source of the weights: formulas, engagement score.
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Engagement
from segspark.features.derived import window_weights

# kind of act -> stored feature, without its window
ACTS = {"click": "n_click", "visit": "n_visit_day", "open": "n_open", "order": "n_order"}


def with_engagement(people: DataFrame, config: Engagement, windows: Sequence[int]) -> DataFrame:
    """Everybody with their engagement.

    Args:
        people: person_id, and per window n_click, n_visit_day, n_open, n_order (opens are zero without consent).

    Returns:
        The people with engagement (0 to 100), tier (very_engaged, engaged, low, none).
    """
    weights = window_weights(config.half_life_days, windows, config.window_days).weights
    points = F.lit(0.0)
    for act, weight in config.weights.items():
        for window, share in weights.items():
            points = points + F.col(f"{ACTS[act]}_{window}d") * F.lit(weight * share)
    scale = config.weights.get("click", 0.0) + config.weights.get("visit", 0.0) or max(config.weights.values())
    value = F.round(F.lit(100.0) * (F.lit(1.0) - F.exp(-points / F.lit(scale))), 4)
    high, middle = config.tiers
    tier = (
        F.when(F.col("engagement") >= high, "very_engaged")
        .when(F.col("engagement") >= middle, "engaged")
        .when(F.col("engagement") > 0, "low")
        .otherwise("none")
    )
    return people.withColumn("engagement", value).withColumn("tier", tier)
