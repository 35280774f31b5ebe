"""What the card of customer value says."""

import math
from collections.abc import Mapping

from segspark.models.card import (
    Block,
    Change,
    Content,
    Facts,
    Grid,
    InputName,
    Interval,
    Listed,
    Paragraph,
    Part,
    Percent,
    Points,
    Said,
    Value,
    say,
)
from segspark.models.value.challenger_card import amounts_part, hazard_part
from segspark.models.value.documents import ValueDocuments
from segspark.models.value.holdout import MOST_REPEATS, Holdout
from segspark.models.version import Version
from segspark.sections import Number, People, Share

TITLE = say("Commandes à venir et leur valeur", "Orders to come and their value")
JUDGED_BY = say(
    "Elle n'a pas d'exigence à part : elle n'est mise en service que si son erreur sur les derniers jours, qu'elle n'a pas vus, "
    "est admise (réglage max_error, {most}).",
    "It has no requirement besides one: it is put into use only if its error on the last days, which it has not seen, is "
    "allowed (setting max_error, {most}).",
)
# Of a fitted parameter: its name, and the unit in which it is read.
PARAMETERS: Mapping[str, Said] = {
    "r": say("r : forme du rythme d'achat", "r: shape of the pace of buying"),
    "alpha": say("alpha : échelle du rythme, en jours", "alpha: scale of the pace, in days"),
    "a": say("a : départs, premier paramètre", "a: stopping, first parameter"),
    "b": say("b : départs, second paramètre", "b: stopping, second parameter"),
    "p": say("p : forme du montant d'une commande", "p: shape of an order's amount"),
    "q": say("q : forme du montant moyen entre personnes", "q: shape of the mean amount among people"),
    "v": say("v : échelle des montants, en centimes", "v: scale of the amounts, in cents"),
}


def value_card(version: Version[ValueDocuments]) -> Content:
    """The card of a version."""
    documents, most = version.documents, version.record.get("max_error", "0.5")
    judged_by = Said(JUDGED_BY.words, {"most": Share(float(most))})
    if documents is None:
        return Content(TITLE, _about(version.record), judged_by=judged_by)
    evidence = (
        _holdout(documents),
        *_dates(documents.holdout),
        *amounts_part(documents.amounts),
        *hazard_part(documents.hazard),
        _parameters(documents),
    )
    return Content(TITLE, _about(version.record), _data(documents), evidence, _limits(documents), judged_by=judged_by)


def _about(record: Mapping[str, str]) -> tuple[Part, ...]:
    days = record.get("horizon_days", "365")
    purpose = say(
        "Dire, de chaque client, s'il l'est sans doute encore, combien de jours de commande sont à attendre en {days} jours, ce "
        "qu'ils valent, et quand vient la prochaine commande. Pour choisir à qui écrire et combien y mettre.",
        "To say of each customer whether they probably still are one, how many order days to expect within {days} days, what "
        "they are worth, and when the next order comes. For choosing whom to write to and what to spend on it.",
        days=days,
    )  # fmt: skip
    not_for = (
        say(
            "Pas pour les personnes sans commande : le modèle n'en dit rien.",
            "Not for people without an order: the model says nothing of them.",
        ),
        say(
            "Pas pour prévoir le chiffre d'affaires d'une saison : le rythme est supposé égal toute l'année.",
            "Not for forecasting the revenue of a season: the pace is taken to be the same all year.",
        ),
        say(
            "Pas pour fixer un prix ou accorder un crédit : il n'a été jugé pour rien de tel.",
            "Not for setting a price or granting credit: it was judged for nothing of the kind.",
        ),
    )
    whom = (
        (say("Population", "Population"), say("les personnes qui ont commandé", "people who have ordered")),
        (
            say("Ce qui est prédit", "What is predicted"),
            say(
                "jours de commande et montants en {days} jours", "order days and amounts within {days} days", days=days
            ),
        ),
        (
            say("Actualisation annuelle", "Yearly discount"),
            Share(float(record.get("yearly_discount", 0))),
        ),
    )  # fmt: skip
    consent = say(
        "Seules les personnes qui permettent le profilage, selon le dernier consentement connu au jour de l'entraînement, sont "
        "dans les données.",
        "Only people who permit profiling by the newest consent known on the day of the training are in the data.",
    )
    return (
        Part(say("À quoi il sert", "What it is for"), (Paragraph(purpose), Points(not_for))),
        Part(say("De qui, et de quoi", "Of whom, and of what"), (Facts(whom),)),
        Part(say("Consentement", "Consent"), (Paragraph(consent),)),
    )


def _data(documents: ValueDocuments) -> tuple[Block, ...]:
    rows: tuple[tuple[Said, Value], ...] = (
        (say("Clients", "Customers"), People(documents.orders.n)),
        (say("Dont à deux jours de commande ou plus", "With two order days or more"), People(documents.n_repeat)),
        (say("Entrées", "Inputs"), Listed(tuple(map(InputName, documents.inputs)))),
    )
    return (Facts(rows),)


def _holdout(documents: ValueDocuments) -> Part:
    title = say("Son erreur sur des jours qu'il n'a pas vus", "Its error on days it has not seen")
    found = documents.holdout
    if found is None:
        nothing = say(
            "Elle n'a pas pu être mesurée ({why}) : les prévisions restent à vérifier.",
            "It could not be measured ({why}): the predictions are yet to be checked.",
            why=documents.why_no_holdout,
        )
        return Part(title, (Paragraph(nothing, "bad"),))
    rows: tuple[tuple[Value, ...], ...] = (
        *((_repeats(row.x), People(row.n), Number(row.predicted), Number(row.actual)) for row in found.rows),
        (say("Tous", "All"), People(found.n), Number(found.predicted), Number(found.actual)),
    )
    columns = (
        say("Jours de commande d'avant, après le premier", "Order days before, after the first one"),
        say("Personnes", "People"),
        say("Jours de commande prédits", "Order days predicted"),
        say("Jours de commande observés", "Order days made"),
    )
    return Part(title, (Paragraph(_error(found)), Grid(title, columns, rows, marked=len(rows) - 1)))


def _dates(found: Holdout | None) -> tuple[Part, ...]:
    if found is None or not found.dates:
        return ()
    title = say("Ses dates sur ces mêmes jours", "Its dates on the same days")
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (Percent(row.share), People(row.n), Share(row.stated), Share(row.measured)) for row in found.dates
    )
    columns = (
        say("Commande d'ici la date, probabilité visée", "An order by the date, probability aimed at"),
        say("Personnes", "People"),
        say("Probabilité annoncée", "Stated probability"),
        say("Ont commandé d'ici là", "Ordered by then"),
    )
    said = say(
        "Pour chaque client, le modèle dit d'ici quelle date une commande vient avec une probabilité donnée. Voici combien ont "
        "commandé d'ici là, parmi ceux dont la date était passée. Une date est un jour entier : la probabilité annoncée dépasse "
        "un peu celle visée.",
        "Of each customer the model says by which date an order comes with a given probability. This is how many ordered by "
        "then, among those whose date had passed. A date is a whole day, so the stated probability is a little above the one "
        "aimed at.",
    )
    return (Part(title, (Paragraph(said), Grid(title, columns, rows))),)


def _repeats(x: int) -> str:
    return f"{x}+" if x == MOST_REPEATS else str(x)


def _error(found: Holdout) -> Said:
    if not found.actual:
        return say(
            "Personne n'a commandé dans les {days} derniers jours : l'erreur ne peut se dire.",
            "Nobody ordered in the last {days} days: there is no telling the error.",
            days=Number(found.days),
        )
    return say(
        "Ajusté sur les jours d'avant, il a prédit {predicted} jours de commande dans les {days} derniers, où il y en a eu "
        "{actual} : un écart de {error}. Pour le nombre de clients qui commandent, l'écart est de {buyers}. Si chacun gardait son "
        "rythme sans jamais partir, il serait de {pace}.",
        "Fitted to the days before, it predicted {predicted} order days in the last {days}, where there were {actual}: off by "
        "{error}. For the number of customers who order it is off by {buyers}. If everybody kept their pace and nobody stopped, it "
        "would be off by {pace}.",
        predicted=Number(found.predicted), actual=Number(found.actual), days=Number(found.days), error=Change(found.error),
        buyers=Change(found.buyers_error), pace=Change(found.pace / found.actual - 1),
    )  # fmt: skip


def _parameters(documents: ValueDocuments) -> Part:
    title = say("Paramètres", "Parameters")
    rows: list[tuple[Value, ...]] = []
    for key, part in (("orders", documents.orders), ("spending", documents.spending)):
        named = documents.prediction[key]
        for (name, value), error in zip(named.items(), (*part.errors, *(float("nan"),) * len(named)), strict=False):
            rows.append((PARAMETERS.get(name, name), _interval(value, error)))
    likelihoods = Facts(
        (
            (
                say("Log-vraisemblance des commandes", "Log-likelihood of the orders"),
                Number(documents.orders.log_likelihood, 1),
            ),
            (
                say("Log-vraisemblance des montants", "Log-likelihood of the amounts"),
                Number(documents.spending.log_likelihood, 1),
            ),
        )
    )
    note = say(
        "BG/NBD pour les commandes, Gamma-Gamma pour les montants, par maximum de vraisemblance. Intervalles à 95 %.",
        "BG/NBD for the orders, Gamma-Gamma for the amounts, by maximum likelihood. 95% intervals.",
    )
    return Part(
        title, (Grid(title, (say("Paramètre", "Parameter"), say("Valeur", "Value")), tuple(rows), note), likelihoods)
    )


def _interval(value: float, error: float) -> Value:
    """Of a standard error of the logarithm."""
    if error != error or value <= 0:
        return Number(value, 4)
    factor = math.exp(1.96 * error)
    return Interval(value, value / factor, value * factor)


def _limits(documents: ValueDocuments) -> tuple[Said, ...]:
    found = [
        say(
            "Ni les saisons ni les soldes ne sont dans le modèle : juste avant ou après elles, ses dates et ses montants se "
            "trompent.",
            "Neither seasons nor sales are in the model: just before or after them its dates and amounts are wrong.",
        )
    ]
    if documents.shows_no_stopping:
        found.append(
            say(
                "Les données ne montrent le départ de personne : chacun compte comme client actif.",
                "The data show nobody's stopping: everybody counts as an active customer.",
            )
        )
    if documents.is_correlated:
        found.append(
            say(
                "Fréquence et montant vont ensemble (corrélation {r}), alors que le modèle les croit indépendants : les montants "
                "sont moins sûrs.",
                "Frequency and amount go together (correlation {r}), where the model takes them for independent: amounts are less "
                "sure.",
                r=Number(documents.correlation, 2),
            )
        )
    if documents.holdout is None or not documents.holdout.dates:
        found.append(
            say(
                "L'erreur sur les dates de prochaine commande n'a pas été mesurée.",
                "The error of the dates of the next order was not measured.",
            )
        )
    return tuple(found)
