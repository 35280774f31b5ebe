"""Make a training set for a model of one's own, unless the same one is stored already; Spark starts only to make it."""

from collections.abc import Sequence
from datetime import date

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.features.resources import CATALOGUE
from segspark.models.training_sets.asked import Asked, ask, check_cuts
from segspark.models.training_sets.card import SetCard
from segspark.models.training_sets.identity import ASK, dataset_id_of
from segspark.models.training_sets.stored import CARD, cards
from segspark.pipeline.flow import Request
from segspark.pipeline.progress import Progress, Quiet
from segspark.pipeline.runs import runs_of
from segspark.pipeline.view import View, look
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake


def make_training_set(
    workspace: Workspace,
    outcome: str,
    cuts: Sequence[date | str],
    features: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> SetCard:
    """The card of a training set as of the newest published day; its rows are stored under the card's ``dataset_id``.

    Args:
        outcome: such as ``no_order_90d`` (models/training_sets/asked.py).
        cuts: days, as dates or as 2026-01-31.
        features: columns of stored or derived features; by default the inputs of the program's models.

    Raises:
        ConfigError: there is no such outcome or feature.
        GateClosed: no day is published, or the label of a cut is not observed yet; names the latest possible cut.
    """
    lake = open_lake(workspace)
    asked, view = _asked(workspace, lake, outcome, [_day(cut) for cut in cuts], features)
    made = cards(view).get(dataset_id_of(asked, view))
    return made or _made(workspace, asked, view.as_of, progress or Quiet())


def stored_training_set(
    workspace: Workspace, outcome: str, cuts: Sequence[date | str], features: Sequence[str] | None = None
) -> SetCard | None:
    """The card of the same set if it is stored already; errors as for ``make_training_set``. Nothing is computed."""
    asked, view = _asked(workspace, open_lake(workspace), outcome, [_day(cut) for cut in cuts], features)
    return cards(view).get(dataset_id_of(asked, view))


def _asked(
    workspace: Workspace, lake: Lake, outcome: str, cuts: Sequence[date], features: Sequence[str] | None
) -> tuple[Asked, View]:
    published = runs_of(lake).published_days()
    if not published:
        raise GateClosed("No day is published yet. Run: segspark run daily --as-of <the day after the newest data>")
    view = look(ASK, workspace, lake, published[-1])
    asked = ask(outcome, cuts, features, view.context[CATALOGUE], view.settings)
    days = view.facts(gold.ACTIVITY_DAILY).days
    check_cuts(asked, view.as_of, days[0] if days else None)
    return asked, view


def _made(workspace: Workspace, asked: Asked, as_of: date, progress: Progress) -> SetCard:
    # These import Spark.
    from segspark.app.run import check_workspace, lake_session
    from segspark.lineage.run import lineage_of
    from segspark.models.training_sets.flow import TRAINING_SET
    from segspark.pipeline.runner import run_flow

    check_workspace(workspace, as_of)
    request = Request(days=asked.cuts, names=(asked.word, *asked.features))
    with (
        lineage_of(workspace, TRAINING_SET.name, as_of, progress.note),
        lake_session(workspace, f"training set {asked.word}") as lake,
    ):
        outcome = run_flow(TRAINING_SET, workspace, lake, as_of, progress, request)
    return SetCard.from_dict(outcome[CARD])


def _day(cut: date | str) -> date:
    if isinstance(cut, date):
        return cut
    try:
        return date.fromisoformat(cut)
    except ValueError:
        raise ConfigError(f"{cut!r} is no date; write it as 2026-06-01") from None
