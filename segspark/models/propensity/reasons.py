"""Why somebody has a score: the inputs that move it most, computed for everybody beside the score itself."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from segspark.models.shapley.leaf_tables import LeafTables
from segspark.models.shapley.reasons import strongest
from segspark.models.shapley.trees import Ensemble
from segspark.tables.contracts.gold import REASONS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_ARROW = pa.list_(pa.struct([("input", pa.string()), ("value", pa.float64()), ("effect", pa.float64())]))


def with_reasons(scored: "DataFrame", ensemble: Ensemble, inputs: Sequence[str]) -> "DataFrame":
    """The three strongest reasons of each score, the strongest first.

    Args:
        scored: person_id, p, and ``inputs``, an array of the model's inputs in their order, filled.
        ensemble: the model's trees.

    Returns:
        person_id, p, reasons: input, its value, and its effect in log-odds before calibration (Shapley value; above zero
        it makes the outcome likelier).
    """
    names = list(inputs)

    def explain(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tables = LeafTables.compile(ensemble)
        for batch in batches:
            column = batch.column("inputs")
            rows = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), len(names))
            kept = [batch.column("person_id"), batch.column("p")]
            yield pa.RecordBatch.from_arrays([*kept, reasons_of(tables, rows, names)], ["person_id", "p", "reasons"])

    return scored.select("person_id", "p", "inputs").mapInArrow(
        explain, f"person_id string, p double, reasons {REASONS}"
    )


def reasons_of(tables: LeafTables, rows: np.ndarray, names: Sequence[str]) -> pa.Array:
    """The reasons of some rows as an Arrow column; a row that nothing moves has none."""
    found = strongest(tables.values(rows))
    is_there = found.index >= 0
    row = np.nonzero(is_there)[0]
    index, effect = found.index[is_there], found.value[is_there]
    entries = pa.StructArray.from_arrays(
        [pa.array(np.array(names, dtype=object)[index], pa.string()), pa.array(rows[row, index]), pa.array(effect)],
        fields=list(_ARROW.value_type),
    )
    offsets = np.r_[0, np.cumsum(is_there.sum(axis=1))].astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), entries).cast(_ARROW)


def mean_effects(tables: LeafTables, rows: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    """How much each input moves the scores of these people: its share of all effects, the largest first."""
    strength = np.abs(tables.values(rows)).mean(axis=0)
    total = strength.sum() or 1.0
    shares = {name: float(s / total) for name, s in zip(names, strength, strict=True) if s > 0}
    return dict(sorted(shares.items(), key=lambda kv: -kv[1]))
