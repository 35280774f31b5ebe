"""No flow's function can reach the lake, a path of it, or a store: by what it imports and by what it is given."""

import ast
from pathlib import Path

import segspark

PACKAGE = Path(segspark.__file__).parent
# Rooms whose modules work for flows.
ROOMS = ("sources", "identity", "privacy", "ingest", "features", "models", "scoring", "segments")
# A View's and a Step's own.
OF_THE_PIPELINE = {"_lake", "_frames", "_setting", "_instead", "_writable", "_progress"}
# Stores of which a flow has only the folder that a step or a batch hands it, and files that others staged there.
OF_THE_STORE = {"Stamp", "Store", "StoredFile", "open_url", "stream_url"}
# Tasks read files that they are given by URL.
OF_PARQUET = {"open_parquet", "read_parquet", "SPARK_OPTIONS"}
# What reaches further, and why.
EXCEPTIONS = {
    "sources/files.py: store_of_pattern": "where deliveries lie is for the sources to say; they are no part of the lake",
    "sources/sealed_records.py: store_at": "the folder of envelopes that a task is given by its URL",
    "sources/sample.py: parquet_content": "samples that lie in memory",
    "models/artifact_store.py: store_at": "files of models lie where MLflow is told to keep them",
    "models/clustering/overrides.py: store_of_file": "the workspace's decisions",
    "sources/load.py: segspark.store.patterns": "the workspace's source files, by a pattern below its folder",
    "segments/rule_files.py: segspark.store.patterns": "the workspace's rule files, by a pattern below its folder",
    "models/uplift/trial_file.py: segspark.store.patterns": "the workspace's trial files, by a pattern below its folder",
    "segments/resources.py: store_of_file": "the workspace's weather",
    "models/table/read.py: store_of_file": "a table of the workspace, which is no part of the lake",
    "models/run_log.py: segspark.store.access": "what MLflow writes on this machine is for its owner alone",
    "sources/resources.py: segspark.tables.lake_key": "the key is compared with the lake's check value",
}


def trees() -> list[tuple[str, ast.AST]]:
    files = [p for room in ROOMS for p in sorted((PACKAGE / room).rglob("*.py"))]
    return [(str(p.relative_to(PACKAGE)), ast.parse(p.read_text())) for p in files]


def test_what_flows_are_made_of_imports_no_lake_and_makes_no_store() -> None:
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            if node.module == "segspark.store.parquet":
                found += [f"{name}: {a.name}" for a in node.names if a.name not in OF_PARQUET]
            elif node.module.startswith(("segspark.tables.io", "segspark.tables.lake", "segspark.store.")):
                found.append(f"{name}: {node.module}")
            if node.module == "segspark.store":
                found += [f"{name}: {a.name}" for a in node.names if a.name not in OF_THE_STORE]
    assert [f for f in found if f not in EXCEPTIONS] == []
    assert set(EXCEPTIONS) <= set(found), "these reach no further any more"


def test_what_flows_are_made_of_leaves_the_pipelines_own_alone() -> None:
    found = [
        f"{name}:{node.lineno} {node.attr}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in OF_THE_PIPELINE
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    ]
    assert found == []


def test_what_flows_are_made_of_knows_no_place_of_the_lake() -> None:
    """``Workspace.lake`` is for those who open one; settings have none."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "lake"
    ]
    assert found == []
