"""Carry out the plan of a table (migration.py)."""

from collections.abc import Sequence
from typing import Any

import deltalake
import pyarrow as pa
from deltalake.exceptions import CommitFailedError

from segspark.errors import CheckFailed, InfrastructureError
from segspark.points import point
from segspark.tables.committer import DELTA_RS, require_committer
from segspark.tables.contracts.contract import Column, Contract
from segspark.tables.file_schema import problems_of_files
from segspark.tables.lake import Lake
from segspark.tables.migration import REWRITTEN, Plan, migrated, target_schema
from segspark.tables.own_commits import logged_files
from segspark.tables.parts import add_actions, write_parts
from segspark.tables.small import rows_of_file


def migrate_table(lake: Lake, contract: Contract, plan: Plan, more: Sequence[Column] = ()) -> None:
    """The rows change in one commit, file by file on the driver; columns and descriptions in one each, after them.

    Raises:
        CheckFailed: a value does not fit its wider type; nothing was changed.
        InfrastructureError: somebody else has changed the table meanwhile.
    """
    if plan.is_rewrite:
        _rewrite(lake, contract, plan, more)
    _alter(lake, contract, plan, more)


def _rewrite(lake: Lake, contract: Contract, plan: Plan, more: Sequence[Column]) -> None:
    table, folder = lake.table(contract), lake.folder(contract)
    target = target_schema(table, contract, plan, more)
    stored, schema = pa.schema(table.schema()), pa.schema(target)
    change = migrated(plan, schema)
    added: list[dict[str, Any]] = []
    try:
        for file in logged_files(table):
            added += write_parts(
                change(rows_of_file(folder.url_of(file.path), stored, file.values)), lake.laid_out(contract), folder
            )
    except pa.ArrowInvalid:
        # Not `from error`: it says the value.
        raise CheckFailed(f"{contract.name}: a value does not fit its new type exactly. Nothing was changed.") from None
    if problems := problems_of_files(schema, contract.partition_by, added):
        raise CheckFailed(
            f"{contract.name}: the upgrade leaves other columns than its contract: {'; '.join(problems)}."
        )
    point("migrating")
    require_committer(contract, table, lake.path(contract), DELTA_RS)
    lake.may_commit()
    try:
        with lake.committing(contract, table, is_alone=True):
            table.create_write_transaction(
                add_actions(added),
                "overwrite",
                target,
                partition_by=list(contract.partition_by),
                commit_properties=deltalake.CommitProperties(
                    max_commit_retries=0, custom_metadata={REWRITTEN: str(contract.version)}
                ),
            )
    except CommitFailedError as error:
        raise InfrastructureError(
            f"{contract.name} was changed by another writer since its version {table.version()} was read. Nothing was "
            "changed; run again when the other one is done."
        ) from error


def _alter(lake: Lake, contract: Contract, plan: Plan, more: Sequence[Column]) -> None:
    wanted = {f.name: f for f in target_schema(lake.table(contract), contract, plan, more).fields}

    def alter(name: str, *given: Any) -> None:
        require_committer(contract, lake.table(contract), lake.path(contract), DELTA_RS)
        lake.may_commit()
        with lake.committing(contract, lake.table(contract)) as table:
            getattr(table.alter, name)(*given)

    there = set(lake.columns(contract))
    if missing := [wanted[c.column] for c in plan.changes if c.kind == "added" and c.column not in there]:
        alter("add_columns", missing)
    fields = {f.name: f for f in lake.table(contract).schema().fields}
    for change in plan.changes:
        if change.kind == "relaxed" and not fields[change.column].nullable:
            alter("drop_column_not_null", change.column)
        elif (
            change.kind == "described"
            and change.column
            and fields[change.column].metadata != wanted[change.column].metadata
        ):
            alter("set_column_metadata", change.column, {"comment": change.after})
    # Last: the stamp of its version says that all else is done.
    if stamp := next((c.after for c in plan.changes if c.kind == "described" and not c.column), None):
        alter("set_table_description", stamp)
    point("migrated")
