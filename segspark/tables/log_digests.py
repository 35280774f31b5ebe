"""Digests of a Delta log's files, which carry none: a flipped bit in a commit gave rows of another day, or a batch twice.

Beside the log lies one empty file per commit and checkpoint, ``_digests/<log file>.<CRC-32>``. Whoever commits writes
it; a commit without one, as after a kill or by another program, is believed once and gets its digest with the next
commit. Readers verify what they are about to read: the newest checkpoint and the commits after it.
"""

import json
import re
from collections import Counter, defaultdict
from urllib.parse import unquote

from segspark.errors import DamagedFile
from segspark.store import Store
from segspark.store.parquet import DIGESTS, content_digest, file_digest, is_named

LOG = "_delta_log"
HINT = f"{LOG}/_last_checkpoint"
COMMIT = re.compile(r"(?P<version>\d{20})\.json")
CHECKPOINT = re.compile(r"(?P<version>\d{20})\.checkpoint.*\.parquet")
_DIGEST = re.compile(rf"{DIGESTS}/(?P<file>\d{{20}}\..+)\.(?P<digest>[0-9a-f]{{8}})")
# Log files are never changed, so a process verifies each once: by the URL of the log.
_VERIFIED: dict[str, set[str]] = defaultdict(set)
# How often this process has committed to a table, by the URL of its folder.
_CHANGES: Counter[str] = Counter()


def note_change(folder: Store) -> int:
    """Count a commit of this process to a table; gives their number."""
    _CHANGES[folder.url] += 1
    return _CHANGES[folder.url]


def changes_of(folder: Store) -> int:
    """How often this process has committed to a table."""
    return _CHANGES[folder.url]


def commits_of(folder: Store) -> dict[int, str]:
    """The commits of a table's log by version: names below the table's folder."""
    return _of_kind(_log_of(folder), COMMIT)


def checkpoints_of(folder: Store) -> dict[int, str]:
    """The checkpoints of a table's log by version."""
    return _of_kind(_log_of(folder), CHECKPOINT)


def _log_of(folder: Store) -> list[str]:
    return [file.name for file in folder.list(f"{LOG}/")]


def _of_kind(names: list[str], kind: re.Pattern[str]) -> dict[int, str]:
    found = ((kind.fullmatch(name.removeprefix(f"{LOG}/")), name) for name in names)
    return {int(match["version"]): name for match, name in found if match}


def digests_of(folder: Store, first: int = 0) -> dict[str, str]:
    """The stored digests, of a version and those after it, by the name of the log file below the table's folder."""
    after = f"{DIGESTS}/{first:020d}" if first else ""
    matches = (_DIGEST.fullmatch(file.name) for file in folder.list(f"{DIGESTS}/", after))
    return {f"{LOG}/{match['file']}": match["digest"] for match in matches if match}


def digest_log(folder: Store) -> None:
    """Write the digest of each file of the log that has none, and of the files added there whose names hold none;
    forget those of log files that are gone."""
    note_change(folder)
    known, log = digests_of(folder), _log_of(folder)
    there = {*_of_kind(log, COMMIT).values(), *_of_kind(log, CHECKPOINT).values()}
    for name in sorted(there - known.keys()):
        content = folder.read(name)
        if COMMIT.fullmatch(name.removeprefix(f"{LOG}/")):
            _digest_files(folder, content)
        with folder.create(digest_name(name, content_digest(content))):
            pass
    for name in known.keys() - there:
        folder.delete(digest_name(name, known[name]))


def verify_log(folder: Store, version: int | None = None) -> None:
    """Verify what gives the rows of a version, the newest by default.

    Raises:
        DamagedFile: a commit or a checkpoint holds something else than was written.
    """
    digests, done = digests_of(folder), _VERIFIED[folder.url]
    log = _log_of(folder)
    commits, checkpoints = _of_kind(log, COMMIT), _of_kind(log, CHECKPOINT)
    if version is None and (lost := newest_lost(digests, commits)) is not None:
        raise DamagedFile(folder.url_of(lost), "it is missing")
    if HINT in log and hint_misleads(folder, checkpoints):
        raise DamagedFile(folder.url_of(HINT), "it names a checkpoint that is not there")
    last = max(commits, default=0) if version is None else version
    first = max((at for at in checkpoints if at <= last), default=0)
    read = [name for at, name in (*checkpoints.items(), *commits.items()) if first <= at <= last]
    for name in read:
        if name in digests and name not in done:
            if _digest(folder, name) != digests[name]:
                raise DamagedFile(folder.url_of(name), "its content is not what was written")
            done.add(name)


def hint_misleads(folder: Store, checkpoints: dict[int, str]) -> bool:
    """Whether the hint to the newest checkpoint names one that is not there. A hint that cannot be read is passed over by
    every reader."""
    try:
        hint = json.loads(folder.read(HINT))
        return isinstance(hint, dict) and int(hint.get("version", -1)) not in {*checkpoints, -1}
    except (ValueError, TypeError, FileNotFoundError):
        return False


def newest_lost(digests: dict[str, str], commits: dict[int, str]) -> str | None:
    """The newest commit, if only its digest is there: without it the table would be what it was before."""
    known = [name for name in digests if COMMIT.fullmatch(name.removeprefix(f"{LOG}/"))]
    newest = max(known, default=None)
    return newest if newest is not None and newest > max(commits.values(), default="") else None


def _digest(folder: Store, name: str) -> str:
    return content_digest(folder.read(name))


def _digest_files(folder: Store, commit: bytes) -> None:
    """The digests of files that Spark's own writer has added in a commit."""
    for line in commit.splitlines():
        added = json.loads(line).get("add")
        name = unquote(added["path"]) if added else ""
        if name and not is_named(name) and folder.size(name) is not None:
            with folder.create(file_digest(name)) as stream:
                stream.write(_digest(folder, name).encode())


def forget_gone_files(folder: Store) -> None:
    """Remove the digests of data files that are there no more."""
    for digest in folder.list(file_digest("").removesuffix(".crc32")):
        name = digest.name.removeprefix(f"{DIGESTS}/files/").removesuffix(".crc32")
        if folder.size(name) is None:
            folder.delete(digest.name)


def digest_name(name: str, digest: str) -> str:
    """The file below a table's folder that says the digest of a file of its log."""
    return f"{DIGESTS}/{name.removeprefix(f'{LOG}/')}.{digest}"
