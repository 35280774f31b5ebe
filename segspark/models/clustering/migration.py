"""How people move from the groups of the last model to those of the new one, and whether too many move."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from segspark.models.clustering.documents import Migration


def compare_models(
    previous_version: str,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    people: Mapping[tuple[str, str], int],
    min_rand: float,
    max_share_move: float,
) -> Migration:
    """The migration of the same people, with an alarm and its reasons.

    Args:
        before, after: segment_id, name_fr and name_en of the groups.
        people: (old segment_id, new segment_id) -> people of one snapshot under both models.
    """
    named = {g["segment_id"]: g for g in (*before, *after)}
    total = max(sum(people.values()), 1)
    shares = [
        {
            "segment_id": i,
            "name_fr": g["name_fr"],
            "name_en": g["name_en"],
            "before": sum(n for (a, _), n in people.items() if a == i) / total,
            "after": sum(n for (_, b), n in people.items() if b == i) / total,
        }
        for i, g in sorted(named.items())
    ]
    rand = rand_of(people)
    reasons: list[dict[str, Any]] = []
    if rand < min_rand:
        reasons.append({"measure": "rand", "value": rand, "threshold": min_rand, "segment_id": None})
    for s in shares:
        moved = s["after"] - s["before"]
        if abs(moved) > max_share_move:
            reasons.append(
                {"measure": "share", "value": moved, "threshold": max_share_move, "segment_id": s["segment_id"]}
            )
    matrix = [{"from_id": a, "to_id": b, "n": n} for (a, b), n in sorted(people.items()) if n]
    return Migration(previous_version, rand, matrix, shares, {"reasons": reasons} if reasons else None)


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
