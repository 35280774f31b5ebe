"""What a day sends to its tasks, as Spark pickles it, holds no byte of the key nor of what follows from it."""

import base64
import secrets
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, write_consents, write_mails, write_orders
from pyspark.serializers import CloudPickleSerializer
from pyspark.sql import SparkSession
from secrets_in import secrets_in

from segspark import pseudonyms
from segspark.app.run import daily
from segspark.ingest.flow import replay_of
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import privacy
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 4)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Everything that Spark pickles for its tasks."""
    found: list[bytes] = []
    dumps = CloudPickleSerializer.dumps

    def kept(self: Any, obj: Any) -> bytes:
        content: bytes = dumps(self, obj)
        found.append(content)
        return content

    monkeypatch.setattr(CloudPickleSerializer, "dumps", kept)
    return found


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> set[bytes]:
    """Every key of a use that is made meanwhile."""
    found: set[bytes] = set()
    derive = pseudonyms._derived

    def kept(secret: bytes, use: str) -> bytes:
        content = derive(secret, use)
        found.add(content)
        return content

    monkeypatch.setattr(pseudonyms, "_derived", kept)
    return found


def test_no_closure_of_a_day_or_of_a_replay_holds_the_key(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: list[bytes], derived: set[bytes]
) -> None:
    secret = secrets.token_bytes(32)
    monkeypatch.setenv("SEGSPARK_KEY", base64.b64encode(secret).decode())
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    write_consents(workspace, DAY, ("ann@example.com", "open_tracking", "granted", "2026-05-01 08:00:00"))
    write_orders(workspace, DAY, ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"),
                 ("2", "bob@example.com", "2026-05-02 10:00:00", "no number"))  # fmt: skip
    write_mails(workspace, DAY, ("m1", "ann@example.com", "click", "2026-05-02 11:00:00"))
    daily(workspace, lake, date(2026, 5, 5), Quiet())
    run_flow(replay_of(None), workspace, lake, date(2026, 5, 6), Quiet())
    assert lake.n_rows(privacy.IDENTITIES) == 1
    assert len(sent) > 10
    assert any(b"GatewayPlan" in content for content in sent)
    assert derived
    # Hashes of the key travel: a check value tells nothing of it.
    for content in sent:
        assert secrets_in(content, secret, *derived) == []
