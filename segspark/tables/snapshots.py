"""The versions of tables that a run holds: what the run itself has made, a bucket is not asked for again.

Of a folder a question costs microseconds; of a bucket it is a request, which is waited for and paid. Only a run that has
the lease may hold versions: nobody else commits meanwhile. Its own commits are told by ``log_digests.changes_of``.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import deltalake

from segspark.store import Store
from segspark.tables.log_digests import changes_of


@dataclass(frozen=True)
class _Held:
    """A table, or None where there is none yet, and how often this process had changed it when that was seen."""

    table: deltalake.DeltaTable | None
    changes: int


class Snapshots:
    """The newest version of each table, asked for once and after each own commit."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def newest(self, folder: Store, opened: Callable[[], deltalake.DeltaTable | None]) -> deltalake.DeltaTable | None:
        """The table of a folder; what is new in it since it was held is read alone.

        Args:
            opened: opens it where it is not held; None where there is none.
        """
        with self._locks[folder.url]:
            held, changes = self._held.get(folder.url), changes_of(folder)
            if held is not None and held.changes == changes:
                return held.table
            table = held.table if held is not None else None
            if table is None:
                table = opened()
            else:
                table.update_incremental()
            self._held[folder.url] = _Held(table, changes)
            return table

    def set_apart(self, folder: Store) -> None:
        """Hold a table no more: whoever has it commits against the version that he has seen, and it must not move on."""
        with self._locks[folder.url]:
            self._held.pop(folder.url, None)

    def put_back(self, folder: Store, table: deltalake.DeltaTable) -> None:
        """Hold a table again that was set apart, after the commit against it."""
        with self._locks[folder.url]:
            # As it was before the commit: what is new is read when it is asked for.
            self._held.setdefault(folder.url, _Held(table, -1))
