"""Which measures define a segment: those that count the events its definition looks at, however indirectly."""

import pytest

from segspark.features.catalogue import build_catalogue
from segspark.measure import list as of_list
from segspark.measure import mail, shop
from segspark.measure.defining import Defining
from segspark.measure.kpi import Kpi, columns_of
from segspark.measure.registry import KPIS

LOOKED_AT = {
    "rules": {
        "recent": ("days_since_order",),
        "grown": ("is_adult",),
        "lively": ("engagement",),
        "told": ("n_open_30d", "country"),
        "reachable": ("is_contactable",),
    },
    "rfm": {None: ("rfm_cell",), "without": ("profiling_from",)},
    "behaviour": {None: ("n_click_90d",)},
}
DEFINING = Defining(build_catalogue((7, 30, 90, 365)), LOOKED_AT, found=["behaviour"])


@pytest.mark.parametrize(
    ("columns", "events"),
    [
        (["n_order_30d"], {"order"}),
        # The day of the last order, which is projected from a stored day.
        (["days_since_order"], {"order"}),
        (["net_order_cents_365d"], {"order", "refund"}),
        (["click_rate_90d"], {"click", "delivered"}),
        (["n_mail_clicked_1h_30d"], {"click", "delivered"}),
        (["age_years"], {"age_years"}),
        (["is_adult"], {"age_years"}),
        (["monetary"], {"order", "refund"}),
        ([], set()),
    ],
)
def test_a_column_counts_the_events_that_it_is_made_of(columns: list[str], events: set[str]) -> None:
    assert DEFINING.sources(columns) == events


def test_acts_are_everything_that_a_human_does() -> None:
    assert {"order", "click", "page_view"} <= DEFINING.sources(["days_since_active"])
    assert DEFINING.sources(["tenure_days"]) == DEFINING.sources(["days_since_active"])


@pytest.mark.parametrize(
    ("kpi", "segment_id", "is_made_of"),
    [
        (shop.DAYS_SINCE_ORDER, "recent", True),
        # Another measure of another window, of the same orders.
        (shop.REVENUE_30D, "recent", True),
        (mail.CLICK_RATE_30D, "recent", False),
        (of_list.AGE, "recent", False),
        (of_list.AGE, "grown", True),
        (of_list.DAYS_SINCE_ACTIVE, "recent", True),
        (mail.CLICKS_90D, "lively", True),
        (mail.OPEN_RATE_30D, "told", True),
        (shop.ORDERS_365D, "told", False),
        (of_list.CONTACTABLE, "reachable", True),
        (mail.COMPLAINT_RATE_30D, "reachable", True),
        # A segment of which nothing is known.
        (shop.ORDERS_365D, "another", False),
    ],
)
def test_a_segment_is_not_tested_by_what_its_own_condition_looks_at(
    kpi: Kpi, segment_id: str, is_made_of: bool
) -> None:
    assert DEFINING.is_made_of(kpi, "rules", segment_id) is is_made_of


def test_a_scheme_s_definition_holds_for_all_its_segments_that_have_none_of_their_own() -> None:
    assert DEFINING.is_made_of(shop.ORDERS_365D, "rfm", "champions")
    assert not DEFINING.is_made_of(mail.CLICKS_90D, "rfm", "champions")
    # Whoever does not permit it has no orders that are counted, whatever they buy.
    assert DEFINING.is_made_of(shop.ORDERS_365D, "rfm", "without")
    assert DEFINING.is_made_of(of_list.ENGAGEMENT, "rfm", "without")
    assert not DEFINING.is_made_of(mail.CLICKS_90D, "rfm", "without")


def test_of_found_segments_every_window_is_of_the_days_that_define_them() -> None:
    assert DEFINING.is_made_of(shop.ORDERS_30D, "behaviour", "a")
    assert DEFINING.is_made_of(mail.CLICKS_90D, "behaviour", "a")
    assert not DEFINING.is_made_of(of_list.AGE, "behaviour", "a")


def test_every_value_of_a_kpi_is_traced_to_events_or_is_of_the_person() -> None:
    of_person = {"age_years"}
    permissions = {kpi.permission for kpi in KPIS.all()}
    unknown = {
        column for column in columns_of(KPIS.all()) - permissions - of_person if column in DEFINING.sources([column])
    }
    assert unknown == set()
