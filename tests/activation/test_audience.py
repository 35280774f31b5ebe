"""The last gate: whatever came in since the segment was made stands against an address too."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, store_rows
from pyspark.sql import SparkSession

from segspark.activation.audience import export, export_audience
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.pipeline.progress import Quiet
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.tables.contracts import gold, privacy, silver
from segspark.tables.io.spark_lake import SparkLake

DAY, LATER = date(2026, 5, 5), date(2026, 5, 9)
SEGMENT = {"segment_id": "id", "segment_key": "young/buyers"}


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    """Ann has two addresses, of which one bounced; bob had complained before; since the segment was made eve has
    complained, tim has withdrawn his consent, and zoe's only address has bounced."""
    workspace = make_workspace(tmp_path_factory.mktemp("audience") / "w")
    lake = SparkLake(workspace.lake, spark)
    pseudonyms = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file))
    at = {"occurred_at": datetime(2026, 5, 8, tzinfo=UTC), "known_as_of": LATER}

    def address(of: str) -> str:
        return pseudonyms.identifier_id("email", f"{of}@example.com") or ""

    addresses = [("ann", "ann"), ("ann", "ann.old"), ("bob", "bob"), ("eve", "eve"), ("tim", "tim"), ("zoe", "zoe")]
    links = [{"identifier_id": address(of), "person_id": who, "is_anonymous": False} for who, of in addresses]
    store_rows(lake, silver.IDENTITY_LINKS, *links)
    sealed = {address(of): pseudonyms.seal("email", f"{of}@example.com") for _, of in addresses}
    vault = [{"identifier_id": i, "kind": "email", "sealed": text} for i, text in sealed.items()]
    store_rows(lake, privacy.IDENTITIES, *vault)
    of_day = {
        "segment_date": DAY, "scheme": "levels", "segment_id": "id", "segment_name": "Buyers", "definition_version": "v1",
        "is_provisional": False,
    }  # fmt: skip
    members = {"ann": None, "bob": "complained", "eve": None, "tim": None, "zoe": None}
    of_gone = {**of_day, "scheme": "rules", "segment_id": "gone", "segment_name": "Gone"}
    store_rows(
        lake,
        gold.SEGMENTS,
        *[
            {**of_day, "person_id": who, "is_contactable": reason is None, "not_contactable_reason": reason}
            for who, reason in members.items()
        ],
        *[{**of_gone, "person_id": who, "is_contactable": True} for who in ("eve", "tim")],
    )
    against = [("ann.old", "bounce_hard"), ("bob", "complaint"), ("eve", "complaint"), ("zoe", "bounce_hard")]
    store_rows(lake, silver.OBJECTIONS, *[{"identifier_id": address(of), "event_type": t, **at} for of, t in against])
    store_rows(lake, silver.CONSENTS, {
        "identifier_id": address("tim"), "purpose": "email_marketing", "value": "withdrawn", "known_as_of": LATER,
        "effective_at": at["occurred_at"], "recorded_at": at["occurred_at"],
    })  # fmt: skip
    return workspace, lake


@pytest.fixture(scope="module")
def told(shop: tuple[Workspace, SparkLake]) -> dict[str, Any]:
    return export_audience(*shop, SEGMENT, None, None)


def test_only_whom_nothing_stands_against_is_in_the_file_under_an_address_that_works(told: dict[str, Any]) -> None:
    with open(told["file"], newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["person_id"], r["email"], r["segment_date"]) for r in rows] == [("ann", "ann@example.com", "2026-05-05")]


def test_it_is_told_who_was_left_out_then_and_since(told: dict[str, Any]) -> None:
    assert (told["rows"], told["as_of"]) == (1, DAY)
    assert told["removed"] == {
        "complained": 1, "complained_since": 1, "hard_bounced_since": 1, "no_consent_since": 1,
    }  # fmt: skip


def test_where_nobody_is_left_the_file_has_no_rows_and_everybody_is_told(
    shop: tuple[Workspace, SparkLake], tmp_path: Path
) -> None:
    gone = {"segment_id": "gone", "segment_key": "gone"}
    told = export_audience(*shop, gone, DAY, tmp_path / "gone.csv")
    assert (told["rows"], told["removed"]) == (0, {"complained_since": 1, "no_consent_since": 1})
    with open(told["file"], newline="") as file:
        assert list(csv.DictReader(file)) == []


def test_the_file_lies_in_the_workspace_under_the_segment_s_key(
    shop: tuple[Workspace, SparkLake], told: dict[str, Any]
) -> None:
    # The path of a level is no folder.
    assert told["file"] == str(shop[0].folder / "exports" / "young-buyers-2026-05-05.csv")


def test_the_manifest_says_which_definition_made_the_segment(told: dict[str, Any]) -> None:
    manifest = json.loads(Path(told["file"]).with_suffix(".manifest.json").read_text())
    assert (manifest["segment_key"], manifest["definition_version"]) == ("young/buyers", "v1")
    assert (manifest["segment_date"], manifest["is_provisional"]) == ("2026-05-05", False)
    assert (manifest["people"], manifest["rows"], manifest["sha256"]) == (5, 1, told["sha256"])


def test_the_manifest_accounts_for_everybody_of_the_segment(told: dict[str, Any]) -> None:
    manifest = json.loads(Path(told["file"]).with_suffix(".manifest.json").read_text())
    assert manifest["rows"] + sum(manifest["removed"].values()) == manifest["people"]


def test_a_small_segment_is_not_exported_and_no_file_is_made(shop: tuple[Workspace, SparkLake], tmp_path: Path) -> None:
    workspace, lake = shop

    def at_least(n: int) -> Workspace:
        return workspace.model_copy(update={"segments": workspace.segments.model_copy(update={"min_size": n})})

    with pytest.raises(GateClosed, match=r"young/buyers has 5 people on 2026-05-05.*\(6\) are not exported"):
        export_audience(at_least(6), lake, SEGMENT, DAY, tmp_path / "six.csv")
    # The rows of a file can be counted, so that those who may be written to are a group too.
    with pytest.raises(GateClosed, match=r"1 people of young/buyers on 2026-05-05 may.*\(5\) are not exported"):
        export_audience(at_least(5), lake, SEGMENT, DAY, tmp_path / "five.csv")
    assert list(tmp_path.iterdir()) == []


def test_who_does_not_permit_a_scheme_is_no_audience_of_it(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    refusing = {"scheme": "levels", "segment_key": "without:profiling", "segment_id": "levels-x"}
    with pytest.raises(GateClosed, match="without:profiling of levels holds people who do not permit"):
        # Whatever their number: nothing of the lake is read.
        export_audience(workspace, None, refusing, None)  # type: ignore[arg-type]


def test_an_unknown_segment_is_told_before_a_session_starts(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    with pytest.raises(ConfigError, match="no segment 'bayers'"):
        export(workspace, "bayers", None, None, Quiet())
