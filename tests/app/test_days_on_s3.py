"""Whole days on a lake in a bucket, whose sources lie in one too, make the rows that they make in a folder."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, write_consents, write_mails, write_orders

from segspark.store import store_at
from segspark.tables.contracts import ops
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake

CLONE = Path(__file__).parents[2]
DAYS = (date(2026, 5, 3), date(2026, 5, 4))
# Of a run, not of its day.
VOLATILE = {"ops.runs": {"run_id", "config_hash", "written_at", "duration_s"}}


def run(folder: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "segspark", *words, "--config", str(folder)],
        capture_output=True, text=True, cwd=CLONE, check=False, env={**os.environ, "TZ": "UTC"}, timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-4000:]}"


def rows(lake: Lake) -> dict[str, list[str]]:
    found = {}
    # What a store says of its files is its own.
    for contract in (each for each in ALL if each is not ops.FILE_HASHES):
        if lake.exists(contract):
            table = lake.read_small(contract)
            stays = [name for name in table.column_names if name not in VOLATILE.get(contract.name, ())]
            found[contract.name] = sorted(str(told(row)) for row in table.select(stays).to_pylist())
    return found


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what differs between stores: versions of tables that are written as one file at other numbers, and
    which files were read again since they had just been written."""
    texts = {name: json.loads(row[name]) for name in ("inputs", "outputs") if row.get(name)}
    return {**row, **{name: pruned(content) for name, content in texts.items()}}


def pruned(content: Any) -> Any:
    if not isinstance(content, dict):
        return content
    return {name: pruned(each) for name, each in content.items() if not name.startswith("ops.") and name != "hashed"}


def in_a_bucket(folder: Path, copy: Path, bucket: str) -> Path:
    """A copy of a workspace of which all that may lies in a bucket."""
    shutil.copytree(folder, copy)
    settings = (copy / "segspark.yaml").read_text()
    (copy / "segspark.yaml").write_text(settings.replace("lake: ./lake", f"lake: {bucket}/lake")
                                         + f"exports: {bucket}/exports\nreports: {bucket}/reports\n")  # fmt: skip
    for path in (copy / "sources").glob("*.yaml"):
        path.write_text(path.read_text().replace("../data/", f"{bucket}/deliveries/"))
    for path in (copy / "data").iterdir():
        store_at(f"{bucket}/deliveries").replace(path.name, path.read_bytes())
    shutil.rmtree(copy / "data")
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["s3", "hdfs"])
def test_two_days_in_a_bucket_are_two_days_in_a_folder(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = request.getfixturevalue(kind)
    if kind == "s3" and not any((CLONE / "jars" / "s3").glob("hadoop-aws-*.jar")) and "SEGSPARK_JARS" not in os.environ:
        pytest.skip("Spark's jars for S3 are not here; run: make s3")
    monkeypatch.setenv("SEGSPARK_KEY", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")
    folder = tmp_path / "folder"
    workspace = make_workspace(folder)
    first, second = DAYS
    write_consents(workspace, first, *[(f"{n}@example.com", "open_tracking", "granted", "2026-05-01 08:00:00")
                                       for n in ("ann", "bob", "eve")])  # fmt: skip
    write_orders(workspace, first, ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"),
                 ("2", "bob@example.com", "2026-05-01 10:00:00", "30.00"), ("3", "eve@example.com", "no time", "1"))  # fmt: skip
    write_mails(workspace, first, ("m1", "ann@example.com", "click", "2026-05-02 09:00:00"))
    bucket = in_a_bucket(folder, tmp_path / "bucket", f"{s3}/days")
    # The second day changes an order, which is merged, and brings somebody new.
    for name, lines in {
        f"orders-{second}.csv": "id,email,at,total\n1,ann@example.com,2026-05-02 10:00:00,100.00\n"
        "4,ida@example.com,2026-05-03 11:00:00,55.00\n",
        f"mails-{second}.csv": "id,email,type,at\nm2,bob@example.com,open,2026-05-03 12:00:00\n",
    }.items():
        for place in (str(folder / "data"), f"{s3}/days/deliveries"):
            store_at(place).replace(name, lines.encode())
    for day in DAYS:
        for each in (folder, bucket):
            # What is delivered on a day counts the day after.
            run(each, "run", "daily", "--as-of", str(day + timedelta(days=1)))
    for each in (folder, bucket):
        run(each, "segments", "export", "buyers")
        run(each, "report")
        run(each, "doctor")
    in_folder = rows(Lake(folder / "lake"))
    in_bucket = rows(Lake(f"{s3}/days/lake"))
    assert in_bucket.keys() == in_folder.keys()
    for name, of_table in in_folder.items():
        only_one_has = sorted({*of_table} ^ {*in_bucket[name]})
        assert in_bucket[name] == of_table, f"{name}:\n" + "\n".join(only_one_has)
    # The changed order was merged into the stored one.
    assert [order for order in in_folder["silver.orders"] if "'amount_cents': 10000" in order]
    assert files_of(f"{s3}/days/exports") == files_of(str(folder / "exports")) != {}
    assert files_of(f"{s3}/days/reports").keys() == files_of(str(folder / "reports")).keys() != set()
    # Nothing was made here in the bucket's name, or beside the workspace's own files.
    assert {p.name for p in bucket.iterdir()} & {"lake", "exports", "reports", f"{kind}:"} == set()


def files_of(place: str) -> dict[str, Any]:
    store = store_at(place)
    return {file.name: store.read(file.name) for file in store.list() if not file.name.endswith(".json")}
