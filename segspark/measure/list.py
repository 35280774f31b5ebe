"""KPIs of who is on the list: reach, age, scores, distance from the groups."""

from segspark.measure.intervals import WELCH, WILSON
from segspark.measure.kpi import Kpi, Place, Words
from segspark.measure.quantities import Everybody, HasAny, Known, Sum

DAYS_SINCE_ACTIVE = Kpi(
    "mean_days_since_active",
    counts=Sum("days_since_active"),
    denominator=Known("days_since_active"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Jours depuis la dernière activité", "Days since last activity"), places=(Place("means"),)),
    has_median=True,
    stored_as="days_since_active",
)
TENURE = Kpi(
    "mean_tenure_days",
    counts=Sum("tenure_days"),
    denominator=Known("tenure_days"),
    purpose="profiling",
    interval=WELCH,
    words=Words(("Ancienneté en jours", "Tenure in days"), places=(Place("means"),)),
    has_median=True,
    stored_as="tenure_days",
)
# Scores count what their own features may count.
ENGAGEMENT = Kpi(
    "mean_engagement",
    counts=Sum("engagement"),
    denominator=Known("engagement"),
    purpose=None,
    interval=WELCH,
    words=Words(("Score d'engagement", "Engagement score"), places=(Place("means"),)),
    has_median=True,
    stored_as="engagement",
)
CHURN = Kpi(
    "mean_churn",
    counts=Sum("churn"),
    denominator=Known("churn"),
    purpose=None,
    interval=WELCH,
    words=Words(("Probabilité de ne pas commander", "Probability of no order"), "share", places=(Place("means"),)),
    has_median=True,
    stored_as="churn",
)
AGE = Kpi(
    "mean_age_years",
    counts=Sum("age_years"),
    denominator=Known("age_years"),
    purpose=None,
    interval=WELCH,
    words=Words(("Âge", "Age"), places=(Place("means"),)),
    has_median=True,
    stored_as="age_years",
)
CONTACTABLE = Kpi(
    "contactable_share",
    counts=HasAny("is_contactable"),
    denominator=Everybody(),
    purpose=None,
    interval=WILSON,
    words=Words(("Peut recevoir nos e-mails", "May be written to"), "share"),
    stored_as="is_contactable",
)
FAR = Kpi(
    "far_share",
    counts=HasAny("is_far"),
    denominator=Everybody(),
    purpose=None,
    interval=WILSON,
    words=Words(("Loin de tout groupe", "Far from every group"), "share"),
    stored_as="is_far",
)
