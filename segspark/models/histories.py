"""Fill gaps in people's histories by interpolation over each person's own time.

Interpolation uses the later value: a history may hold what was known on the day of the question and nothing later, else a
training row would know its own future (propensity/attributes.py).
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.impute import interpolate


def interpolate_histories(history: DataFrame, names: Sequence[str], n_ranges: int = 8) -> DataFrame:
    """Fill the gaps of some measures by linear interpolation between a person's own values before and after.

    Args:
        history: person_id, as_of_date, and the measures, null if unknown; one row per person and day.
        names: measures to fill.
        n_ranges: ranges of people, one task each.

    Returns:
        The same rows, the measures as double, and ``is_imputed_<name>`` for each. Before the first and after the last
        value of a person that value is held; a person without values keeps the gaps.
    """
    rows = history.withColumns({n: F.col(n).cast("double") for n in names})

    def fill(table: pa.Table) -> pa.Table:
        table = table.drop_columns(["_range"])
        _, person = np.unique(table["person_id"].to_numpy(zero_copy_only=False), return_inverse=True)
        at = table["as_of_date"].cast("int32").to_numpy(zero_copy_only=False)
        for n in names:
            values, is_imputed = interpolate(person, at, table[n].to_numpy(zero_copy_only=False))
            table = table.set_column(table.schema.get_field_index(n), n, pa.array(values, from_pandas=True))
            table = table.append_column(f"is_imputed_{n}", pa.array(is_imputed))
        return table

    made = rows.withColumns({f"is_imputed_{n}": F.lit(True) for n in names}).schema
    ranged = rows.withColumn("_range", F.pmod(F.hash("person_id"), F.lit(n_ranges)))
    return ranged.groupBy("_range").applyInArrow(fill, made)
