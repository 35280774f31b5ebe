"""Checkpoints of a table's log: readers begin there instead of at the first commit."""

from segspark.points import point
from segspark.store import Store
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.log_digests import checkpoints_of, commits_of


def commits_since_checkpoint(folder: Store) -> int:
    """Commits that a reader of the newest version has to read one by one."""
    last = max(checkpoints_of(folder), default=-1)
    return sum(at > last for at in commits_of(folder))


def make_checkpoint(lake: Lake, contract: Contract) -> None:
    """Write the newest version as a checkpoint, which changes no version."""
    lake.may_commit()
    with lake.committing(contract, lake.table(contract)) as table:
        table.create_checkpoint()
        point("checkpoint")
