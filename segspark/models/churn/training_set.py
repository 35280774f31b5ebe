"""The training set: features at past cuts, labels from the days after, never mixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.engine.kernel import Outcome
from segspark.models.churn.config import Churn
from segspark.models.churn.inputs import RATIOS


@dataclass(frozen=True)
class Cuts:
    """Validation on the latest cut whose label window has ended; training on cuts whose windows end by that cut."""

    train: tuple[date, ...]
    validate: date

    @property
    def all(self) -> list[date]:
        return [*self.train, self.validate]


def choose_cuts(as_of: date, config: Churn) -> Cuts:
    """The cuts for a model made on a day.

    The label window of the validation cut is [as_of - label_days, as_of); each training window ends on or before
    the validation cut, so no day is used in both.
    """
    validate = as_of - timedelta(days=config.label_days)
    newest = validate - timedelta(days=config.label_days)
    train = tuple(newest - timedelta(days=config.cut_step_days * i) for i in range(config.n_training_cuts))
    return Cuts(tuple(sorted(train)), validate)


def orders_after(cuts: Cuts, config: Churn, known: date) -> Outcome:
    """The outcome behind the label: orders in [cut, cut + label_days), as known when the model is made."""
    return Outcome("n_order_after", "n_order", config.label_days, known)


def label_churn(features: DataFrame, cuts: Cuts, config: Churn) -> DataFrame:
    """Label the buyers who did not buy again.

    Args:
        features: feature frame of all cuts (as_of_date is the cut): person_id, last_order_date and more, with
            n_order_after (orders_after).
        config: label and activity windows in days.

    Returns:
        The rows of ``features`` of people with an order within active_days before the cut, with cut_date, role
        (train or validate) and label: 1 where no order fell into [cut, cut + label_days).
    """
    active = F.col("last_order_date") >= F.date_sub("as_of_date", config.active_days)
    role = F.when(F.col("as_of_date") == F.lit(cuts.validate), "validate").otherwise("train")
    label = F.when(F.col("n_order_after") > 0, 0).otherwise(1)
    return features.where(active).withColumns({"cut_date": F.col("as_of_date"), "role": role, "label": label})


def with_inputs(features: DataFrame, inputs: Sequence[str]) -> DataFrame:
    """Add the columns that the model needs and that are not features."""
    return features.withColumns({n: F.expr(RATIOS[n][0]) for n in inputs if n in RATIOS})


def freeze(labelled: DataFrame, inputs: dict[str, float], dataset_id: str) -> DataFrame:
    """Rows of gold.training_sets: the inputs in order, filled, with role and label."""
    values = [F.coalesce(F.col(n).cast("double"), F.lit(fill)) for n, fill in inputs.items()]
    return with_inputs(labelled, list(inputs)).select(
        F.lit(dataset_id).alias("dataset_id"),
        "person_id",
        "cut_date",
        "role",
        "label",
        F.array(*values).alias("values"),
    )
