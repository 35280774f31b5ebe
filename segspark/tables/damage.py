"""What is damaged in a table: its log, its data files, its counts. Reads every byte; no Spark."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import unquote

import pyarrow as pa

from segspark.errors import DamagedFile
from segspark.store import Store
from segspark.store.parquet import content_digest, open_parquet
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.log_actions import actions_in_log
from segspark.tables.log_digests import HINT, LOG, checkpoints_of, commits_of, digests_of, hint_misleads, newest_lost
from segspark.tables.ranges import day_of

Kind = Literal["commit", "checkpoint", "file"]


@dataclass(frozen=True)
class Damage:
    """One damaged file.

    Attributes:
        file: below the table's folder.
        rows: rows that the log says it holds; None if it is no data file.
        day: of a data file of a table partitioned by a date.
    """

    table: str
    kind: Kind
    file: str
    what: str
    rows: int | None = None
    day: date | None = None


def damage_of(lake: Lake, contract: Contract) -> list[Damage]:
    """Everything that is damaged in a table. Where its log cannot be believed, its data files are not looked at."""
    if not lake.exists(contract):
        return []
    folder = lake.folder(contract)
    of_log = [Damage(contract.name, kind, file, what) for kind, file, what in _of_log(folder)]
    return of_log or list(_of_files(lake, contract, folder))


def _of_log(folder: Store) -> Iterator[tuple[Kind, str, str]]:
    digests, commits, checkpoints = digests_of(folder), commits_of(folder), checkpoints_of(folder)
    for version, name in sorted(commits.items()):
        content = folder.read(name)
        if digests.get(name, content_digest(content)) != content_digest(content):
            yield "commit", name, "its content is not what was written"
        elif _actions(content) is None:
            yield "commit", name, f"version {version} cannot be read"
    for version, name in sorted(checkpoints.items()):
        content = folder.read(name)
        if digests.get(name, content_digest(content)) != content_digest(content):
            yield "checkpoint", name, "its content is not what was written"
        elif (what := _differs(folder, commits, version, name)) is not None:
            yield "checkpoint", name, what
    if hint_misleads(folder, checkpoints):
        yield "checkpoint", HINT, "it names a checkpoint that is not there"
    if (lost := newest_lost(digests, commits)) is not None:
        yield "commit", lost, "it is missing"
    first = max(checkpoints, default=min(commits, default=0))
    for version in range(first, max(commits, default=first)):
        if version not in commits and version not in checkpoints:
            yield "commit", f"{LOG}/{version:020}.json", f"version {version} is missing"


def _actions(content: bytes) -> list[dict[str, Any]] | None:
    try:
        return [json.loads(line) for line in content.splitlines() if line.strip()]
    except ValueError:
        return None


def _differs(folder: Store, commits: dict[int, str], version: int, name: str) -> str | None:
    """How a checkpoint differs from its commits; they may be gone, and then nothing can be said."""
    try:
        added = open_parquet(folder.url_of(name)).read(columns=["add"])["add"].to_pylist()
    except (DamagedFile, OSError, pa.ArrowException, KeyError) as error:
        return f"it cannot be read ({type(error).__name__})"
    if not all(at in commits for at in range(version + 1)):
        return None
    files: dict[str, int] = {}
    for at in range(version + 1):
        for action in _actions(folder.read(commits[at])) or []:
            if add := action.get("add"):
                files[add["path"]] = add["size"]
            elif remove := action.get("remove"):
                files.pop(remove["path"], None)
    stored = {add["path"]: add["size"] for add in added if add is not None}
    return None if stored == files else "its files are not those of the commits"


def _of_files(lake: Lake, contract: Contract, folder: Store) -> Iterator[Damage]:
    actions = actions_in_log(lake.table(contract))
    sizes = {file.name: file.size for file in folder.list()}
    by_day = f"partition.{contract.partition_by[0]}" if contract.partition_by else ""
    for file in actions.to_pylist():
        name = unquote(file["path"])
        what = "it is missing" if name not in sizes else _file_damage(folder, name, file, sizes[name])
        if what is not None:
            day = day_of(file[by_day]) if by_day.endswith(("_date", "applied_as_of")) else None
            yield Damage(contract.name, "file", name, what, file.get("num_records"), day)


def _file_damage(folder: Store, name: str, file: dict[str, Any], size: int) -> str | None:
    if size != file["size_bytes"]:
        return f"it has {size:,} bytes, and {file['size_bytes']:,} were written"
    try:
        opened = open_parquet(folder.url_of(name))
        n_rows = sum(
            opened.read_row_group(at, use_threads=False).num_rows for at in range(opened.metadata.num_row_groups)
        )
    except DamagedFile as error:
        return error.what
    except (OSError, pa.ArrowException) as error:
        return f"it cannot be read ({type(error).__name__})"
    if file.get("num_records") not in (None, n_rows) or opened.metadata.num_rows != n_rows:
        return f"it has {n_rows:,} rows, and the log says {file['num_records']:,}"
    return None


def remove_checkpoints(lake: Lake, damages: list[Damage]) -> list[Damage]:
    """Remove damaged checkpoints where the commits alone tell the table; returns those that were removed."""
    removed = []
    for damage in damages:
        folder = lake.store.below(damage.table.replace(".", "/"))
        commits, checkpoints = commits_of(folder), checkpoints_of(folder)
        sound = max((at for at, name in checkpoints.items() if name != damage.file), default=-1)
        first = sound + 1 if sound >= 0 else 0
        if damage.kind == "checkpoint" and all(at in commits for at in range(first, max(commits, default=0) + 1)):
            folder.delete(damage.file)
            folder.delete(HINT)
            removed.append(damage)
    return removed
