"""What the card of a model of propensity says of the trees that were fitted beside it."""

from segspark.models.card import Facts, Interval, Paragraph, Part, Said, Value, say
from segspark.models.propensity.challenger_words import TITLE, sentences
from segspark.models.propensity.trees_contest import TreesContest
from segspark.sections import Number, People


def challenger(contest: TreesContest | None) -> tuple[Part, ...]:
    if contest is None:
        return ()
    title, said = Said(TITLE, {"name": contest.name}), sentences(contest)
    if contest.judged is None or contest.model is None:
        return (Part(title, tuple(Paragraph(why, "note") for why in said)),)
    gain = contest.model.log_loss_gain
    facts: tuple[tuple[Said, Value], ...] = (
        (say("Personnes comparées", "People compared"), People(contest.judged.n)),
        (
            say("Log-loss gagnée par {name}", "Log-loss gained by {name}", name=contest.name),
            Interval(gain.value, gain.low, gain.high, 4),
        ),
        (
            say(
                "Ajustements et calculs de {name}, en secondes",
                "Fits and scores of {name}, in seconds",
                name=contest.name,
            ),
            Number(contest.seconds),
        ),
        (
            say("Ajustements et calculs du modèle, en secondes", "Fits and scores of the model, in seconds"),
            Number(contest.model_seconds),
        ),
    )
    return (Part(title, (*map(Paragraph, said), Facts(facts))),)
