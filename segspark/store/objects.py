"""A bucket, or a folder in one: S3, Google Cloud Storage, Azure Data Lake.

obstore is the Python face of the crate that delta-rs reads and writes through, so that both find the same credentials:
those of the environment (``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_ACCESS_KEY_ID`` …), else those of the machine.
"""

import io
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from segspark.errors import InfrastructureError
from segspark.store.credentials import use_profile
from segspark.store.patterns import fixed_folder, matches
from segspark.store.store import Stamp, StoredFile

if TYPE_CHECKING:
    import pyarrow as pa

_URL = re.compile(r"(?P<bucket>[a-z0-9]+://[^/]+)/*(?P<key>.*)")
# A larger file is read in ranges; one request is cheaper than several for what is smaller.
WHOLE_BYTES = 32 << 20
RANGE_BYTES = 8 << 20
PART_BYTES = 16 << 20
S3 = ("s3:", "s3a:")
# So many names a bucket lists in one request.
PAGE = 1_000
_CURE = "Check its name, and endpoint, region and credentials in the environment, see docs/how-to/keep-a-lake-on-s3.md."
# A server that is not there is told in seconds; one that asks for patience is given it.
_RETRIES: Any = {"max_retries": 6, "retry_timeout": timedelta(seconds=60)}
# Metadata of an object that was put where there was none: who put it. Azure takes names of identifiers only.
_MARK = "segsparkput"


@dataclass(frozen=True)
class ObjectStore:
    """The store of everything below one URL. A name ends where the URL of its file ends; folders are only names."""

    root: str

    @property
    def url(self) -> str:
        return self.root

    def below(self, prefix: str) -> "ObjectStore":
        return ObjectStore(self.url_of(prefix))

    def url_of(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}" if name else self.root

    def read(self, name: str) -> bytes:
        with self._client() as (obstore, client):
            return bytes(obstore.get(client, self._key(name)).bytes())

    def open(self, name: str) -> "pa.NativeFile":
        import pyarrow as pa

        with self._client() as (obstore, client):
            got = obstore.get(client, self._key(name))
            if got.meta["size"] <= WHOLE_BYTES:
                return pa.BufferReader(pa.py_buffer(got.bytes()))
        return pa.PythonFile(io.BufferedReader(_Ranges(self, got.meta), RANGE_BYTES), mode="r")

    def stream(self, name: str) -> "pa.NativeFile":
        # An object is never cut or grown: who writes to it makes another one, which ``open`` does not mix with this one.
        return self.open(name)

    @contextmanager
    def create(self, name: str, private: bool = False) -> Iterator["pa.NativeFile"]:
        import pyarrow as pa

        with self._client() as (obstore, client):
            # Parts of an upload that is never completed are no file; the bucket's own rules remove them.
            upload = obstore.open_writer(client, self._key(name), buffer_size=PART_BYTES)
            yield pa.PythonFile(_Upload(upload), mode="w")
            upload.close()

    def list(self, prefix: str = "", after: str = "", most: int | None = None) -> Sequence[StoredFile]:
        # Buckets list by name, and no further than they are asked.
        return self._by_name(islice(self._listed(prefix, after, most), most))

    def matching(self, pattern: str) -> Sequence[StoredFile]:
        folder = fixed_folder(pattern)
        at_once = "/" not in pattern[len(folder) :] and "**" not in pattern
        files = self._by_name(self._directly_in(folder)) if at_once else self.list(folder)
        return [file for file in files if matches(file.name, pattern)]

    def _directly_in(self, folder: str) -> Iterator[Any]:
        """The objects of a folder without those of the folders in it, which may be many."""
        with self._client() as (obstore, client):
            yield from obstore.list_with_delimiter(client, self._key(folder) or None)["objects"]

    def _by_name(self, listed: Iterable[Any]) -> Sequence[StoredFile]:
        start = len(self._key("x")) - 1
        found = (
            StoredFile(one["path"][start:], one["size"], _stamp(one), one["last_modified"].timestamp())
            for one in listed
        )
        return sorted(found, key=lambda file: file.name)

    def size(self, name: str) -> int | None:
        with self._client() as (obstore, client), suppress(FileNotFoundError):
            return int(obstore.head(client, self._key(name))["size"])
        return None

    def put_if_absent(self, name: str, content: bytes) -> bool:
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        key, mark = self._key(name), {_MARK: uuid.uuid4().hex}
        with self._client() as (obstore, client):
            try:
                obstore.put(client, key, content, mode="create", attributes=mark, use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                # The answer to our own request may have been lost and the request sent again.
                with suppress(FileNotFoundError):
                    return bool(obstore.get(client, key).attributes.get(_MARK) == mark[_MARK])
                return False
        return True

    def replace(self, name: str, content: bytes) -> None:
        with self._client() as (obstore, client):
            obstore.put(client, self._key(name), content, use_multipart=False)

    def delete(self, name: str) -> None:
        with self._client() as (obstore, client), suppress(FileNotFoundError):
            obstore.delete(client, self._key(name))

    def delete_tree(self, prefix: str = "") -> None:
        keys = [found["path"] for found in self._listed(f"{prefix.rstrip('/')}/" if prefix else "")]
        if keys:
            with self._client() as (obstore, client):
                obstore.delete(client, keys)

    def remove_left(self) -> None:
        """Nothing: what was begun and not ended is no object."""

    def for_spark(self, name: str = "") -> str:
        return self.url_of(name)

    def for_delta(self, name: str = "") -> tuple[str, dict[str, str]]:
        if self.root.startswith(S3):
            use_profile()
        return self.url_of(name), {}

    @contextmanager
    def _client(self) -> Iterator[tuple[Any, Any]]:
        """The library and the client of this bucket.

        Raises:
            InfrastructureError: instead of what the library says of a bucket that cannot be reached or refuses. Its
                text is left out, since it may show an answer at length.
        """
        import obstore
        from obstore.exceptions import GenericError, JoinError, PermissionDeniedError, UnauthenticatedError

        bucket = self._parts[0]
        try:
            yield obstore, _client_of(bucket, os.getpid())
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise InfrastructureError(f"{bucket} refuses this user. {_CURE}") from error
        except (GenericError, JoinError) as error:
            raise InfrastructureError(f"{bucket} cannot be reached. {_CURE}") from error

    @property
    def _parts(self) -> tuple[str, str]:
        found = _URL.fullmatch(self.root)
        assert found is not None, self.root
        return found["bucket"], found["key"].strip("/")

    def _key(self, name: str) -> str:
        return "/".join(part for part in (self._parts[1], name) if part)

    def _listed(self, prefix: str, after: str = "", most: int | None = None) -> Iterator[Any]:
        """Every object whose name begins with a prefix, which need not end at a folder, and comes after another."""
        folder, _, _ = prefix.rpartition("/")
        start = self._key(prefix) if prefix else self._key("x")[:-1]
        with self._client() as (obstore, client):
            offset = self._key(after) if after else None
            for page in obstore.list(client, self._key(folder) or None, offset=offset, chunk_size=most or PAGE):
                yield from (found for found in page if found["path"].startswith(start))


def _stamp(listed: Any) -> Stamp:
    """The tag and the version of an object, which change with its content; its time where a server gives neither."""
    text = "-".join(listed[key] for key in ("e_tag", "version") if listed.get(key))
    at = listed["last_modified"]
    return Stamp(text) if text else Stamp(at.isoformat(), at.timestamp(), is_weak=True)


class _Ranges(io.RawIOBase):
    """An object that is read in ranges; one that another took the place of meanwhile is not mixed with it."""

    def __init__(self, store: ObjectStore, meta: Any) -> None:
        self._store, self._key, self._size, self._tag = store, meta["path"], meta["size"], meta["e_tag"]
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        from obstore.exceptions import PreconditionError

        n = min(len(buffer), self._size - self._at)
        if n <= 0:
            return 0
        options: dict[str, Any] = {"range": (self._at, self._at + n)}
        if self._tag:
            options["if_match"] = self._tag
        with self._store._client() as (obstore, client):
            try:
                content = obstore.get(client, self._key, options=options).bytes()
            except PreconditionError:
                raise OSError("the object was replaced while it was read") from None
        buffer[:n] = memoryview(content).cast("B")
        self._at += n
        return int(n)


class _Upload(io.RawIOBase):
    """What is written is sent in parts; closing the stream does not complete the upload."""

    def __init__(self, upload: Any) -> None:
        self._upload = upload

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        return int(self._upload.write(memoryview(content).cast("B")))


@lru_cache(maxsize=64)
def _client_of(bucket: str, _process: int) -> Any:
    """The client of a bucket in this process: one that was made before a fork has lost its threads."""
    from obstore.store import from_url

    if bucket.startswith(S3):
        use_profile()
    return from_url(bucket, retry_config=_RETRIES)
