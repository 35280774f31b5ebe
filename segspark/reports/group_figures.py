"""What the page says and draws about groups: the choice of k, the map, the tree, migration, distances."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from segspark.models.clustering.documents.migration import Alarm
from segspark.models.clustering.documents.rare import Rare, RareGroup
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import EUCLIDEAN
from segspark.reports import charts, group_charts
from segspark.reports.formats import NOTHING
from segspark.reports.page import Page
from segspark.reports.small_groups import show
from segspark.reports.views_groups import (
    MigrationLine,
    hidden_clusters,
    migration_lines,
    migration_names,
    migration_table,
    open_map,
    open_sweep,
)

# Below this value groups are not reliable (formulas.md no. 7).
LEAST_STABILITY = 0.7

Figure = tuple[str, Markup, str]
"""Title, drawing, note."""


def k_figures(documents: ClusteringDocuments, page: Page) -> list[Figure]:
    """The curves over k; none if a single k was tried."""
    sweep, k = open_sweep(documents, page.least), documents.groups.k
    if len(sweep) < 2:
        return []
    title = silhouette_name(documents)
    draws: list[tuple[Callable[..., Markup], str]] = [
        (partial(charts.silhouette_chart, title=title), title),
        (charts.elbow_chart, "elbow"),
    ]
    if any(row.stability is not None for row in sweep):
        draws.append((charts.stability_chart, "stability"))
    if any(row.smallest_share is not None for row in sweep):
        draws.append((charts.smallest_chart, "smallest"))
    texts = page.texts
    return [
        (texts(n), draw(sweep, k, page.formats, texts), texts(f"{n.removesuffix('_squared')}_note"))
        for draw, n in draws
    ]


def silhouette_name(documents: ClusteringDocuments) -> str:
    """The text that names the silhouettes: those of earlier releases are of squared distances."""
    return "silhouette" if documents.sweep.distance == EUCLIDEAN else "silhouette_squared"


def why_k(documents: ClusteringDocuments, page: Page) -> str:
    """How the chosen k compares with the others tried, and how stable its groups are."""
    chosen = documents.sweep.of(documents.groups.k)
    compared = _compared(documents, page)
    if chosen is None or chosen.stability is None:
        return compared
    stability, least = page.formats.number(chosen.stability, 2), page.formats.number(LEAST_STABILITY, 1)
    is_stable = chosen.stability >= LEAST_STABILITY
    verdict = page.texts("stable" if is_stable else "unstable", stability=stability, least=least)
    return f"{compared} {verdict}"


def _compared(documents: ClusteringDocuments, page: Page) -> str:
    k, rows = documents.groups.k, documents.sweep.rows
    passing = {row.k: row.silhouette for row in rows if not row.failed}
    chosen = passing.get(k)
    number, n = page.formats.number, len(rows)
    silhouette = number(chosen, 3)
    if n < 2 or chosen is None:
        return page.texts("k_only", k=k, silhouette=silhouette)
    names = ", ".join(map(str, passing))
    among = page.texts("among_tried" if len(passing) == n else "among_passing", n=n, passing=names)
    best = max(passing, key=lambda other: (passing[other], -other))
    if best == k:
        return page.texts("k_best", k=k, silhouette=silhouette, among=among)
    return page.texts("k_near", k=k, silhouette=silhouette, among=among, best=number(passing[best], 3), best_k=best)


def group_figures(documents: ClusteringDocuments, page: Page) -> list[Figure]:
    """The map of people and the tree; each only if it was stored."""
    formats, texts, drawn = page.formats, page.texts, []
    if documents.map:
        hidden = hidden_clusters(documents.groups.groups, page.least)
        people = group_charts.map_chart(open_map(documents.map, page.least), hidden, formats, texts)
        drawn.append((texts("people_map"), people, texts("people_map_note")))
    if documents.tree and documents.tree.joins:
        tree = group_charts.dendrogram_chart(documents.tree, documents.groups.k, formats, texts)
        drawn.append((texts("dendrogram"), tree, texts("dendrogram_note")))
    return drawn


@dataclass(frozen=True)
class MigrationView:
    """Where people went: what was alarming, the names of the groups now, and a line for each group of before."""

    alarms: tuple[str, ...]
    after: tuple[str, ...]
    lines: list[MigrationLine]


def migration_view(documents: ClusteringDocuments, page: Page) -> MigrationView | None:
    """None if there was no previous model."""
    if documents.migration is None:
        return None
    names = migration_names(documents, page.language)
    table = migration_table(documents.migration, names, page.least)
    alarms = tuple(_alarm(a, names, page) for a in documents.migration.alarms)
    return MigrationView(alarms, table.after, migration_lines(table, page.least))


def _alarm(alarm: Alarm, names: dict[str, str], page: Page) -> str:
    formats = page.formats
    if alarm.segment_id is None:
        value, threshold = formats.number(alarm.value, 2), formats.number(alarm.threshold, 2)
        return page.texts("alarm_rand", value=value, threshold=threshold)
    # The exact change of a share is a count of people.
    threshold = formats.share(alarm.threshold)
    return page.texts("alarm_share", threshold=threshold, segment=names.get(alarm.segment_id, ""))


def rule_shares(group: RareGroup, page: Page) -> tuple[str, str]:
    """Precision and recall of the rule of a rare group, downwards to 5 %: exact, they would tell how many people of a
    sample they are of."""
    if group.rule is None or show(group.n_people, page.least).is_hidden:
        return NOTHING, NOTHING
    precision, recall = (int(share * 20 + 1e-9) / 20 for share in (group.rule.precision, group.rule.recall))
    return page.formats.share(precision, 0), page.formats.share(recall, 0)


def distances(rare: Rare, page: Page) -> Markup | None:
    """The curve of the distances to a neighbour; None if there are too few."""
    return group_charts.distances_chart(rare, page.formats, page.texts) if len(rare.k_distances) > 1 else None
