"""The store is the only way to a lake's files: nothing else in the package opens, lists, writes or removes one."""

import ast
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import make_workspace, write_mails, write_orders
from pyspark.sql import SparkSession

import segspark
from segspark.app.run import daily
from segspark.pipeline.progress import Quiet
from segspark.store import store_at
from segspark.tables.io.spark_lake import SparkLake

PACKAGE = Path(segspark.__file__).parent
STORE = str(PACKAGE / "store")
# Modules that may use the file system, and what for. Whoever adds one says why it is none of the store's business.
MAY_USE_FILES = {
    "store/*": "the store itself",
    "lineage/*": "the configuration of OpenLineage's client, which is this machine's",
    "config/*": "configuration lies in ordinary files",
    "pseudonyms.py": "the key's file",
    "task_keys.py": "the key's file, or the one that is handed over",
    "points.py": "ends this process",
    "cli/*": "paths that a person gave; they are handed on",
    "spark/*": "what belongs to this machine: jars, caches, scratch, settings",
    "demo/*": "the generator writes what a provider would deliver",
    "api/plots.py": "a picture, where a person wants it",
    "api/workspace.py": "a path that a person gave; it is handed on",
    "app/finding.py": "where a workspace's configuration lies",
    "app/demo.py": "the demo's folder and its truth",
    "app/doctor.py": "the path of a configuration",
    "app/repair.py": "the path of a configuration",
    "app/rotate.py": "the key's file",
    "tables/lake_key.py": "whether the key has a file",
    "app/run.py": "the path of a configuration",
    "app/workspace.py": "the path of a configuration",
    "features/own.py": "the workspace's feature files",
    "features/resources.py": "the workspace's feature files",
    "segments/forms.py": "the workspace's definitions",
    "segments/load.py": "the workspace's definitions",
    "segments/level_files.py": "the workspace's definitions",
    "segments/rule_files.py": "the workspace's definitions",
    "segments/schemes/scheme.py": "the folder of a workspace, handed to whoever reads definitions",
    "segments/validation_errors.py": "names of the workspace's files",
    "sources/load.py": "the workspace's source files",
    "sources/spec.py": "the folder of a source file",
    "models/clustering/overrides.py": "the place of the workspace's decisions, from which its store is made",
    "models/uplift/trial_file.py": "the workspace's trial files",
    "models/mlflow_store.py": "MLflow's own store",
    "models/artifact_store.py": "files of models on their way into a store and out of it",
    "models/artifact.py": "a private copy of a model's files",
    "models/tracking.py": "MLflow's own store",
    "models/run_log.py": "a run's files, on their way to MLflow",
    "models/artifact_places.py": "where MLflow is told to keep files",
    "models/fingerprint.py": "a private copy of a model's files",
    "models/shapley/gbt.py": "a private copy of a model's files",
    "app/mlflow_server.py": "the server's process",
    "query/check_sources.py": "a private folder for samples",
    "sources/sample.py": "a private folder for samples",
    "app/make_again.py": "the path of a configuration",
    "query/targets.py": "a file of rules that a person gave",
    "query/plan.py": "the path of a configuration",
    "query/preview.py": "the path of a configuration",
    "query/replay.py": "the path of a configuration",
    "activation/audience.py": "a path that a person gave; it is handed on",
    "reports/gather.py": "the path of a report, from which its store is made",
    "reports/report.py": "the path of a report, from which its store is made",
    "tables/lake.py": "a path as the place of a lake, from which its store is made",
    "tables/io/spark_lake.py": "a path as the place of a lake, from which its store is made",
    "process.py": "whether a process is still there",
    "tables/former_lock.py": "whether a process is still there",
}
OF_FILES = {"os", "shutil", "glob", "tempfile", "pathlib"}


def names_of_files(tree: ast.AST) -> set[str]:
    """What a module uses of the file system: modules that it imports, and calls of ``open``."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & OF_FILES
        elif isinstance(node, ast.ImportFrom) and node.module in OF_FILES:
            found.add(str(node.module))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            found.add("open")
    return found


def test_only_named_modules_use_the_file_system() -> None:
    use = {str(p.relative_to(PACKAGE)) for p in PACKAGE.rglob("*.py") if names_of_files(ast.parse(p.read_text()))}
    assert sorted(m for m in use if not any(fnmatch(m, allowed) for allowed in MAY_USE_FILES)) == []
    idle = [allowed for allowed in MAY_USE_FILES if not any(fnmatch(m, allowed) for m in use)]
    assert idle == [], "these use no files any more"


def test_parquet_is_read_and_written_in_one_module_with_checksums() -> None:
    """Elsewhere a file would be written without checksums, or read without verifying them."""
    elsewhere, without = [], []
    for path in PACKAGE.rglob("*.py"):
        # Files of a model: Spark wrote them, and the digest of all of them was compared before.
        if str(path.relative_to(PACKAGE)) in ("models/fingerprint.py", "models/shapley/gbt.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            named = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if named.endswith(("pq.ParquetFile", "pq.read_table", "pq.write_table", ".write_deltalake", ".compact")):
                where = str(path.relative_to(PACKAGE))
                elsewhere += [where] if where != "store/parquet.py" else []
                without += [named] if "checksum" not in ast.unparse(node) else []
            # Spark's reader and writer are told to verify and to write them.
            if named.endswith(".parquet") and "SPARK_OPTIONS" not in path.read_text():
                without.append(str(path.relative_to(PACKAGE)))
    assert (elsewhere, without) == ([], [])


class Watch:
    """Events of Python that touch a file below a folder, and come from elsewhere than the store."""

    def __init__(self) -> None:
        self.below: str | None = None
        self.found: list[str] = []
        self.n_seen = 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.below is None or not event.startswith(("open", "os.", "shutil.", "glob.")):
            return
        touched = [a for a in arguments if isinstance(a, str | bytes | os.PathLike)]
        if not any(os.fsdecode(path).startswith(self.below) for path in touched):
            return
        self.n_seen += 1
        frame = sys._getframe()
        files = []
        while frame is not None:
            files.append(frame.f_code.co_filename)
            frame = frame.f_back  # type: ignore[assignment]
        if not any(file.startswith(STORE) for file in files):
            ours = next((f for f in files if f.startswith(str(PACKAGE))), files[1])
            self.found.append(f"{event} {touched[0]!r} in {ours}")


WATCH = Watch()
# A hook stays for the life of the process; it is idle outside of ``watched``.
sys.addaudithook(WATCH)


@contextmanager
def watched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Python's own events, and Arrow's ways to open a path, which make none."""

    def guard(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def guarded(*arguments: Any, **named: Any) -> Any:
            for path in (a for a in arguments if isinstance(a, str | os.PathLike)):
                WATCH("open", (path,))
            return real(*arguments, **named)

        monkeypatch.setattr(owner, name, guarded)

    for owner, name in (
        (pa, "memory_map"),
        (pa, "OSFile"),
        (pq, "ParquetFile"),
        (pq, "read_table"),
        (pq, "write_table"),
    ):
        guard(owner, name)
    WATCH.below, WATCH.found, WATCH.n_seen = str(folder), [], 0
    try:
        yield WATCH
    finally:
        WATCH.below = None


def test_a_day_opens_the_lake_through_the_store_alone(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(tmp_path / "w")
    day = date(2026, 5, 2)
    write_orders(workspace, day, ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    write_mails(workspace, day, ("m1", "bob@example.com", "click", "2026-05-02 11:00:00"))
    lake = SparkLake(workspace.lake, spark)
    with watched(Path(lake.store.url), monkeypatch) as watch:
        daily(workspace, lake, date(2026, 5, 3), Quiet())
    assert watch.found == []
    assert watch.n_seen > 0


def test_the_watch_sees_whoever_goes_past_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_at(tmp_path).replace("a.parquet", b"x")
    with watched(tmp_path, monkeypatch) as watch:
        store_at(tmp_path).read("a.parquet")
        store_at(tmp_path).open("a.parquet")
        assert watch.found == []
        (tmp_path / "a.parquet").read_bytes()
        os.listdir(tmp_path)
        pa.memory_map(str(tmp_path / "a.parquet"))
    assert [found.split(" ")[0] for found in watch.found] == ["open", "os.listdir", "open"]
