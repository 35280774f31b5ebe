"""The training set of a day: made from tiles, joined with the newest consents, and stored before anything is fitted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.compute import features_of_days
from segspark.features.engine.windows import with_derived
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE
from segspark.identity.links import people_as_of
from segspark.ids import identity
from segspark.models.propensity.attributes import attribute_inputs, attributes_on_days, read_values
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.cuts import TRAIN, VALIDATE, Cuts, is_month_known
from segspark.models.propensity.data_gates import Count
from segspark.models.propensity.documents import CutCount
from segspark.models.propensity.inputs import (
    ATTRIBUTE,
    MONTH,
    Input,
    beside_trees,
    calendar_columns,
    choose_inputs,
    column_inputs,
    columns_of,
)
from segspark.models.propensity.outcome import Outcome, Window
from segspark.models.propensity.training_set import (
    acts_after,
    for_trees,
    freeze,
    label_people,
    people_after,
    with_calendar,
)
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
        rows: of gold.training_sets: ``values`` are those of ``inputs``, which trees look at, and ``known`` those of
            ``all_inputs``.
        n_rows: by cut.
        counts: by role; everybody once.
        by_cut: people with the label too.
        beside: what only simpler models look at.
    """

    dataset_id: str
    rows: DataFrame
    inputs: tuple[Input, ...]
    cuts: Cuts
    n_rows: Mapping[date, int]
    counts: Mapping[str, Count]
    by_cut: tuple[CutCount, ...] = ()
    beside: tuple[Input, ...] = ()

    @property
    def all_inputs(self) -> tuple[Input, ...]:
        return (*self.inputs, *self.beside)

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
    if not config.inputs.calendar:
        calendar = {}
    elif not is_month_known(cuts):
        del calendar[MONTH]
    attributes = config.inputs.attributes
    known = attributes_on_days(step, cuts.all, attributes) if attributes else None
    # More than this no training cut has seen.
    inputs = _inputs(step, config, [*calendar], known, (cuts.calibrate - first).days)
    beside = beside_trees(outcome)
    wanted = {*columns_of([i.name for i in inputs]), *outcome.needs, *(c for i in beside for c in i.columns)}
    # The label's measure stays if nothing else looks at it.
    wanted |= {f.column(f.spans[0]) for f in catalogue.of_measures if f.measure == outcome.measure}
    looked_at = catalogue.narrowed(wanted)
    after = acts_after(outcome, window, step.as_of)
    features = with_derived(features_of_days(step, cuts.all, looked_at, after), looked_at)
    if known is not None:
        features = features.join(known, on=["person_id", "as_of_date"], how="left")
    if outcome.after:
        features = features.join(
            people_after(step.read(gold.ACTIVITY_DAILY), outcome.after), on=["person_id", "as_of_date"], how="left_semi"
        )
    labelled = label_people(with_calendar(features, calendar), cuts.roles, outcome, config.active_days)
    versions = [step.facts(table).version for table in (gold.ACTIVITY_DAILY, silver.CONSENTS)]
    expressions = [i.expression for i in (*inputs, *beside)]
    dataset_id = identity(outcome.name, step.as_of, cuts.all, expressions, calendar, catalogue.hash, versions)
    step.write(
        gold.TRAINING_SETS,
        Frame(freeze(of_permitting(step, labelled), expressions, dataset_id)),
        ReplaceKey(dataset_id),
    )
    rows = step.read(gold.TRAINING_SETS).where(F.col("dataset_id") == dataset_id)
    by_cut, counts = _read_counts(rows)
    return Frozen(
        dataset_id, for_trees(rows, len(inputs)), inputs, cuts, {c.cut: c.n for c in by_cut}, counts, by_cut, beside
    )


def _inputs(
    step: Step, config: Propensity, calendar: Sequence[str], known: DataFrame | None, history_days: int
) -> tuple[Input, ...]:
    """What the model looks at: the program's inputs, further features, and attributes as known at the cuts."""
    wanted, catalogue = config.inputs, step.context[CATALOGUE]
    kinds = kinds_of(catalogue)
    inputs = choose_inputs([*kinds, *calendar], history_days, wanted.catalogue)
    more = [name for name in wanted.features if name not in {i.name for i in inputs}]
    least = step.settings.segments.least_shown
    today = step.read_day(gold.FEATURES, step.as_of)
    texts = [name for name in more if kinds[name] == "category" and name in today.columns]
    values = read_values(today, texts, least) if texts else {}
    inputs += tuple(i for name in more for i in column_inputs(name, kinds[name], values.get(name, ())))
    if known is None:
        return inputs
    named = {f"{ATTRIBUTE}{name}": name for name, a in wanted.attributes.items() if a.kind == "category"}
    frequent = read_values(known, named, least)
    return inputs + attribute_inputs(wanted.attributes, {named[column]: v for column, v in frequent.items()})


def kinds_of(catalogue: Catalogue) -> dict[str, str]:
    """Every column of features -> whether it is a number, a date or a category."""
    types = {c.name: c.type for c in catalogue.stored_columns()} | {d.name: d.type for d in catalogue.derived}
    return {name: {"string": "category", "date": "date"}.get(kind, "number") for name, kind in types.items()}


def of_permitting(view: View, rows: DataFrame) -> DataFrame:
    """The rows of those who permit profiling by the newest records, whatever was known at the cuts."""
    owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(view.as_of))
    assumed, zone = view.settings.consent.assumed, view.settings.time_zone
    permitting = read_permitting(view.read(silver.CONSENTS), owners, PROFILING, view.as_of, assumed, zone)
    return rows.join(permitting, on="person_id", how="left_semi")


def _read_counts(rows: DataFrame) -> tuple[tuple[CutCount, ...], dict[str, Count]]:
    """Rows by cut, and people by role; as many rows as there are cuts, and two."""
    by_cut = rows.groupBy("cut_date", "role").agg(F.count(F.lit(1)).alias("n"), F.sum("label").alias("n_label"))
    judged = rows.where(F.col("role").isin(TRAIN, VALIDATE))
    by_role = judged.groupBy("role").agg(
        F.count_distinct("person_id").alias("people"),
        F.count_distinct(F.when(F.col("label") == 1, F.col("person_id"))).alias("with_label"),
        F.count_distinct(F.when(F.col("label") == 0, F.col("person_id"))).alias("without_label"),
    )
    found = {r["role"]: Count(r["people"], r["with_label"], r["without_label"]) for r in by_role.collect()}
    counts = {role: found.get(role, Count(0, 0, 0)) for role in (TRAIN, VALIDATE)}
    cuts = sorted((CutCount(*row) for row in by_cut.collect()), key=lambda count: count.cut)
    return tuple(cuts), counts
