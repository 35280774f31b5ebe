"""Questions of a lake in a bucket: the same answers, read through the store, with every file verified."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, store_rows

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import DamagedFile
from segspark.features.resources import load_catalogue
from segspark.query.curves import curve
from segspark.query.look import segment_sizes
from segspark.query.preview import preview
from segspark.query.targets import rules_named
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake

AS_OF = date(2026, 5, 4)
ORDERS = {"ann": 3, "bob": 2, "eve": 0}


def lake_at(folder: Path, place: str) -> Workspace:
    make_workspace(folder)
    settings = folder / "segspark.yaml"
    settings.write_text(settings.read_text().replace("lake: ./lake", f"lake: {place}"))
    workspace = open_workspace(folder, {})
    lake = open_lake(workspace)
    store_rows(lake, gold.FEATURES.with_columns(load_catalogue(workspace).stored_columns()), *[
        {"person_id": who, "as_of_date": AS_OF, "n_order_365d": n, "order_cents_365d": 100 * n, "refund_cents_365d": 0}
        for who, n in ORDERS.items()
    ])  # fmt: skip
    store_rows(lake, gold.PEOPLE, *[
        {"person_id": who, "as_of_date": AS_OF, "is_contactable": who != "bob",
         "not_contactable_reason": "unsubscribed" if who == "bob" else None} for who in ORDERS
    ])  # fmt: skip
    store_rows(lake, gold.SEGMENTS, *[
        {"person_id": who, "segment_date": AS_OF, "scheme": "rules", "segment_id": "s", "segment_name": "Été"} for who in ORDERS
    ])  # fmt: skip
    return workspace


def answers(workspace: Workspace) -> tuple[Any, ...]:
    (rule,) = rules_named(workspace, "n_order_365d >= 2")
    lake = open_lake(workspace)
    return (
        preview(workspace, lake, [rule], None),
        curve(workspace, lake, rule, "n_order_365d"),
        segment_sizes(workspace, None),
    )


def test_a_lake_in_a_bucket_answers_as_one_on_a_disk(s3: str, tmp_path: Path) -> None:
    there = answers(lake_at(tmp_path / "there", f"{s3}/{tmp_path.name}/lake"))
    assert there == answers(lake_at(tmp_path / "here", "./lake"))
    ((row,), _, _) = there
    assert (row["people"], row["contactable"], row["left_out"], row["engine"]) == (2, 1, {"unsubscribed": 1}, "DuckDB")


def test_a_file_of_a_bucket_that_has_changed_is_not_read(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = lake_at(tmp_path / "there", f"{s3}/{tmp_path.name}/lake")
    lake: Lake = open_lake(workspace)
    (file,) = lake.part_files(gold.PEOPLE)
    folder = lake.folder(gold.PEOPLE)
    name = file.url.removeprefix(f"{folder.url.rstrip('/')}/")
    content = folder.read(name)
    folder.replace(name, content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
    # What this process has written it knows already.
    monkeypatch.setattr("segspark.store.parquet._KEPT", {})
    (rule,) = rules_named(workspace, "n_order_365d >= 2")
    with pytest.raises(DamagedFile, match="gold"):
        preview(workspace, open_lake(workspace), [rule], None)
