"""KPIs of mails: deliveries, clicks, opens, how soon they come, and objections.

Opens and clicks are measured raw (with machines) and human-weighted (each counts with the probability that a human
acted). Immediate reactivity is the share of mails clicked by a human within 1, 4 and 24 hours of delivery. Cumulative
engagement is the share of people with a human click within 7, 30, 90 and 365 days.
"""

from segspark.measure.intervals import PER_HEAD, POOLED, WELCH, WILSON
from segspark.measure.kpi import Kpi, Place, Text, Words
from segspark.measure.quantities import Everybody, HasAny, Known, Sum

CLICKS_90D = Kpi(
    "mean_clicks_90d",
    counts=Sum("n_click_90d"),
    denominator=Known("n_click_90d"),
    purpose="email_marketing",
    interval=WELCH,
    words=Words(("Clics humains", "Human clicks"), days=90, places=(Place("means"),)),
    has_median=True,
    stored_as="n_click_90d",
)
CLICK_RATE_90D = Kpi(
    "mean_click_rate_90d",
    counts=Sum("click_rate_90d"),
    denominator=Known("click_rate_90d"),
    purpose="email_marketing",
    interval=WELCH,
    words=Words(("Taux de clic", "Click rate"), "share", 90),
    has_median=True,
    stored_as="click_rate_90d",
)

_CLICKED: Text = ("Ont cliqué", "Clicked")
CLICKED_7D = Kpi(
    "clicked_share_7d",
    counts=HasAny("n_click_7d"),
    denominator=Everybody(),
    purpose="email_marketing",
    interval=WILSON,
    words=Words(_CLICKED, "share", 7, (Place("shares"),)),
)
CLICKED_30D = Kpi(
    "clicked_share_30d",
    counts=HasAny("n_click_30d"),
    denominator=Everybody(),
    purpose="email_marketing",
    interval=WILSON,
    words=Words(_CLICKED, "share", 30, (Place("shares"),)),
)
CLICKED_90D = Kpi(
    "clicked_share_90d",
    counts=HasAny("n_click_90d"),
    denominator=Everybody(),
    purpose="email_marketing",
    interval=WILSON,
    words=Words(_CLICKED, "share", 90, (Place("shares"),)),
)
CLICKED_365D = Kpi(
    "clicked_share_365d",
    counts=HasAny("n_click_365d"),
    denominator=Everybody(),
    purpose="email_marketing",
    interval=WILSON,
    words=Words(_CLICKED, "share", 365, (Place("shares"),)),
)

_DELIVERED = Sum("n_delivered_30d")
DELIVERED_30D = Kpi(
    "delivered_30d",
    counts=_DELIVERED,
    denominator=None,
    purpose="email_marketing",
    interval=PER_HEAD,
    words=Words(("E-mails reçus", "Delivered"), days=30, places=(Place("results", 1, digits=0, rank=2),)),
)
CLICK_RATE_30D = Kpi(
    "click_rate_30d",
    counts=Sum("n_click_30d"),
    denominator=_DELIVERED,
    purpose="email_marketing",
    interval=POOLED,
    words=Words(("Taux de clic", "Click rate"), "share", 30, (Place("results", 2), Place("rates", 2))),
)
CLICK_RATE_RAW_30D = Kpi(
    "click_rate_raw_30d",
    counts=Sum("n_click_raw_30d"),
    denominator=_DELIVERED,
    purpose="email_marketing",
    interval=POOLED,
    words=Words(("Clics bruts", "Clicks, raw"), "share", 30, (Place("rates", 1),)),
)
CLICK_RATE_WEIGHTED_30D = Kpi(
    "click_rate_weighted_30d",
    counts=Sum("click_weight_30d"),
    denominator=_DELIVERED,
    purpose="email_marketing",
    interval=POOLED,
    words=Words(("Clics pondérés", "Clicks, weighted"), "share", 30, (Place("rates", 3),)),
)

# Relative to the mails to people who agreed to open tracking; nobody else has opens.
_TRACKED = Sum("n_delivered_tracked_30d")
OPEN_RATE_30D = Kpi(
    "open_rate_30d",
    counts=Sum("n_open_30d"),
    denominator=_TRACKED,
    purpose="open_tracking",
    interval=POOLED,
    words=Words(
        ("Taux d'ouverture", "Open rate"),
        "share",
        30,
        (Place("results", 8, ("Ouverture consentie", "Opens (consented)"), is_secondary=True), Place("rates", 5)),
    ),
)
OPEN_RATE_RAW_30D = Kpi(
    "open_rate_raw_30d",
    counts=Sum("n_open_raw_30d"),
    denominator=_TRACKED,
    purpose="open_tracking",
    interval=POOLED,
    words=Words(("Ouvertures brutes", "Opens, raw"), "share", 30, (Place("rates", 4),)),
)
OPEN_RATE_WEIGHTED_30D = Kpi(
    "open_rate_weighted_30d",
    counts=Sum("open_weight_30d"),
    denominator=_TRACKED,
    purpose="open_tracking",
    interval=POOLED,
    words=Words(("Ouvertures pondérées", "Opens, weighted"), "share", 30, (Place("rates", 6),)),
)

_MAILS = Sum("n_mail_30d")
REACTIVITY_1H_30D = Kpi(
    "reactivity_1h_30d",
    counts=Sum("n_mail_clicked_1h_30d"),
    denominator=_MAILS,
    purpose="email_marketing",
    interval=WILSON,
    words=Words(
        ("En 1 heure", "Within 1 hour"),
        "share",
        30,
        (Place("reactivity", chart=("Cliqué dans l'heure", "Clicked within one hour")),),
    ),
)
REACTIVITY_4H_30D = Kpi(
    "reactivity_4h_30d",
    counts=Sum("n_mail_clicked_4h_30d"),
    denominator=_MAILS,
    purpose="email_marketing",
    interval=WILSON,
    words=Words(("En 4 heures", "Within 4 hours"), "share", 30, (Place("reactivity"),)),
)
REACTIVITY_24H_30D = Kpi(
    "reactivity_24h_30d",
    counts=Sum("n_mail_clicked_24h_30d"),
    denominator=_MAILS,
    purpose="email_marketing",
    interval=WILSON,
    words=Words(("En 24 heures", "Within 24 hours"), "share", 30, (Place("reactivity"),)),
)

BOUNCE_RATE_30D = Kpi(
    "bounce_rate_30d",
    counts=Sum("n_bounce_30d"),
    denominator=Sum("n_sent_30d"),
    purpose="email_marketing",
    interval=POOLED,
    words=Words(("Taux de rejet", "Bounce rate"), "share", 30, (Place("results", 5, ("Rejets", "Bounces"), 2),)),
)
COMPLAINT_RATE_30D = Kpi(
    "complaint_rate_30d",
    counts=Sum("n_complaint_30d"),
    denominator=_DELIVERED,
    purpose="email_marketing",
    interval=POOLED,
    words=Words(
        ("Taux de plainte", "Complaint rate"), "share", 30, (Place("results", 6, ("Plaintes", "Complaints"), 2),)
    ),
)
UNSUBSCRIBE_RATE_30D = Kpi(
    "unsubscribe_rate_30d",
    counts=Sum("n_unsubscribe_30d"),
    denominator=_DELIVERED,
    purpose="email_marketing",
    interval=POOLED,
    words=Words(
        ("Taux de désinscription", "Unsubscription rate"),
        "share",
        30,
        (Place("results", 7, ("Désinscrits", "Unsubscribed"), 2),),
    ),
)
