"""What the report says of whether today's buyers and their values look as on the day of the training."""

from collections.abc import Iterable, Mapping

from segspark.models.monitoring.reference import ALARM
from segspark.models.monitoring.since import Moved, SinceTraining
from segspark.sections import Words

INPUT_WORDS: Mapping[str, Words] = {
    "days_since_order": {"fr": "jours depuis la dernière commande", "en": "days since the last order"},
    "cents_per_order_day": {"fr": "dépense par jour de commande", "en": "spending per order day"},
}
SCORE_WORDS: Mapping[str, Words] = {
    "p_alive": {"fr": "probabilité d'être encore client", "en": "probability of being a customer still"},
    "expected_orders": {"fr": "jours de commande attendus", "en": "order days expected"},
    "value_cents": {"fr": "valeur attendue", "en": "expected value"},
    "days_to_order": {"fr": "jours jusqu'à la prochaine commande", "en": "days to the next order"},
    "days_to_order_low": {"fr": "la même au plus tôt", "en": "the same at the soonest"},
    "days_to_order_high": {"fr": "la même au plus tard", "en": "the same at the latest"},
}


def since_notes(since: SinceTraining | None) -> tuple[Words, ...]:
    """A note for alarms, and one for all else; none of a day on which nobody was compared."""
    if since is None or not since.n_compared:
        return ()
    alarms = [m for m in since.moved if m.level == ALARM]
    looks = [m for m in since.moved if m.level != ALARM]
    found: list[Words] = []
    if alarms:
        found.append(
            {
                "fr": "Les clients d'aujourd'hui ne ressemblent plus à ceux de l'entraînement (indice de stabilité) : "
                f"{_names(alarms, 'fr')}. Vérifiez les données, puis relancez l'entraînement.",
                "en": "The customers of today do not look like those of the training any more (stability index): "
                f"{_names(alarms, 'en')}. Check the data, then train again.",
            }
        )
    if looks:
        found.append(
            {
                "fr": f"À surveiller depuis l'entraînement, sans alarme (indice de stabilité) : {_names(looks, 'fr')}.",
                "en": f"To be watched since the training, no alarm (stability index): {_names(looks, 'en')}.",
            }
        )
    return tuple(found) or (_steady(since.n_compared),)


def _steady(n: int) -> Words:
    return {
        "fr": f"Depuis l'entraînement, rien d'alarmant : chez les clients de l'année, les {n} mesures comparées sont "
        "réparties comme ce jour-là.",
        "en": f"Since the training, nothing alarming: of customers of the last year, the {n} measures that are compared are "
        "spread as on its day.",
    }


def _names(moved: Iterable[Moved], language: str) -> str:
    return ", ".join(f"{_name(one, language)} ({_number(one.psi, language)})" for one in moved)


def _name(one: Moved, language: str) -> str:
    return (SCORE_WORDS if one.is_score else INPUT_WORDS)[one.name][language]


def _number(value: float, language: str) -> str:
    return f"{value:.2f}".replace(".", ",") if language == "fr" else f"{value:.2f}"
