"""A small lake as it is written down: every row, layout, state, outcome and transaction id, as literals.

The rows are in stored_rows.json: of each table the columns and the rows, without what tells of the run alone. Code may
move; a row that changes is a change of what users store, and has its own commit that says so. Where the rows differ the
test names the first difference of each column, and writes what it found to a file that can be compared.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, write_consents, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark import pseudonyms
from segspark.app.run import run_named
from segspark.config.models import Workspace
from segspark.pipeline.progress import Quiet
from segspark.tables.contracts import ops
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

# Of ops.file_hashes nothing is pinned: it says when each file was written, and whether that was long enough ago.
PINNED = tuple(contract for contract in ALL if contract.name != "ops.file_hashes")
ROWS = Path(__file__).parent / "stored_rows.json"
# Of a run, of a clock, or of the machine's folders.
NOT_COMPARED = {
    "ops.runs": ("written_at", "duration_s", "config_hash", "inputs", "outputs", "run_id"),
}
# A day has hundreds of rows.
ONE_DAY = {"gold.segment_profiles": "segment_date", "ops.segment_profiles": "segment_date", "gold.bits": "as_of_date"}
# base64 of 32 zero bytes: pseudonyms are then the same everywhere.
KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
# (flow, as-of day, first day): a first load, late orders, a part of a day, a past day, and much later a training.
RUNS = (
    ("daily", date(2026, 5, 3), None),
    ("daily", date(2026, 5, 4), None),
    ("hourly", date(2026, 5, 5), None),
    ("restate", date(2026, 5, 3), None),
    ("backfill", date(2026, 5, 4), date(2026, 5, 4)),
    ("train", date(2026, 11, 20), None),
)


@pytest.fixture(scope="module")
def lake(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    workspace = fill(tmp_path_factory.mktemp("pinned") / "w")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGSPARK_KEY", KEY)
        patch.setattr(pseudonyms, "LEAST_DISTINCT", 1)
        made = SparkLake(workspace.lake, spark)
        for flow, as_of, first in RUNS:
            run_named(flow, workspace, made, as_of, first=first, progress=Quiet())
        yield made


def fill(folder: Path) -> Workspace:
    workspace = make_workspace(folder)
    may = [date(2026, 5, n + 1) for n in range(31)]
    write_consents(workspace, may[0], ("ann@example.com", "open_tracking", "granted", "2026-05-01 08:00:00"),
                   ("eve@example.com", "email_marketing", "withdrawn", "2026-05-01 09:00:00"))  # fmt: skip
    write_orders(workspace, may[1], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"),
                 ("2", "bob@example.com", "2026-05-02 23:30:00", "30.00"), ("3", "eve@example.com", "2026-05-02 12:00:00", "x"),
                 ("4", "", "2026-05-02 12:00:00", "15.00"))  # fmt: skip
    write_mails(workspace, may[1], ("m1", "ann@example.com", "open", "2026-05-02 11:00:00"),
                ("m2", "bob@example.com", "open", "2026-05-02 11:00:00"), ("m3", "bob@example.com", "complaint", "2026-05-02 11:30:00"),
                ("m4", "ann@example.com", "click", "2026-05-02 11:00:05"), ("m4", "ann@example.com", "click", "2026-05-02 11:00:05"))  # fmt: skip
    # Of the shop's second day: an order of before, a mail that came far too late, and a word that nobody knows.
    write_orders(workspace, may[2], ("5", "bob@example.com", "2026-05-02 09:00:00", "50.00"))
    write_mails(workspace, may[2], ("m5", "ann@example.com", "click", "2026-01-02 11:00:00"),
                ("m6", "zoe@example.com", "delivered", "2026-05-03 08:00:00"), ("m7", "zoe@example.com", "waved", "2026-05-03 09:00:00"))  # fmt: skip
    return workspace


# Rows -----------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """The value as JSON has it; times to the microsecond."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def stored(lake: Lake, contract: Contract) -> dict[str, Any]:
    table = lake.read_small(contract)
    columns = [n for n in table.column_names if n not in NOT_COMPARED.get(contract.name, ())]
    rows = [[plain(row[n]) for n in columns] for row in table.select(columns).to_pylist()]
    if contract.name in ONE_DAY:
        rows = [row for row in rows if row[columns.index(ONE_DAY[contract.name])] == "2026-05-04"]
    return {"columns": columns, "rows": sorted(rows, key=lambda r: json.dumps(r, ensure_ascii=False))}


def differences(name: str, found: dict[str, Any], pinned: dict[str, Any]) -> list[str]:
    if found["columns"] != pinned["columns"]:
        return [f"{name}: columns {found['columns']} instead of {pinned['columns']}"]
    if len(found["rows"]) != len(pinned["rows"]):
        return [f"{name}: {len(found['rows'])} rows instead of {len(pinned['rows'])}"]
    wrong: dict[str, list[str]] = {}
    for row, before in zip(found["rows"], pinned["rows"], strict=True):
        for column, ours, theirs in zip(found["columns"], row, before, strict=True):
            if ours != theirs:
                wrong.setdefault(column, []).append(f"{ours!r} instead of {theirs!r} in {before[:4]}")
    return [f"{name}: {column} of {len(rows)} rows, first {rows[0]}" for column, rows in wrong.items()]


def test_every_stored_row_stays_as_it_is(lake: Lake, tmp_path: Path) -> None:
    found = {c.name: stored(lake, c) for c in PINNED if lake.exists(c)}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("],[", "],\n[")
    (tmp_path / ROWS.name).write_text(text + "\n")
    pinned = json.loads(ROWS.read_text())
    # This shop hides no groups, so that the exact profiles are those that are published.
    pinned["ops.segment_profiles"] = pinned["gold.segment_profiles"]
    assert sorted(found) == sorted(pinned)
    wrong = [d for name in pinned for d in differences(name, found[name], pinned[name])]
    assert not wrong, f"found: {tmp_path / ROWS.name}\n" + "\n".join(wrong[:40])


def actions(lake: Lake, contract: Contract, kind: str) -> list[dict[str, Any]]:
    """What the Delta log says of a kind, oldest first."""
    paths = sorted((Path(lake.path(contract)) / "_delta_log").glob("*.json"))
    said = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    return [action[kind] for action in said if kind in action]


LAYOUT: dict[str, list[str]] = {
    "bronze.records": ["received_date"],
    "bronze.quarantine": ["received_date"],
    "privacy.identities": [],
    "privacy.last_opens": [],
    "silver.events": ["event_date"],
    "silver.orders": ["order_date"],
    "silver.order_lines": ["order_date"],
    "silver.profiles": [],
    "silver.consents": [],
    "silver.identity_links": [],
    "silver.objections": [],
    "silver.unintroduced": [],
    "gold.activity_daily": ["activity_date"],
    "gold.activity_corrections": ["applied_as_of"],
    "gold.activity_items": ["applied_as_of"],
    "gold.item_last_days": ["as_of_date"],
    "gold.features": ["as_of_date"],
    "gold.people": ["as_of_date"],
    "gold.features_restated": ["as_of_date"],
    "gold.scores": ["as_of_date", "score"],
    "gold.segments": ["segment_date"],
    "gold.segment_changes": ["segment_date"],
    "gold.segment_profiles": ["segment_date"],
    "gold.segment_registry": [],
    "gold.definitions": [],
    "gold.ordinals": [],
    "gold.bits": ["as_of_date"],
    "gold.day_bits": ["as_of_date"],
    "ops.runs": [],
    "ops.files": [],
    "ops.ledger": [],
    "ops.segment_profiles": ["segment_date"],
}


def test_folders_of_days_stay(lake: Lake) -> None:
    # Readers outside of the project, and our own readers of files, find days by these names.
    found = {c.name: actions(lake, c, "metaData")[0]["partitionColumns"] for c in PINNED if lake.exists(c)}
    assert found == LAYOUT


# Runs -----------------------------------------------------------------------------------------------------------

STATES: list[tuple[str, str, str]] = [
    ("2026-05-03", "ingest_batch", "writing"),
    ("2026-05-03", "ingest_batch", "done"),
    ("2026-05-03", "ingest", "done"),
    ("2026-05-03", "tiles", "started"),
    ("2026-05-03", "tiles", "done"),
    ("2026-05-03", "features", "started"),
    ("2026-05-03", "features", "done"),
    ("2026-05-03", "feature_check", "started"),
    ("2026-05-03", "feature_check", "done"),
    ("2026-05-03", "scores", "done"),
    ("2026-05-03", "segments", "done"),
    ("2026-05-03", "daily", "done"),
    ("2026-05-03", "monitoring", "done"),
    ("2026-05-03", "bits", "done"),
    ("2026-05-04", "ingest_batch", "writing"),
    ("2026-05-04", "ingest_batch", "done"),
    ("2026-05-04", "ingest", "done"),
    ("2026-05-04", "tiles", "started"),
    ("2026-05-04", "tiles", "done"),
    ("2026-05-04", "features", "started"),
    ("2026-05-04", "features", "done"),
    ("2026-05-04", "feature_check", "started"),
    ("2026-05-04", "feature_check", "done"),
    ("2026-05-04", "scores", "done"),
    ("2026-05-04", "segments", "done"),
    ("2026-05-04", "daily", "done"),
    ("2026-05-04", "monitoring", "done"),
    ("2026-05-04", "bits", "done"),
    ("2026-05-05", "hourly", "started"),
    ("2026-05-05", "ingest", "done"),
    ("2026-05-05", "tiles", "started"),
    ("2026-05-05", "tiles", "done"),
    ("2026-05-05", "features", "started"),
    ("2026-05-05", "features", "done"),
    ("2026-05-05", "scores", "done"),
    ("2026-05-05", "segments", "done"),
    ("2026-05-05", "hourly", "done"),
    ("2026-05-03", "features_restate", "done"),
    ("2026-05-04", "features_backfill", "done"),
    ("2026-05-04", "scores", "done"),
    ("2026-05-04", "segments", "done"),
    ("2026-11-20", "ingest", "done"),
    ("2026-11-20", "tiles", "started"),
    ("2026-11-20", "tiles", "done"),
    ("2026-11-20", "features", "started"),
    ("2026-11-20", "features", "done"),
    ("2026-11-20", "train", "done"),
]


def test_flows_and_states_of_runs_stay(lake: Lake) -> None:
    # `daily` and `done` publish a day, `hourly` makes one provisional, `writing` without `done` is resumed, `started`
    # without `done` makes earlier runs say nothing.
    rows = sorted(lake.read_small(ops.RUNS).to_pylist(), key=lambda r: r["written_at"])
    found = [(str(r["as_of_date"]), r["flow"], r["state"]) for r in rows]
    # The check of a day runs beside its scores: which of them ends first is nobody's promise.
    assert sorted(found) == sorted(STATES)
    assert [f for f in found if f[1] in ("ingest_batch", "daily", "hourly")] == [
        f for f in STATES if f[1] in ("ingest_batch", "daily", "hourly")
    ]


OUTCOMES: dict[str, str] = {
    "ingest_batch": "accepted all_rows duplicate expired quarantined rows withheld",
    "ingest": "files hashed records versions",
    "tiles": "measures versions",
    "features": "basis catalogue lane lane_because made_from people versions",
    "feature_check": "checked lane lane_because versions",
    "scores": "churn customer_value engagement_churn engagement_largest_error rfm_squares rfm_version send_hour versions",
    "segments": "behaviour contactable memberships versions",
    "daily": "as_of basis behaviour catalogue checked churn contactable customer_value engagement_churn engagement_largest_error files hashed lane lane_because made_from measures memberships people records removed_files rfm_squares rfm_version send_hour versions",
    "monitoring": "moved_since_training versions windows_judged",
    "bits": "bits_made_of follows_on set_afresh versions",
    "hourly": "as_of basis behaviour catalogue churn contactable customer_value engagement_churn engagement_largest_error files hashed is_provisional lane lane_because made_from measures memberships people rfm_squares rfm_version send_hour versions",
    "features_restate": "known lane lane_because versions",
    "features_backfill": "lane lane_because versions",
    "train": "behaviour behaviour_refused churn churn_refused customer_value customer_value_refused versions",
}


def test_keys_of_outcomes_stay(lake: Lake) -> None:
    # Reports, doctor and later runs look these up in `outputs` of ops.runs.
    found: dict[str, set[str]] = {}
    for row in lake.read_small(ops.RUNS).to_pylist():
        if row["state"] == "done":
            found.setdefault(row["flow"], set()).update(json.loads(row["outputs"]))
    assert {flow: " ".join(sorted(keys)) for flow, keys in found.items()} == OUTCOMES


BASES: list[dict[str, Any]] = [
    {
        "catalogue": "f3df1260b9690c88",
        "correction_rows": 0,
        "item_rows": 0,
        "sales_days": "cf1cbb66a638b4860a516671",
        "tile_rows": 2,
    },
    {
        "catalogue": "f3df1260b9690c88",
        "correction_rows": 1,
        "item_rows": 0,
        "sales_days": "cf1cbb66a638b4860a516671",
        "tile_rows": 3,
    },
]


def test_what_features_are_carried_on_by_stays(lake: Lake) -> None:
    # Under another basis than the stored one a day is made from all days, and not from the day before.
    rows = sorted(lake.read_small(ops.RUNS).to_pylist(), key=lambda r: r["written_at"])
    said = [json.loads(r["outputs"]) for r in rows if (r["flow"], r["state"]) == ("features", "done")]
    assert [o["made_from"] for o in said] == ["all days", "the day before", "the day before", "all days"]
    assert [o["basis"] for o in said][:2] == BASES


def test_what_an_interrupted_batch_is_found_by_stays(lake: Lake) -> None:
    # A batch that an older version began must be finished by this one, with its files and under its id.
    rows = sorted(lake.read_small(ops.RUNS).to_pylist(), key=lambda r: r["written_at"])
    batches = [r for r in rows if r["flow"] == "ingest_batch"]
    assert [r["run_id"] for r in batches if r["state"] == "writing"] == [
        "65dd864083ecd41a10e51825",
        "4480cc5de4b910667b917cdf",
    ]
    said = json.loads(batches[0]["inputs"])
    assert said["files"][0] == ["consents", "25efaaefc4d043b05174e4cc332a46c2"]
    del said["files"]
    assert said == {
        "as_of": "2026-05-03",
        "first_loads": ["consents", "mails", "orders"],
        "first_unpublished": None,
        "run_id": "65dd864083ecd41a10e51825",
    }
    outputs = json.loads(batches[1]["outputs"])
    assert set(outputs) == {"accepted", "duplicate", "quarantined", "withheld", "rows", "all_rows"}
    assert [outputs[word] for word in ("accepted", "duplicate", "quarantined", "withheld")] == [8, 1, 1, 1]


def test_dispositions_stay(lake: Lake) -> None:
    # bronze.records and ops.ledger say them, and the report adds them up.
    found = {(r["source"], r["disposition"], r["n_records"]) for r in lake.read_small(ops.LEDGER).to_pylist()}
    assert found == {
        ("consents", "accepted", 2),
        ("mails", "accepted", 1),
        ("mails", "accepted", 3),
        ("mails", "duplicate", 1),
        ("mails", "expired", 1),
        ("mails", "quarantined", 1),
        ("mails", "withheld", 1),
        ("orders", "accepted", 1),
        ("orders", "accepted", 3),
        ("orders", "quarantined", 1),
    }
