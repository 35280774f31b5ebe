"""The demo makes a folder of its own and measures what it found; whole runs of it are make demo's."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import make_workspace

from segspark.app import demo
from segspark.app.demo import run_demo, types_found
from segspark.config.models import Workspace
from segspark.demo.generate import AS_OF
from segspark.errors import ConfigError
from segspark.pipeline.progress import Quiet
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.tables.contracts import gold, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.time import DAY

TYPES = {"ann": "bargain", "bob": "bargain", "eve": "loyal", "zoe": "loyal"}


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ConfigError, match="not empty and no demo workspace"):
        run_demo(tmp_path, people=1, events=1, seed=1, progress=Quiet())
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_demo_is_trained_on_the_day_before_and_runs_its_last_two_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[Any] = []

    class Session:
        def __enter__(self) -> "Session":
            self.spark = "spark"
            return self

        def __exit__(self, *error: object) -> None:
            did.append("closed")

    def drawn(folder: Path, **more: Any) -> Any:
        did.append(("drawn", more))
        (folder / "truth" / "people.parquet").touch()
        return type("Summary", (), {"records": {"orders": 3}})()

    monkeypatch.setattr(demo, "check_workspace", lambda workspace, day: did.append(("checked", day)))
    monkeypatch.setattr(demo, "lake_session", lambda workspace, what: Session())
    monkeypatch.setattr(demo, "warm_up", lambda spark: None)
    monkeypatch.setattr(demo, "generate", drawn)
    monkeypatch.setattr(demo, "types_found", lambda workspace, lake: 0.5)
    monkeypatch.setattr(demo, "write_day_report", lambda *_: did.append("reported") or "report.html")
    for name in ("train", "daily"):
        monkeypatch.setattr(demo, name, lambda w, lake, day, progress, name=name: did.append((name, day)))
    for _ in range(2):
        assert run_demo(tmp_path / "demo", people=10, events=20, seed=3, progress=Quiet()) == {"rand": 0.5}
    whole = [("checked", AS_OF), ("train", AS_OF - DAY), ("daily", AS_OF - DAY), ("daily", AS_OF), "closed", "reported"]
    assert [d for d in did if d[0] != "drawn"] == whole * 2
    # What is drawn stays; the folder may be run again.
    assert [d for d in did if d[0] == "drawn"] == [("drawn", {"people": 10, "events": 20, "seed": 3})]
    assert (tmp_path / "demo" / "segspark.yaml").is_file()


def fill(lake: SparkLake, contract: Contract, rows: list[dict[str, Any]]) -> None:
    """Rows of a few columns; what else is required gets some value of its type."""
    some = {
        "timestamp": datetime(2026, 5, 1, tzinfo=UTC),
        "string": "x",
        "date": AS_OF,
        "boolean": False,
        "bigint": 0,
        "int": 0,
    }
    needed = {c.name: some.get(c.type) for c in contract.columns if c.required}
    lake.append_small(contract, pa.Table.from_pylist([{**needed, **row} for row in rows]), contract.name)


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ({"ann": "1", "bob": "1", "eve": "2", "zoe": "2"}, 1.0),
        # Whoever is in no group counts as of one more.
        ({"ann": "1", "bob": "1"}, 1.0),
        ({"ann": "1", "bob": "2", "eve": "1", "zoe": "2"}, -0.5),
    ],
)
def test_groups_are_compared_with_the_hidden_types_by_person(
    tmp_path: Path, groups: dict[str, str], found: float
) -> None:
    workspace: Workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, None)  # type: ignore[arg-type]
    pseudonyms = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file))
    ids = {name: pseudonyms.identifier_id("email", f"{name}@example.com") for name in TYPES}
    (workspace.folder / "truth").mkdir()
    truth = pa.table({"email": [f"{name}@example.com" for name in TYPES], "type": list(TYPES.values())})
    pq.write_table(truth, workspace.folder / "truth" / "people.parquet")
    fill(lake, silver.IDENTITY_LINKS, [{"identifier_id": i, "person_id": f"p-{n}"} for n, i in ids.items()])
    mine = [
        {"person_id": f"p-{n}", "segment_id": g, "scheme": "behaviour", "segment_date": AS_OF}
        for n, g in groups.items()
    ]
    fill(lake, gold.SEGMENTS, [*mine, {**mine[0], "scheme": "levels", "segment_id": "other"}])
    assert types_found(workspace, lake) == pytest.approx(found)
