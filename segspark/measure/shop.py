"""KPIs of the shop: orders, spending, visits."""

from segspark.measure.intervals import PER_HEAD, POOLED, WELCH, WILSON
from segspark.measure.kpi import Kpi, Place, Words
from segspark.measure.quantities import Everybody, HasAny, Known, Sum

DAYS_SINCE_ORDER = Kpi(
    "mean_days_since_order",
    counts=Sum("days_since_order"),
    denominator=Known("days_since_order"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Jours depuis le dernier achat", "Days since last order"), places=(Place("means"),)),
    has_median=True,
    stored_as="days_since_order",
)
ORDERS_365D = Kpi(
    "mean_orders_365d",
    counts=Sum("n_order_365d"),
    denominator=Known("n_order_365d"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Commandes", "Orders"), days=365, places=(Place("means"),)),
    has_median=True,
    stored_as="n_order_365d",
)
NET_SPENDING_365D = Kpi(
    "mean_net_order_cents_365d",
    counts=Sum("net_order_cents_365d"),
    denominator=Known("net_order_cents_365d"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Dépense nette", "Net spending"), "cents", 365, (Place("means"),)),
    has_median=True,
    stored_as="net_order_cents_365d",
)
AVERAGE_ORDER_365D = Kpi(
    "mean_avg_order_cents_365d",
    counts=Sum("avg_order_cents_365d"),
    denominator=Known("avg_order_cents_365d"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Panier moyen", "Average order"), "cents", 365),
    has_median=True,
    stored_as="avg_order_cents_365d",
)
SALE_SHARE_365D = Kpi(
    "mean_sale_share_365d",
    counts=Sum("sale_share_365d"),
    denominator=Known("sale_share_365d"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Part d'achats en soldes", "Share bought in sales"), "share", 365, (Place("means"),)),
    has_median=True,
    stored_as="sale_share_365d",
)
VISIT_DAYS_90D = Kpi(
    "mean_visit_days_90d",
    counts=Sum("n_visit_day_90d"),
    denominator=Known("n_visit_day_90d"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Jours de visite", "Days with a visit"), days=90, places=(Place("means"),)),
    has_median=True,
    stored_as="n_visit_day_90d",
)
DWELL_90D = Kpi(
    "mean_dwell_s_90d",
    counts=Sum("dwell_s_90d"),
    denominator=Known("dwell_s_90d"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Temps sur le site", "Time on site"), days=90),
    has_median=True,
    stored_as="dwell_s_90d",
)
CART_ADDS_90D = Kpi(
    "mean_cart_adds_90d",
    counts=Sum("n_cart_add_90d"),
    denominator=Known("n_cart_add_90d"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Ajouts au panier", "Cart additions"), days=90),
    has_median=True,
    stored_as="n_cart_add_90d",
)
ORDERED_365D = Kpi(
    "ordered_share_365d",
    counts=HasAny("n_order_365d"),
    denominator=Everybody(),
    purpose="profiling",
    interval=WILSON,
    words=Words(("Ont acheté", "Bought"), "share", 365, (Place("shares"),)),
)
VISITED_90D = Kpi(
    "visited_share_90d",
    counts=HasAny("n_visit_day_90d"),
    denominator=Everybody(),
    purpose="profiling",
    interval=WILSON,
    words=Words(("Ont visité", "Visited"), "share", 90, (Place("shares"),)),
)
ORDERS_30D = Kpi(
    "orders_30d",
    counts=Sum("n_order_30d"),
    denominator=None,
    purpose="profiling",
    interval=PER_HEAD,
    words=Words(("Commandes", "Orders"), days=30, places=(Place("results", 3, digits=0),)),
)
REVENUE_30D = Kpi(
    "revenue_cents_30d",
    counts=Sum("order_cents_30d"),
    denominator=None,
    purpose="profiling",
    interval=PER_HEAD,
    words=Words(
        ("Chiffre d'affaires", "Revenue"),
        "cents",
        30,
        (
            Place(
                "results",
                4,
                rank=1,
                takeaway=(
                    "« {name} » : {people} des personnes, {part} du chiffre d'affaires des {days} derniers jours.",
                    "“{name}”: {people} of the people, {part} of the revenue of the last {days} days.",
                ),
            ),
        ),
    ),
)
REVENUE_PER_MAIL_30D = Kpi(
    "revenue_cents_per_delivered_30d",
    counts=Sum("order_cents_30d"),
    denominator=Sum("n_delivered_30d"),
    purpose="profiling",
    interval=POOLED,
    words=Words(("Chiffre d'affaires par e-mail reçu", "Revenue per mail delivered"), "cents", 30),
)
