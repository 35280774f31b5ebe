"""How many people each two segments of a day share, from the day's bitmaps."""

from datetime import date
from itertools import combinations
from typing import Any

from segspark.config.models import Workspace
from segspark.pipeline.view import View, look
from segspark.query.bits.stored import blocks_of_day, day_with_bits
from segspark.query.curves import CURVE
from segspark.tables.contracts import gold
from segspark.tables.open import open_lake


def overlaps(workspace: Workspace, as_of: date | None = None) -> list[dict[str, Any]]:
    """Every two segments of a day that share somebody, those with the most people in both first.

    Returns:
        One row per pair: as_of, scheme, segment_name, people; other_scheme, other_segment_name, other_people; both.

    Raises:
        GateClosed: the day has no bitmaps.
    """
    view = look(CURVE, workspace, open_lake(workspace))
    with view.on(day_with_bits(view, as_of)) as view:
        names = _names(view)
        sizes: dict[str, int] = {}
        both: dict[tuple[str, str], int] = {}
        for block in blocks_of_day(view, (), has_segments=True).values():
            segments = block.segments()
            for name, people in segments.items():
                sizes[name] = sizes.get(name, 0) + len(people)
            for one, other in combinations(sorted(segments), 2):
                n = segments[one].intersection_cardinality(segments[other])
                both[one, other] = both.get((one, other), 0) + n
        rows = [
            {
                "as_of": view.as_of,
                "scheme": one.partition(":")[0], "segment_name": names.get(one, one), "people": sizes[one],
                "other_scheme": other.partition(":")[0], "other_segment_name": names.get(other, other), "other_people": sizes[other],
                "both": n,
            }
            for (one, other), n in both.items() if n
        ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["both"], row["scheme"], row["segment_name"], row["other_segment_name"]))


def _names(view: View) -> dict[str, str]:
    """``scheme:segment_id`` -> its name in the workspace's language."""
    name = f"name_{view.settings.language}"
    rows = view.read_small(gold.SEGMENT_REGISTRY, columns=["scheme", "segment_id", name]).to_pylist()
    return {f"{row['scheme']}:{row['segment_id']}": row[name] for row in rows}
