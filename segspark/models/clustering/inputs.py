"""The input features of behaviour groups. Opens are excluded."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from segspark.errors import ConfigError
from segspark.models.choices import NEVER_DAYS, STEADY, Imputation
from segspark.models.clustering.config import Clustering
from segspark.models.prepare import Input

DEFAULT = (
    # Who never ordered did it longer ago than every window.
    Input("days_since_order", NEVER_DAYS, log=True),
    # No order is none.
    Input("n_order_365d", 0.0, log=True),
    # Spending correlates with the number of orders and would count them twice; the profiles show it. Who never ordered has
    # no share: the median says neither that they wait for sales nor that they avoid them.
    Input("sale_share_lifetime"),
    # No click is none.
    Input("n_click_90d", 0.0, log=True),
    # Visits already count in the days since the last act and in their trend; their number would count them again. An act
    # before all kept days is longer ago than every window.
    Input("days_since_active", NEVER_DAYS, log=True),
    # Without a visit in a year nothing rises or falls: 1 is a pace that stays.
    Input("visit_trend", STEADY, log=True),
    # Of whom nobody knows since when: the median is neither new nor old.
    Input("tenure_days", log=True),
)


def choose_inputs(wanted: Sequence[str], columns: Sequence[str]) -> tuple[Input, ...]:
    """The configured features, else the default features that the frame has."""
    known = {i.name: i for i in DEFAULT}
    if wanted:
        return tuple(known.get(n, Input(n, log=n.startswith(("n_", "order_", "dwell_", "days_")))) for n in wanted)
    return tuple(i for i in DEFAULT if i.name in columns)


def configured(inputs: Sequence[Input], config: Clustering) -> tuple[Input, ...]:
    """Apply the workspace's settings for imputation and logarithms to the inputs.

    Raises:
        ConfigError: a setting names a feature that is not an input.
    """
    names = [i.name for i in inputs]
    unknown = sorted({*config.imputation_of, *(config.log or ())} - set(names))
    if unknown:
        raise ConfigError(
            f"clustering.imputation_of and clustering.log name {unknown}; the groups are made of {names}. "
            f"Take these names out, or add them to clustering.features."
        )
    return tuple(_configured(i, config.imputation_of.get(i.name, config.imputation), config.log) for i in inputs)


def _configured(item: Input, how: str | float, log: Sequence[str] | None) -> Input:
    item = item if log is None else replace(item, log=item.name in log)
    if isinstance(how, str):
        return replace(item, impute=cast(Imputation, how))
    return replace(item, fill=float(how), impute="constant")
