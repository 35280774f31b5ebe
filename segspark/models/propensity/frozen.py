"""The training set of a day: made from tiles, joined with the newest consents, and stored before anything is fitted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.compute import features_of_days
from segspark.features.engine.windows import with_derived
from segspark.features.resources import CATALOGUE
from segspark.identity.links import people_as_of
from segspark.ids import identity
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.cuts import Cuts, is_month_known
from segspark.models.propensity.data_gates import Count
from segspark.models.propensity.inputs import MONTH, Input, calendar_columns, choose_inputs, columns_of
from segspark.models.propensity.outcome import Outcome, Window
from segspark.models.propensity.training_set import TRAIN, VALIDATE, acts_after, freeze, label_people, with_calendar
from segspark.pipeline.step import Step
from segspark.pipeline.view import View
from segspark.pipeline.writes import Frame, ReplaceKey
from segspark.privacy.consent import read_permitting
from segspark.purposes import PROFILING
from segspark.tables.contracts import gold, silver


@dataclass(frozen=True)
class Frozen:
    """A stored training set.

    Attributes:
        rows: of gold.training_sets.
        n_rows: by cut.
        counts: by role; everybody once.
    """

    dataset_id: str
    rows: DataFrame
    inputs: tuple[Input, ...]
    cuts: Cuts
    n_rows: Mapping[date, int]
    counts: Mapping[str, Count]

    def of(self, cuts: Collection[date]) -> int:
        """Rows of some cuts."""
        return sum(self.n_rows.get(cut, 0) for cut in cuts)

    def at(self, cut: date) -> DataFrame:
        return self.rows.where(F.col("cut_date") == F.lit(cut))


def calendar_of(view: View, window: Window) -> dict[str, str]:
    calendar = view.settings.calendar
    return calendar_columns(calendar.sales_periods, calendar.country, window)


def store_training_set(
    step: Step, outcome: Outcome, config: Propensity, window: Window, cuts: Cuts, first: date
) -> Frozen:
    """Make and store the training set of a day.

    Args:
        first: first day of the history.
    """
    catalogue, calendar = step.context[CATALOGUE], calendar_of(step, window)
    if not is_month_known(cuts):
        del calendar[MONTH]
    columns = [c.name for c in catalogue.stored_columns()] + [d.name for d in catalogue.derived]
    # More than this no training cut has seen.
    history = (cuts.calibrate - first).days
    inputs = choose_inputs([*columns, *calendar], history)
    looked_at = catalogue.narrowed({*columns_of([i.name for i in inputs]), *outcome.needs})
    after = acts_after(outcome, window, step.as_of)
    features = with_derived(features_of_days(step, cuts.all, looked_at, after), looked_at)
    labelled = label_people(with_calendar(features, calendar), cuts, outcome, config.active_days)
    versions = [step.facts(table).version for table in (gold.ACTIVITY_DAILY, silver.CONSENTS)]
    expressions = [i.expression for i in inputs]
    dataset_id = identity(outcome.name, step.as_of, cuts.all, expressions, calendar, catalogue.hash, versions)
    step.write(
        gold.TRAINING_SETS, Frame(freeze(of_permitting(step, labelled), inputs, dataset_id)), ReplaceKey(dataset_id)
    )
    rows = step.read(gold.TRAINING_SETS).where(F.col("dataset_id") == dataset_id)
    n_rows, counts = _read_counts(rows)
    return Frozen(dataset_id, rows, inputs, cuts, n_rows, counts)


def of_permitting(view: View, rows: DataFrame) -> DataFrame:
    """The rows of those who permit profiling by the newest records, whatever was known at the cuts."""
    owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(view.as_of))
    assumed, zone = view.settings.consent.assumed, view.settings.time_zone
    permitting = read_permitting(view.read(silver.CONSENTS), owners, PROFILING, view.as_of, assumed, zone)
    return rows.join(permitting, on="person_id", how="left_semi")


def _read_counts(rows: DataFrame) -> tuple[dict[date, int], dict[str, Count]]:
    """Rows by cut, and people by role; as many rows as there are cuts, and two."""
    by_cut = rows.groupBy("cut_date").agg(F.count(F.lit(1)).alias("n")).collect()
    judged = rows.where(F.col("role").isin(TRAIN, VALIDATE))
    by_role = judged.groupBy("role").agg(
        F.count_distinct("person_id").alias("people"),
        F.count_distinct(F.when(F.col("label") == 1, F.col("person_id"))).alias("with_label"),
        F.count_distinct(F.when(F.col("label") == 0, F.col("person_id"))).alias("without_label"),
    )
    found = {r["role"]: Count(r["people"], r["with_label"], r["without_label"]) for r in by_role.collect()}
    counts = {role: found.get(role, Count(0, 0, 0)) for role in (TRAIN, VALIDATE)}
    return {r["cut_date"]: r["n"] for r in by_cut}, counts
