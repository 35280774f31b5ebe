"""Why somebody is in a segment, said in one sentence."""

from datetime import date
from typing import Any

import pytest
from written import parse_condition

from segspark.reports.labels import feature_label
from segspark.segments.narrative import narrative

ANN: dict[str, Any] = {
    "days_since_active": 3, "n_click_30d": 0, "country": "FR", "last_order_date": None, "days_since_order": None,
    "last_cart_add_date": date(2026, 5, 1), "avg_order_cents_365d": 12050.0, "click_rate_90d": 0.1234, "is_holiday": False,
    "as_of_date": date(2026, 5, 31), "did_cart_add_not_order_7d_of_90d_date": date(2026, 5, 1),
    "did_click_then_order_2d_of_90d_date": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fr", "en"),
    [
        ("days_since_active <= 30",
         "Est dans « X » : dernière activité il y a 3 jours (au plus 30)",
         "Is in “X”: last activity 3 days ago (at most 30)"),
        ("days_since_order > 90",
         "N'est pas dans « X » : dernier achat jamais (plus de 90)",
         "Is not in “X”: last order never (more than 90)"),
        ("last_cart_add_date >= as_of - 31",
         "Est dans « X » : dernier panier : 01/05/2026 (depuis le 30/04/2026)",
         "Is in “X”: last cart: 2026-05-01 (since 2026-04-30)"),
        ("did_not_then('cart_add', 'order', 7)",
         "Est dans « X » : panier le 01/05/2026, sans achat dans les 7 jours",
         "Is in “X”: cart on 2026-05-01, without order within 7 days"),
        ("did_then('click', 'order', 2)",
         "N'est pas dans « X » : pas de clic, puis achat (en moins de 2 jours)",
         "Is not in “X”: no click, then order (within 2 days)"),
        ("last_order_date is null", "Est dans « X » : dernier achat : jamais", "Is in “X”: last order: never"),
        ("last_order_date < last_cart_add_date",
         "N'est pas dans « X » : dernier achat : jamais (avant le 01/05/2026, dernier panier)",
         "Is not in “X”: last order: never (before 2026-05-01, last cart)"),
        # Of what must hold together only what fails; of alternatives the first that holds.
        ("n_click_30d >= 1 and country = 'FR'",
         "N'est pas dans « X » : clics humains, 30 j : 0 (au moins 1)",
         "Is not in “X”: human clicks, 30 d: 0 (at least 1)"),
        ("n_click_30d >= 1 or avg_order_cents_365d >= 10000",
         "Est dans « X » : panier moyen, 365 j : 120,50 (au moins 100,00)",
         "Is in “X”: average order, 365 d: 120.50 (at least 100.00)"),
        ("not country in ('BE', 'CH') and click_rate_90d between 0.05 and 0.2",
         "Est dans « X » : pays : FR (pas parmi BE, CH) et taux de clic, 90 j : 12,3 % (entre 5,0 % et 20,0 %)",
         "Is in “X”: country: FR (not one of BE, CH) and click rate, 90 d: 12.3% (between 5.0% and 20.0%)"),
        ("is_holiday", "N'est pas dans « X » : est un jour férié : non", "Is not in “X”: is a public holiday: no"),
        ("true", "Est dans « X » : tout le monde", "Is in “X”: everybody"),
    ],
)  # fmt: skip
def test_a_condition_is_said_with_its_value_and_what_is_asked(text: str, fr: str, en: str) -> None:
    node = parse_condition(text)
    said = [narrative(node, ANN, "fr", "X", lambda n: feature_label(n, "fr")),
            narrative(node, ANN, "en", "X", lambda n: feature_label(n, "en"))]  # fmt: skip
    assert [s.replace("\u00a0", " ") for s in said] == [fr, en]
