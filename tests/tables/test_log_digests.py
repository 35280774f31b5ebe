"""The files of a Delta log are verified before the log is believed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from segspark.errors import DamagedFile
from segspark.tables import log_digests
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.lake import Lake
from segspark.tables.log_digests import commits_of, digest_log, digests_of, verify_log

TOYS = Contract(
    name="gold.toys",
    grain="one toy",
    key=("person_id",),
    columns=(
        required("person_id", "string", "Person"),
        optional("n", "bigint", "Toys"),
        required("as_of_date", "date", "Day"),
    ),
    partition_by=("as_of_date",),
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Three commits: the table, and two appends."""
    lake = Lake(tmp_path)
    for n in (1, 2):
        rows = pa.table({"person_id": ["a", "b"], "n": [n, n], "as_of_date": [date(2026, 5, n)] * 2})
        lake.append_small(TOYS, rows, once=str(n))
    return lake


def log_file(lake: Lake, version: int) -> Path:
    return Path(lake.path(TOYS)) / "_delta_log" / f"{version:020}.json"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    log_digests._VERIFIED.clear()


def test_every_commit_gets_a_digest(lake: Lake) -> None:
    assert set(digests_of(lake.folder(TOYS))) == set(commits_of(lake.folder(TOYS)).values())
    lake.overwrite_small(TOYS, lake.read_small(TOYS))
    assert len(digests_of(lake.folder(TOYS))) == 4


@pytest.mark.parametrize(
    ("old", "new"),
    [('"as_of_date":"2026-05-02"', '"as_of_date":"2026-05-03"'), ('"appId":"2"', '"appId":"3"')],
    ids=["a day", "a transaction"],
)
def test_a_changed_commit_is_not_believed(lake: Lake, old: str, new: str) -> None:
    change(log_file(lake, 2), old, new)
    asked: list[Callable[[], object]] = [
        lambda: lake.read_small(TOYS), lambda: lake.n_rows(TOYS), lambda: lake.days(TOYS), lambda: lake.files(TOYS),
        lambda: lake.append_small(TOYS, TOYS_OF_NOBODY, once="3"),
    ]  # fmt: skip
    for ask in asked:
        with pytest.raises(DamagedFile, match=r"00002\.json"):
            ask()
    # What was before is still there.
    assert lake.table(TOYS, version=1).count() == 2


TOYS_OF_NOBODY = pa.table({"person_id": ["c"], "n": [1], "as_of_date": [date(2026, 5, 3)]})


def test_a_commit_without_digest_is_believed_once_and_then_has_one(lake: Lake) -> None:
    folder = lake.folder(TOYS)
    for name in (f.name for f in folder.list("_digests/")):
        folder.delete(name)
    assert lake.n_rows(TOYS) == 4
    digest_log(folder)
    change(log_file(lake, 1), '"numRecords\\": 2', '"numRecords\\": 9')
    with pytest.raises(DamagedFile):
        verify_log(folder)


def test_the_digest_of_a_log_file_that_is_gone_goes_too(lake: Lake) -> None:
    log_file(lake, 0).unlink()
    digest_log(lake.folder(TOYS))
    assert len(digests_of(lake.folder(TOYS))) == 2


def test_a_checkpoint_is_verified_and_older_commits_are_not_read(lake: Lake) -> None:
    lake.table(TOYS).create_checkpoint()
    digest_log(lake.folder(TOYS))
    change(log_file(lake, 1), "a", "b")
    assert lake.n_rows(TOYS) == 4
    (checkpoint,) = (Path(lake.path(TOYS)) / "_delta_log").glob("*.checkpoint.parquet")
    content = bytearray(checkpoint.read_bytes())
    content[-9] ^= 1
    checkpoint.write_bytes(content)
    log_digests._VERIFIED.clear()
    with pytest.raises(DamagedFile, match="checkpoint"):
        lake.n_rows(TOYS)
