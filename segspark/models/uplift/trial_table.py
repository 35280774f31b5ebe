"""The people of a trial from a CSV file."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.models.uplift.trial import Assigned
from segspark.models.uplift.trial_file import TrialTable
from segspark.store import stream_url

# Read into memory together: so many people need some 100 bytes for each column.
MOST_PEOPLE = 2_000_000
# Words of one column; more are names of people or products, and no categories.
MOST_CATEGORIES = 50


def read_trial_table(table: TrialTable, place: Url) -> Assigned:
    """Everybody of a trial, of all arms.

    Args:
        place: of the file, with a whole path.

    Raises:
        ConfigError: the file, a column or a value is not as declared.
    """
    before = table.before
    rows = _read_columns(place, table.delimiter, (table.arm, table.outcome, *before.all))
    columns = {name: _numbers(rows, name, place) for name in before.numbers}
    for name in before.categories:
        columns |= _flags(rows, name, place)
    outcome = _numbers(rows, table.outcome, place)
    for name, missing in ((table.arm, rows[table.arm].null_count), (table.outcome, int(np.isnan(outcome).sum()))):
        if missing:
            raise ConfigError(
                f"{place}: the column {name} is empty in {missing} rows; each person has an arm and an outcome."
            )
    arms = rows[table.arm].to_numpy(zero_copy_only=False).astype(str)
    return Assigned(arms, outcome, np.column_stack(list(columns.values())), tuple(columns))


def read_column(place: Url, delimiter: str, name: str) -> list[str]:
    """The values of one column, at most MOST_PEOPLE; empty cells are left out.

    Raises:
        ConfigError: the file or the column is not there.
    """
    values: list[str] = _read_columns(place, delimiter, (name,))[name].drop_null().to_pylist()
    return values


def _read_columns(place: Url, delimiter: str, names: Sequence[str]) -> pa.Table:
    """Some columns as text, at most MOST_PEOPLE rows; empty cells are null."""
    packed = "gzip" if place.text.endswith(".gz") else None
    as_text = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=list(names),
        strings_can_be_null=True,
        null_values=[""],
    )
    batches, n = [], 0
    try:
        stream = pa.input_stream(stream_url(place.text), compression=packed)
        reader = csv.open_csv(stream, parse_options=csv.ParseOptions(delimiter=delimiter), convert_options=as_text)
        for batch in reader:
            n += batch.num_rows
            if n > MOST_PEOPLE:
                raise ConfigError(f"{place} has more than {MOST_PEOPLE:,} rows. Draw a part of the people of each arm.")
            batches.append(batch)
    except FileNotFoundError:
        raise ConfigError(
            f"{place}: there is no such file; a relative path starts at the folder of segspark.yaml."
        ) from None
    except KeyError as error:
        raise ConfigError(f"{place}: {error.args[0]}. Columns are named by the first line.") from None
    except (pa.ArrowInvalid, OSError, EOFError) as error:
        # The text of the error may quote a cell.
        raise ConfigError(
            f"{place} cannot be read as CSV with {delimiter!r} between cells ({type(error).__name__})."
        ) from None
    return pa.Table.from_batches(batches, schema=reader.schema)


def _numbers(rows: pa.Table, name: str, place: Url) -> np.ndarray:
    try:
        values = pc.cast(pc.utf8_trim_whitespace(rows[name]), pa.float64())
    except pa.ArrowInvalid:
        raise ConfigError(f"{place}: the column {name} holds something that is no number.") from None
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=float)


def _flags(rows: pa.Table, name: str, place: Url) -> dict[str, np.ndarray]:
    """A column of 0 and 1 for each word; all are 0 where the cell is empty."""
    words = sorted(pc.unique(rows[name].drop_null()).to_pylist())
    if len(words) > MOST_CATEGORIES:
        raise ConfigError(
            f"{place}: the column {name} holds {len(words)} different words; at most {MOST_CATEGORIES} are categories."
        )
    found = rows[name].to_numpy(zero_copy_only=False)
    return {f"{name}={word}": (found == word).astype(float) for word in words}
