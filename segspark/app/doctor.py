"""Diagnosis of a machine, a workspace and its lake; starts no JVM, unless the workspace has a cluster to be asked."""

import shlex
from pathlib import Path
from urllib.parse import unquote

from segspark.app.executors import examine_cluster, has_cluster
from segspark.app.graph import makers
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.config.url import scheme_of
from segspark.errors import ConfigError, SegsparkError
from segspark.features.resources import load_catalogue
from segspark.models.registry import models_of
from segspark.segments.resources import definitions_of
from segspark.segments.schemes.registry import written_schemes
from segspark.segments.validation_errors import DefinitionError
from segspark.sources.files import find_files
from segspark.sources.load import load_sources
from segspark.sources.mapped import check_header
from segspark.sources.mapping import compile_mapping
from segspark.spark.environment import examine_environment, is_remote, jar_folder, under_spark_submit
from segspark.spark.stores import CONNECTORS
from segspark.store.access import too_open
from segspark.tables.compatibility import NEXT_STEP, missing_stamp, problems_of
from segspark.tables.contracts import ops
from segspark.tables.contracts.catalogue import ALL, BY_NAME
from segspark.tables.lake import Lake
from segspark.tables.log_actions import actions_in_log
from segspark.tables.open import open_lake

FINE, WRONG = "fine", "wrong"


def examine(config: Path) -> list[dict[str, str]]:
    """One row per check: check, state (fine or wrong), detail."""
    try:
        workspace = open_workspace(config)
    except SegsparkError as error:
        return [row("workspace", WRONG, str(error))]
    rows = [row("workspace", FINE, str(workspace.folder))]
    rows += [
        row(c.name, WRONG if c.cure else FINE, f"{c.detail}. {c.cure}" if c.cure else c.detail)
        for c in examine_environment(workspace.lake)
    ]
    rows += _connector_rows(workspace)
    rows += _access_rows(workspace)
    rows += _executor_rows(workspace)
    rows += _model_rows(workspace)
    lake = open_lake(workspace)
    try:
        for source in load_sources(workspace):
            files = [found.file for found in find_files(source, workspace.time_zone)]
            detail = f"{len(files)} files match {source.shown_patterns}"
            try:
                if source.records:
                    check_header(compile_mapping(source), files)
                rows.append(row(f"source {source.name}", FINE if files else WRONG, detail))
            except ConfigError as error:
                rows.append(row(f"source {source.name}", WRONG, str(error)))
    except SegsparkError as error:
        rows.append(row("sources", WRONG, str(error)))
    try:
        catalogue = load_catalogue(workspace)
        rows.append(
            row("features", FINE, f"{len(catalogue.stored_columns())} stored, {len(catalogue.derived)} derived")
        )
        definitions = definitions_of(workspace)
        written = sorted(written_schemes(), key=lambda pair: pair[0].order)
        counts = (kind.count(definitions.by_scheme.get(scheme.name, ())) for scheme, kind in written)
        rows.append(row("segments", FINE, ", ".join(counts)))
    except DefinitionError as error:
        rows += [row("definitions", WRONG, f"{f.where}: {f.what} {f.fix} [{f.code}]") for f in error.issues]
    except SegsparkError as error:
        rows.append(row("definitions", WRONG, str(error)))
    return rows + _lake_rows(lake)


def _model_rows(workspace: Workspace) -> list[dict[str, str]]:
    """Whether what the sections of models ask for is installed."""
    wrong = []
    for model in models_of(workspace.models):
        try:
            model.check(workspace.models.of(model))
        except ConfigError as error:
            wrong.append(str(error))
    return [row("models", WRONG, " ".join(wrong)) if wrong else row("models", FINE, "what they ask for is installed")]


def _connector_rows(workspace: Workspace) -> list[dict[str, str]]:
    """Whether a local Spark is given what it needs for the lake's store, where that is not fetched by itself."""
    scheme = workspace.lake.scheme
    package = CONNECTORS.get(scheme)
    if package is None or under_spark_submit() or is_remote():
        return []
    name = package.split(":")[1]
    given = any(key.startswith("spark.jars") for key in workspace.spark.options)
    if given or list(jar_folder().glob(f"{name}-*.jar")):
        return [row(f"connector for {scheme}", FINE, "is given to Spark")]
    cure = f"Give it one, e.g. spark.options: {{spark.jars.packages: '{package}'}}"
    return [row(f"connector for {scheme}", WRONG, f"Spark has none for {scheme}://. {cure}")]


def _executor_rows(workspace: Workspace) -> list[dict[str, str]]:
    """What only the executors of a cluster can tell: they see other disks than this machine."""
    if not has_cluster(workspace):
        return []
    try:
        wrong = examine_cluster(workspace)
    except SegsparkError as error:
        wrong = [str(error)]
    return [row("executors", WRONG, what) for what in wrong] or [row("executors", FINE, "reach the lake, sources, key")]


def _access_rows(workspace: Workspace) -> list[dict[str, str]]:
    """The folders that are readable for more people than the workspace says; new files are not, older ones may be."""
    database = workspace.mlflow.tracking_uri.removeprefix("sqlite:///")
    named = (workspace.lake, database, workspace.mlflow.artifact_location, workspace.exports, workspace.reports)
    # Who may read a bucket is a matter of its policy.
    places = [Path(text) for text in map(str, named) if not scheme_of(text)]
    open_ones = [str(p) for p in places if too_open(p, workspace.file_access)]
    if not open_ones:
        return [row("file access", FINE, f"{workspace.file_access}")]
    cure = "chmod -R go-rwx" if workspace.file_access == "private" else "chmod -R o-rwx"
    detail = f"more people than file_access: {workspace.file_access} says may read {', '.join(open_ones)}"
    return [row("file access", WRONG, f"{detail}. Run: {cure} {shlex.join(open_ones)}")]


def _lake_rows(lake: Lake) -> list[dict[str, str]]:
    rows = []
    for contract in ALL:
        if not lake.exists(contract):
            continue
        if not lake.keeps_files:
            continue
        table = lake.table(contract)
        there = {file.name for file in lake.folder(contract).list()}
        named = actions_in_log(table)["path"].to_pylist()
        gone = [path for path in map(unquote, named) if path not in there]
        if gone:
            rows.append(row(contract.name, WRONG, f"files missing {len(gone)}"))
    for table, flow in makers().items():
        missing = [n for n in flow["reads"] if lake.exists(BY_NAME[table]) and not lake.exists(BY_NAME[n])]
        if missing:
            detail = f"flow {flow['flow']} makes it of {', '.join(missing)}, which the lake does not hold"
            rows.append(row(table, WRONG, detail))
    rows += [row(c.name, WRONG, f"{problem}. {NEXT_STEP}") for c in ALL for problem in problems_of(lake, c)]
    rows += [row(c.name, WRONG, what) for c in ALL if (what := missing_stamp(lake, c))]
    runs = lake.read_small(ops.RUNS).to_pylist()
    done = {r["run_id"] for r in runs if r["state"] == "done"}
    begun = {r["run_id"] for r in runs if r["state"] == "writing"} - done
    if begun:
        rows.append(row("ingest", WRONG, f"{len(begun)} batch interrupted; the next run completes it"))
    return [
        *rows,
        row("lake tables", FINE if not rows else WRONG, f"{sum(lake.exists(c) for c in ALL)} of {len(ALL)} exist"),
    ]


def row(check: str, state: str, detail: str) -> dict[str, str]:
    return {"check": check, "state": state, "detail": detail}
