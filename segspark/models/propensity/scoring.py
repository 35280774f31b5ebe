"""Scores of a model of propensity: what they say is in the model's own record, not in today's configuration."""

import json
from collections.abc import Mapping

from pyspark.ml import PipelineModel
from pyspark.ml.functions import vector_to_array
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.models.evaluate.judgement import Blend
from segspark.models.model import Record, Score
from segspark.models.propensity.attributes import ATTRIBUTES, attributes_on_days
from segspark.models.propensity.config import Attribute, Inputs, Propensity
from segspark.models.propensity.contest import BLENDS
from segspark.models.propensity.fit import BESIDE, CALIBRATED, SAID, probability
from segspark.models.propensity.frozen import calendar_of
from segspark.models.propensity.outcome import Outcome, window_in
from segspark.models.propensity.reasons import Other, with_reasons
from segspark.models.propensity.training_set import population_of, with_calendar
from segspark.models.tracking import Loaded, read_inputs, read_params
from segspark.pipeline.view import View
from segspark.tables.contracts.gold import REASONS


def score_propensity(view: View, loaded: Loaded, people: DataFrame, outcome: Outcome, score: Score) -> DataFrame:
    """The probability of the outcome, for the population that the model was trained for.

    Returns:
        person_id, the score's column (0 to 1), its reasons, and its band (low, medium, high).
    """
    record = read_params(view.settings.mlflow, loaded.tags["run_id"])
    scored = asked_for(loaded.model, _asked(view, record, people, outcome))
    inputs = read_inputs(view.settings.mlflow, loaded)
    # Without the names of all inputs there is nothing to say.
    if loaded.trees is not None and loaded.trees.n_features == len(inputs):
        scored = with_reasons(scored, loaded.trees, inputs, other_in(record))
    else:
        scored = scored.select("person_id", "p", F.lit(None).cast(REASONS).alias("reasons"))
    scored = scored.withColumnsRenamed({"p": score.column, "reasons": score.reasons})
    return scored.withColumn(score.band, band_of(score.column, record))


def inputs_of_people(view: View, loaded: Loaded, people: DataFrame, outcome: Outcome) -> DataFrame:
    """What the version looks at of the same people, without scoring them.

    Returns:
        person_id and a column of each input, filled.
    """
    record = read_params(view.settings.mlflow, loaded.tags["run_id"])
    # The first stage fills the inputs.
    filled = loaded.model.stages[0].transform(_asked(view, record, people, outcome))
    names = read_inputs(view.settings.mlflow, loaded)
    return filled.select("person_id", *[F.col(f"x_{name}").alias(name) for name in names])


def _asked(view: View, record: Record, people: DataFrame, outcome: Outcome) -> DataFrame:
    asked = with_calendar(people.where(population_in(record, outcome)), calendar_of(view, window_in(record)))
    if not (attributes := attributes_in(record)):
        return asked
    known = attributes_on_days(view, [view.as_of], attributes).drop("as_of_date")
    return asked.join(known, on="person_id", how="left")


def population_in(record: Record, outcome: Outcome) -> Column:
    """Versions of earlier releases recorded the days of their population only."""
    condition = record.get("population", outcome.population)
    return population_of(condition, int(record["active_days"]))


def attributes_in(record: Record) -> Mapping[str, Attribute]:
    """The attributes of profiles that a version looks at; versions of earlier releases looked at none."""
    return Inputs.model_validate_json(record.get(ATTRIBUTES) or "{}").attributes


def other_in(record: Record) -> Other | None:
    """The model that is blended with the trees; none in versions of earlier releases."""
    name = record.get(BLENDS, "")
    return Other(name, Blend(**json.loads(record["blend"]))) if name else None


def asked_for(model: PipelineModel, people: DataFrame) -> DataFrame:
    """person_id, p, the model's inputs as an array, what one may say of them, and what a blended model says; versions of earlier
    releases were not calibrated, and say inputs as they are filled."""
    scored = model.transform(people)
    p = F.col(CALIBRATED) if CALIBRATED in scored.columns else probability()
    more = [name for name in (SAID, BESIDE) if name in scored.columns]
    return scored.select("person_id", p.alias("p"), vector_to_array(F.col("features")).alias("inputs"), *more)


def band_of(column: str, record: Record) -> Column:
    medium, high = _bands(record)
    value = F.col(column)
    return F.when(value >= high, "high").when(value >= medium, "medium").otherwise("low")


def _bands(record: Record) -> tuple[float, float]:
    """As they were logged: ``(0.4, 0.7)`` or ``[0.4, 0.7]``; earlier releases had no others than the defaults."""
    logged = record.get("bands")
    if logged is None:
        medium, high = Propensity.model_fields["bands"].default
    else:
        medium, high = (float(part) for part in logged.strip("()[] ").split(","))
    return medium, high
