"""What the card of behaviour groups says."""

from collections.abc import Mapping

from segspark.models.card import (
    Block,
    Content,
    Curve,
    Facts,
    Grid,
    InputName,
    Listed,
    Paragraph,
    Part,
    Points,
    Said,
    Tone,
    Value,
    say,
)
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import EUCLIDEAN, SweepRow
from segspark.models.clustering.gates import SILHOUETTE, SIZE, STABILITY
from segspark.models.version import Version
from segspark.sections import Number, People, Share

TITLE = say("Groupes de comportement", "Behaviour groups")
JUDGED_BY = say(
    "Ses exigences portent sur le nombre de groupes : seul un nombre stable, net et sans groupe trop petit est choisi, sinon rien "
    "n'est publié. Le tableau des nombres essayés les montre.",
    "Its requirements are about the number of groups: only one that is stable, clear and without too small a group is chosen, else "
    "nothing is published. The table of the numbers tried shows them.",
)
FAILED: Mapping[str, Said] = {
    STABILITY: say("stabilité", "stability"),
    SILHOUETTE: say("silhouette", "silhouette"),
    SIZE: say("taille", "size"),
}
# Inputs by which a group differs most.
_MOST_INPUTS = 3


def clustering_card(version: Version[ClusteringDocuments]) -> Content:
    """The card of a version."""
    documents, record = version.documents, version.record
    if documents is None:
        return Content(TITLE, _about(), judged_by=JUDGED_BY)
    n = sum(g.n_people for g in documents.groups.groups)
    evidence = (_why_k(documents, record), _groups(documents, n), *_before(documents))
    return Content(TITLE, _about(), _data(documents, record, n), evidence, _limits(record), judged_by=JUDGED_BY)


def _about() -> tuple[Part, ...]:
    purpose = say(
        "Ranger en quelques groupes les personnes qui se comportent de la même façon, pour leur écrire autrement et suivre combien "
        "elles sont.",
        "To put people who behave alike into a few groups, for writing to them in different ways and following how many they are.",
    )
    not_for = (
        say(
            "Pas pour prédire : un groupe dit ce qui a été fait, non ce qui sera fait.",
            "Not for predicting: a group says what was done, not what will be.",
        ),
        say(
            "Pas pour décider du sort d'une seule personne : aux bords, le groupe le plus proche est un hasard.",
            "Not for deciding on a single person: at the edges, which group is nearest is chance.",
        ),
    )
    whom = (
        (
            say("Population", "Population"),
            say(
                "les personnes qui ont agi au moins une fois ; les autres forment un groupe à part, hors du modèle",
                "people who have acted at least once; the others are a group of their own, outside of the model",
            ),
        ),
        (
            say("Étiquette", "Label"),
            say("aucune : les groupes sont cherchés, non appris", "none: groups are searched for, not learnt"),
        ),
    )
    consent = say(
        "Ses entrées comptent depuis la permission de profilage : personne sans elle n'est dans les données.",
        "Its inputs count from the permission for profiling on: nobody without it is in the data.",
    )
    return (
        Part(say("À quoi il sert", "What it is for"), (Paragraph(purpose), Points(not_for))),
        Part(say("De qui, et de quoi", "Of whom, and of what"), (Facts(whom),)),
        Part(say("Consentement", "Consent"), (Paragraph(consent),)),
    )


def _data(documents: ClusteringDocuments, record: Mapping[str, str], n: int) -> tuple[Block, ...]:
    rows: tuple[tuple[Said, Value], ...] = (
        (say("Personnes", "People"), People(n)),
        (say("Entrées", "Inputs"), Listed(tuple(map(InputName, documents.groups.features)))),
        (say("Méthode", "Method"), record.get("method", "–")),
    )
    return (Facts(rows),)


def _why_k(documents: ClusteringDocuments, record: Mapping[str, str]) -> Part:
    k, sweep = documents.groups.k, documents.sweep
    ks = [row.k for row in sweep.rows]
    said = say(
        "{k} groupes, choisis parmi {low} à {high} : des nombres qui remplissent les exigences, la silhouette la plus haute ; à peu de "
        "chose près égale, le plus proche du coude.",
        "{k} groups, chosen from {low} to {high}: of the numbers that meet the requirements the highest silhouette; of nearly equal "
        "ones the nearest to the elbow.",
        k=Number(k), low=Number(min(ks, default=k)), high=Number(max(ks, default=k)),
    )  # fmt: skip
    if len(ks) == 1:
        # A configured number, or one on which the settings leave no choice.
        said = say("{k} groupes, le seul nombre essayé.", "{k} groups, the only number tried.", k=Number(k))
    of = "euclidienne" if sweep.distance == EUCLIDEAN else "distances au carré"
    of_en = "Euclidean" if sweep.distance == EUCLIDEAN else "squared distances"
    columns = (
        say("Groupes", "Groups"),
        say("Silhouette ({of})", "Silhouette ({of})", of=say(of, of_en)),
        say("Stabilité (Rand ajusté)", "Stability (adjusted Rand)"),
        say("Inertie", "Inertia"),
        say("Plus petit groupe", "Smallest group"),
        say("Exigences non remplies", "Requirements not met"),
    )
    rows = tuple(map(_of_k, sweep.rows))
    needed = say(
        "Exigé : stabilité {stability}, silhouette {silhouette} au moins. La stabilité est l'accord des groupes trouvés dans deux "
        "moitiés des personnes. La ligne choisie est marquée.",
        "Required: stability {stability}, silhouette {silhouette} at least. Stability is how far the groups of two halves of the "
        "people agree. The row that was chosen is marked.",
        stability=_least(record, "min_stability"), silhouette=_least(record, "min_silhouette"),
    )  # fmt: skip
    title = say("Pourquoi {k} groupes", "Why {k} groups", k=Number(k))
    marked = ks.index(k) if k in ks else None
    points = tuple((Number(row.k), row.silhouette) for row in sweep.rows)
    curve = Curve(
        say("Silhouette", "Silhouette"), say("groupes", "groups"), say("silhouette", "silhouette"), points, 2, marked
    )
    drawn = (curve,) if len(points) > 1 else ()
    return Part(title, (Paragraph(said), *drawn, Grid(title, columns, rows, needed, marked)))


def _least(record: Mapping[str, str], name: str) -> Value:
    return Number(float(record[name]), 2) if name in record else None


def _of_k(row: SweepRow) -> tuple[Value, ...]:
    return (
        Number(row.k), Number(row.silhouette, 3), Number(row.stability, 3), Number(row.inertia, 2), Share(row.smallest_share),
        Listed(tuple(FAILED.get(gate, gate) for gate in row.failed)) if row.failed else say("aucune", "none"),
    )  # fmt: skip


def _groups(documents: ClusteringDocuments, n: int) -> Part:
    title = say("Les groupes", "The groups")
    columns = (
        say("Groupe", "Group"),
        say("Personnes", "People"),
        say("Part", "Share"),
        say("Entrées qui le distinguent", "Inputs that set it apart"),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (Said(g.name), People(g.n_people), Share(g.n_people / n if n else None), _marks(g.z_scores))
        for g in documents.groups.groups
    )
    note = say(
        "Entre parenthèses : de combien d'écarts-types la moyenne du groupe s'écarte de celle de tous.",
        "In brackets: by how many standard deviations the group's mean differs from everybody's.",
    )
    return Part(title, (Grid(title, columns, rows, note),))


def _marks(z_scores: Mapping[str, float]) -> Value:
    strongest = sorted(z_scores.items(), key=lambda kv: -abs(kv[1]))[:_MOST_INPUTS]
    return Listed(
        tuple(say("{name} ({z})", "{name} ({z})", name=InputName(name), z=Number(z, 1)) for name, z in strongest)
    )


def _before(documents: ClusteringDocuments) -> tuple[Part, ...]:
    migration = documents.migration
    if migration is None:
        return ()
    said = say(
        "Accord avec {version} sur les mêmes personnes (Rand ajusté) : {rand}. Alarmes : {n}.",
        "Agreement with {version} on the same people (adjusted Rand): {rand}. Alarms: {n}.",
        version=migration.previous_version, rand=Number(migration.rand, 2), n=Number(len(migration.alarms)),
    )  # fmt: skip
    tone: Tone = "bad" if migration.alarms else ""
    return (Part(say("Depuis la version d'avant", "Since the version before"), (Paragraph(said, tone),)),)


def _limits(record: Mapping[str, str]) -> tuple[Said, ...]:
    gone = record.get("left_out", "none")
    found = [
        say(
            "Les groupes décrivent une journée : une saison les déplace, et un nouvel entraînement les redessine.",
            "Groups describe a day: a season moves them, and a new training draws them anew.",
        ),
        say(
            "Ce que vaut un groupe se lit sur les jours d'après, dans le rapport, non sur ce qui le définit.",
            "What a group is worth is read on the days after, in the report, not on what defines it.",
        ),
    ]
    if gone != "none":
        found.append(
            say(
                "Entrées écartées, constantes ou copies d'une autre : {gone}.",
                "Inputs left out, constant or copies of another: {gone}.",
                gone=gone,
            )
        )
    return tuple(found)
