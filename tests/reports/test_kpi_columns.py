"""Which KPI stands where in the report, in which order and under which heading."""

from segspark.measure.intervals import POOLED
from segspark.measure.kpi import Kpi, Place, Words
from segspark.measure.quantities import Sum
from segspark.measure.registry import KPIS
from segspark.reports.kpi_columns import kpi_columns

MOON = Kpi(
    "moon_rate_7d",
    Sum("n_moon"),
    Sum("n_night"),
    None,
    POOLED,
    Words(("Lunes", "Moons"), "share", 7, (Place("results", 2, ("Lune", "Moon")), Place("rates"))),
    stored_as="moon",
)


def test_results_are_the_columns_of_before_in_their_order() -> None:
    before = [
        "Delivered", "Click rate", "Orders", "Revenue", "Bounces", "Complaints", "Unsubscribed", "Opens (consented)",
    ]  # fmt: skip
    assert [c.title for c in kpi_columns("results", "en") if c.title in before] == before
    assert "open_rate_30d" in [c.key for c in kpi_columns("results", "fr") if c.place.is_secondary]


def test_profiles_tell_the_window_beside_the_title() -> None:
    means = {c.key: c.title for c in kpi_columns("means", "fr")}
    assert means["n_click_90d"] == "Clics humains, 90\u00a0j"
    assert means["tenure_days"] == "Ancienneté en jours"
    assert next(c.title for c in kpi_columns("reactivity", "en")) == "Within 1 hour, 30\u00a0d"


def test_a_kpi_stands_where_it_says_and_tells_a_window_that_is_not_the_table_s() -> None:
    with KPIS.added(MOON):
        results, rates = kpi_columns("results", "en"), kpi_columns("rates", "fr")
    assert [c.title for c in results][:3] == ["Delivered", "Click rate", "Moon, 7\u00a0d"]
    assert (rates[0].key, rates[0].title, rates[0].unit) == ("moon", "Lunes, 7\u00a0j", "share")
    assert "moon" not in [c.key for c in kpi_columns("results", "en")]
