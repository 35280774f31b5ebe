"""What several files of this room look at."""

from datetime import date

import pytest
from builders import make_workspace, write_consents, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.features.check import FEATURE_CHECK
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
DAYS = (3, 4, 5, 6)


@pytest.fixture(scope="session")
def four_days(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Lake]:
    """Four days: somebody new on the second, a withdrawal on the third, a late order on the fourth."""
    workspace = make_workspace(tmp_path_factory.mktemp("running") / "w")
    lake = SparkLake(workspace.lake, spark)
    write_consents(workspace, MAY[1], ("ann@example.com", "open_tracking", "granted", "2026-05-01 08:00:00"))
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"),
                 ("2", "bob@example.com", "2026-05-02 23:30:00", "30.00"))  # fmt: skip
    write_mails(workspace, MAY[2], ("m1", "ann@example.com", "open", "2026-05-02 11:00:00"),
                ("m2", "ann@example.com", "click", "2026-05-02 11:00:05"))  # fmt: skip
    write_orders(workspace, MAY[3], ("3", "eve@example.com", "2026-05-03 12:00:00", "45.00"))
    write_mails(workspace, MAY[3], ("m3", "ann@example.com", "open", "2026-05-03 09:00:00"))
    write_consents(workspace, MAY[4], ("ann@example.com", "open_tracking", "withdrawn", "2026-05-04 09:00:00"))
    write_orders(workspace, MAY[5], ("5", "bob@example.com", "2026-05-02 09:00:00", "50.00"))
    for day in DAYS:
        for flow in (INGEST, TILES, FEATURES, FEATURE_CHECK):
            run_flow(flow, workspace, lake, MAY[day])
    return workspace, lake
