"""The measures of a segment: means of people, shares of people, rates of sums, totals.

Opens and clicks are measured raw (with machines) and human-weighted (each counts with the probability that a human
acted). Immediate reactivity is the share of mails clicked by a human within 1, 4 and 24 hours of delivery. Cumulative
engagement is the share of people with a human click within 7, 30, 90 and 365 days, and the sum of the engagement
scores.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from segspark.segments.reactions import HOURS

Kind = Literal["mean", "share", "rate", "total"]


@dataclass(frozen=True)
class Measure:
    """A ratio of two sums over people, ``top`` over ``bottom``; both are columns of a person.

    Attributes:
        kind: ``mean`` of the people who have the value; ``share`` of the people whose value is above zero, or of the
            units in ``bottom`` if there is one; ``rate`` of two sums; ``total`` of the people.
    """

    name: str
    kind: Kind
    top: str
    bottom: str | None = None

    @property
    def columns(self) -> set[str]:
        return {c for c in (self.top, self.bottom) if c}

    @property
    def is_of_people(self) -> bool:
        """Whether every person counts once."""
        return self.bottom is None

    def parts(self, values: Mapping[str, np.ndarray]) -> tuple[np.ndarray, ...]:
        """Per person y, x, y², xy and x²; a missing value adds nothing to the sums it belongs to.

        Args:
            values: of the columns, NaN if missing.
        """
        top = values[self.top]
        has_top = ~np.isnan(top)
        if self.bottom is not None:
            x = np.nan_to_num(values[self.bottom])
            y = np.nan_to_num(top)
            return y, x, y * y, y * x, x * x
        if self.kind == "share":
            y, x = (top > 0).astype(float), np.ones(len(top))
        else:
            y, x = np.nan_to_num(top), has_top.astype(float) if self.kind == "mean" else np.ones(len(top))
        return y, x, y * y, y, x


def _means(*names: str) -> tuple[Measure, ...]:
    return tuple(Measure(n, "mean", n) for n in names)


MEASURES = (
    *_means(
        "days_since_order", "n_order_365d", "net_order_cents_365d", "avg_order_cents_365d", "sale_share_365d",
        "n_click_90d", "click_rate_90d", "n_visit_day_90d", "dwell_s_90d", "n_cart_add_90d", "days_since_active",
        "tenure_days", "engagement", "churn", "age_years",
    ),
    Measure("is_contactable", "share", "is_contactable"),
    Measure("is_far", "share", "is_far"),
    Measure("ordered_share_365d", "share", "n_order_365d"),
    Measure("visited_share_90d", "share", "n_visit_day_90d"),
    *[Measure(f"clicked_share_{days}d", "share", f"n_click_{days}d") for days in (7, 30, 90, 365)],
    Measure("delivered_30d", "total", "n_delivered_30d"),
    Measure("click_rate_30d", "rate", "n_click_30d", "n_delivered_30d"),
    Measure("click_rate_raw_30d", "rate", "n_click_raw_30d", "n_delivered_30d"),
    Measure("click_rate_weighted_30d", "rate", "click_weight_30d", "n_delivered_30d"),
    # Relative to the mails to people who agreed to open tracking; nobody else has opens.
    Measure("open_rate_30d", "rate", "n_open_30d", "n_delivered_tracked_30d"),
    Measure("open_rate_raw_30d", "rate", "n_open_raw_30d", "n_delivered_tracked_30d"),
    Measure("open_rate_weighted_30d", "rate", "open_weight_30d", "n_delivered_tracked_30d"),
    *[Measure(f"reactivity_{h}h_30d", "share", f"n_mail_clicked_{h}h_30d", "n_mail_30d") for h in HOURS],
    Measure("orders_30d", "total", "n_order_30d"),
    Measure("revenue_cents_30d", "total", "order_cents_30d"),
    Measure("revenue_cents_per_delivered_30d", "rate", "order_cents_30d", "n_delivered_30d"),
    Measure("bounce_rate_30d", "rate", "n_bounce_30d", "n_sent_30d"),
    Measure("complaint_rate_30d", "rate", "n_complaint_30d", "n_delivered_30d"),
    Measure("unsubscribe_rate_30d", "rate", "n_unsubscribe_30d", "n_delivered_30d"),
)  # fmt: skip


def columns_of(measures: Iterable[Measure]) -> set[str]:
    return {c for m in measures for c in m.columns}


def measurable(measures: Iterable[Measure], columns: Collection[str]) -> tuple[Measure, ...]:
    """The measures whose columns a frame has."""
    return tuple(m for m in measures if m.columns <= set(columns))
