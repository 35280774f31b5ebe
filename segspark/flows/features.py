"""Silver to tiles, corrections and the features of a day."""

from collections.abc import Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.load import load_model
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.catalogue import build_catalogue
from segspark.features.feature import Catalogue
from segspark.features.kernel import Calendar, sales_days
from segspark.features.own import OwnFeatures, to_catalogue
from segspark.features.profile import people_profiles
from segspark.features.tiles import build_corrections, build_tiles, with_measures
from segspark.features.windows import window_features, with_derived
from segspark.flows.flow import Flow, Run
from segspark.identity.links import people_as_of, person_spans
from segspark.privacy.consent import derive_usable_from
from segspark.sources.vocabulary import PURPOSES
from segspark.tables import gold, ops, silver

DAY = timedelta(days=1)
BEGINNING = date(1990, 1, 1)


def load_catalogue(workspace: Workspace) -> Catalogue:
    """The features of a workspace: everybody's and its own.

    Raises:
        ConfigError: a wrong feature file.
    """
    files = [(p, load_model(workspace.folder / p, OwnFeatures)) for p in workspace.features.files]
    catalogue = build_catalogue(workspace.features.windows, *to_catalogue(files))
    faults = catalogue.check()
    if faults:
        raise ConfigError("\n".join(faults))
    return catalogue


def sales_calendar(workspace: Workspace) -> Calendar:
    return Calendar(sales_days([(p.start, p.end) for p in workspace.calendar.sales_periods]))


# Tiles ----------------------------------------------------------------------------------------------------------


def close_tiles(run: Run) -> None:
    """Close every local day before the as-of day, and note what was learnt since about days closed before."""
    catalogue = load_catalogue(run.workspace)
    since = _closed_before(run, catalogue)
    first = since or BEGINNING
    measured = with_measures(run.read(silver.EVENTS), catalogue, run.workspace.time_zone, run.workspace.currency)
    spans = person_spans(run.read(silver.IDENTITY_LINKS))
    with run.stage("tiles") as told:
        tiles = build_tiles(measured, spans, catalogue, first, run.as_of)
        lake = run.writes(gold.ACTIVITY_DAILY)
        contract = gold.ACTIVITY_DAILY.with_columns(catalogue.tile_columns())
        parts = lake.spark.sparkContext.defaultParallelism
        in_order = tiles.repartition(parts, "activity_date").sortWithinPartitions("activity_date", "person_id")
        lake.replace_range(contract, in_order, first, run.as_of)
        told["note"] = f"days from {since or 'the beginning'} to {run.as_of - DAY}"
    with run.stage("corrections") as told:
        corrections = build_corrections(measured, spans, catalogue, since, run.as_of)
        contract = gold.ACTIVITY_CORRECTIONS.with_columns(catalogue.tile_columns())
        in_order = corrections.repartition(parts, "applied_as_of").sortWithinPartitions("applied_as_of", "person_id")
        run.writes(gold.ACTIVITY_CORRECTIONS).replace_range(
            contract, in_order, (since or BEGINNING) + DAY, run.as_of + DAY
        )
        if since is not None:
            told["note"] = _late_note(run, since)
    run.outcome["catalogue"] = catalogue.hash


def _closed_before(run: Run, catalogue: Catalogue) -> date | None:
    """The last as-of day before this one whose tiles were closed under the same catalogue; None: from scratch."""
    rows = run.lake.read_small(ops.RUNS).to_pylist()
    done = [r for r in rows if r["flow"] == "tiles" and r["state"] == "done" and r["as_of_date"] < run.as_of]
    if not done:
        return None
    last = max(done, key=lambda r: (r["as_of_date"], r["written_at"]))
    return last["as_of_date"] if f'"catalogue": "{catalogue.hash}"' in last["outputs"] else None


def _late_note(run: Run, since: date) -> str:
    """What came late, from which days, and how many people it moved: one row."""
    corrections = run.read(gold.ACTIVITY_CORRECTIONS).where(
        (F.col("applied_as_of") > F.lit(since)) & (F.col("applied_as_of") <= F.lit(run.as_of))
    )
    row = corrections.agg(
        F.count_distinct("person_id").alias("people"),
        F.min("activity_date").alias("first"),
        F.max("activity_date").alias("last"),
    ).collect()[0]
    return f"{row['people']:,} people, days {row['first']} to {row['last']}" if row["people"] else "nothing came late"


# Features -------------------------------------------------------------------------------------------------------


def features_of_days(run: Run, as_of_dates: Sequence[date]) -> DataFrame:
    """Stored features of one or many days, recomputed from tiles and corrections; also for training sets."""
    catalogue = load_catalogue(run.workspace)
    people = None
    links, consents = run.read(silver.IDENTITY_LINKS), run.read(silver.CONSENTS)
    for day in as_of_dates:
        owners = people_as_of(links, F.lit(day)).where(~F.col("is_anonymous"))
        listed = derive_usable_from(consents, owners, day, run.workspace.consent.assumed, run.workspace.time_zone)
        listed = listed.select("person_id", F.lit(day).alias("as_of_date"), *PURPOSES)
        people = listed if people is None else people.unionByName(listed)
    assert people is not None
    n_ranges = 2 * run.lake.spark.sparkContext.defaultParallelism
    return window_features(
        run.read(gold.ACTIVITY_DAILY),
        run.read(gold.ACTIVITY_CORRECTIONS),
        people,
        catalogue,
        as_of_dates,
        sales_calendar(run.workspace),
        n_ranges,
    )


def write_features(run: Run) -> None:
    """The features of the as-of day, one row per known person."""
    catalogue = load_catalogue(run.workspace)
    with run.stage("features") as told:
        contract = gold.FEATURES.with_columns(catalogue.stored_columns())
        run.writes(gold.FEATURES).replace_range(
            contract, features_of_days(run, [run.as_of]), run.as_of, run.as_of + DAY
        )
        told["rows"] = run.outcome["people"] = _read_people_count(run)
        told["note"] = f"{len(catalogue.stored_columns())} stored, {len(catalogue.derived)} derived"
    run.outcome["catalogue"] = catalogue.hash


def _read_people_count(run: Run) -> int:
    return run.read(gold.FEATURES).where(F.col("as_of_date") == F.lit(run.as_of)).count()


def people_of_day(run: Run) -> DataFrame:
    """Stored and derived features and the profile of everybody on the as-of day."""
    catalogue = load_catalogue(run.workspace)
    features = run.read(gold.FEATURES).where(F.col("as_of_date") == F.lit(run.as_of))
    owners = people_as_of(run.read(silver.IDENTITY_LINKS), F.lit(run.as_of))
    profiles = people_profiles(run.read(silver.PROFILES), owners, run.as_of)
    return with_derived(features, catalogue).join(profiles, on="person_id", how="left")


TILES = Flow(
    name="tiles",
    reads=("silver.events", "silver.identity_links"),
    reads_earlier=("ops.runs",),
    writes=("gold.activity_daily", "gold.activity_corrections"),
    function=close_tiles,
)
FEATURES = Flow(
    name="features",
    reads=("gold.activity_daily", "gold.activity_corrections", "silver.identity_links", "silver.consents"),
    writes=("gold.features",),
    function=write_features,
)
