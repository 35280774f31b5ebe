"""A checkpoint of the newest version spares readers the commits before it."""

from pathlib import Path

from tables.io.toy_tables import BOXES, boxes

from segspark.tables import log_digests
from segspark.tables.checkpoints import commits_since_checkpoint, make_checkpoint
from segspark.tables.lake import Lake
from segspark.tables.log_digests import checkpoints_of, digests_of, verify_log


def test_a_reader_begins_at_it_and_it_carries_a_digest(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for n in range(4):
        lake.append_small(BOXES, boxes(f"{n}"), str(n))
    folder, version = lake.folder(BOXES), lake.version(BOXES)
    assert commits_since_checkpoint(folder) == 5
    make_checkpoint(lake, BOXES)
    assert (commits_since_checkpoint(folder), lake.version(BOXES)) == (0, version)
    name = checkpoints_of(folder)[version or 0]
    assert name in digests_of(folder)
    # The commits before it are not needed any more.
    for n in range(version or 0):
        folder.delete(f"_delta_log/{n:020}.json")
    log_digests._VERIFIED.clear()
    verify_log(folder)
    assert sorted(lake.read_small(BOXES)["box"].to_pylist()) == ["0", "1", "2", "3"]
    assert lake.table(BOXES).transaction_version("2") == 1
    lake.append_small(BOXES, boxes("4"), "4")
    assert commits_since_checkpoint(folder) == 1
