"""Every damaged byte of a table is found and its file named."""

import random
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from segspark.errors import DamagedFile
from segspark.tables import log_digests
from segspark.tables.contracts import gold
from segspark.tables.damage import damage_of, remove_checkpoints
from segspark.tables.lake import Lake

CHANGES = gold.SEGMENT_CHANGES


def rows(day: int, n: int) -> pa.Table:
    names = {c.name for c in CHANGES.columns}
    values = {"segment_date": [date(2026, 5, day)] * n}
    for column in CHANGES.columns:
        if column.name not in values:
            values[column.name] = [column.name] * n if column.type == "string" else [None] * n  # type: ignore[list-item]
    assert set(values) == names
    return pa.table(values)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    for day in (1, 2, 3):
        lake.append_small(CHANGES, rows(day, 5), once=str(day))
    return lake


def files(lake: Lake, pattern: str) -> list[Path]:
    return sorted(Path(lake.path(CHANGES)).glob(pattern))


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    log_digests._VERIFIED.clear()


def test_a_sound_table_and_one_that_is_not_there_are_not_damaged(lake: Lake) -> None:
    assert damage_of(lake, CHANGES) == []
    assert damage_of(lake, gold.FEATURES) == []


def test_a_flipped_bit_of_a_data_file_is_found_with_its_day_and_rows(lake: Lake) -> None:
    draw = random.Random(3)
    for file in files(lake, "segment_date=*/*.parquet"):
        for _ in range(10):
            bit = draw.randrange(8 * file.stat().st_size)
            flip(file, bit)
            (found,) = damage_of(lake, CHANGES)
            assert (found.kind, Path(found.file).name, found.rows) == ("file", file.name, 5)
            assert str(found.day) in found.file
            flip(file, bit)


def test_a_file_that_is_missing_or_has_another_length_is_found(lake: Lake) -> None:
    first, second, _ = files(lake, "segment_date=*/*.parquet")
    first.unlink()
    second.write_bytes(second.read_bytes() + b"x")
    found = {Path(d.file).name: d.what.partition(" bytes")[0] for d in damage_of(lake, CHANGES)}
    assert found == {first.name: "it is missing", second.name: f"it has {second.stat().st_size:,}"}


def test_a_commit_that_is_changed_cut_off_or_lost_is_found(lake: Lake) -> None:
    commits = files(lake, "_delta_log/*.json")
    for path in commits:
        content = path.read_bytes()
        flip(path, 8 * 300)
        assert [d.kind for d in damage_of(lake, CHANGES)] == ["commit"]
        path.write_bytes(content)
    commits[1].rename(commits[1].with_suffix(".gone"))
    assert [d.what for d in damage_of(lake, CHANGES)] == ["version 1 is missing"]
    commits[1].with_suffix(".gone").rename(commits[1])
    commits[-1].unlink()
    log_digests._VERIFIED.clear()
    assert [d.what for d in damage_of(lake, CHANGES)] == ["it is missing"]
    # The older state is not taken for the present one.
    with pytest.raises(DamagedFile, match="it is missing"):
        lake.n_rows(CHANGES)


def test_a_damaged_checkpoint_is_removed_where_the_commits_suffice(lake: Lake) -> None:
    lake.table(CHANGES).create_checkpoint()
    log_digests.digest_log(lake.folder(CHANGES))
    lake.append_small(CHANGES, rows(4, 5), once="4")
    assert damage_of(lake, CHANGES) == []
    (checkpoint,) = files(lake, "_delta_log/*.checkpoint.parquet")
    flip(checkpoint, 8 * 2_000)
    found = damage_of(lake, CHANGES)
    assert [d.kind for d in found] == ["checkpoint"]
    assert remove_checkpoints(lake, found) == found
    assert damage_of(lake, CHANGES) == []
    assert lake.n_rows(CHANGES) == 20


def test_a_damaged_checkpoint_without_its_commits_stays(lake: Lake) -> None:
    lake.table(CHANGES).create_checkpoint()
    log_digests.digest_log(lake.folder(CHANGES))
    (checkpoint,) = files(lake, "_delta_log/*.checkpoint.parquet")
    files(lake, "_delta_log/*.json")[0].unlink()
    flip(checkpoint, 8 * 2_000)
    found = damage_of(lake, CHANGES)
    assert "checkpoint" in [d.kind for d in found]
    assert remove_checkpoints(lake, found) == []
    assert checkpoint.exists()


def test_a_checkpoint_that_names_other_files_than_its_commits_is_found(lake: Lake) -> None:
    lake.table(CHANGES).create_checkpoint()
    commit = files(lake, "_delta_log/*.json")[-1]
    commit.write_text(commit.read_text().replace('"size":', '"size":1'))
    for digest in files(lake, "_digests/*"):
        digest.unlink()
    assert "its files are not those of the commits" in [d.what for d in damage_of(lake, CHANGES)]
