"""Free a lake for a person who is certain that no run writes it; no Spark."""

from dataclasses import dataclass

from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.store import store_at
from segspark.tables.former_lock import FORMER_LOCK, read_former_holder
from segspark.tables.lease import unlock
from segspark.tables.lease_files import Newest, read_newest


@dataclass(frozen=True)
class Holders:
    """Who holds the lake, in sentences; none if nobody does."""

    sentences: tuple[str, ...]
    newest: Newest


def holders(workspace: Workspace) -> Holders:
    """Who holds the lake's lease, and the lock of an earlier version."""
    store = store_at(workspace.lake)
    newest = read_newest(store)
    found = [] if newest.is_free else [f"lease {newest.number}: {newest.words}; it {newest.fate.value}"]
    if store.size(FORMER_LOCK) is not None:
        former = read_former_holder(store)
        who = "its file cannot be read" if former is None else f"{former[2]}, process {former[1]} on {former[0]}"
        found.append(f"lock of an earlier version: {who}")
    return Holders(tuple(found), newest)


def free(workspace: Workspace, seen: Holders) -> None:
    """Free the lake from those who were shown; a run that is at work all the same stops before its next commit.

    Raises:
        GateClosed: somebody else holds it by now.
    """
    if not unlock(store_at(workspace.lake), seen.newest):
        raise GateClosed("Another run has taken the lake in the meantime; nothing was changed. Look again.")
