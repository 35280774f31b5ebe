"""Commits without Spark that take files out of a table, and may put others in their place."""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import deltalake
from deltalake.exceptions import CommitFailedError

from segspark.errors import CheckFailed, InfrastructureError
from segspark.points import point
from segspark.tables.committer import DELTA_RS, require_committer
from segspark.tables.contracts.contract import Contract
from segspark.tables.file_schema import check_files
from segspark.tables.lake import Lake
from segspark.tables.log_actions import actions_in_log
from segspark.tables.parts import add_actions

# Names that every writer of a log spells in the same way. A file that a commit removes under another spelling stays.
_PLAIN = re.compile(r"(?!/)[A-Za-z0-9_=./%-]+")


def is_plainly_named(file: "LoggedFile") -> bool:
    return _PLAIN.fullmatch(file.path) is not None


@dataclass(frozen=True)
class LoggedFile:
    """A file of a table's version, as the log names it.

    Attributes:
        path: below the table's folder.
        values: of the partition columns.
        least, greatest: by column, where the log knows them.
    """

    path: str
    size: int
    rows: int
    values: dict[str, Any] = field(default_factory=dict)
    least: dict[str, Any] = field(default_factory=dict)
    greatest: dict[str, Any] = field(default_factory=dict)


def logged_files(table: deltalake.DeltaTable) -> list[LoggedFile]:
    """The files of a version, by name."""
    found = []
    for action in actions_in_log(table).to_pylist():
        parts: dict[str, dict[str, Any]] = {"partition": {}, "min": {}, "max": {}}
        for name, value in action.items():
            kind, _, column = name.partition(".")
            if kind in parts:
                parts[kind][column] = value
        found.append(
            LoggedFile(
                unquote(action["path"]),
                action["size_bytes"],
                action["num_records"] or 0,
                parts["partition"],
                parts["min"],
                parts["max"],
            )
        )
    return sorted(found, key=lambda f: f.path)


def replace_files(
    lake: Lake,
    contract: Contract,
    table: deltalake.DeltaTable,
    removed: Sequence[LoggedFile],
    added: Sequence[dict[str, Any]] = (),
    is_same_rows: bool | None = None,
) -> None:
    """One commit: files go, and others with the same rows come; without others their rows go.

    Args:
        table: at the version in which the files are.
        added: entries of ``parts.write_parts``.
        is_same_rows: whether the new files hold the rows of those that go; by default so if there are any.

    Raises:
        GateClosed: somebody else commits to this table.
        CheckFailed: a file has a name that might be spelled otherwise, or the new ones hold other columns than the table.
        InfrastructureError: somebody else has changed the table since it was opened.
    """
    is_same_rows = bool(added) if is_same_rows is None else is_same_rows
    require_committer(contract, table, lake.path(contract), DELTA_RS)
    if odd := [file for file in removed if not is_plainly_named(file)]:
        raise CheckFailed(
            f"{contract.name}: {len(odd)} files lie elsewhere or under unusual names. Nothing was changed."
        )
    check_files(contract, table, added)
    point("files_to_replace")
    lake.may_commit()
    try:
        with lake.committing(contract, table, is_alone=True):
            table.create_write_transaction(
                [*add_actions(added, is_new=not is_same_rows), *_remove_actions(removed, is_gone=not is_same_rows)],
                "append",
                table.schema(),
                partition_by=list(table.metadata().partition_columns),
                commit_properties=deltalake.CommitProperties(max_commit_retries=0),
            )
            point("files_replaced")
    except CommitFailedError as error:
        raise InfrastructureError(
            f"{contract.name} was changed by another writer since its version {table.version()} was read. Nothing was "
            "changed; run again when the other one is done."
        ) from error


def _remove_actions(files: Iterable[LoggedFile], is_gone: bool) -> list[deltalake.transaction.RemoveAction]:
    now = int(time.time() * 1000)
    return [
        deltalake.transaction.RemoveAction(
            path=file.path,
            data_change=is_gone,
            deletion_timestamp=now,
            size=file.size,
            partition_values={name: None if value is None else str(value) for name, value in file.values.items()},
        )
        for file in files
    ]
