"""The outcomes that every workspace has: who will not order, and who will not act."""

from segspark.models.propensity.outcome import Outcome, OutcomeWords

NO_ORDER = Outcome(
    "churn",
    "n_order",
    is_absence=True,
    population="days_since_order <= {days}",
    needs=("days_since_order",),
    recency="days_since_order",
    last="last_order_date",
    words=OutcomeWords(
        title={"fr": "Sans commande dans les {days} jours", "en": "No order within {days} days"},
        short={"fr": "Sans commande", "en": "No order"},
        predicted={
            "fr": "aucune commande dans les {days} jours qui suivent",
            "en": "no order within the next {days} days",
        },
        did={"fr": "n'ont rien commandé", "en": "ordered nothing"},
        did_not={"fr": "ont commandé", "en": "ordered"},
        population={
            "fr": "les personnes qui ont commandé dans les {days} derniers jours",
            "en": "people who ordered within the last {days} days",
        },
    ),
)
NO_ACT = Outcome(
    "engagement_churn",
    "n_active",
    is_absence=True,
    population="days_since_active <= {days}",
    needs=("days_since_active",),
    recency="days_since_active",
    last="last_active_date",
    words=OutcomeWords(
        title={"fr": "Sans activité dans les {days} jours", "en": "No act within {days} days"},
        short={"fr": "Sans activité", "en": "No act"},
        predicted={
            "fr": "ni clic, ni visite, ni commande dans les {days} jours qui suivent",
            "en": "no click, visit or order within the next {days} days",
        },
        did={"fr": "n'ont rien fait", "en": "did nothing"},
        did_not={"fr": "ont agi", "en": "acted"},
        population={
            "fr": "les personnes qui ont cliqué, visité le site ou commandé dans les {days} derniers jours",
            "en": "people who clicked, visited the site or ordered within the last {days} days",
        },
    ),
)
