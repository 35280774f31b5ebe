"""From features to scores: RFM, engagement, churn by the champion model."""

from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Settings
from segspark.features.catalogue import build_catalogue
from segspark.features.derived import window_weights
from segspark.features.people import people_of_day
from segspark.features.resources import CATALOGUE
from segspark.models.churn.inputs import columns_of
from segspark.models.churn.model import CHURN
from segspark.models.churn.train import score_churn
from segspark.models.resources import CHURN_MODEL
from segspark.models.tracking import Loaded, read_inputs
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.view import View
from segspark.pipeline.writes import Frame, ReplaceDays
from segspark.scoring.engagement import ACTS, with_engagement
from segspark.scoring.rfm import read_cuts, with_rfm
from segspark.tables.contracts import gold
from segspark.time import DAY


def stored_windows(settings: Settings) -> tuple[int, ...]:
    """The windows for which counts are stored."""
    clicks = next(f for f in build_catalogue(settings.features.windows).features if f.name == "n_click")
    return clicks.windows


def write_scores(step: Step) -> None:
    """Scores of everybody on the as-of day."""
    with step.stage("scores") as report:
        scores = derive_scores(step)
        report.note = step.outcome["churn"]
        in_order = scores.repartition(step.n_writers, "score").sortWithinPartitions("score", "person_id")
        step.write(gold.SCORES, Frame(in_order), ReplaceDays(step.as_of, step.as_of + DAY))


def derive_scores(view: View) -> DataFrame:
    """Rows of gold.scores, from the features of the as-of day."""
    config = view.settings.scoring
    champion = view.context[CHURN_MODEL]
    people = people_of_day(view, _looked_at(view, champion)).localCheckpoint()
    windows = stored_windows(view.settings)
    scored = with_rfm(people, config.rfm, read_cuts(people, config.rfm))
    scored = with_engagement(scored, config.engagement, windows)
    view.outcome["rfm_squares"] = _read_squares(scored, config.rfm.window_days)
    error = window_weights(config.engagement.half_life_days, windows, config.engagement.window_days).largest_error
    view.outcome["engagement_largest_error"] = round(error, 4)
    total = F.col("recency") * 100 + F.col("frequency") * 10 + F.col("monetary")
    of_features = [_score(n, F.col(n)) for n in ("recency", "frequency", "monetary")]
    of_features += [_score("rfm", total, "cell"), _score("engagement", F.col("engagement"), "tier")]
    parts = [_long(scored, of_features)]
    if champion is None:
        view.outcome["churn"] = "no churn model that may score this day"
    else:
        churn = score_churn(champion.model, people, view.settings.models.of(CHURN).active_days)
        name = f"churn_{view.settings.models.of(CHURN).label_days}d"
        parts.append(_long(churn, [_score(name, F.col("churn"), "band", champion.model_version)]))
        view.outcome["churn"] = champion.model_version
    scores = reduce(DataFrame.unionByName, parts).withColumn("as_of_date", F.lit(view.as_of))
    return scores.where("value is not null or band is not null")


def _looked_at(view: View, champion: Loaded | None) -> set[str]:
    """The features used by some score."""
    window = view.settings.scoring.rfm.window_days
    ours = {"days_since_order", *(f"{n}_{window}d" for n in ("n_order", "order_cents", "refund_cents"))}
    ours |= {f"{act}_{w}d" for act in ACTS.values() for w in stored_windows(view.settings)}
    return ours if champion is None else ours | columns_of(read_inputs(view.settings.mlflow, champion))


def _read_squares(people: DataFrame, window: int) -> list[dict[str, Any]]:
    """People and net spending by recency, frequency and cell: about as many rows as the bins squared."""
    net = F.col(f"order_cents_{window}d") - F.col(f"refund_cents_{window}d")
    grouped = people.groupBy("recency", "frequency", "cell").agg(
        F.count(F.lit(1)).alias("n"), F.sum(net).alias("cents")
    )
    return [row.asDict() for row in grouped.collect()]


def _score(name: str, value: Column, band: str | None = None, version: str | None = None) -> Column:
    return F.struct(
        F.lit(name).alias("score"),
        value.cast("double").alias("value"),
        (F.col(band) if band else F.lit(None)).cast("string").alias("band"),
        F.lit(version).cast("string").alias("model_version"),
    )


def _long(people: DataFrame, scores: list[Column]) -> DataFrame:
    """A row per person and score."""
    return people.select("person_id", F.explode(F.array(*scores)).alias("each")).select("person_id", "each.*")


def with_scores(view: View, people: DataFrame) -> DataFrame:
    """The stored scores of the as-of day beside each person: recency, frequency, monetary, rfm_cell, engagement,
    engagement_tier, churn, churn_band."""
    churn = f"churn_{view.settings.models.of(CHURN).label_days}d"
    scores = view.read_day(gold.SCORES, view.as_of)

    def value(score: str) -> Column:
        return F.max(F.when(F.col("score") == score, F.col("value")))

    def band(score: str) -> Column:
        return F.max(F.when(F.col("score") == score, F.col("band")))

    wide = scores.groupBy("person_id").agg(
        *[value(n).cast("int").alias(n) for n in ("recency", "frequency", "monetary")],
        band("rfm").alias("rfm_cell"),
        value("engagement").alias("engagement"),
        band("engagement").alias("engagement_tier"),
        value(churn).alias("churn"),
        band(churn).alias("churn_band"),
    )
    return people.join(wide, on="person_id", how="left")


SCORES = Flow(
    name="scores",
    reads=("gold.features", "silver.profiles", "silver.identity_links"),
    writes=("gold.scores",),
    function=write_scores,
    needs=(CATALOGUE, CHURN_MODEL),
)
