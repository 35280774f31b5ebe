"""Run flows on a workspace: checks, lease, session, and the flows in order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from segspark.app.executors import check_cluster
from segspark.app.outcomes import check_outcomes
from segspark.app.train import TRAIN, check_trained
from segspark.app.vacuum import vacuum_lake
from segspark.app.workspace import open_workspace
from segspark.bits.flow import BITS
from segspark.config.models import Workspace
from segspark.errors import GateClosed, InfrastructureError, SegsparkError
from segspark.features.check import FEATURE_CHECK, REPAIR, RESTATE, WHOLE_ON
from segspark.features.flow import FEATURES, FEATURES_BACKFILL
from segspark.features.tiles_flow import TILES
from segspark.ids import identity
from segspark.ingest.flow import INGEST, replay_of
from segspark.lineage.run import lineage_of
from segspark.models.monitoring.flow import MONITORING
from segspark.models.propensity.withdrawals import WITHDRAWALS
from segspark.models.registry import find_model
from segspark.models.training_sets.flow import TRAINING_SET
from segspark.pipeline.flow import Flow, Request, in_order
from segspark.pipeline.progress import Progress, Quiet
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import config_hash, record, runs_of
from segspark.points import point
from segspark.scoring.flow import SCORES
from segspark.segments.flow import SEGMENTS
from segspark.segments.resources import calendar_context_of, definitions_of
from segspark.sources.load import load_sources
from segspark.spark.environment import check_environment
from segspark.spark.session import session_for
from segspark.store import store_at
from segspark.tables.compatibility import check_compatible
from segspark.tables.contracts import gold, silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.tables.lake_key import check_key
from segspark.tables.lease import only_writer
from segspark.tables.open import open_lake
from segspark.time import DAY

# A day of a lake with up to so many events ends before the JVM's optimising compiler pays off: of half as many, 71 and
# 73 seconds instead of twice 80, with a quarter less of the processors (2 cores).
SHORT_EVENTS = 1_000_000
DAYS = ("ingest", "daily", "hourly")
# One day, from raw files to segments.
DAILY = in_order((INGEST, TILES, FEATURES, FEATURE_CHECK, SCORES, SEGMENTS))
# The same for part of a day; the feature check is left to the daily run.
HOURLY = in_order((INGEST, TILES, FEATURES, SCORES, SEGMENTS))
# All flows, for the runner, the documentation, the doctor and the tests.
FLOWS: tuple[Flow, ...] = (
    *DAILY, replay_of(None), FEATURES_BACKFILL, REPAIR, RESTATE, TRAIN, MONITORING, WITHDRAWALS, TRAINING_SET, BITS,
)  # fmt: skip


def run(
    program: str,
    config: Path,
    as_of: date,
    *,
    first: date | None = None,
    models: Sequence[str] = (),
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run a program by name on a workspace.

    Args:
        first: first day of a backfill.
        models: of a training; empty is all that something uses.

    Raises:
        SegsparkError: with the exit code of its kind; a second run completes whatever is unfinished.
    """
    workspace = open_workspace(config)
    check_workspace(workspace, as_of)
    for name in models:
        find_model(workspace.models, name)
    progress = progress or Quiet()
    is_short = _is_small if program in DAYS else _never
    with (
        lineage_of(workspace, program, as_of, progress.note),
        lake_session(workspace, f"{program} {as_of}", is_short, progress.note) as lake,
    ):
        if program == "train":
            return train(workspace, lake, as_of, progress, models)
        return run_named(program, workspace, lake, as_of, first=first, progress=progress)


def replay_quarantine(config: Path, as_of: date, source: str | None, progress: Progress) -> dict[str, Any]:
    """Take the refused records of a source, or of all, in again.

    Raises:
        SegsparkError: with the exit code of its kind.
    """
    workspace = open_workspace(config)
    check_workspace(workspace, as_of)
    with (
        lineage_of(workspace, "quarantine_replay", as_of, progress.note),
        lake_session(workspace, f"quarantine replay {as_of}") as lake,
    ):
        return run_flow(replay_of(source), workspace, lake, as_of, progress)


def run_named(
    program: str, workspace: Workspace, lake: SparkLake, as_of: date, *, first: date | None = None, progress: Progress
) -> dict[str, Any]:
    """A program of the command line (app/programs.py) on an open lake whose lease is held."""
    if program in SINGLE:
        return run_flow(SINGLE[program], workspace, lake, as_of, progress)
    if program == "backfill":
        return backfill(workspace, lake, first or as_of, as_of, progress)
    return SEQUENCES[program](workspace, lake, as_of, progress)


def check_workspace(workspace: Workspace, as_of: date) -> None:
    """Check everything that can be checked before Spark starts: environment, sources, features, definitions."""
    load_sources(workspace)
    check_outcomes(workspace)
    definitions_of(workspace)
    calendar_context_of(workspace)
    check_environment(workspace.lake)


def _never(lake: Lake) -> bool:
    return False


def _is_small(lake: Lake) -> bool:
    """Whether a day of this lake ends before the JVM's optimising compiler pays off; a first day brings a whole history."""
    return 0 < lake.n_rows(silver.EVENTS) <= SHORT_EVENTS


@contextmanager
def lake_session(
    workspace: Workspace,
    what: str,
    is_short: Callable[[Lake], bool] = _never,
    tell: Callable[[str], None] | None = None,
) -> Iterator[SparkLake]:
    """The lake with a session and its lease; a second writer fails before a JVM starts.

    Args:
        is_short: whether what is run on the lake ends before the optimising compiler pays off (as for ``session_for``).
            Not asked of a lake that a catalog keeps, for which a session is needed first.
        tell: told if this has to wait for another run's lease to expire.
    """
    with only_writer(store_at(workspace.lake), what, workspace.lease.expires_s, tell) as lease:
        lake = open_lake(workspace, lease.check, what, is_short=False)
        check_compatible(lake)
        check_key(workspace)
        # Half an audience, with addresses, of an export that was killed.
        store_at(workspace.exports).remove_left()
        short = not isinstance(lake, SparkLake) and is_short(lake)
        session = session_for(workspace, f"segspark {workspace.name} {what}", short)
        check_cluster(workspace, session)
        yield lake if isinstance(lake, SparkLake) else SparkLake.of(lake, session)


def daily(workspace: Workspace, lake: SparkLake, as_of: date, progress: Progress) -> dict[str, Any]:
    """Run ingest to segments for one day, then publish the day."""
    published = runs_of(lake).published_days()
    if published and published[-1] < as_of - DAY:
        progress.note(
            f"{published[-1] + DAY} to {as_of - DAY} were not run; their events are in, and "
            f"`backfill --from {published[-1] + DAY} --to {as_of - DAY}` makes their segments"
        )
    outcome: dict[str, Any] = {"as_of": as_of}
    with ThreadPoolExecutor(max_workers=1) as pool:
        beside: list[Future[dict[str, Any]]] = []
        for flow in DAILY:
            if flow.runs_beside_next:
                beside.append(pool.submit(run_flow, flow, workspace, lake, as_of, progress))
                continue
            outcome.update(run_flow(flow, workspace, lake, as_of, progress))
            while beside:
                outcome.update(beside.pop().result())
    _warn(workspace, lake, as_of, outcome, progress)
    if as_of.weekday() == WHOLE_ON:
        outcome["removed_files"] = sum(vacuum_lake(lake).values())
    point("day_made")
    published_with = run_flow(_closing("daily", outcome), workspace, lake, as_of, progress)
    point("day_published")
    swept = _swept(workspace, lake, as_of, progress)
    monitored = _beyond(MONITORING, "the models in use could not be looked after", workspace, lake, as_of, progress)
    bits = _beyond(BITS, "its bitmaps could not be made", workspace, lake, as_of, progress)
    return {**published_with, **swept, **monitored, **bits}


def _swept(workspace: Workspace, lake: SparkLake, as_of: date, progress: Progress) -> dict[str, Any]:
    """Remove from the stored training sets who has withdrawn, once the day is published; nothing where there are none.

    An error is raised: the day's segments stand, and who runs the day must know that somebody is still in a set.
    """
    return run_flow(WITHDRAWALS, workspace, lake, as_of, progress) if lake.n_rows(gold.TRAINING_SETS) else {}


def _beyond(
    flow: Flow, failed: str, workspace: Workspace, lake: SparkLake, as_of: date, progress: Progress
) -> dict[str, Any]:
    """Run what goes beyond the day, once it is published: its segments are right whatever comes out.

    An error is told and not raised, as programs that wait for the day would stop; the next day makes up for it.
    Errors of the infrastructure are raised: the run is tried again.
    """
    try:
        return run_flow(flow, workspace, lake, as_of, progress)
    except InfrastructureError:
        raise
    except SegsparkError as error:
        progress.note(f"the day is published; {failed}: {error}")
        return {f"{flow.name}_failed": str(error)}


def hourly(workspace: Workspace, lake: SparkLake, as_of: date, progress: Progress) -> dict[str, Any]:
    """Run ingest to segments as of tomorrow, from the part of today that has arrived; that day's daily run replaces it.

    Nothing is published: records that arrive until midnight are still known on the as-of day.

    Raises:
        GateClosed: the as-of day is not the one after the last published day.
    """
    published = runs_of(lake).published_days()
    if as_of in published:
        raise GateClosed(f"{as_of} is published and stays as it is. The next day is {published[-1] + DAY}.")
    if not published or as_of != published[-1] + DAY:
        raise GateClosed(
            f"An hourly run carries on the day before, and {as_of - DAY} is not published "
            f"({f'the last one is {published[-1]}' if published else 'no day is'}). "
            f"Run: segspark run daily --as-of {as_of - DAY}"
        )
    # Recorded before the work: rows of a killed run are provisional too.
    config = config_hash(workspace)
    record(lake, run_id=identity("hourly", as_of, config), flow="hourly", as_of=as_of, state="started", config=config)
    outcome: dict[str, Any] = {"as_of": as_of, "is_provisional": True}
    for flow in HOURLY:
        outcome.update(run_flow(flow, workspace, lake, as_of, progress, Request(is_provisional=True)))
    return run_flow(_closing("hourly", outcome), workspace, lake, as_of, progress)


def _closing(name: str, outcome: dict[str, Any]) -> Flow:
    """Write the closing record; for a daily run it publishes the day, whose knowledge is final from then on."""
    return Flow(name, (), (), lambda run: run.outcome.update(outcome))


def _warn(workspace: Workspace, lake: SparkLake, as_of: date, outcome: dict[str, Any], progress: Progress) -> None:
    if not outcome.get("people"):
        progress.note(f"nobody is known before {as_of}: is the as-of day after the data, and `identifier` declared?")
    if not workspace.consent.assumed and not lake.n_rows(silver.CONSENTS):
        progress.note(
            "no consent is recorded and none is assumed: all features are zero. Bring a consents source, or declare "
            "what holds in segspark.yaml: consent.assumed: [profiling, email_marketing]"
        )
    if not outcome.get("records"):
        progress.note("no new records: the day has an empty tile, full features and segments")


def train(
    workspace: Workspace, lake: SparkLake, as_of: date, progress: Progress, models: Sequence[str] = ()
) -> dict[str, Any]:
    """Train the models of a day; its features are computed if the day has none yet.

    Args:
        models: names; empty is all that something uses.

    Raises:
        TrainingFailed: a model raised an error; the others are registered.
    """
    if as_of not in lake.days(gold.FEATURES) or as_of in runs_of(lake).provisional_days():
        for flow in (INGEST, TILES, FEATURES):
            run_flow(flow, workspace, lake, as_of, progress)
    outcome = run_flow(TRAIN, workspace, lake, as_of, progress, Request(names=tuple(models)))
    check_trained(outcome)
    return outcome


def backfill(workspace: Workspace, lake: SparkLake, first: date, last: date, progress: Progress) -> dict[str, Any]:
    """Features, scores and segments of past days, from what was known then; no files are taken in.

    Raises:
        GateClosed: the lake holds no events, or a day lies after the last one whose tiles could be closed.
    """
    if not lake.exists(gold.ACTIVITY_DAILY):
        raise GateClosed(f"The lake at {lake.store.url} has no events yet. Run: segspark run daily --as-of {last}")
    days = [first + DAY * i for i in range((last - first).days + 1)]
    run_flow(TILES, workspace, lake, last, progress)
    run_flow(FEATURES_BACKFILL, workspace, lake, last, progress, Request(days=tuple(days)))
    for day in days:
        for flow in (SCORES, SEGMENTS):
            run_flow(flow, workspace, lake, day, progress)
        point("backfill_day")
    outcome: dict[str, Any] = {}
    outcome["days"] = len(days)
    return {**outcome, "from": first, "to": last}


# Programs that run one flow, and those that run several for one day.
SINGLE: Mapping[str, Flow] = {"ingest": INGEST, "repair": REPAIR, "restate": RESTATE}
SEQUENCES: Mapping[str, Callable[[Workspace, SparkLake, date, Progress], dict[str, Any]]] = {
    "daily": daily, "hourly": hourly, "train": train,
}  # fmt: skip
