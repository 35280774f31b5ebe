"""Every table keeps the promises about opens and about the future; a new one is compared here, or says why not.

The same small shop is run for two days twice: as it is, and with opens that nobody permitted (of people on the list and
of invented ones) and files that arrive after the days. Every table must hold the same rows.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import write_consents, write_mails, write_orders
from pins.test_stored_rows import KEY, fill, stored
from pyspark.sql import SparkSession

from segspark import pseudonyms
from segspark.app.run import run_named
from segspark.config.models import Workspace
from segspark.pipeline.progress import Quiet
from segspark.tables.contracts import bronze, privacy, silver
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
# Tables that are not compared, and why.
COUNT_RECORDS = "counts or holds what was received, which differs by what is planted"
NOT_COMPARED = {
    "bronze.records": COUNT_RECORDS, "bronze.quarantine": COUNT_RECORDS, "ops.files": COUNT_RECORDS,
    "ops.ledger": COUNT_RECORDS, "ops.runs": COUNT_RECORDS,
    "ops.file_hashes": "what the stores say of the files; ingest/test_deliveries.py",
    "ops.schema": "tells of migrations alone; app/test_migrate.py",
    "privacy.last_opens": "the date of the last open, for list hygiene alone; no flow reads it",
    "silver.order_lines": "no source of this shop delivers lines; silver.orders is compared",
    "silver.profiles": "no source of this shop delivers profiles; features/test_profile.py",
    "silver.unintroduced": "identifiers that no record introduces yet, of which the planted ones are some",
    "gold.activity_items": "no source of this shop names products; features/test_tiles.py",
    "gold.item_last_days": "the same",
    "gold.training_sets": "made of gold.features when models are trained",
    "gold.model_drift": "made where a model is in use",
    "gold.model_performance": "the same",
    "gold.ordinals": "numbers people in the order of their ids; bits/test_flow.py",
    "gold.bits": "names people by these numbers", "gold.day_bits": "the same",
    "gold.segment_migrations": "made of two models' segments",
    "gold.features_restated": "made on request, of what is known later",
}  # fmt: skip
Rows = dict[str, Any]


def with_opens(workspace: Workspace) -> None:
    """Opens of bob and eve, who have not permitted them, and of addresses that no event introduces."""
    opens = [(f"o{n}", f"{who}@example.com", "open", f"2026-05-02 1{n}:00:00")
             for n, who in enumerate(("bob", "bob", "eve", "nobody", "someone", "nobody"))]  # fmt: skip
    write_mails(workspace, MAY[2], ("m1", "ann@example.com", "open", "2026-05-02 11:00:00"), *opens,
                ("m3", "bob@example.com", "complaint", "2026-05-02 11:30:00"),
                ("m4", "ann@example.com", "click", "2026-05-02 11:00:05"))  # fmt: skip


def with_future(workspace: Workspace) -> None:
    """What arrives on the day after the last one that is run, about the days that are run too."""
    write_orders(workspace, MAY[4], ("9", "ann@example.com", "2026-05-03 10:00:00", "900.00"))
    write_mails(workspace, MAY[4], ("m9", "ann@example.com", "click", "2026-05-02 15:00:00"),
                ("m10", "new@example.com", "delivered", "2026-05-02 15:00:00"))  # fmt: skip
    write_consents(workspace, MAY[4], ("ann@example.com", "open_tracking", "withdrawn", "2026-05-01 10:00:00"))


def rows_of_run(spark: SparkSession, folder: Path, *plants: Callable[[Workspace], None]) -> Rows:
    workspace = fill(folder)
    for plant in plants:
        plant(workspace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGSPARK_KEY", KEY)
        patch.setattr(pseudonyms, "LEAST_DISTINCT", 1)
        lake = SparkLake(workspace.lake, spark)
        for day in (3, 4):
            run_named("daily", workspace, lake, MAY[day], progress=Quiet())
    return {c.name: _without_runs(stored(lake, c)) for c in ALL if Lake.exists(lake, c)}


def _without_runs(rows: dict[str, Any]) -> list[str]:
    """The rows without the ids of the runs that wrote them, which name the files."""
    kept = [at for at, name in enumerate(rows["columns"]) if name != "run_id"]
    return sorted(json.dumps([row[at] for at in kept], ensure_ascii=False) for row in rows["rows"])


@pytest.fixture(scope="module")
def as_it_is(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return rows_of_run(spark, tmp_path_factory.mktemp("promises") / "w")


def differences(mine: Rows, other: Rows) -> list[str]:
    return [name for name in mine if name not in NOT_COMPARED and mine[name] != other.get(name)]


def test_every_table_is_compared_or_says_why_not(as_it_is: Rows) -> None:
    names = {c.name for c in ALL}
    assert set(NOT_COMPARED) <= names
    missing = sorted(names - set(NOT_COMPARED) - {name for name, rows in as_it_is.items() if rows})
    assert missing == [], "these have no rows in this shop: give it some, or say why they are not compared"


def test_what_is_planted_changes_no_row(spark: SparkSession, tmp_path: Path, as_it_is: Rows) -> None:
    planted = rows_of_run(spark, tmp_path / "w", with_opens, with_future)
    assert differences(as_it_is, planted) == []


# Of the tables that records fill: texts that the program makes itself.
OURS = {"source", "file_id", "file_name", "identifier_id", "anonymous_id", "person_id", "fingerprint", "event_type",
        "order_type", "line_type", "purpose", "value", "rule", "run_id", "record_hash", "kept", "disposition", "stage",
        "kind", "replayed_by", "attributes", "linked_id"}  # fmt: skip


@pytest.mark.parametrize(
    "contract", [*bronze.TABLES, *privacy.TABLES, *silver.TABLES], ids=lambda contract: contract.name
)
def test_every_text_that_a_record_fills_has_a_shape(contract: Any) -> None:
    texts = {c.name for c in contract.columns if c.type in ("string", "map<string,string>")}
    shaped = {c.name for c in contract.columns if c.shape is not None}
    # Of silver.objections: copied from silver.events, where it has one.
    assert texts - shaped - OURS - ({"event_id"} if contract is silver.OBJECTIONS else set()) == set()
