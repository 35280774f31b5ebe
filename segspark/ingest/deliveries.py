"""The files that lie there for the sources, each known by its content, of which only what is new is read.

A file is identified by a hash of its content, and to read all that was ever delivered would be terabytes a day. So a run
lists the files, and takes over the hash of those whose address, size and stamp it knows (ops.file_hashes). Once a week
everything is read again, so that a content that has changed without a sign is found.
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa

from segspark.ids import identity
from segspark.ingest.read_files import read_each
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Small
from segspark.sources.files import (
    END,
    Found,
    Hashed,
    InputFile,
    find_files,
    former_digest,
    hash_content,
    hash_ends,
    keyed_digest,
    with_content,
)
from segspark.sources.resources import KEY
from segspark.sources.spec import Source
from segspark.tables.contracts import ops

# Two writes at nearly the same time may leave one stamp: what has changed shortly before it is read is read again.
SETTLED_S = 10
CHECK_AFTER = timedelta(days=7)
# What a run's record says of this, and names in a note.
OUTCOME, MOST_NAMES = "hashed", 3
State = tuple[str, int, str]


@dataclass(frozen=True)
class _Known:
    file_id: str
    ends: str | None


class Deliveries:
    """The files of one ingest; they are listed once, on first use."""

    def __init__(self, step: Step, sources: Iterable[Source]) -> None:
        self._step, self._sources, self._key = step, tuple(sources), step.context[KEY]
        # By address: what this run has read, when it began to, and the ends of files.
        self._read: dict[str, Hashed] = {}
        self._began: dict[str, float] = {}
        self._ends: dict[str, str] = {}
        self._unwritten: list[Found] = []

    @cached_property
    def files(self) -> list[InputFile]:
        """Every file with its hash, by source and address."""
        is_check = self._is_check_due()
        self._read_ends([f for f in self._found if f.stamp and f.stamp.is_weak and _state(f) in self._known])
        self._read_whole([f for f in self._found if is_check or self._known_hash(f) is None])
        self._report(is_check)
        return list(map(self._described, self._found))

    def read(self, files: Iterable[InputFile]) -> list[InputFile]:
        """The same files with the ``digest`` of what they hold now, without which no record is taken from them."""
        wanted = {(file.source, file.path) for file in files}
        found = [f for f in self._found if (f.file.source, f.file.path) in wanted]
        self._read_whole([f for f in found if f.file.path not in self._read])
        return list(map(self._described, found))

    def remember(self) -> None:
        """Record the hashes of what was read, for later runs."""
        rows = list({row["place_id"]: row for row in map(self._row, self._unwritten) if row is not None}.values())
        self._unwritten = []
        if rows:
            table = pa.Table.from_pylist(rows, pa.schema([*_TEXTS, ("hashed_at", pa.timestamp("us", tz="UTC"))]))
            self._step.write(ops.FILE_HASHES, Small(table), Append(f"{identity(rows)}-hashes"))

    @cached_property
    def _found(self) -> list[Found]:
        zone = self._step.settings.time_zone
        return [found for source in self._sources for found in find_files(source, zone, self._key)]

    @cached_property
    def _known(self) -> Mapping[State, _Known]:
        rows = self._step.read_small(ops.FILE_HASHES).sort_by("hashed_at").to_pylist()
        return {
            (row["place_id"], row["size_bytes"], row["stamp"]): _Known(row["file_id"], row["ends_hash"]) for row in rows
        }

    @cached_property
    def taken(self) -> set[tuple[str, str]]:
        """Source and id of every file that was taken in; one row per file."""
        rows = self._step.read_small(ops.FILES, columns=["source", "file_id"])
        return set(zip(rows["source"].to_pylist(), rows["file_id"].to_pylist(), strict=True))

    def _id_of(self, found: Found, hashed: Hashed) -> str:
        """The id of a content: that which it was given when it was taken in, also by an earlier version."""
        former = former_digest(hashed.digest)
        return former if (found.file.source, former) in self.taken else keyed_digest(hashed.digest, self._key)

    def _known_hash(self, found: Found) -> str | None:
        known = self._known.get(_state(found))
        return known.file_id if known is not None and known.ends == self._ends.get(found.file.path) else None

    def _described(self, found: Found) -> InputFile:
        hashed = self._read.get(found.file.path)
        if hashed is not None:
            return replace(with_content(found.file, hashed, self._key), file_id=self._id_of(found, hashed))
        known = self._known_hash(found)
        assert known is not None, "every file without a known hash is read first"
        return replace(found.file, file_id=known)

    def _read_whole(self, files: Sequence[Found]) -> None:
        began = time.time()
        sizes = {f.file.path: f.file.size_bytes for f in files}
        self._read |= read_each(self._step, hash_content, sizes)
        self._began |= dict.fromkeys(sizes, began)
        self._unwritten += files

    def _read_ends(self, files: Sequence[Found]) -> None:
        sizes = {f.file.path: f.file.size_bytes for f in files}
        of_ends = read_each(self._step, hash_ends, sizes, most=2 * END)
        self._ends |= {path: keyed_digest(hashed.digest, self._key) for path, hashed in of_ends.items()}

    def _row(self, found: Found) -> dict[str, Any] | None:
        """What is remembered of a file: nothing if it could not be read, or may change without a sign."""
        path, stamp = found.file.path, found.stamp
        hashed, began = self._read[path], self._began[path]
        if stamp is None or not hashed.is_read or hashed.size != found.file.size_bytes:
            return None
        if stamp.changed_at is not None and stamp.changed_at > began - SETTLED_S:
            return None
        file_id = self._id_of(found, hashed)
        if stamp.is_weak and path not in self._ends:
            self._read_ends([found])
        known = _Known(file_id, self._ends.get(path))
        if self._known.get(_state(found)) == known:
            return None
        return {
            "place_id": found.place,
            "size_bytes": found.file.size_bytes,
            "stamp": stamp.text,
            "ends_hash": known.ends,
            "file_id": file_id,
            "hashed_at": datetime.fromtimestamp(began, UTC),
        }

    def _is_check_due(self) -> bool:
        """Whether no run of the last days has read every file. Part of a day leaves this to the daily run."""
        if self._step.request.is_provisional:
            return False
        today = self._step.as_of
        rows = self._step.runs.rows("ingest")
        late = [r for r in rows if r["state"] == "done" and today - CHECK_AFTER < r["as_of_date"] <= today]
        return not any((json.loads(r["outputs"]).get(OUTCOME) or {}).get("is_whole") for r in late)

    def _report(self, is_check: bool) -> None:
        changed = [f for f in self._found if (known := self._known_hash(f)) and self._described(f).file_id != known]
        if changed:
            names = ", ".join(f"{f.file.source}: {f.file.name}" for f in changed[:MOST_NAMES])
            self._step.note(
                f"{len(changed)} files hold something else than when they were read, and their stores say that they have "
                f"not changed ({names}). They are taken in as new files; find out what writes to them."
            )
        self._step.outcome[OUTCOME] = {
            "files": len(self._read),
            "of": len({f.file.path for f in self._found}),
            "bytes": sum(hashed.size for hashed in self._read.values()),
            "is_whole": len(self._read) == len({f.file.path for f in self._found}),
        }


def _state(found: Found) -> State:
    return (found.place, found.file.size_bytes, found.stamp.text if found.stamp else "")


_TEXTS = [
    ("place_id", pa.string()),
    ("size_bytes", pa.int64()),
    ("stamp", pa.string()),
    ("ends_hash", pa.string()),
    ("file_id", pa.string()),
]
