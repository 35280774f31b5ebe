"""Sizes with who came and went since the stored day before."""

from pathlib import Path

import pytest
from api.tiny import FIRST, SECOND, tiny
from builders import BUYERS, store_rows

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.query.look import segment_sizes
from segspark.query.movement import sizes_and_movement
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tiny(tmp_path / "w"), {})


def test_who_moves_between_segments_counts_as_who_comes_and_goes(workspace: Workspace) -> None:
    lake = Lake(workspace.lake)
    # bob has entered; joe and eve have left, ann has moved in from elsewhere.
    moves = [("joe", "left"), ("eve", "moved_out"), ("ann", "moved_in")]
    rows = [
        {"person_id": p, "segment_date": SECOND, "scheme": "rules", "segment_id": BUYERS, "change": c} for p, c in moves
    ]
    store_rows(lake, gold.SEGMENT_CHANGES, *rows)
    found = {row["segment_id"]: row for row in sizes_and_movement(workspace, lake, None)}
    buyers = found.pop(BUYERS)
    assert (buyers["entered"], buyers["left"], buyers["since"]) == (2, 2, FIRST)
    assert [(row["entered"], row["left"]) for row in found.values()] == [(0, 0)]


def test_on_the_first_day_there_is_no_movement(workspace: Workspace) -> None:
    rows = sizes_and_movement(workspace, Lake(workspace.lake), FIRST)
    assert [(row["entered"], row["left"], row["since"]) for row in rows] == [(None, None, None)] * 2


def test_a_lake_without_changes_has_had_none(workspace: Workspace) -> None:
    lake = Lake(workspace.lake)
    lake.folder(gold.SEGMENT_CHANGES).delete_tree()
    rows = sizes_and_movement(workspace, lake, SECOND)
    assert [(row["entered"], row["left"]) for row in rows] == [(0, 0)] * 2
    plain = [{k: v for k, v in row.items() if k not in ("entered", "left", "since")} for row in rows]
    assert plain == segment_sizes(workspace, SECOND)
