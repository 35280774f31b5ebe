"""The logs of tables in a bucket, copied to this machine, where a run reads them and makes its commits.

delta-rs reads a log anew when it opens a table, when it commits and when it writes a checkpoint: some twenty requests for
each commit, and more the longer ago the last checkpoint is. The files of a log never change, so here each is asked for
once, and delta-rs works on the copy. What it writes there is then put into the bucket: a commit only where nothing of its
number is, so that of two writers at once one comes second, as with delta-rs itself.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any
from zlib import crc32

import deltalake
from deltalake.exceptions import CommitFailedError

from segspark.errors import DamagedFile
from segspark.spark.scratch import log_folder
from segspark.store import Store, store_at
from segspark.store.parquet import content_digest
from segspark.tables.log_digests import (
    CHECKPOINT,
    COMMIT,
    HINT,
    LOG,
    changes_of,
    digest_name,
    digests_of,
    newest_lost,
    note_change,
)

# So many names a bucket lists in one request.
PAGE = 1_000
# So many others may come first, one after the other.
_TRIES = 100
# Of so many versions the hint moves on to a checkpoint of the first few: with one every third commit, to every eighth.
_HINT_EVERY, _HINT_FOR = 24, 3
# What makes a commit more than an append, which holds whatever others have appended.
_BEYOND_APPEND = ("remove", "metaData", "protocol")


class LogCopy:
    """The log of one table, as a run with the lease knows it."""

    def __init__(self, folder: Store, scratch: Store) -> None:
        self._folder, self._scratch = folder, scratch
        self._one_at_a_time = RLock()
        self._n_copies, self._copy = 0, scratch.below("0")
        # What of the copy is in the bucket; how often this process had committed when that was seen.
        self._names: set[str] = set()
        self._changes = -1
        self._table: deltalake.DeltaTable | None = None

    def newest(self) -> deltalake.DeltaTable | None:
        """The table at its newest version, where it stays; None where there is none.

        Raises:
            DamagedFile: a file of the log holds something else than was written.
        """
        with self._one_at_a_time:
            changes = changes_of(self._folder)
            if self._changes != changes:
                self._fetch()
                self._changes, self._table = changes, None
            if self._table is None and self._names:
                self._table = deltalake.DeltaTable(self._copy.url)
            return self._table

    @property
    def url(self) -> str:
        """Where a table that is not there yet is made, within ``commit``."""
        return self._copy.url

    @contextmanager
    def commit(self, table: deltalake.DeltaTable | None, is_alone: bool) -> Iterator[deltalake.DeltaTable | None]:
        """Around one commit, or a checkpoint, by delta-rs to the table that this gives: when it ends, it is in the bucket.

        Args:
            table: as it was opened; None where there is none.
            is_alone: only if nobody else has committed since the table was opened, although it only adds files.

        Raises:
            CommitFailedError: somebody else has.
        """
        with self._one_at_a_time:
            newest = table if is_alone or table is None else self.newest()
            try:
                yield newest
                self._publish(is_alone)
            except BaseException:
                # What is in the copy alone is of no version.
                self._begin_anew()
                raise

    def _publish(self, is_alone: bool) -> None:
        made = {name: self._copy.read(name) for name in _log_names(self._copy) if name not in self._names}
        if not made:
            raise CommitFailedError("the table was opened before another writer's commit was seen")
        commits = sorted(filter(_is_commit, made))
        put = {name: self._put_commit(name, made[name], is_alone) for name in commits}
        is_seen = self._changes == changes_of(self._folder)
        changes = note_change(self._folder)
        if any(before != after for before, after in put.items()) or not is_seen:
            self._begin_anew()
            return
        for name in sorted(made.keys() - put.keys()):
            self._put(name, made[name])
        if (checkpoints := made.keys() - put.keys()) and self._moves_hint(max(map(_version, checkpoints))):
            self._folder.replace(HINT, self._copy.read(HINT))
        self._names |= made.keys()
        self._changes, self._table = changes, None

    def _moves_hint(self, version: int) -> bool:
        """Whether the hint moves on to a checkpoint. Readers look for later ones than it names, so it may stay for some; of
        tables whose checkpoints come on the same day each moves it on another one, because it is a request."""
        return (version + crc32(self._folder.url.encode())) % _HINT_EVERY < _HINT_FOR

    def _put_commit(self, name: str, content: bytes, is_alone: bool) -> str:
        """Put a commit under its number, or under a later one if it is an append that what came between leaves as it is."""
        mine = _actions(content)
        is_append = not is_alone and not any(kind in action for action in mine for kind in _BEYOND_APPEND)
        ids = _transactions(mine)
        first = _version(name)
        for version in range(first, first + _TRIES):
            at = f"{LOG}/{version:020d}.json"
            is_put = self._folder.put_if_absent(at, content)
            there = content if is_put else self._folder.read(at)
            # Where the answer to a first try was lost and the store tried again, it meets its own; no other has these files.
            if there == content:
                self._folder.replace(digest_name(at, content_digest(content)), b"")
                return at
            theirs = _actions(there)
            is_other = any(kind in action for action in theirs for kind in ("metaData", "protocol"))
            if not is_append or is_other or ids & _transactions(theirs):
                break
        raise CommitFailedError(f"version {version} was committed by another writer")

    def _put(self, name: str, content: bytes) -> None:
        self._folder.replace(name, content)
        self._folder.replace(digest_name(name, content_digest(content)), b"")

    def _begin_anew(self) -> None:
        """Another folder: whoever has a table of the copy may still read it."""
        self._n_copies += 1
        self._copy = self._scratch.below(str(self._n_copies))
        self._names, self._changes, self._table = set(), -1, None

    def _fetch(self) -> None:
        """Copy what is new in the bucket; of a table that is not known the newest checkpoint and what follows it."""
        is_new = not self._names
        listed = [name for name in self._listed() if name not in self._names]
        begin = max(map(_version, filter(_is_checkpoint, listed)), default=0) if is_new else 0
        commits = {_version(name): name for name in (*self._names, *listed) if _is_commit(name)}
        if is_new and not listed:
            return
        if is_new and not begin and min(commits) > 0:
            raise DamagedFile(
                self._folder.url_of(LOG), "it has no checkpoint, and does not begin with its first commit"
            )
        newest = max(commits, default=0)
        digests = digests_of(self._folder, begin if is_new else newest)
        # Somebody may have committed since the log was listed.
        if (lost := newest_lost(digests, commits)) is not None and self._folder.size(lost) is None:
            raise DamagedFile(self._folder.url_of(lost), "it is missing")
        for name in listed:
            # The commit that a checkpoint is of tells nothing more; delta-rs wants to see it where it is the newest.
            is_needed = _version(name) > begin or begin in (0, newest) or _is_checkpoint(name)
            if _version(name) >= begin and is_needed:
                content = self._folder.read(name)
                if digests.get(name, content_digest(content)) != content_digest(content):
                    raise DamagedFile(self._folder.url_of(name), "its content is not what was written")
                self._copy.replace(name, content)
                self._names.add(name)

    def _listed(self) -> list[str]:
        """The log from the newest commit that is known; of a new table all of it, or where it is long from the hint on."""
        if self._names:
            return _log_names(self._folder, after=max(filter(_is_commit, self._names)))
        names = _log_names(self._folder, most=PAGE)
        if len(names) < PAGE - 1:
            return names
        try:
            first = int(json.loads(self._folder.read(HINT))["version"])
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            # Every reader passes over one that cannot be read.
            return _log_names(self._folder)
        names = _log_names(self._folder, after=f"{LOG}/{first:020d}")
        if first not in map(_version, filter(_is_checkpoint, names)):
            raise DamagedFile(self._folder.url_of(HINT), "it names a checkpoint that is not there")
        return names


class LogCopies:
    """The copies of a run, by table. They go with it; what a killed one has left is removed by the next."""

    def __init__(self) -> None:
        self._scratch = log_folder()
        self._copies: dict[str, LogCopy] = {}
        self._one_at_a_time = RLock()

    def of(self, folder: Store) -> LogCopy:
        with self._one_at_a_time:
            if folder.url not in self._copies:
                at = store_at(self._scratch.name).below(str(len(self._copies)))
                self._copies[folder.url] = LogCopy(folder, at)
            return self._copies[folder.url]


def _log_names(folder: Store, after: str = "", most: int | None = None) -> list[str]:
    names = (file.name for file in folder.list(f"{LOG}/", after, most))
    return [name for name in names if _is_commit(name) or _is_checkpoint(name)]


def _is_commit(name: str) -> bool:
    return COMMIT.fullmatch(name.removeprefix(f"{LOG}/")) is not None


def _is_checkpoint(name: str) -> bool:
    return CHECKPOINT.fullmatch(name.removeprefix(f"{LOG}/")) is not None


def _version(name: str) -> int:
    return int(name.removeprefix(f"{LOG}/")[:20])


def _actions(commit: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in commit.splitlines() if line.strip()]


def _transactions(actions: list[dict[str, Any]]) -> set[str]:
    return {action["txn"]["appId"] for action in actions if "txn" in action}
