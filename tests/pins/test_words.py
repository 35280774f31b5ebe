"""Words that stored rows, folders and configuration files hold, as literals: tables and their columns, the built-in
features, flows, vocabulary. Whoever changes one on purpose also says what becomes of a lake that is there already.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from segspark.activation.audience import EXPORT
from segspark.app.run import DAILY, HOURLY, TRAIN, Flow
from segspark.app.workspace import workspace_type
from segspark.config.models import Features
from segspark.features.aggregations.registry import AGGREGATIONS, ITEM_AGGREGATIONS
from segspark.features.catalogue import build_catalogue
from segspark.features.check import REPAIR, RESTATE
from segspark.features.feature import Catalogue
from segspark.features.flow import FEATURES_BACKFILL
from segspark.ingest.accepted import with_disposition
from segspark.ingest.batch import totals
from segspark.models.clustering.config import Clustering, Rare
from segspark.models.clustering.rare import UNUSUAL, USUAL
from segspark.models.monitoring.flow import MONITORING
from segspark.models.propensity.withdrawals import WITHDRAWALS
from segspark.pseudonyms import KINDS
from segspark.purposes import PURPOSES
from segspark.query.replay import REPLAY
from segspark.scoring.cells import NAMES
from segspark.segments.schemes.registry import SCHEMES
from segspark.sources.vocabulary import DEVICES, EVENT_TYPES, LINE_TYPES
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Column, Contract
from segspark.tables.contracts.silver import OBJECTION_TYPES
from segspark.tables.lake import Lake


def digest(rows: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:12]


def promise(columns: Sequence[Column]) -> list[list[object]]:
    """What Delta keeps of columns; comments may be corrected."""
    return [[c.name, c.type, c.required] for c in columns]


# Tables ---------------------------------------------------------------------------------------------------------

TABLES: dict[str, tuple[int, str]] = {
    "bronze.records": (12, "93274bf75708"),
    "bronze.quarantine": (14, "6472f8ecc488"),
    "privacy.identities": (6, "f2a3e6dcc5d8"),
    "privacy.last_opens": (2, "2e69fa2253ea"),
    "silver.events": (31, "a17204365911"),
    "silver.orders": (15, "3768c7bbed81"),
    "silver.order_lines": (18, "e1cf1759c714"),
    "silver.profiles": (15, "e69b641f6c36"),
    "silver.consents": (12, "e09b6f6a3d82"),
    "silver.identity_links": (9, "7a10b15e56c5"),
    "silver.objections": (8, "e260af12a645"),
    "silver.unintroduced": (8, "0a3f81071a05"),
    "gold.activity_daily": (2, "1b12d1a165b1"),
    "gold.activity_corrections": (4, "cddc1894ff59"),
    "gold.activity_items": (6, "87ab9750fb0a"),
    "gold.item_last_days": (6, "125fb36d14fe"),
    "gold.features": (5, "f6af165c1b64"),
    "gold.people": (15, "50c0791fd7d5"),
    "gold.features_restated": (5, "f6af165c1b64"),
    "gold.scores": (7, "4d8bbe81cae4"),
    "gold.segments": (15, "3b7275de6275"),
    "gold.segment_changes": (9, "9010a6fc4102"),
    "gold.segment_profiles": (16, "2c40f4b0d011"),
    "gold.segment_registry": (10, "61b25899254a"),
    "gold.segment_migrations": (6, "84153bbd1175"),
    "gold.definitions": (5, "29b726c0246f"),
    "gold.training_sets": (6, "f19cc0d5e8bc"),
    "gold.model_drift": (8, "ce810d60ba79"),
    "gold.model_performance": (18, "e7cb6cf448d4"),
    "gold.ordinals": (4, "010d74710f20"),
    "gold.bits": (5, "85c9f88ad936"),
    "gold.day_bits": (5, "834c15c6ab01"),
    "ops.runs": (9, "87bd07a10a7c"),
    "ops.files": (9, "69feb4e17a72"),
    "ops.ledger": (5, "e4823eb70dde"),
    "ops.segment_profiles": (16, "ce8ca928e0a0"),
    "ops.schema": (9, "750b8c4948b9"),
    "ops.file_hashes": (6, "02ba26adca40"),
}


def contract_digest(contract: Contract) -> str:
    # The empty list stands for clustering, which no table ever had.
    layout = [list(contract.key), list(contract.partition_by), [], contract.retention_days]
    return digest([contract.version, layout, promise(contract.columns)])


def test_every_table_is_there_under_its_name_and_no_other() -> None:
    # The name is the folder of the lake, and a word in `inputs` and `outputs` of ops.runs.
    assert [c.name for c in ALL] == list(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_names_types_order_key_and_layout_of_columns_stay(name: str) -> None:
    # Rows of a lake have these; a run is told from another by the schema of what it writes, too.
    contract = next(c for c in ALL if c.name == name)
    found = (len(contract.columns), contract_digest(contract))
    assert found == TABLES[name], f"{name} now is: {promise(contract.columns)}"


def test_a_table_lies_at_layer_and_name() -> None:
    # Other programs read the lake by these paths.
    lake = Lake(Path("lake"))
    assert {c.name: lake.path(c) for c in ALL} == {n: f"lake/{n.replace('.', '/')}" for n in TABLES}


STORED = "a4163ee54dc6"
PROJECTED = "89868c3be9ad"


def test_columns_of_the_built_in_features_stay() -> None:
    # Columns of gold.features, and the names that rules of every workspace are written in.
    catalogue: Catalogue = build_catalogue((7, 30, 90, 365))
    assert (len(catalogue.stored_columns()), digest(promise(catalogue.stored_columns()))) == (238, STORED)
    made = [[d.name, d.type, d.sql] for d in (*catalogue.derived, *catalogue.of_profile)]
    assert (len(made), digest(made)) == (129, PROJECTED)
    # Tiles have a column per measure.
    assert promise(catalogue.tile_columns()) == [[m.name, "bigint", True] for m in catalogue.measures]


# Flows ----------------------------------------------------------------------------------------------------------


def test_names_of_flows_stay() -> None:
    # ops.runs says them: a lake whose days were published by `daily` has no published day under another word.
    assert [f.name for f in DAILY] == ["ingest", "tiles", "features", "feature_check", "scores", "segments"]
    assert [f.name for f in HOURLY] == ["ingest", "tiles", "features", "scores", "segments"]
    others = (TRAIN, REPAIR, RESTATE, EXPORT, REPLAY, FEATURES_BACKFILL, MONITORING, WITHDRAWALS)
    assert [f.name for f in others] == [
        "train",
        "features_repair",
        "features_restate",
        "export",
        "replay",
        "features_backfill",
        "monitoring",
        "withdrawals",
    ]


READS_AND_WRITES = "e3a3b0d407aa"


def test_what_each_flow_reads_and_writes_stays() -> None:
    # A run is skipped as unchanged by the versions of what its flow reads: a table less, and a change is overlooked.
    flows: list[Flow] = [*DAILY, TRAIN, REPAIR, RESTATE]
    said = {f.name: [sorted(f.reads), sorted(f.reads_earlier), sorted(f.writes)] for f in flows}
    assert digest([said]) == READS_AND_WRITES, said
    assert [f.name for f in flows if f.is_skipped_when_unchanged] == ["tiles", "features", "feature_check"]


# Vocabulary -----------------------------------------------------------------------------------------------------


def test_words_of_the_shared_vocabulary_stay() -> None:
    # silver.events, silver.consents, silver.order_lines and privacy.identities hold them, and measures ask for them.
    assert (
        " ".join(EVENT_TYPES)
        == "sent delivered deferred bounce_hard bounce_soft blocked suppressed open click complaint unsubscribe resubscribe page_view product_view search cart_add cart_remove checkout order refund offer_received offer_viewed offer_completed session_end unknown"
    )
    assert " ".join(sorted(OBJECTION_TYPES)) == "bounce_hard complaint resubscribe unsubscribe"
    assert PURPOSES == ("email_marketing", "open_tracking", "profiling")
    assert DEVICES == ("desktop", "mobile", "tablet")
    assert LINE_TYPES == ("sale", "refund", "other")
    assert KINDS == ("email", "customer", "user", "anonymous", "phone")


def test_words_of_dispositions_stay() -> None:
    # bronze.records, ops.ledger and the report say them; the others are in the lake of test_stored_rows.py.
    records = pa.table({"record": [1, 2, 3], "is_ignored": [True, False, False]})
    refused = pa.table({"record": [3], "disposition": ["expired"]})
    assert with_disposition(records, refused)["disposition"].to_pylist() == ["ignored", "accepted", "expired"]
    assert totals([{"disposition": "ignored", "n_records": 2}]) == {"ignored": 2}


def test_words_of_schemes_and_groups_stay() -> None:
    # gold.segments, gold.scores and the registry hold them.
    # Those of the first lakes; new ones may stand between them.
    first = ("levels", "rfm", "behaviour", "rare", "rules")
    assert tuple(s.name for s in SCHEMES.all() if s.exclusive and s.name in first) == first[:-1]
    assert tuple(name for name in workspace_type()().segments.schemes if name in first) == first
    assert (
        " ".join(NAMES)
        == "champions loyal cannot_lose at_risk potential_loyalist new_customers returned promising need_attention about_to_sleep hibernating lost lapsed never_bought"
    )
    assert (USUAL, UNUSUAL) == ("usual", "unusual")


def test_values_of_configuration_files_stay() -> None:
    # Workspaces are written in them; `lane: direct` stays, also as an alias.
    for lane in ("auto", "direct", "spark"):
        assert workspace_type().model_validate({"features": {"lane": lane}}).features.lane == lane
    assert Features().windows == (7, 30, 90, 365)  # type: ignore[call-arg]
    for method in ("dbscan", "hdbscan"):
        assert Rare.model_validate({"method": method}).method == method
    for method in ("kmeans", "ward"):
        assert Clustering.model_validate({"method": method}).method == method
    for scheme in ("levels", "rfm", "behaviour", "rare", "rules"):
        assert workspace_type().model_validate({"segments": {"schemes": [scheme]}}).segments.schemes == (scheme,)


def test_kinds_of_features_stay() -> None:
    # Feature files in Python name them, and they are part of the hash of the catalogue.
    first = {"sum", "days", "last", "first", "distinct", "total", "top", "top_count", "top_last", "latest"}
    assert first <= {*AGGREGATIONS.names(), *ITEM_AGGREGATIONS.names()}
