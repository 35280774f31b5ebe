"""Stored training sets, read without a JVM: which there are, their cards, their rows, and what leakage would look like."""

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import GateClosed
from segspark.features.resources import CATALOGUE
from segspark.models.training_sets.card import SetCard, value_of
from segspark.models.training_sets.stored import cards
from segspark.near import find_named
from segspark.pipeline.view import Question, View, look
from segspark.query.duck.people import people_of_day
from segspark.tables.contracts import gold
from segspark.tables.open import open_lake

SETS = Question(
    "training_sets",
    ("gold.training_sets", "ops.runs", "gold.features", "gold.people"),
    needs=(CATALOGUE,),
)
# Columns of rows_of before those of the features.
KEYS = ("person_id", "cut_date", "role", "label")


def stored_sets(workspace: Workspace) -> list[dict[str, Any]]:
    """A row per set, the newest first: dataset_id, outcome, as_of, first_cut, last_cut, columns, rows (when it was made;
    whoever has withdrawn since is not in it any more) and base_rate."""
    return [_summary(card) for card in cards(_view(workspace)).values()]


def _summary(card: SetCard) -> dict[str, Any]:
    return {
        "dataset_id": card.dataset_id,
        "outcome": card.outcome,
        "as_of": card.as_of,
        "first_cut": card.cuts[0].cut,
        "last_cut": card.cuts[-1].cut,
        "columns": len(card.columns),
        "rows": card.rows,
        "base_rate": sum(cut.n_label for cut in card.cuts) / card.rows,
    }


def card_of(workspace: Workspace, dataset_id: str) -> SetCard:
    """The data card of a set.

    Raises:
        UnknownName: there is no such set.
    """
    return _card(_view(workspace), dataset_id)


def rows_of(workspace: Workspace, dataset_id: str) -> pa.Table:
    """All rows of a set in memory, as many as its card says at most: person_id, cut_date, role, label, and a double per
    column of features, null where it is missing.

    Raises:
        UnknownName: there is no such set.
        DamagedFile: a file does not hold what was written.
    """
    view = _view(workspace)
    return _rows(view, _card(view, dataset_id))


def _rows(view: View, card: SetCard) -> pa.Table:
    stored = view.read_small(gold.TRAINING_SETS, filters=[("dataset_id", "=", card.dataset_id)])
    values = stored["values"]
    of_features = {column.name: pc.list_element(values, at) for at, column in enumerate(card.columns)}
    names = [*KEYS, *of_features]
    return pa.Table.from_arrays([*(stored[key] for key in KEYS), *of_features.values()], names=names)


def leakage_of(workspace: Workspace, dataset_id: str) -> list[dict[str, Any]]:
    """How much better each column would seem to rank if its value were taken on the newest stored day, which knows what the
    label was to predict: of the people at the set's newest cut.

    Returns:
        A row per column, the largest difference first: column, auc_at_cut, auc_later (0.5 to 1; nan if nobody differs in
        the label), difference.

    Raises:
        UnknownName: there is no such set.
        GateClosed: no features are stored of a day after the newest cut, or not in files that DuckDB reads.
    """
    from segspark.models.evaluate.leakage import compared

    view = _view(workspace)
    card = _card(view, dataset_id)
    cut, days = card.cuts[-1].cut, view.facts(gold.FEATURES).days
    if not days or days[-1] <= cut:
        raise GateClosed(f"No features are stored of a day after {cut}, the newest cut. Run: segspark run daily")
    honest = [row for row in _rows(view, card).to_pylist() if row["cut_date"] == cut]
    try:
        later = _read_later(view.on(days[-1]), card, cut)
    except OnlyBySpark as why:
        raise GateClosed(f"Leakage is shown from files that DuckDB reads: {why}.") from why
    # Who has joined another person since has no row of their own.
    both = [row for row in honest if row["person_id"] in later]
    return compared(
        [row["label"] for row in both],
        {column.name: [row[column.name] for row in both] for column in card.columns},
        {column.name: [later[row["person_id"]][at] for row in both] for at, column in enumerate(card.columns)},
    )


def _read_later(view: View, card: SetCard, cut: date) -> dict[str, list[float | None]]:
    """person_id -> values of the card's columns on the view's day; as many rows as there are people."""
    features = sorted({column.feature for column in card.columns})
    with Database(view) as database:
        people = database.stream(people_of_day(database, view, features))
        return {row["person_id"]: [value_of(c, row[c.feature], cut) for c in card.columns] for row in people}


def _card(view: View, dataset_id: str) -> SetCard:
    return find_named("training set", dataset_id, cards(view).values(), lambda card: (card.dataset_id,))


def _view(workspace: Workspace) -> View:
    return look(SETS, workspace, open_lake(workspace))
