"""How good a model of propensity is, for its card: beside what is simpler, by tenths, by threshold, by part."""

from collections.abc import Mapping

from segspark.models.card import (
    Grid,
    InputName,
    Interval,
    Paragraph,
    Part,
    Percent,
    Reliability,
    Said,
    Value,
    say,
)
from segspark.models.evaluate.judgement import Estimate, Judgement
from segspark.models.propensity.card_words import BASELINES, SLICED_BY
from segspark.models.propensity.documents import Review
from segspark.models.propensity.outcome import Outcome
from segspark.sections import Number, People, Share


def metrics(outcome: Outcome, judged: Judgement) -> Part:
    rarer = Said(outcome.words.did if judged.base_rate <= 0.5 else outcome.words.did_not)
    who = say(
        "Mesuré sur {n} personnes dont le modèle ignorait la suite ; {rate} ont connu l'issue. Les intervalles à 95 % "
        "viennent d'un bootstrap par personne.",
        "Measured on {n} people whose outcome the model did not know; {rate} had it. The 95% intervals come from a bootstrap "
        "over people.",
        n=People(judged.n), rate=Share(judged.base_rate),
    )  # fmt: skip
    own: tuple[tuple[Value, ...], ...] = (
        (say("ROC-AUC", "ROC-AUC"), _estimate(judged.roc_auc), say("hasard 0,5 ; parfait 1", "chance 0.5; perfect 1")),
        (say("Log-loss", "Log-loss"), _estimate(judged.log_loss), say("plus bas est mieux", "lower is better")),
        (
            say("Gain de Brier", "Brier skill"),
            _estimate(judged.brier_skill),
            say("0 : annoncer la moyenne à tous", "0: announcing the average for everybody"),
        ),
        (
            say(
                "Dans le dixième où c'est le plus probable : {rarer}",
                "In the tenth where it is likeliest: {rarer}",
                rarer=rarer,
            ),
            Share(judged.top_tenth_rate),
            say(
                "moyenne {rate}, soit {lift} fois",
                "average {rate}, so {lift} times",
                rate=Share(judged.rarer_rate),
                lift=Number(judged.lift, 2),
            ),
        ),
    )
    columns = say("Mesure", "Metric"), say("Modèle", "Model"), say("Repère", "Yardstick")
    beside: tuple[tuple[Value, ...], ...] = tuple(
        (
            BASELINES.get(f"loss_{name}", name), Number(b.roc_auc, 3), Number(b.log_loss, 3), _estimate(b.log_loss_gain),
            Share(b.top_tenth_rate),
        )
        for name, b in judged.baselines.items()
    )  # fmt: skip
    of_beside = (
        say("Référence", "Baseline"),
        say("ROC-AUC", "ROC-AUC"),
        say("Log-loss", "Log-loss"),
        say("Log-loss gagnée par le modèle", "Log-loss gained by the model"),
        say("Issue rare, dixième", "Rarer outcome, tenth"),
    )
    note = say(
        "Comparaison appariée : mêmes personnes. Le gain est net quand tout l'intervalle est au-dessus de zéro.",
        "Paired: the same people. The gain is clear where the whole interval is above zero.",
    )
    return Part(
        say("Qualité, et face à plus simple", "Quality, and beside what is simpler"),
        (
            Paragraph(who),
            Grid(say("Qualité", "Quality"), columns, own),
            Grid(say("Références", "Baselines"), of_beside, beside, note),
        ),
    )


def _estimate(found: Estimate) -> Interval:
    return Interval(found.value, found.low, found.high)


def reliability(judged: Judgement) -> Part:
    found = judged.calibration
    said = say(
        "En moyenne, l'annoncé s'écarte de l'observé de {error}. Même des probabilités parfaites s'en écarteraient de "
        "{by_chance} par hasard sur {n} personnes ; il reste {excess} que le hasard n'explique pas.",
        "On average what is announced is off what is observed by {error}. Even perfect probabilities would be off by "
        "{by_chance} by chance on {n} people; {excess} remains that chance does not explain.",
        error=Number(found.error, 3), by_chance=Number(found.by_chance, 3), n=People(found.n),
        excess=Number(max(found.excess, 0.0), 3),
    )  # fmt: skip
    title = say("Fiabilité des probabilités", "Reliability of the probabilities")
    return Part(title, (Paragraph(said), Reliability(title, found.bins)))


def thresholds(record: Mapping[str, str], review: Review) -> Part:
    judged = review.judged
    n_label = round(judged.base_rate * judged.n)
    false, missed = float(record.get("cost_false", 1)), float(record.get("cost_missed", 5))
    n_not = judged.n - n_label
    found = sorted(review.thresholds, key=lambda t: -t.probability)
    costs = [n_label * missed, *(t.cost for t in found), n_not * false]
    # That nobody is in a part by what it is, as in the first row and the last, tells nothing of anybody.
    parts: list[tuple[Value, ...]] = [
        (say("personne", "nobody"), Number(0), Number(0), Number(0), People(n_label)),
        *(
            (Number(t.probability, 2), People(t.n), People(t.n_true), People(t.n - t.n_true), People(t.n_missed))
            for t in found
        ),
        (say("tout le monde", "everybody"), People(judged.n), People(n_label), People(n_not), Number(0)),
    ]
    rows = tuple((*part, Number(cost / judged.n, 2)) for part, cost in zip(parts, costs, strict=True))
    columns = (
        say("À partir de", "From"),
        say("Retenues", "Found"),
        say("À raison", "Rightly"),
        say("À tort", "In vain"),
        say("Manquées", "Missed"),
        say("Coût par personne", "Cost per person"),
    )
    note = say(
        "Une personne retenue à tort coûte {false}, une personne manquée {missed} (réglages cost_false et cost_missed). La "
        "ligne la moins chère est marquée.",
        "Somebody found in vain costs {false}, somebody missed {missed} (settings cost_false and cost_missed). The cheapest "
        "row is marked.",
        false=Number(false, 2), missed=Number(missed, 2),
    )  # fmt: skip
    title = say("Où mettre le seuil", "Where to put the threshold")
    return Part(title, (Grid(title, columns, rows, note, costs.index(min(costs))),))


def slices(review: Review) -> Part:
    title = say("Par partie de la liste", "By part of the list")
    if not review.slices:
        nothing = say("Aucune partie n'a cent personnes.", "No part has a hundred people.")
        return Part(title, (Paragraph(nothing, "note"),))
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            SLICED_BY.get(s.by, InputName(s.by)), s.part, People(s.n), Percent(s.announced), Percent(s.observed),
            Number(s.roc_auc, 2),
        )
        for s in review.slices
    )  # fmt: skip
    columns = (
        say("Selon", "By"),
        say("Partie", "Part"),
        say("Personnes", "People"),
        say("Annoncé", "Announced"),
        say("Observé", "Observed"),
        say("ROC-AUC", "ROC-AUC"),
    )
    note = say(
        "Comme connu à la date de coupe. Une partie de moins de cent personnes n'est pas montrée.",
        "As known at the cut. A part of fewer than a hundred people is not shown.",
    )
    return Part(title, (Grid(title, columns, rows, note),))
