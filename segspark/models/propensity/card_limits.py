"""What was not seen of a model of propensity, for its card."""

from datetime import timedelta

from segspark.models.card import (
    InputName,
    Listed,
    Said,
    say,
)
from segspark.models.evaluate.judgement import HELD_OUT
from segspark.models.propensity.card_words import SLICED_BY
from segspark.models.propensity.documents import PropensityDocuments, Review
from segspark.models.propensity.inputs import CALENDAR
from segspark.models.propensity.slices import TEXTS
from segspark.sections import Share


def limits(documents: PropensityDocuments | None, review: Review | None, days: int) -> tuple[Said, ...]:
    found = _not_kept(documents, review)
    if review is not None and review.judged.how == HELD_OUT:
        found.append(
            say(
                "Jugé sur des personnes tenues à l'écart du calibrage, à la même date : l'historique ne porte pas encore de "
                "date plus récente dont la suite soit connue. Une autre saison n'a pas été essayée.",
                "Judged on people held out of the calibration, at the same cut: the history carries no later cut yet whose "
                "outcome is known. Another season has not been tried.",
            )
        )
    if documents is not None:
        found += _of_history(documents)
        found += _who_came_back(documents, days)
        found += _of_calendar(documents)
    if review is not None:
        unseen = [SLICED_BY[name] for name in TEXTS if all(s.by != name for s in review.slices)]
        if unseen:
            found.append(
                say(
                    "Non vérifié selon : {names} (inconnu à la date de coupe, ou moins de cent personnes).",
                    "Not checked by: {names} (unknown at the cut, or fewer than a hundred people).",
                    names=Listed(tuple(unseen)),
                )
            )
    found.append(
        say(
            "Le score dit qui, non pourquoi ; il ne mesure l'effet d'aucun envoi.",
            "The score says who, not why; it measures the effect of no mail.",
        )
    )
    return tuple(found)


def _not_kept(documents: PropensityDocuments | None, review: Review | None) -> list[Said]:
    if documents is None or (review is not None and review.cuts):
        return []
    if review is not None:
        return [
            say(
                "Une édition antérieure l'a entraînée : ni les effectifs par date, ni la dérive des entrées, ni la courbe "
                "d'apprentissage n'ont été conservés.",
                "An earlier release trained it: neither the people at each cut, nor the drift of the inputs, nor the learning "
                "curve were kept.",
            )
        ]
    return [
        say(
            "Une édition antérieure l'a entraînée : intervalles, références, fiabilité, seuils et parties de la liste n'ont pas été "
            "conservés. Entraînez à nouveau pour les avoir.",
            "An earlier release trained it: intervals, baselines, reliability, thresholds and parts of the list were not kept. Train "
            "again to have them.",
        )
    ]


def _of_history(documents: PropensityDocuments) -> list[Said]:
    first, last = min(documents.train_cuts), documents.validation_cut
    if last - first >= timedelta(days=365):
        return []
    return [
        say(
            "Les dates de coupe vont du {first} au {last}, moins d'un an : les saisons qui n'y sont pas n'ont pas été vues.",
            "The cuts lie between {first} and {last}, less than a year: the seasons outside of it were not seen.",
            first=first, last=last,
        )
    ]  # fmt: skip


def _who_came_back(documents: PropensityDocuments, days: int) -> list[Said]:
    back = documents.came_back
    if back is None or not back.n:
        return []
    return [
        say(
            "Positif ne veut pas dire perdu : au {cut}, {share} des personnes étiquetées positives sont revenues dans les "
            "{later} jours après leur fenêtre de {days} jours.",
            "Positive does not mean gone: at {cut}, {share} of the people labelled positive came back in the {later} days "
            "after their window of {days} days.",
            cut=back.cut, share=Share(back.n_back / back.n), later=str(back.days), days=str(days),
        )
    ]  # fmt: skip


def _of_calendar(documents: PropensityDocuments) -> list[Said]:
    used = [name for name in CALENDAR if name in documents.fill]
    if not used:
        return [
            say(
                "Le modèle ignore le calendrier des soldes : une fenêtre d'étiquette d'une autre saison peut l'égarer.",
                "The model does not know the calendar of sales: a label window of another season may mislead it.",
            )
        ]
    return [
        say(
            "Il lit le calendrier configuré ({names}) : une période de soldes qui n'y est pas inscrite lui est inconnue.",
            "It reads the configured calendar ({names}): a sales period that is not in it is unknown to it.",
            names=Listed(tuple(InputName(name) for name in used)),
        )
    ]
