"""From features to scores: RFM, engagement, and the scores of the models in use."""

from collections.abc import Mapping
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Settings
from segspark.features.catalogue import build_catalogue
from segspark.features.derived import window_weights
from segspark.features.people import people_of_day
from segspark.features.resources import CATALOGUE
from segspark.models.model import Model
from segspark.models.registered import registered_name, why_none
from segspark.models.registry import score_columns, scoring_models
from segspark.models.resources import of_scoring, scoring_in_use
from segspark.models.tracking import Loaded, read_inputs, read_params
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.view import View
from segspark.pipeline.writes import Frame, ReplaceDays
from segspark.purposes import PROFILING
from segspark.scoring.cells import rfm_version
from segspark.scoring.columns import BY_RULE
from segspark.scoring.engagement import ACTS, with_engagement
from segspark.scoring.rfm import read_cuts, with_rfm
from segspark.spark.sharing import shared
from segspark.tables.contracts import gold
from segspark.tables.contracts.gold import REASONS
from segspark.time import DAY

AnyModel = Model[Any, Any]


def stored_windows(settings: Settings) -> tuple[int, ...]:
    """The windows for which counts are stored."""
    clicks = next(f for f in build_catalogue(settings.features.windows).features if f.name == "n_click")
    return clicks.windows


def write_scores(step: Step) -> None:
    """Scores of everybody on the as-of day."""
    with step.stage("scores") as report:
        scores = derive_scores(step)
        report.note = "; ".join(step.outcome[model.name] for model in scoring_models(step.settings.models))
        n = step.facts(gold.FEATURES).rows_by_day.get(step.as_of, 0)
        # RFM gives four scores, engagement and each model one.
        in_order = shared(scores, step.n_writers, ("score",), of_key=n, in_all=6 * n)
        in_order = in_order.sortWithinPartitions("score", "person_id")
        step.write(gold.SCORES, Frame(in_order), ReplaceDays(step.as_of, step.as_of + DAY))


def derive_scores(view: View) -> DataFrame:
    """Rows of gold.scores, from the features of the as-of day."""
    config = view.settings.scoring
    found = scoring_in_use(view)
    in_use = {model: loaded for model, loaded in found.items() if loaded is not None}
    people = view.checkpoint(people_of_day(view, _looked_at(view, in_use)))
    windows = stored_windows(view.settings)
    scored = with_rfm(people, config.rfm, read_cuts(people, config.rfm))
    # Of people who do not permit profiling it is not known whether they bought.
    scored = scored.withColumn("cell", F.when(F.col(f"{PROFILING}_from").isNotNull(), F.col("cell")))
    scored = with_engagement(scored, config.engagement, windows)
    view.outcome["rfm_version"] = rfm_version(config.rfm)
    view.outcome["rfm_squares"] = _read_squares(scored, config.rfm.window_days)
    error = window_weights(config.engagement.half_life_days, windows, config.engagement.window_days).largest_error
    view.outcome["engagement_largest_error"] = round(error, 4)
    total = F.col("recency") * 100 + F.col("frequency") * 10 + F.col("monetary")
    of_features = [_score(n, F.col(n)) for n in ("recency", "frequency", "monetary")]
    of_features += [_score("rfm", total, "cell"), _score("engagement", F.col("engagement"), "tier")]
    parts = [_long(scored, of_features)]
    for model, loaded in found.items():
        view.outcome[model.name] = loaded.model_version if loaded else _why_none(view, model)
    parts += [_of_model(view, model, loaded, people) for model, loaded in in_use.items()]
    scores = reduce(DataFrame.unionByName, parts).withColumn("as_of_date", F.lit(view.as_of))
    return scores.where("value is not null or band is not null")


def _why_none(view: View, model: AnyModel) -> str:
    """Why no version scores the day, so that rules that use the score find nobody."""
    why = why_none(view.settings.mlflow, registered_name(view.settings.name, model), view.as_of)
    return f"no {model.name} model: {why}"


def _of_model(view: View, model: AnyModel, loaded: Loaded, people: DataFrame) -> DataFrame:
    """The rows of a model's scores, each named by the record of the version that gives it."""
    assert model.score is not None, f"{model.name} declares scores and gives none"
    record = read_params(view.settings.mlflow, loaded.tags["run_id"])
    named = [
        _score(s.name(record), F.col(s.column), s.band or None, loaded.model_version, s.reasons or None)
        for s in model.scores
    ]
    return _long(model.score(view, loaded, people), named)


def _looked_at(view: View, in_use: Mapping[AnyModel, Loaded]) -> set[str]:
    """The features used by some score."""
    window = view.settings.scoring.rfm.window_days
    ours = {
        "days_since_order",
        "days_since_first_order",
        *(f"{n}_{window}d" for n in ("n_order", "order_cents", "refund_cents")),
    }
    ours |= {f"{act}_{w}d" for act in ACTS.values() for w in stored_windows(view.settings)}
    for model, loaded in in_use.items():
        ours |= set(model.needs(read_inputs(view.settings.mlflow, loaded)))
    return ours


def _read_squares(people: DataFrame, window: int) -> list[dict[str, Any]]:
    """People and net spending by recency, frequency and cell: about as many rows as the bins squared."""
    net = F.col(f"order_cents_{window}d") - F.col(f"refund_cents_{window}d")
    grouped = (
        people.where("cell is not null")
        .groupBy("recency", "frequency", "cell")
        .agg(F.count(F.lit(1)).alias("n"), F.sum(net).alias("cents"))
    )
    # In one order, however the rows were spread over tasks: the record of a run is compared.
    return sorted(
        (row.asDict() for row in grouped.collect()),
        key=lambda row: str([row["recency"], row["frequency"], row["cell"]]),
    )


def _score(
    name: str, value: Column, band: str | None = None, version: str | None = None, reasons: str | None = None
) -> Column:
    return F.struct(
        F.lit(name).alias("score"),
        value.cast("double").alias("value"),
        (F.col(band) if band else F.lit(None)).cast("string").alias("band"),
        F.lit(version).cast("string").alias("model_version"),
        (F.col(reasons) if reasons else F.lit(None)).cast(REASONS).alias("reasons"),
    )


def _long(people: DataFrame, scores: list[Column]) -> DataFrame:
    """A row per person and score."""
    return people.select("person_id", F.explode(F.array(*scores)).alias("each")).select("person_id", "each.*")


def with_scores(view: View, people: DataFrame) -> DataFrame:
    """The stored scores of the as-of day beside each person: recency, frequency, monetary, rfm_cell, engagement,
    engagement_tier, and the values and bands of the models' scores, whatever version gave them."""
    scores = view.read_day(gold.SCORES, view.as_of)
    columns = score_columns(view.settings.models)
    of_models = [_one_of(F.col("score").rlike(c.stored_as), c.part).alias(c.name) for c in columns]
    wide = scores.groupBy("person_id").agg(
        *[_one_of(F.col("score") == c.score, c.part).cast(c.type).alias(c.name) for c in BY_RULE], *of_models
    )
    return people.join(wide, on="person_id", how="left")


def _one_of(condition: Column, column: str) -> Column:
    """A person's only value where a condition holds."""
    return F.max(F.when(condition, F.col(column)))


SCORES = Flow(
    name="scores",
    reads=("gold.features", "silver.profiles", "silver.identity_links", "silver.events"),
    writes=("gold.scores",),
    function=write_scores,
    needs=lambda: (CATALOGUE, *of_scoring()),
)
