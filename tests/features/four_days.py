"""Four days of a shop whose features were carried on from day to day; for tests that look at them from several sides."""

from datetime import date

from builders import source, write_consents, write_mails, write_orders
from lakes import Moment

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.features.check import FEATURE_CHECK
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
DAYS = (3, 4, 5, 6)
VISITS = source(
    "visits", "events", "event_id: id, event_type: type, occurred_at: at, category: sort, campaign_id: mail"
).replace("    columns:", "    introduces: true\n    columns:")
OWN = """
measures:
  - {name: n_device, event_types: [product_view, order], aggregate: distinct, item: category, windows: [2, 0],
     purpose: profiling, unit: categories, description: Own count of categories}
"""


def compute_four_days(workspace: Workspace, lake: SparkLake) -> None:
    """ann, bob and eve buy: eve is new on the second day, ann withdraws on the third, on the fourth an order comes late.

    kim and lou only look at things: on the third day it is learnt what lou saw on the first, on the fourth kim withdraws.

    What arrives on two days is taken in at once: each day may know of it only what was received before.
    """
    workspace = _with_visits(workspace)
    write_consents(workspace, MAY[1], ("ann@example.com", "open_tracking", "granted", "2026-05-01 08:00:00"))
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"),
                 ("2", "bob@example.com", "2026-05-02 23:30:00", "30.00"))  # fmt: skip
    write_mails(workspace, MAY[2], ("m1", "ann@example.com", "open", "2026-05-02 11:00:00"),
                ("m2", "ann@example.com", "click", "2026-05-02 11:00:05"))  # fmt: skip
    kim, lou = "kim@example.com", "lou@example.com"
    _write_visits(workspace, MAY[2], ("1", kim, "product_view", "2026-05-02 10:00:00", "bags", ""),
                  ("2", kim, "product_view", "2026-05-02 23:30:00", "bags", ""),
                  ("3", kim, "product_view", "2026-05-02 11:00:00", "shoes", ""),
                  ("4", lou, "click", "2026-05-02 12:00:00", "", "spring"),
                  ("5", lou, "open", "2026-05-02 12:00:00", "hats", "winter"))  # fmt: skip
    write_orders(workspace, MAY[3], ("3", "eve@example.com", "2026-05-03 12:00:00", "45.00"))
    write_mails(workspace, MAY[3], ("m3", "ann@example.com", "open", "2026-05-03 09:00:00"))
    _write_visits(workspace, MAY[3], ("6", lou, "product_view", "2026-05-03 10:00:00", "shoes", ""))
    run_flow(INGEST, workspace, lake, MAY[4])
    write_consents(workspace, MAY[4], ("ann@example.com", "open_tracking", "withdrawn", "2026-05-04 09:00:00"))
    _write_visits(workspace, MAY[4], ("7", lou, "product_view", "2026-05-02 10:00:00", "hats", ""))
    write_orders(workspace, MAY[5], ("5", "bob@example.com", "2026-05-02 09:00:00", "50.00"))
    write_consents(workspace, MAY[5], (kim, "profiling", "withdrawn", "2026-05-05 09:00:00"))
    for flow in (INGEST, TILES):
        run_flow(flow, workspace, lake, MAY[6])
    for day in DAYS:
        for flow in (FEATURES, FEATURE_CHECK):
            run_flow(flow, workspace, lake, MAY[day])


def _with_visits(workspace: Workspace) -> Workspace:
    """The workspace with one more source and a feature of its own."""
    (workspace.folder / "sources" / "visits.yaml").write_text(VISITS)
    (workspace.folder / "own.yaml").write_text(OWN)
    with (workspace.folder / "segspark.yaml").open("a") as settings:
        settings.write("features: {files: [own.yaml]}\n")
    return open_workspace(workspace.folder, {})


def _write_visits(workspace: Workspace, day: date, *rows: tuple[str, str, str, str, str, str]) -> None:
    """(event id, address, type, local time, category, campaign) received on a day."""
    lines = ["id,email,type,at,sort,mail", *(",".join(r) for r in rows)]
    (workspace.folder / "data" / f"visits-{day}.csv").write_text("\n".join(lines) + "\n")


FOUR_DAYS = Moment("four days of features", None, compute_four_days)
