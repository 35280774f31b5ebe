"""A folder of HDFS, by a client that needs neither Java nor Hadoop's libraries.

It reads ``core-site.xml`` and ``hdfs-site.xml`` of ``HADOOP_CONF_DIR`` and takes the user of ``HADOOP_USER_NAME`` or of the
Kerberos ticket, as Hadoop does. HDFS renames in one step and, where it is asked, only to a name that nobody has.
"""

import io
import os
import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from segspark.errors import ConfigError, InfrastructureError
from segspark.process import NAME, is_left, name_of_this_process
from segspark.store.access import taken_away
from segspark.store.hdfs_streams import Unclosed, Whole
from segspark.store.patterns import fixed_folder, matches
from segspark.store.store import Stamp, StoredFile

if TYPE_CHECKING:
    import pyarrow as pa

_URL = re.compile(r"(?P<node>hdfs://[^/]+)(?P<path>/.*)?", re.IGNORECASE | re.DOTALL)
_ASIDE = re.compile(rf"\..+\.(?P<process>{NAME})\.[0-9a-f]{{8}}\.part")
_OF_SERVER = re.compile(r'RPCError\("[\w.$]*?(\w+)"')
_ABANDONED_HOURS = 24
# A name node that is not there is told in seconds; one that fails over is given some.
_CONFIG = {"dfs.client.failover.max.attempts": "5"}
# A larger file is read in ranges.
WHOLE_BYTES = 32 << 20
BUFFER_BYTES = 8 << 20
_CURE = "Check its address, HADOOP_CONF_DIR and HADOOP_USER_NAME, see docs/how-to/keep-a-lake-on-s3.md."
MISSING = "hdfs:// needs a package. Run: pip install 'segspark[hdfs]'"


@dataclass(frozen=True)
class HdfsStore:
    """The store of one folder; folders are made when a file is written into them."""

    root: str

    @property
    def url(self) -> str:
        return self.root

    def below(self, prefix: str) -> "HdfsStore":
        return HdfsStore(self.url_of(prefix))

    def url_of(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}" if name else self.root

    def read(self, name: str) -> bytes:
        with self._client() as client:
            self._require_file(client, name)
            return bytes(client.read(self._path(name)).read())

    def open(self, name: str) -> "pa.NativeFile":
        import pyarrow as pa

        with self._client() as client:
            self._require_file(client, name)
            reader = client.read(self._path(name))
            if len(reader) <= WHOLE_BYTES:
                return pa.BufferReader(reader.read())
        return pa.PythonFile(io.BufferedReader(Whole(reader), BUFFER_BYTES), mode="r")

    def stream(self, name: str) -> "pa.NativeFile":
        # A reader knows the blocks that the file had when it was opened.
        return self.open(name)

    @contextmanager
    def create(self, name: str, private: bool = False) -> Iterator["pa.NativeFile"]:
        import pyarrow as pa

        path = self._path(name)
        with self._client() as client:
            aside, writer = self._begun(client, path, 0o600 if private else None)
        try:
            buffered = io.BufferedWriter(writer, BUFFER_BYTES)
            yield pa.PythonFile(Unclosed(buffered), mode="w")
            with self._client() as client:
                buffered.flush()
                writer.close()
                client.rename(aside, path, overwrite=True)
        except BaseException:
            with suppress(Exception), self._client() as client:
                buffered.detach()
                writer.close()
                client.delete(aside)
            raise

    def list(self, prefix: str = "", after: str = "", most: int | None = None) -> Sequence[StoredFile]:
        folder, _, start = prefix.rpartition("/")
        top = self._path(folder)
        with self._client() as client, suppress(FileNotFoundError):
            below = ((s.path[len(top) :].lstrip("/"), s.length) for s in client.list_status(top, True) if not s.isdir)
            named = ((within, size) for within, size in below if within and within.startswith(start))
            found = [StoredFile(f"{folder}/{within}" if folder else within, size) for within, size in named]
            return sorted((f for f in found if f.name > after), key=lambda file: file.name)[:most]
        return []

    def matching(self, pattern: str) -> Sequence[StoredFile]:
        folder = fixed_folder(pattern)
        is_deep = "/" in pattern[len(folder) :] or "**" in pattern
        files = (file for file in self._stamped(folder, is_deep) if matches(file.name, pattern))
        return sorted(files, key=lambda file: file.name)

    def _stamped(self, folder: str, is_deep: bool) -> Iterator[StoredFile]:
        top = self._path(folder.rstrip("/"))
        with self._client() as client, suppress(FileNotFoundError, NotADirectoryError):
            for status in client.list_status(top, is_deep):
                if not status.isdir:
                    # Milliseconds, which a user may set back.
                    stamp = Stamp(str(status.modification_time), status.modification_time / 1000, is_weak=True)
                    yield StoredFile(folder + status.path[len(top) :].lstrip("/"), status.length, stamp)

    def size(self, name: str) -> int | None:
        with self._client() as client, suppress(FileNotFoundError):
            status = client.get_file_info(self._path(name))
            return None if status.isdir else int(status.length)
        return None

    def put_if_absent(self, name: str, content: bytes) -> bool:
        path = self._path(name)
        with self._client() as client:
            aside = self._written_aside(client, path, content)
            try:
                client.rename(aside, path, overwrite=False)
            except FileExistsError:
                # Where the answer to our own request was lost and the request sent again, the name is ours.
                return not client.delete(aside)
        return True

    def replace(self, name: str, content: bytes) -> None:
        path = self._path(name)
        with self._client() as client:
            client.rename(self._written_aside(client, path, content), path, overwrite=True)

    def delete(self, name: str) -> None:
        with self._client() as client:
            client.delete(self._path(name))

    def delete_tree(self, prefix: str = "") -> None:
        with self._client() as client:
            client.delete(self._path(prefix), True)

    def remove_left(self) -> None:
        for file in list(self._stamped("", is_deep=False)):
            aside = _ASIDE.fullmatch(file.name)
            if aside and is_left(aside["process"], _ABANDONED_HOURS):
                self.delete(file.name)

    def for_spark(self, name: str = "") -> str:
        return self.url_of(name)

    def for_delta(self, name: str = "") -> tuple[str, dict[str, str]]:
        return self.url_of(name), {}

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """The client of this name node.

        Raises:
            InfrastructureError: instead of what the library says of a node that cannot be reached or refuses, which
                shows the server's own calls.
        """
        node = self._parts[0]
        try:
            yield _client_of(node, os.getpid())
        except (FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError):
            raise
        except (RuntimeError, OSError) as error:
            raise InfrastructureError(f"{node} {_told(error)}. {_CURE}") from error

    @property
    def _parts(self) -> tuple[str, str]:
        found = _URL.fullmatch(self.root)
        assert found is not None, self.root
        return found["node"], (found["path"] or "").strip("/")

    def _path(self, name: str) -> str:
        return "/" + "/".join(part for part in (self._parts[1], name) if part)

    def _require_file(self, client: Any, name: str) -> None:
        if client.get_file_info(self._path(name)).isdir:
            raise FileNotFoundError(self.url_of(name))

    def _begun(self, client: Any, path: str, mode: int | None = None) -> tuple[str, Any]:
        """A file beside another that nobody else uses, and what writes to it; what begins with a dot is no data."""
        from hdfs_native import WriteOptions

        folder, _, name = path.rpartition("/")
        if folder:
            client.mkdirs(folder, 0o777 & ~taken_away(), True)
        aside = f"{folder}/.{name}.{name_of_this_process()}.{uuid.uuid4().hex[:8]}.part"
        mode = 0o666 & ~taken_away() if mode is None else mode
        return aside, client.create(aside, WriteOptions(permission=mode, overwrite=False))

    def _written_aside(self, client: Any, path: str, content: bytes) -> str:
        aside, writer = self._begun(client, path)
        try:
            writer.write(content)
            writer.close()
        except BaseException:
            client.delete(aside)
            raise
        return aside


def _told(error: Exception) -> str:
    """What the library says of a failure, without the calls and paths of the server."""
    if isinstance(error, PermissionError) or "AccessControlException" in str(error):
        return "refuses this user"
    found = _OF_SERVER.match(str(error))
    return f"could not do it ({found[1]})" if found else "cannot be reached"


@lru_cache(maxsize=16)
def _client_of(node: str, _process: int) -> Any:
    """The client of a name node in this process: one that was made before a fork has lost its threads."""
    try:
        from hdfs_native import Client
    except ImportError:
        raise ConfigError(MISSING) from None
    return Client(node, _CONFIG)
