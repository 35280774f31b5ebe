"""How people move from the groups of the last model to those of the new one, and whether too many move."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.migration import Alarm, Migration, Move, Shift


def compare_models(
    previous_version: str,
    before: Sequence[GroupDocument],
    after: Sequence[GroupDocument],
    people: Mapping[tuple[str, str], int],
    min_rand: float,
    max_share_move: float,
) -> Migration:
    """The migration of the same people, with alarms if too many move.

    Args:
        before, after: groups of the last model and of the new one.
        people: (old segment_id, new segment_id) -> people of one snapshot under both models.
    """
    named = {g.segment_id: g.name for g in (*before, *after)}
    total = max(sum(people.values()), 1)
    shares = tuple(
        Shift(
            i,
            name,
            sum(n for (a, _), n in people.items() if a == i) / total,
            sum(n for (_, b), n in people.items() if b == i) / total,
        )
        for i, name in sorted(named.items())
    )
    rand = rand_of(people)
    alarms = [Alarm("rand", rand, min_rand)] if rand < min_rand else []
    moved = [(s.segment_id, s.after - s.before) for s in shares]
    alarms += [Alarm("share", by, max_share_move, i) for i, by in moved if abs(by) > max_share_move]
    matrix = tuple(Move(a, b, n) for (a, b), n in sorted(people.items()) if n)
    return Migration(previous_version, rand, matrix, shares, tuple(alarms))


def rand_of(people: Mapping[tuple[Any, Any], int]) -> float:
    """The adjusted Rand index of two groupings, from the number of people in each pair of groups (Hubert and Arabie
    1985)."""
    pairs = _pairs(list(people.values()))
    rows, columns = (
        [sum(n for key, n in people.items() if key[side] == i) for i in {k[side] for k in people}] for side in (0, 1)
    )
    by_row, by_column, all_pairs = _pairs(rows), _pairs(columns), _pairs([sum(people.values())])
    expected = by_row * by_column / all_pairs if all_pairs else 0.0
    most = (by_row + by_column) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


def _pairs(sizes: Sequence[int]) -> float:
    n = np.asarray(sizes, dtype=float)
    return float((n * (n - 1) / 2).sum())
