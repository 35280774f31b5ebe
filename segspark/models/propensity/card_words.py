"""The words of a propensity model's card: purpose, population, label, consent, and what its codes mean."""

from collections.abc import Mapping

from segspark.models.card import Code, Facts, Paragraph, Part, Points, Said, Value, say
from segspark.models.evaluate.stability import ALARM, WATCH
from segspark.models.propensity.cuts import RECENT, TRAIN, VALIDATE
from segspark.models.propensity.outcome import Outcome, Words
from segspark.models.propensity.slices import DEVICE, PROVIDER, REGION
from segspark.sections import Share

ROLES = {
    TRAIN: say("apprendre", "learning"),
    RECENT: say("apprendre, version publiée seulement", "learning, published version only"),
    VALIDATE: say("juger, puis apprendre pour la version publiée", "judging, then learning for the published version"),
}
# By their gates.
BASELINES = {
    "loss_recency": say("Récence seule", "Recency alone"),
    "loss_rfm": say("Régression logistique RFM", "Logistic regression on RFM"),
    "loss_bgnbd": say("BG/NBD", "BG/NBD"),
}
SLICED_BY = {
    PROVIDER: say("Fournisseur de messagerie", "Mailbox provider"),
    REGION: say("Région", "Region"),
    DEVICE: say("Appareil", "Device"),
}
GATES = {
    "calibration": say(
        "Erreur de calibrage au-delà du hasard, au plus", "Calibration error beyond chance, at most"
    ),
    "skill": say("Gain de Brier, intervalle au-dessus de", "Brier skill, interval above"),
    "loss_recency": say("Log-loss gagnée sur la récence seule, plus de", "Log-loss gained on recency alone, more than"),
    "loss_rfm": say("Log-loss gagnée sur la régression RFM, plus de", "Log-loss gained on RFM regression, more than"),
    "loss_bgnbd": say("Log-loss gagnée sur BG/NBD, plus de", "Log-loss gained on BG/NBD, more than"),
    "top_tenth": say(
        "Issue rare dans le dixième le plus probable, au moins (récence)",
        "Rarer outcome in the likeliest tenth, at least (recency)",
    ),
}  # fmt: skip


def drift_level(psi: float) -> Said:
    """An index in a word."""
    if psi >= ALARM:
        return say("alarme", "alarm")
    return say("à surveiller", "watch") if psi >= WATCH else say("stable", "stable")


def about_words(outcome: Outcome, record: Mapping[str, str], days: int, base_rate: float | None) -> tuple[Part, ...]:
    """What the model is for and of whom it speaks, from the record of the version."""
    predicted = _filled(outcome.words.predicted, days)
    purpose = say(
        "Donner à chaque personne la probabilité de ceci : {predicted}. Pour choisir à qui écrire, et quand.",
        "To give each person the probability of this: {predicted}. For choosing whom to write to, and when.",
        predicted=predicted,
    )
    return (
        Part(say("À quoi il sert", "What it is for"), (Paragraph(purpose), Points(_not_for(outcome, days)))),
        Part(say("De qui, et de quoi", "Of whom, and of what"), (Facts(_whom(outcome, record, days, base_rate)),)),
        Part(say("Consentement", "Consent"), (Paragraph(CONSENT),)),
    )


CONSENT = say(
    "Seules les personnes dont le dernier consentement connu au jour de l'entraînement permet le profilage sont dans les "
    "données ; un refus arrivé avant ce jour en retire toutes les lignes de la personne, même anciennes.",
    "Only people whose newest consent known on the day of the training permits profiling are in the data; a refusal that "
    "came before that day takes out all rows of the person, old ones too.",
)


def _not_for(outcome: Outcome, days: int) -> tuple[Said, ...]:
    found = [
        say(
            "Pas pour fixer un prix, accorder un crédit ou ouvrir l'accès à un service : il n'a été jugé pour rien de tel.",
            "Not for setting a price, granting credit or opening access to a service: it was judged for nothing of the kind.",
        ),
        say(
            "Pas pour les personnes hors de la population ci-dessous : elles n'ont pas de score.",
            "Not for people outside of the population below: they have no score.",
        ),
    ]
    if outcome.is_absence:
        gone = say(
            "Pas pour dire que quelqu'un est parti : le score porte sur {days} jours, pas au-delà.",
            "Not for saying that somebody is gone: the score is about {days} days and no longer.",
            days=str(days),
        )
        found.insert(0, gone)
    return tuple(found)


def _whom(
    outcome: Outcome, record: Mapping[str, str], days: int, base_rate: float | None
) -> tuple[tuple[Said, Value], ...]:
    gap, condition = int(record.get("gap_days", 0)), record.get("population", "")
    window = (
        say("{days} jours, dès la date de coupe", "{days} days from the cut on", days=str(days))
        if not gap
        else say(
            "{days} jours, après un délai de {gap} jours",
            "{days} days, after a gap of {gap} days",
            days=str(days),
            gap=str(gap),
        )
    )
    population = _filled(outcome.words.population, int(record.get("active_days", 0)))
    rate: tuple[tuple[Said, Value], ...] = (
        () if base_rate is None else ((say("Part de positifs", "Share of positives"), Share(base_rate)),)
    )
    return (
        (say("Population", "Population"), population),
        *(((say("Condition", "Condition"), Code(condition)),) if condition else ()),
        (say("Étiquette positive", "Positive label"), _filled(outcome.words.predicted, days)),
        (say("Fenêtre", "Window"), window),
        *rate,
    )


def _filled(words: Words, days: int) -> Said:
    return say(words["fr"], words["en"], days=str(days))
