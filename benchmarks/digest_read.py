"""What a lake and its model store hold, as digests that do not depend on when or where they were made.

Reads with deltalake, pyarrow and sqlite3 only: the modules of the code under test may move. The one exception is the
opening of the vault's sealed values, ``segspark.pseudonyms``, which stays in place.
"""

import base64
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from deltalake import DeltaTable

# Any fixed secret will do; with a random one all pseudonyms would differ between two runs.
KEY = base64.b64encode(b"segspark digest: 32 fixed bytes!").decode()

Json = dict[str, Any]


@dataclass(frozen=True)
class Varies:
    """Something that differs between two runs of the same commit, and what is done about it.

    Attributes:
        where: table.column, or table.column:key of a JSON column; ``*`` is every table.
        how: ``dropped``, or what stands in its place.
    """

    where: str
    how: str
    why: str


# Found by running every scenario twice on one commit. Kept as narrow as possible: a column or a JSON key, never a table.
VARIES = (
    Varies("*.run_id", "flow and as-of day of the run, from ops.runs", "a hash of the configuration, so of the path"),
    Varies("ops.runs.run_id", "dropped", "the same; flow and as-of day are columns of the row itself"),
    Varies("ops.runs.written_at", "dropped", "a clock"),
    Varies("ops.runs.duration_s", "dropped", "a stopwatch"),
    Varies("ops.runs.config_hash", "its number in order of appearance", "a hash of the configuration, so of the path"),
    Varies("ops.runs.inputs:run_id", "dropped", "the batch's own id, as above"),
    Varies("leftovers: _tmp/HOST-PID, numbers", "MACHINE-N, N", "the machine, the process, random names of data files"),
    Varies("models: tags run_id and digest", "dropped", "a random id, and a hash over file names that hold random ids"),
    Varies("models: uids of Spark ML's stages, timestamp", "dropped", "random ids and a clock, in names and metadata"),
    Varies("models: defaultParamMap:seed", "dropped", "Python's hash of a class name, random; the seed in use is kept"),
    Varies("models: MLmodel but its signature", "dropped", "ids, clocks and versions of packages"),
)


# Values -------------------------------------------------------------------------------------------------------


def plain(value: Any, type_: pa.DataType) -> Any:
    """A value as JSON can hold it, the same for equal values: maps sorted, floats by their shortest exact form."""
    if value is None:
        return None
    if pa.types.is_map(type_):
        pairs = value.items() if isinstance(value, dict) else value
        return sorted([plain(k, type_.key_type), plain(v, type_.item_type)] for k, v in pairs)
    if pa.types.is_struct(type_):
        return {field.name: plain(value[field.name], field.type) for field in type_}
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return [plain(v, type_.value_type) for v in value]
    return scalar(value)


def scalar(value: Any) -> Any:
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    return value


def text_of(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def texts_of(values: pa.ChunkedArray) -> list[str]:
    """A column as JSON texts; most columns repeat themselves, so that each value is put into words once."""
    type_ = values.type
    if not len(values):
        return []
    if pa.types.is_nested(type_) or pa.types.is_floating(type_):
        return [text_of(plain(v, type_)) for v in values.to_pylist()]
    encoded = pa.chunked_array([values.combine_chunks()]).dictionary_encode().combine_chunks()
    encoded = encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
    known = [text_of(plain(v, type_)) for v in encoded.dictionary.to_pylist()]
    return [known[at] if at is not None else "null" for at in encoded.indices.to_pylist()]


def sha(texts: Sequence[str]) -> str:
    total = hashlib.sha256()
    for text in texts:
        total.update(text.encode())
        total.update(b"\n")
    return total.hexdigest()


# Tables -------------------------------------------------------------------------------------------------------


@dataclass
class Table:
    """A table's comparable content: per column one JSON text for each row, in the order of the rows sorted whole."""

    name: str
    columns: dict[str, list[str]]
    schema: list[str]
    version: int
    orphans: list[str]

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.columns.values()), []))

    def rows(self) -> Iterator[str]:
        yield from map("\t".join, zip(*self.columns.values(), strict=True))

    def digest(self) -> Json:
        return {
            "rows": self.n_rows,
            "digest": sha(list(self.rows())),
            "version": self.version,
            "schema": self.schema,
            # By the order of the rows, and by the column's values alone: a value that moves its row in the order
            # changes the first of every column and the second of its own only.
            "columns": {n: [sha(texts), sha(sorted(texts))] for n, texts in self.columns.items()},
        }


def table_folders(lake: Path) -> dict[str, Path]:
    """Every Delta table below the lake by its name, ``layer.table``."""
    logs = sorted(p for p in lake.rglob("_delta_log") if p.is_dir())
    return {".".join(log.parent.relative_to(lake).parts): log.parent for log in logs}


class LakeReader:
    """The tables of one lake, made comparable."""

    def __init__(self, lake: Path) -> None:
        self.lake = lake
        self.folders = table_folders(lake)
        self._runs = self._read_runs()
        self._unseal = _unsealer()

    def _read_runs(self) -> dict[str, str]:
        if "ops.runs" not in self.folders:
            return {}
        rows = arrow_rows(self.folders["ops.runs"]).select(["run_id", "flow", "as_of_date"]).to_pylist()
        return {r["run_id"]: f"{r['flow']} {r['as_of_date']}" for r in rows}

    def read(self, name: str) -> Table:
        """
        Raises:
            ValueError: the table has two columns of one name.
        """
        folder = self.folders[name]
        delta, rows = DeltaTable(folder), arrow_rows(folder)
        columns = {c: self._texts(name, c, rows) for c in rows.column_names}
        kept = {c: texts for c, texts in columns.items() if texts is not None}
        partitions = delta.metadata().partition_columns
        schema = [f"{f.name} {f.type}{'' if f.nullable else ' not null'}" for f in rows.schema]
        return Table(name, _sorted(kept), [*schema, f"partitioned by {partitions}"], delta.version(), orphans(folder))

    def _texts(self, table: str, column: str, rows: pa.Table) -> list[str] | None:
        values = rows[column]
        own: Callable[[], list[Any] | None] | None = {
            "ops.runs.run_id": lambda: None,
            "ops.runs.written_at": lambda: None,
            "ops.runs.duration_s": lambda: None,
            "ops.runs.config_hash": lambda: _numbered(rows),
            "ops.runs.inputs": lambda: [without_ids(v) for v in values.to_pylist()],
            "ops.runs.outputs": lambda: [without_ids(v) for v in values.to_pylist()],
            "privacy.identities.sealed": lambda: self._opened(rows),
        }.get(f"{table}.{column}")
        if own is not None:
            made = own()
            return None if made is None else [text_of(v) for v in made]
        if column == "run_id":
            return [text_of(self._runs.get(v, "a run that ops.runs does not know")) for v in values.to_pylist()]
        return texts_of(values)

    def _opened(self, rows: pa.Table) -> list[Any]:
        pairs = zip(rows["kind"].to_pylist(), rows["sealed"].to_pylist(), strict=True)
        return [self._unseal(kind, sealed) for kind, sealed in pairs]


def arrow_rows(folder: Path) -> pa.Table:
    return DeltaTable(folder).to_pyarrow_table()


def orphans(folder: Path) -> list[str]:
    """Data files that no commit of the table ever named: what a failed write left."""
    named: set[str] = set()
    for log in (folder / "_delta_log").glob("*.json"):
        named.update(re.findall(r'"(?:add|remove)":\{"path":"([^"]+)"', log.read_text()))
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet") if "_delta_log" not in p.parts}
    return sorted(files - set(map(unquote, named)))


def without_ids(content: str | None) -> Any:
    """A JSON column without the ids of runs, its keys sorted; text that is no JSON stays as it is."""
    if content is None:
        return None
    said = json.loads(content)
    if isinstance(said, dict):
        said.pop("run_id", None)
    return said


def _numbered(rows: pa.Table) -> list[str | None]:
    """Configurations by their order of appearance: one that changes while the YAML does not shows as a second."""
    numbers: dict[str, str] = {}
    for row in sorted(rows.select(["written_at", "config_hash"]).to_pylist(), key=lambda r: r["written_at"]):
        if row["config_hash"] is not None:
            numbers.setdefault(row["config_hash"], f"configuration {len(numbers) + 1}")
    return [numbers.get(h) for h in rows["config_hash"].to_pylist()]


def _sorted(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    rows = sorted(zip(*columns.values(), strict=True))
    return {name: [row[at] for row in rows] for at, name in enumerate(columns)}


def _unsealer() -> Callable[[str, bytes], Any]:
    from segspark.pseudonyms import Key, Pseudonymiser

    pseudonyms = Pseudonymiser(Key(base64.b64decode(KEY)))

    def unseal(kind: str, sealed: bytes) -> Any:
        return [kind, pseudonyms.unseal(kind, sealed)]

    return unseal


def digest_lake(lake: Path) -> dict[str, Json]:
    reader = LakeReader(lake)
    return {name: reader.read(name).digest() for name in reader.folders}


def leftovers(lake: Path) -> list[str]:
    """Files and empty folders that belong to no table, and data files that no commit names; numbers as ``N``."""
    folders = list(table_folders(lake).values())
    inside = {*folders}
    found = [p.relative_to(lake).as_posix() for p in lake.rglob("*") if not _is_within(p, inside) and _is_end(p)]
    lost = [f"{f.relative_to(lake).as_posix()}/{o}" for f in folders for o in orphans(f)]
    # Scratch folders are named after the machine and the process.
    said = [re.sub(r"^_tmp/[^/]+", "_tmp/MACHINE-N", path) for path in [*found, *lost]]
    return sorted({re.sub(r"[0-9a-f]{8,}(-[0-9a-f]{4,})*|\d+", "N", path) for path in said})


def _is_within(path: Path, folders: set[Path]) -> bool:
    return path in folders or any(parent in folders for parent in path.parents)


def _is_end(path: Path) -> bool:
    return path.is_file() or not any(path.iterdir())


# Models -------------------------------------------------------------------------------------------------------

# Ids and clocks of MLflow; `digest` is a hash over files whose names hold random ids.
LEFT_OUT_TAGS = ("run_id", "digest")
UID = re.compile(r"_[0-9a-f]{12}(?![0-9a-f])")


def digest_models(workspace: Path) -> Json:
    """Per registered model and version: tags, parameters, metrics and the digests of what was logged."""
    database = workspace / "mlflow.db"
    if not database.exists():
        return {}
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
        store.row_factory = sqlite3.Row
        versions = store.execute("select name, version, run_id from model_versions order by name, version").fetchall()
        found = {f"{v['name']}/{v['version']}": _digest_version(store, workspace, v) for v in versions}
        aliases = store.execute("select name, alias, version from registered_model_aliases order by 1, 2").fetchall()
    return {**found, "aliases": [list(a) for a in aliases]} if found else {}


def _digest_version(store: sqlite3.Connection, workspace: Path, row: sqlite3.Row) -> Json:
    def pairs(query: str, *values: Any) -> Json:
        return {key: scalar(value) for key, value in store.execute(query, values)}

    name, version, run = row["name"], row["version"], row["run_id"]
    tags = pairs("select key, value from model_version_tags where name = ? and version = ?", name, version)
    return {
        "tags": {k: v for k, v in tags.items() if k not in LEFT_OUT_TAGS},
        "params": pairs("select key, value from params where run_uuid = ?", run),
        "metrics": pairs("select key, value from latest_metrics where run_uuid = ?", run),
        # Where the artifacts lie is said by an absolute path; the workspace may have been moved since.
        "artifacts": dict(_digest_artifacts(workspace / "mlflow-artifacts" / run / "artifacts")),
    }


def _digest_artifacts(folder: Path) -> Iterator[tuple[str, str]]:
    contents: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".crc" and path.name != "_SUCCESS":
            name = UID.sub("", re.sub(r"part-.*", "part", path.relative_to(folder).as_posix()))
            contents.setdefault(name, []).append(sha([_artifact_text(path)]))
    for name, digests in sorted(contents.items()):
        yield name, sha(sorted(digests))


def _artifact_text(path: Path) -> str:
    if path.suffix == ".json":
        return text_of(json.loads(path.read_text(), parse_float=lambda f: {"float": repr(float(f))}))
    if path.name == "MLmodel":
        # The rest are ids, times and versions of packages.
        return text_of(yaml.safe_load(path.read_text()).get("signature"))
    if path.suffix == ".parquet":
        rows = pq.read_table(path)
        cells = ([_without_uids(v) for v in r.values()] for r in rows.to_pylist())
        return "\n".join([str(rows.schema.names), *sorted(map(text_of, cells))])
    if path.parent.name == "metadata":
        return text_of(_without_uids(path.read_text()))
    return path.read_bytes().hex()


def _without_uids(value: Any) -> Any:
    """A value of a saved stage; what describes the stage is a JSON text, also within a table of trees."""
    if not isinstance(value, str) or not value.startswith('{"class"'):
        return json.loads(json.dumps(value), parse_float=lambda f: {"float": repr(float(f))})
    said = json.loads(UID.sub("", value))
    said.pop("timestamp")
    said.get("defaultParamMap", {}).pop("seed", None)
    return said
