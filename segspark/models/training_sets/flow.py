"""Make and store a training set: features as known at each cut, the label from the days after, and a data card."""

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark import __version__
from segspark.errors import GateClosed
from segspark.features.compute import features_of_days, known_people
from segspark.features.describe import list_features
from segspark.features.engine.windows import with_derived
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE
from segspark.models.propensity.attributes import read_values
from segspark.models.propensity.frozen import kinds_of, of_permitting
from segspark.models.propensity.inputs import IS_MISSING, Input, column_inputs
from segspark.models.propensity.training_set import acts_after, freeze, label_people, people_after
from segspark.models.training_sets.asked import Asked, ask, check_cuts, narrowed_to, roles_of
from segspark.models.training_sets.card import CardColumn, CardCut, SetCard
from segspark.models.training_sets.identity import READS, dataset_id_of, versions_read
from segspark.models.training_sets.stored import CARD, NAME
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Frame, ReplaceKey
from segspark.purposes import PROFILING
from segspark.tables.contracts import gold


def store_set(step: Step) -> None:
    """Store the set that the request names: its cuts as days, and the outcome's word and the features as names.

    Raises:
        GateClosed: a cut whose label is not observed, or nobody is of the population.
    """
    word, *features = step.request.names
    catalogue = step.context[CATALOGUE]
    asked = ask(word, step.request.days, features, catalogue, step.settings)
    days = step.facts(gold.ACTIVITY_DAILY).days
    check_cuts(asked, step.as_of, days[0] if days else None)
    dataset_id, tables = dataset_id_of(asked, step), versions_read(step)
    with step.stage(NAME) as report:
        columns = _read_columns(step, asked, kinds_of(catalogue))
        if not columns:
            raise GateClosed(f"No value of {', '.join(asked.features)} is frequent enough to be a column.")
        rows = freeze(_labelled(step, asked, catalogue), [i.unfilled for i in columns.values()], dataset_id)
        step.write(gold.TRAINING_SETS, Frame(rows), ReplaceKey(dataset_id))
        stored = step.read(gold.TRAINING_SETS).where(F.col("dataset_id") == dataset_id)
        cuts, missing = _read_counts(stored, roles_of(asked.cuts, asked.window), len(columns))
        if not any(cut.n for cut in cuts):
            raise GateClosed(f"Nobody who permits {PROFILING} is of the population {asked.population} at these cuts.")
        days_of_label = str(asked.window.days)
        card = SetCard(
            dataset_id=dataset_id,
            outcome=word,
            predicted={k: text.replace("{days}", days_of_label) for k, text in asked.outcome.words.predicted.items()},
            label=asked.outcome.measure,
            is_absence=asked.outcome.is_absence,
            label_days=asked.window.days,
            gap_days=asked.window.gap,
            population=asked.population,
            purpose=PROFILING,
            as_of=step.as_of,
            cuts=cuts,
            columns=_described(columns, missing, catalogue),
            tables=tables,
            catalogue=catalogue.hash,
            code=__version__,
        )
        step.outcome.update({"dataset_id": dataset_id, CARD: card.as_dict()})
        report.rows = card.rows


def _labelled(step: Step, asked: Asked, catalogue: Catalogue) -> DataFrame:
    """The population of each cut with its features and label: those who permitted profiling at the cut, and permit it now."""
    looked_at = narrowed_to(asked, catalogue)
    after = acts_after(asked.outcome, asked.window, step.as_of)
    features = with_derived(features_of_days(step, asked.cuts, looked_at, after), looked_at)
    permitted = known_people(step, asked.cuts).where(F.col(PROFILING) <= F.col("as_of_date"))
    features = features.join(
        permitted.select("person_id", "as_of_date"), on=["person_id", "as_of_date"], how="left_semi"
    )
    if asked.outcome.after:
        reached = people_after(step.read(gold.ACTIVITY_DAILY), asked.outcome.after)
        features = features.join(reached, on=["person_id", "as_of_date"], how="left_semi")
    roles = roles_of(asked.cuts, asked.window)
    return of_permitting(step, label_people(features, roles, asked.outcome, asked.active_days))


def _read_columns(step: Step, asked: Asked, kinds: dict[str, str]) -> dict[tuple[str, str], Input]:
    """(feature, column) -> how it is computed; of each category its frequent values, a few rows, are columns."""
    today = step.read_day(gold.FEATURES, step.as_of)
    texts = [name for name in asked.features if kinds[name] == "category" and name in today.columns]
    values = read_values(today, texts, step.settings.segments.least_shown) if texts else {}
    return {
        (name, made.name): made
        for name in asked.features
        for made in column_inputs(name, kinds[name], values.get(name, ()))
        # Missing values stay null: no flag is needed beside them.
        if made.name != f"{name}{IS_MISSING}"
    }


def _read_counts(
    rows: DataFrame, roles: Mapping[date, str], n_columns: int
) -> tuple[tuple[CardCut, ...], tuple[float, ...]]:
    """Rows and labels by cut, also where there are none, and the share of nulls by column; as many rows as there are cuts."""
    empty = [F.count_if(F.col("values")[at].isNull()).alias(f"empty_{at}") for at in range(n_columns)]
    by_cut = rows.groupBy("cut_date").agg(F.count(F.lit(1)).alias("n"), F.sum("label").alias("n_label"), *empty)
    found = {row["cut_date"]: row for row in by_cut.collect()}
    total = sum(row["n"] for row in found.values())
    counts = {cut: (row["n"], row["n_label"]) for cut, row in found.items()}
    cuts = tuple(CardCut(cut, role, *counts.get(cut, (0, 0))) for cut, role in sorted(roles.items()))
    return cuts, tuple(sum(row[f"empty_{at}"] for row in found.values()) / total for at in range(n_columns) if total)


def _described(
    columns: dict[tuple[str, str], Input], missing: Sequence[float], catalogue: Catalogue
) -> tuple[CardColumn, ...]:
    listed = {row["feature"]: row for row in list_features(catalogue)}
    kinds = kinds_of(catalogue)
    return tuple(
        CardColumn(
            name,
            feature,
            kinds[feature],
            listed[feature]["unit"],
            listed[feature]["description"],
            listed[feature]["formula"],
            share,
        )
        for (feature, name), share in zip(columns, missing, strict=True)
    )


TRAINING_SET = Flow(
    name=NAME,
    reads=tuple(table.name for table in READS),
    writes=("gold.training_sets",),
    function=store_set,
    needs=(CATALOGUE,),
)
