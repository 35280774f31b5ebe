"""Why somebody has a score: the inputs that move it most, computed for everybody beside the score itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from segspark.models.evaluate.blend import log_odds
from segspark.models.evaluate.judgement import Blend
from segspark.models.shapley.leaf_tables import LeafTables
from segspark.models.shapley.reasons import strongest
from segspark.models.shapley.trees import Ensemble
from segspark.tables.contracts.gold import REASONS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_ARROW = pa.list_(pa.struct([("input", pa.string()), ("value", pa.float64()), ("effect", pa.float64())]))


@dataclass(frozen=True)
class Other:
    """A simpler model that is blended with the trees: its name, and the weights."""

    name: str
    blend: Blend


def with_reasons(
    scored: "DataFrame", ensemble: Ensemble, inputs: Sequence[str], other: Other | None = None
) -> "DataFrame":
    """The three strongest reasons of each score, the strongest first.

    Args:
        scored: person_id, p, and ``inputs``, an array of the model's inputs in their order, filled; ``said``, the same as one
            may say them, which versions of earlier releases do not give; with another model also ``beside``, its
            probability.
        ensemble: the model's trees.

    Returns:
        person_id, p, reasons: input, the person's value (null where it is missing), and its effect in log-odds before calibration (Shapley value; above zero
        it makes the outcome likelier). Another model is a reason of its own: its probability, and how far its log-odds
        are from their mean.
    """
    names = list(inputs)
    shown = "said" if "said" in scored.columns else "inputs"
    columns = dict.fromkeys(("person_id", "p", "inputs", shown, *(("beside",) if other else ())))

    def explain(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tables = LeafTables.compile(ensemble)
        for batch in batches:
            effects, called = tables.values(matrix(batch.column("inputs"), len(names))), names
            rows = matrix(batch.column(shown), len(names))
            if other is not None:
                beside = batch.column("beside").to_numpy(zero_copy_only=False)
                effects, called = with_other(effects, other.blend, beside), [*names, other.name]
                rows = np.column_stack([rows, beside])
            kept = [batch.column("person_id"), batch.column("p")]
            yield pa.RecordBatch.from_arrays([*kept, reasons_of(effects, rows, called)], ["person_id", "p", "reasons"])

    return scored.select(*columns).mapInArrow(explain, f"person_id string, p double, reasons {REASONS}")


def matrix(column: pa.Array, n: int) -> np.ndarray:
    """(rows, n) numbers of a column of lists of n; NaN where one is null."""
    return np.asarray(column.flatten().to_numpy(zero_copy_only=False), dtype=float).reshape(len(column), n)


def with_other(effects: np.ndarray, blend: Blend, beside: np.ndarray) -> np.ndarray:
    """The effects of inputs in a blend, and one more: that of the other model.

    Args:
        effects: (rows, inputs) what inputs add to the log-odds of the trees.
        beside: probabilities of the other model.
    """
    return np.column_stack([blend.weight * effects, blend.of_other * (log_odds(beside) - blend.centre)])


def reasons_of(effects: np.ndarray, rows: np.ndarray, names: Sequence[str]) -> pa.Array:
    """The reasons of some rows as an Arrow column; a row that nothing moves has none.

    Args:
        effects, rows: (rows, inputs) what each input adds to the log-odds, and its value; NaN becomes null.
    """
    found = strongest(effects)
    is_there = found.index >= 0
    row = np.nonzero(is_there)[0]
    index, effect = found.index[is_there], found.value[is_there]
    values = rows[row, index]
    entries = pa.StructArray.from_arrays(
        [
            pa.array(np.array(names, dtype=object)[index], pa.string()),
            pa.array(values, mask=np.isnan(values)),
            pa.array(effect),
        ],
        fields=list(_ARROW.value_type),
    )
    offsets = np.r_[0, np.cumsum(is_there.sum(axis=1))].astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), entries).cast(_ARROW)


def mean_effects(effects: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    """How much each input moves the scores of these people: its share of all effects, the largest first."""
    strength = np.abs(effects).mean(axis=0)
    total = strength.sum() or 1.0
    shares = {name: float(s / total) for name, s in zip(names, strength, strict=True) if s > 0}
    return dict(sorted(shares.items(), key=lambda kv: -kv[1]))
