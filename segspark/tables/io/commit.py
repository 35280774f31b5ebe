"""One Delta transaction of files that tasks have written; a conflict with another writer is an error."""

from typing import Any

import deltalake

from segspark.tables.contracts.contract import Contract
from segspark.tables.file_schema import check_files
from segspark.tables.io import conflicts
from segspark.tables.parts import add_actions


def commit(
    table: deltalake.DeltaTable,
    contract: Contract,
    added: list[dict[str, Any]],
    *,
    replace: list[str] | None = None,
    once: str | None = None,
    is_derived: bool = False,
) -> None:
    """One Delta transaction: add the files; with ``replace`` remove the files of those partition values.

    A plain append succeeds whatever others have committed meanwhile. A commit that replaces rows, or whose rows were
    derived from the table, succeeds only at the version at which ``table`` was opened.

    Args:
        replace: values of the first partition column; an empty list replaces an unpartitioned table as a whole.
        once: application transaction; the caller skips a second commit under it.
        is_derived: the appended rows were derived from the table.

    Raises:
        CheckFailed: the files hold other columns than the table; nothing was committed.
        InfrastructureError: somebody else has committed since; the table is as they left it.
    """
    check_files(contract, table, added)
    # By default delta-rs accepts both of two writers that replace the same empty day.
    properties = deltalake.CommitProperties(
        app_transactions=[deltalake.Transaction(once, 1)] if once else None,
        max_commit_retries=None if replace is None and not is_derived else 0,
    )
    filters = [(contract.partition_by[0], "in", replace)] if replace else None
    with conflicts.translated(contract, table.version()):
        table.create_write_transaction(
            add_actions(added),
            "append" if replace is None else "overwrite",
            table.schema(),
            partition_by=list(contract.partition_by),
            partition_filters=filters,
            commit_properties=properties,
        )
