"""What a model of propensity has learnt from, for its card: how much, which inputs, and whether they have moved."""

from segspark.models.card import (
    Bar,
    Curve,
    Grid,
    InputName,
    Listed,
    Paragraph,
    Part,
    Value,
    say,
)
from segspark.models.evaluate.stability import ALARM, WATCH
from segspark.models.propensity.card_words import drift_level
from segspark.models.propensity.documents import PropensityDocuments, Review
from segspark.sections import Number, People, Share

_MOST_INPUTS = 12
# Less than this of log-loss between half of the people and all of them is no reason to wait for more.
_LEARNS_MORE = 0.003


def learning(review: Review) -> Part:
    points = review.learning
    half, full = points[-2], points[-1]
    gain = half.log_loss - full.log_loss
    said = (
        say(
            "En passant de {share} % des personnes à toutes, la log-loss baisse de {gain} : plus de données aideraient "
            "probablement.",
            "From {share}% of the people to all of them log-loss falls by {gain}: more data would probably help.",
            share=Number(100 * half.share, 0), gain=Number(gain, 4),
        )
        if gain > _LEARNS_MORE
        else say(
            "En passant de {share} % des personnes à toutes, la log-loss ne change guère ({gain}) : plus de personnes n'y "
            "changeraient pas grand-chose ; d'autres informations peut-être.",
            "From {share}% of the people to all of them log-loss hardly changes ({gain}): more people would not change much; "
            "other information might.",
            share=Number(100 * half.share, 0), gain=Number(gain, 4),
        )
    )  # fmt: skip
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (Share(p.share), People(p.n_rows), Number(p.roc_auc, 3), Number(p.log_loss, 4)) for p in points
    )
    columns = (
        say("Part des personnes", "Share of the people"),
        say("Lignes", "Rows"),
        say("ROC-AUC", "ROC-AUC"),
        say("Log-loss", "Log-loss"),
    )
    title = say("Plus de données aideraient-elles ?", "Would more data help?")
    drawn = Curve(
        say("Courbe d'apprentissage", "Learning curve"),
        say("part des personnes", "share of the people"),
        say("log-loss", "log-loss"),
        tuple((Share(p.share), p.log_loss) for p in points),
    )
    return Part(title, (Paragraph(said), drawn, Grid(title, columns, rows)))


def importances(documents: PropensityDocuments) -> Part:
    title = say("Ce qui pèse le plus", "What weighs most")
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (InputName(name), Bar(share)) for name, share in list(documents.importances.items())[:_MOST_INPUTS]
    )
    note = say(
        "Part de chaque entrée dans ce qui déplace les scores. Ce n'est pas une cause : agir sur l'entrée ne change pas "
        "forcément l'issue.",
        "Each input's share of what moves the scores. It is no cause: acting on the input need not change the outcome.",
    )
    grid = Grid(title, (say("Entrée", "Input"), say("Poids", "Weight")), rows, note)
    review = documents.review
    if review is None or review.blend is None:
        return Part(title, (grid,))
    said = say(
        "Les arbres sont mélangés à {model} : leurs log-cotes comptent pour {weight}, les siennes pour {of_other}.",
        "The trees are blended with {model}: their log-odds count {weight} times, its own {of_other} times.",
        model=InputName(review.blended_with), weight=Number(review.blend.weight, 2), of_other=Number(review.blend.of_other, 2),
    )  # fmt: skip
    return Part(title, (Paragraph(said), grid))


def drift(review: Review) -> Part:
    title = say("Les entrées ont-elles changé ?", "Have the inputs moved?")
    alarms = [d for d in review.drift if d.psi >= ALARM]
    watched = [d for d in review.drift if WATCH <= d.psi < ALARM]
    said = (
        say(
            "Nettement changées, des dates d'apprentissage à la date jugée : {names}. Un peu changées : {m}.",
            "Moved a lot from the training cuts to the one judged: {names}. Moved a little: {m}.",
            m=Number(len(watched)), names=Listed(tuple(InputName(d.name) for d in alarms)),
        )
        if alarms
        else say(
            "Des dates d'apprentissage à la date jugée, aucune entrée n'a nettement changé. Un peu changées : {m}.",
            "From the training cuts to the one judged no input has moved a lot. Moved a little: {m}.",
            m=Number(len(watched)),
        )
    )  # fmt: skip
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (InputName(d.name), Number(d.psi, 3), drift_level(d.psi)) for d in review.drift[:_MOST_INPUTS]
    )
    note = say(
        "Indice de stabilité (PSI) : à surveiller dès {watch}, alarme dès {alarm}. Le calendrier change par nature et n'y "
        "figure pas.",
        "Population stability index (PSI): watch from {watch}, alarm from {alarm}. The calendar moves by nature and is left "
        "out.",
        watch=Number(WATCH, 2), alarm=Number(ALARM, 2),
    )  # fmt: skip
    columns = say("Entrée", "Input"), say("PSI", "PSI"), say("Lecture", "Reading")
    return Part(title, (Paragraph(said, "bad" if alarms else ""), Grid(title, columns, rows, note)))
