"""From columns of text to inputs: numbers, frequent values, and days before the cut, each with what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np
import pandas as pd

from segspark.errors import ConfigError
from segspark.models.propensity.inputs import IS_MISSING, Input, quoted
from segspark.models.table.config import FlatTable, Kind

Pairs = list[tuple[Input, np.ndarray]]
# The day as of which each row is known, if any.
Ends: TypeAlias = "pd.Series[pd.Timestamp] | None"

# Of a category each value of so many rows is an input; rarer ones might be somebody's own.
LEAST_ROWS, MOST_VALUES = 20, 50
# Parts of strptime's formats -> those of Spark.
_PATTERNS = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%y": "yy", "%b": "MMM", "%H": "HH", "%M": "mm", "%S": "ss"}


@dataclass(frozen=True)
class Encoded:
    """Attributes:
    inputs: over the columns of the file as text, for the published model.
    columns: input -> values of the rows.
    left_out: columns that became no input: constant, or of values that are all rare.
    """

    inputs: tuple[Input, ...]
    columns: Mapping[str, np.ndarray]
    left_out: tuple[str, ...]


def encode(rows: pd.DataFrame, config: FlatTable) -> Encoded:
    """The inputs of a table.

    Raises:
        ConfigError: a value is no date of the format.
    """
    out_of_play = {config.label, config.id, config.cut.column, *config.exclude}
    names = config.inputs or [name for name in rows.columns if name not in out_of_play]
    ends = _cuts(rows, config)
    inputs: list[Input] = []
    columns: dict[str, np.ndarray] = {}
    left_out = []
    for name in names:
        kind = config.kinds.get(name) or kind_of(rows[name])
        found = [(i, v) for i, v in _encoded(rows[name], name, kind, config, ends) if len(np.unique(v)) > 1]
        left_out += [] if found else [name]
        inputs += [i for i, _ in found]
        columns |= {i.name: v for i, v in found}
    return Encoded(tuple(inputs), columns, tuple(left_out))


def kind_of(values: "pd.Series[str]") -> Kind:
    """A number if every value that is there is one."""
    known = values[values != ""]
    return "number" if len(known) and pd.to_numeric(known, errors="coerce").notna().all() else "category"


def _encoded(values: "pd.Series[str]", name: str, kind: Kind, config: FlatTable, ends: Ends) -> Pairs:
    """The inputs of one column with their values: what it says, and whether it says nothing."""
    column = f"`{name.replace('`', '``')}`"
    is_missing = (values == "").to_numpy()
    if kind == "category":
        counted = values[values != ""].value_counts()
        frequent = sorted(counted[counted >= LEAST_ROWS].index[:MOST_VALUES])
        found = [(_is(name, column, value), (values == value).to_numpy(float)) for value in frequent]
    elif kind == "date":
        found = [_days(values, name, column, config, ends)]
    else:
        number = pd.to_numeric(values, errors="coerce").to_numpy(float)
        is_missing = np.isnan(number)
        one = Input(safe(name), 0.0, f"try_cast(trim({column}) AS double)", (name,))
        found = [(one, np.nan_to_num(number))]
    return [*found, (_is_missing(name, column, kind), is_missing.astype(float))]


def _is(name: str, column: str, value: str) -> Input:
    return Input(safe(f"{name}={value}"), 0.0, f"trim({column}) = {quoted(value)}", (name,))


def _is_missing(name: str, column: str, kind: Kind) -> Input:
    known = f"try_cast(trim({column}) AS double)" if kind == "number" else f"nullif(trim({column}), '')"
    return Input(safe(f"{name}{IS_MISSING}"), 0.0, f"{known} IS NULL", (name,))


def safe(name: str) -> str:
    """A name that a column of Spark may have without quotes: dots would be looked into."""
    return name.replace("`", "_").replace(".", "_")


def _days(values: "pd.Series[str]", name: str, column: str, config: FlatTable, ends: Ends) -> tuple[Input, np.ndarray]:
    """Days from a date to the cut; without a cut to the newest date of the column, so that none is after it."""
    try:
        dates = pd.to_datetime(values.where(values != ""), format=config.date_format)
    except ValueError as error:
        why = str(error).partition(",")[0]
        raise ConfigError(f"{name}: {why}. Correct date_format, or say that it is a category.") from error
    last = ends if ends is not None else pd.Series(dates.max(), index=values.index)
    end = _date_sql(f"`{config.cut.column}`", config) if config.cut.column else f"date'{last.iloc[0]:%Y-%m-%d}'"
    sql = f"datediff({end}, {_date_sql(column, config)})"
    days = np.nan_to_num((last - dates).dt.days.to_numpy(float))
    return Input(safe(name), 0.0, sql, (name,), is_dated=ends is not None), days


def _date_sql(column: str, config: FlatTable) -> str:
    pattern = config.date_format
    for ours, theirs in _PATTERNS.items():
        pattern = pattern.replace(ours, theirs)
    return f"cast(try_to_timestamp(trim({column}), '{pattern}') AS date)"


def _cuts(rows: pd.DataFrame, config: FlatTable) -> Ends:
    """The day of each row; None without one."""
    try:
        if config.cut.column:
            return pd.to_datetime(rows[config.cut.column], format=config.date_format)
        if config.cut.day:
            return pd.Series(pd.Timestamp(datetime.fromisoformat(config.cut.day)), index=rows.index)
    except ValueError as error:
        raise ConfigError(f"cut: {error}") from error
    return None
