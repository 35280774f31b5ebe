"""The training set: features at past cuts, labels from the days after, never mixed."""

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.features.engine.kernel import Outcome as Sum
from segspark.models.propensity.outcome import Outcome, Window


def acts_after(outcome: Outcome, window: Window, known: date) -> Sum:
    """The sum behind the label, as known when the model is made."""
    return Sum("n_after", outcome.measure, window.days, known, window.gap)


def label_people(features: DataFrame, roles: Mapping[date, str], outcome: Outcome, active_days: int) -> DataFrame:
    """Label the population of each cut.

    Args:
        features: feature frame of all cuts (as_of_date is the cut): person_id, the columns of the outcome's population
            and more, with n_after (acts_after).
        roles: each cut with what it is for.
        active_days: the days of the population.

    Returns:
        The rows of ``features`` of the population, with cut_date, role and label: 1 where the outcome came about in the
        window after the cut.
    """
    role = F.coalesce(*[F.when(F.col("as_of_date") == F.lit(cut), role) for cut, role in roles.items()])
    happened = F.col("n_after") > 0
    label = (~happened if outcome.is_absence else happened).cast("int")
    people = features.where(population_of(outcome.population, active_days))
    return people.withColumns({"cut_date": F.col("as_of_date"), "role": role, "label": label})


def people_after(tiles: DataFrame, measure: str) -> DataFrame:
    """To whom something happened on which day: person_id, as_of_date.

    Args:
        tiles: gold.activity_daily.
    """
    return tiles.where(F.col(measure) > 0).select("person_id", F.col("activity_date").alias("as_of_date"))


def population_of(condition: str, active_days: int) -> Column:
    """An outcome's population as a condition."""
    return F.expr(condition.replace("{days}", str(active_days)))


def with_calendar(people: DataFrame, columns: Mapping[str, str]) -> DataFrame:
    """Add the columns of the calendar around each row's as_of_date (inputs.calendar_columns)."""
    return people.withColumns({name: F.expr(sql) for name, sql in columns.items()})


def for_trees(rows: DataFrame, n_inputs: int) -> DataFrame:
    """Rows of a training set of which trees look at the first ``n_inputs`` values only: these are ``values``, and all of
    them ``known``."""
    return rows.withColumns({"known": F.col("values"), "values": F.slice("values", 1, n_inputs)})


def known_of(rows: DataFrame) -> Column:
    """All values of the rows of a training set: those that trees look at, and further ones if there are any."""
    return F.col("known" if "known" in rows.columns else "values")


def freeze(labelled: DataFrame, expressions: Sequence[str], dataset_id: str) -> DataFrame:
    """Rows of gold.training_sets: the values of SQL expressions in their order, with role and label."""
    return labelled.select(
        F.lit(dataset_id).alias("dataset_id"),
        "person_id",
        "cut_date",
        "role",
        "label",
        F.array(*[F.expr(sql) for sql in expressions]).alias("values"),
    )
