"""What the executors of a workspace are asked for; spark/test_probe.py asks, cluster/test_refusals.py real ones."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, write_mails, write_orders

from segspark.app.executors import has_cluster, places_of_sources
from segspark.app.workspace import open_workspace
from segspark.spark.seen_places import Place
from segspark.store import store_at


@pytest.mark.parametrize(
    ("master", "is_cluster"),
    [(None, False), ("local[*]", False), ("local", False), ("local-cluster[2,1,1024]", True), ("spark://a:7077", True)],
)
def test_a_cluster_is_a_master_on_other_machines(tmp_path: Path, master: str | None, is_cluster: bool) -> None:
    make_workspace(tmp_path)
    named = {"SEGSPARK__SPARK__MASTER": master} if master else {}
    assert has_cluster(open_workspace(tmp_path, named)) is is_cluster


def test_under_spark_submit_or_a_connect_server_there_may_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(tmp_path)
    for name, value in (("PYSPARK_GATEWAY_PORT", "1"), ("SPARK_REMOTE", "sc://there")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert has_cluster(workspace)


def test_of_a_folder_one_file_is_looked_for_and_of_a_bucket_only_an_answer(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    write_orders(workspace, date(2026, 5, 2), ("1", "ann@example.com", "2026-05-02 10:00:00", "1.00"))
    write_mails(workspace, date(2026, 5, 2))
    (tmp_path / "sources" / "mails.yaml").write_text(
        (tmp_path / "sources" / "mails.yaml").read_text().replace("../data/mails", "s3://deliveries/mails")
    )
    (tmp_path / "sources" / "more.yaml").write_text(
        (tmp_path / "sources" / "mails.yaml").read_text().replace("name: mails", "name: more")
    )
    orders = tmp_path / "data" / "orders-2026-05-02.csv"
    assert places_of_sources(open_workspace(tmp_path, {})) == [
        # Of two sources in one bucket one is asked for; consents have no file, so nothing is known of their place.
        Place("the files of source mails", store_at("s3://deliveries")),
        Place(
            "the files of source orders",
            store_at(tmp_path / "sources" / ".." / "data"),
            orders.name,
            orders.stat().st_size,
        ),
    ]
