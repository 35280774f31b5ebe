"""What the card of a model of a flat table says."""

from collections.abc import Mapping

from segspark.models.card import Bar, Code, Content, Facts, Grid, InputName, Listed, Paragraph, Part, Said, Value, say
from segspark.models.propensity.card_quality import metrics, reliability, thresholds
from segspark.models.propensity.card_words import GATES
from segspark.models.propensity.outcome import Outcome, OutcomeWords
from segspark.models.table.documents import TableDocuments
from segspark.models.version import Version
from segspark.sections import Number, People

_MOST_INPUTS = 12


def table_card(name: str, version: Version[TableDocuments]) -> Content:
    """The card of a version."""
    record, documents = version.record, version.documents
    title = say("{label} (table {name})", "{label} (table {name})", label=record.get("label", ""), name=name)
    if documents is None:
        return Content(title, _about(record), gates=GATES)
    judged = documents.review.judged
    evidence = (
        metrics(_outcome(record), judged),
        _folds(documents),
        reliability(judged),
        thresholds(record, documents.review),
        _importances(documents),
    )
    return Content(title, _about(record), _data(record), evidence, _limits(documents), GATES)


def _outcome(record: Mapping[str, str]) -> Outcome:
    label = record.get("label", "")
    did = {"fr": f"ont l'issue {label}", "en": f"have the outcome {label}"}
    did_not = {"fr": f"n'ont pas l'issue {label}", "en": f"do not have the outcome {label}"}
    plain = {"fr": label, "en": label}
    words = OutcomeWords(plain, plain, plain, did, did_not, plain)
    return Outcome(label, "", is_absence=False, population="", needs=(), words=words, recency="")


def _about(record: Mapping[str, str]) -> tuple[Part, ...]:
    purpose = say(
        "Dire, d'une ligne de cette table, à quel point l'issue est probable. Il ne note personne du lac.",
        "To say of a row of this table how likely the outcome is. It scores nobody of the lake.",
    )
    whom = (
        (say("Étiquette", "Label"), Code(record.get("label", "–"))),
        (say("Valeurs qui la rendent positive", "Values that make it positive"), Code(record.get("positive", "–"))),
    )
    consent = say(
        "La table vient d'ailleurs : le consentement des personnes est à vérifier par qui l'apporte.",
        "The table comes from elsewhere: whoever brings it has to check that its people agreed.",
    )
    return (
        Part(say("À quoi il sert", "What it is for"), (Paragraph(purpose),)),
        Part(say("De qui, et de quoi", "Of whom, and of what"), (Facts(whom),)),
        Part(say("Consentement", "Consent"), (Paragraph(consent),)),
    )


def _data(record: Mapping[str, str]) -> tuple[Facts, ...]:
    facts: tuple[tuple[Said, Value], ...] = (
        (say("Fichier, SHA-256", "File, SHA-256"), Code(record.get("file_digest", "–"))),
        (say("Lignes", "Rows"), People(int(record.get("rows", 0)))),
        (say("Positives", "Positive"), People(int(record.get("positives", 0)))),
    )
    return (Facts(facts),)


def _folds(documents: TableDocuments) -> Part:
    title = say("Validation croisée", "Cross-validation")
    said = say(
        "La table n'a pas de date : chaque partie est jugée par un modèle ajusté aux autres. Rien ne dit donc ce que vaut le "
        "modèle plus tard.",
        "The table has no time: each part is judged by a model that was fitted to the others. So nothing says what the model "
        "is worth later.",
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (Number(at), Number(auc, 3)) for at, auc in enumerate(documents.fold_aucs, start=1)
    )
    return Part(title, (Paragraph(said), Grid(title, (say("Partie", "Part"), say("ROC-AUC", "ROC-AUC")), rows)))


def _importances(documents: TableDocuments) -> Part:
    title = say("Ce qui pèse le plus", "What weighs most")
    heaviest = list(documents.importances.items())[:_MOST_INPUTS]
    rows: tuple[tuple[Value, ...], ...] = tuple((InputName(name), Bar(share)) for name, share in heaviest)
    return Part(title, (Grid(title, (say("Entrée", "Input"), say("Poids", "Weight")), rows),))


def _limits(documents: TableDocuments) -> tuple[Said, ...]:
    found = [
        say(
            "Jugé sur les mêmes lignes que celles dont il est fait, partie par partie ; une autre époque n'a pas été essayée.",
            "Judged on the rows that it is made of, part by part; another time has not been tried.",
        )
    ]
    if documents.left_out:
        found.append(
            say(
                "Colonnes laissées de côté, constantes ou de valeurs toutes rares : {names}.",
                "Columns left out, constant or of values that are all rare: {names}.",
                names=Listed(tuple(InputName(name) for name in documents.left_out)),
            )
        )
    return tuple(found)
