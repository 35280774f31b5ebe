"""What the card of a model of propensity says."""

from collections.abc import Mapping

from segspark.models.card import (
    Block,
    Code,
    Content,
    Facts,
    Grid,
    Part,
    Value,
    say,
)
from segspark.models.propensity.card_challenger import challenger
from segspark.models.propensity.card_inputs import drift, importances, learning
from segspark.models.propensity.card_limits import limits
from segspark.models.propensity.card_quality import metrics, reliability, slices, thresholds
from segspark.models.propensity.card_words import GATES, ROLES, about_words
from segspark.models.propensity.documents import PropensityDocuments, Review
from segspark.models.propensity.outcome import Outcome
from segspark.models.version import Version
from segspark.sections import People, Share


def propensity_card(outcome: Outcome, version: Version[PropensityDocuments]) -> Content:
    """The card of a version; of an earlier release without the parts that it has not stored."""
    record, documents = version.record, version.documents
    review = documents.review if documents else None
    days = int(record.get("label_days", 0))
    title = say(outcome.words.title["fr"], outcome.words.title["en"], days=str(days))
    return Content(
        title,
        about_words(outcome, record, days, review.judged.base_rate if review else None),
        _data(record, review),
        _evidence(outcome, record, documents, review),
        limits(documents, review, days),
        GATES,
    )


def _data(record: Mapping[str, str], review: Review | None) -> tuple[Block, ...]:
    dataset = Facts(((say("Jeu d'entraînement", "Training set"), Code(record.get("dataset_id", "–"))),))
    if review is None or not review.cuts:
        return (dataset,)
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (c.cut, ROLES[c.role], People(c.n), People(c.n_label), Share(c.n_label / c.n if c.n else None))
        for c in review.cuts
    )
    columns = (
        say("Date de coupe", "Cut"),
        say("Sert à", "Used for"),
        say("Personnes", "People"),
        say("Dont positifs", "Positives"),
        say("Part", "Share"),
    )
    note = say(
        "À une date de coupe, le modèle ne voit que ce qui la précède ; l'étiquette vient des jours qui suivent. Une personne "
        "compte une fois par date.",
        "At a cut the model sees only what comes before it; the label comes from the days after it. A person counts once at "
        "each cut.",
    )
    return dataset, Grid(say("Dates de coupe", "Cuts"), columns, rows, note)


def _evidence(
    outcome: Outcome, record: Mapping[str, str], documents: PropensityDocuments | None, review: Review | None
) -> tuple[Part, ...]:
    if documents is None or review is None:
        return (importances(documents),) if documents is not None and documents.importances else ()
    judged = review.judged
    found = [metrics(outcome, judged), reliability(judged), thresholds(record, review), slices(review)]
    if len(review.learning) > 1:
        found.append(learning(review))
    found.extend(challenger(review.challenger))
    if documents.importances:
        found.append(importances(documents))
    if review.drift:
        found.append(drift(review))
    return tuple(found)
