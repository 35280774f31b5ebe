"""A card for tests: two cuts, a number, a date and a category."""

from datetime import date

from segspark.models.training_sets.card import CardColumn, CardCut, SetCard

JANUARY, APRIL, JUNE = date(2026, 1, 1), date(2026, 4, 1), date(2026, 6, 30)
CARD = SetCard(
    dataset_id="abc",
    outcome="no_order_90d",
    predicted={"fr": "aucune commande dans les 90 jours qui suivent", "en": "no order within the next 90 days"},
    label="n_order",
    is_absence=True,
    label_days=90,
    gap_days=0,
    population="days_since_order <= 365",
    purpose="profiling",
    as_of=JUNE,
    cuts=(CardCut(JANUARY, "train", 40, 10), CardCut(APRIL, "validate", 60, 30)),
    columns=(
        CardColumn("n_order_30d", "n_order_30d", "number", "orders", "Orders", "sum n_order over 30 days", 0.0),
        CardColumn("last_order_date", "last_order_date", "date", "date", "Last order", "last n_order", 0.125),
        CardColumn("top_category_365d=hats", "top_category_365d", "category", "name", "Most seen", "top category", 0.5),
    ),
    tables={"gold.activity_daily": 3, "gold.activity_items": None},
    catalogue="c1",
    code="0.1.0",
)
