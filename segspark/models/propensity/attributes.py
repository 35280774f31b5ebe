"""Attributes of profiles as inputs: what was known of them at each cut, and how they changed until then."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.features.profile import COLUMNS
from segspark.identity.links import people_on_days
from segspark.models.histories import interpolate_histories
from segspark.models.propensity.config import Attribute
from segspark.models.propensity.inputs import ATTRIBUTE, Input, column_inputs
from segspark.pipeline.view import View
from segspark.tables.contracts import silver
from segspark.time import local_midnight, to_micros

# The parameter of a version with the attributes that it looks at.
ATTRIBUTES = "attributes"
# How far back a change is looked at.
CHANGE_DAYS = 90
# Values of a category that are an input each; rarer ones might be somebody's own.
MOST_VALUES = 20
_KEY = ("person_id", "as_of_date")


def attributes_on_days(view: View, days: Sequence[date], attributes: Mapping[str, Attribute]) -> DataFrame:
    """What was known of each person on each day.

    A snapshot counts for a day if its attributes hold from before the day, and it was known by then: in a training set
    nothing of a later snapshot is seen, neither by itself nor by the line that it would end.

    Returns:
        A row per person with a snapshot and day: person_id, as_of_date, and for each attribute ``attribute_<name>``, null
        where no snapshot has it, and ``attribute_<name>_age_days`` since the snapshot that has it. For one that is
        interpolated also ``attribute_<name>_change_90d``, and ``attribute_<name>_change_90d_is_imputed`` where no
        snapshot of that day is known.
    """
    snapshots = _snapshots(view, days, attributes).persist()
    newest = snapshots.groupBy(*_KEY).agg(*[c for name in attributes for c in _newest(name)])
    changing = [name for name, a in attributes.items() if a.imputation == "interpolate" and a.kind == "number"]
    return reduce(lambda frame, name: _with_change(frame, snapshots, name), changing, newest)


def _snapshots(view: View, days: Sequence[date], attributes: Mapping[str, Attribute]) -> DataFrame:
    """person_id, as_of_date, on_day (local day from which the snapshot holds), newest (what it is ordered by), and the
    attributes."""
    zone = view.settings.time_zone
    owners = people_on_days(view.read(silver.IDENTITY_LINKS), days).select("identifier_id", *_KEY)
    midnight = F.element_at(
        F.create_map(*[F.lit(v) for day in days for v in (day, to_micros(local_midnight(day, zone)))]),
        F.col("as_of_date"),
    )
    rows = view.read(silver.PROFILES).join(owners, on="identifier_id", how="inner")
    known = rows.where((F.col("known_as_of") <= F.col("as_of_date")) & (F.unix_micros("valid_from") < midnight))
    on_day = F.to_date(F.from_utc_timestamp("valid_from", zone)).alias("on_day")
    # As people_profiles decides which of several snapshots holds.
    order = F.struct("valid_from", "recorded_at", "source", "known_as_of", "run_id").alias("newest")
    return known.select(*_KEY, on_day, order, *[_value(name, a).alias(name) for name, a in attributes.items()])


def _value(name: str, attribute: Attribute) -> Column:
    text = F.col(name) if name in COLUMNS else F.try_element_at("attributes", F.lit(name))
    kind = {"number": "double", "date": "date", "category": "string"}[attribute.kind]
    return text.cast("string").try_cast(kind)


def _newest(name: str) -> tuple[Column, Column]:
    known = F.when(F.col(name).isNotNull(), F.col("newest"))
    age = F.datediff(F.first("as_of_date"), F.max_by("on_day", known))
    return F.max_by(name, known).alias(f"{ATTRIBUTE}{name}"), age.alias(f"{ATTRIBUTE}{name}_age_days")


def _with_change(frame: DataFrame, snapshots: DataFrame, name: str) -> DataFrame:
    """The change until each day, from the line between the snapshots around the day CHANGE_DAYS before."""
    then = F.date_sub("as_of_date", CHANGE_DAYS)
    # A person's own time as known on one day is a history of its own.
    one = F.concat_ws(" ", "person_id", F.col("as_of_date").cast("string")).alias("one")
    asked = frame.select(one, then.alias("on_day"), F.lit(None).cast("double").alias(name))
    known = snapshots.groupBy(one, "on_day").agg(F.max_by(name, "newest").alias(name))
    history = known.unionByName(asked).groupBy("one", "on_day").agg(F.max(name).alias(name))
    filled = interpolate_histories(history.toDF("person_id", "as_of_date", name), [name])
    at = F.split("person_id", " ")
    found = filled.select(
        at[0].alias("person_id"),
        F.date_add("as_of_date", CHANGE_DAYS).alias("as_of_date"),
        F.col(name).alias("then"),
        F.col(f"is_imputed_{name}").alias("is_imputed"),
        at[1].cast("date").alias("known_on"),
    ).where("as_of_date = known_on")
    change = f"{ATTRIBUTE}{name}_change_{CHANGE_DAYS}d"
    both = frame.join(found.drop("known_on"), on=list(_KEY), how="left")
    return both.withColumns(
        {change: F.col(f"{ATTRIBUTE}{name}") - F.col("then"), f"{change}_is_imputed": F.col("is_imputed").cast("int")}
    ).drop("then", "is_imputed")


def attribute_inputs(attributes: Mapping[str, Attribute], values: Mapping[str, Sequence[str]]) -> tuple[Input, ...]:
    """The inputs of attributes.

    Args:
        values: of each category the values that are an input each.
    """
    found: list[Input] = []
    for name, attribute in attributes.items():
        column = f"{ATTRIBUTE}{name}"
        found += column_inputs(column, attribute.kind, values.get(name, ()), may_be_ahead=attribute.may_be_ahead)
        found.append(Input(f"{column}_age_days", 0.0))
        if attribute.imputation == "interpolate" and attribute.kind == "number":
            change = f"{column}_change_{CHANGE_DAYS}d"
            found += [Input(change, 0.0), Input(f"{change}_is_imputed", 1.0)]
    return tuple(found)


def read_values(frame: DataFrame, columns: Collection[str], least: int) -> dict[str, tuple[str, ...]]:
    """The most frequent values of text columns, each of as many people at least; MOST_VALUES rows a column.

    Args:
        frame: person_id and the columns.
    """
    return {name: tuple(_read_frequent(frame, name, least)) for name in columns}


def _read_frequent(frame: DataFrame, name: str, least: int) -> list[str]:
    """At most MOST_VALUES rows."""
    counted = frame.where(F.col(name).isNotNull()).groupBy(name).agg(F.count_distinct("person_id").alias("n"))
    rows = counted.where(F.col("n") >= least).orderBy(F.col("n").desc(), name).limit(MOST_VALUES).collect()
    return sorted(str(row[name]) for row in rows)
