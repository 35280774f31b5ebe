"""A folder of this machine, or one that every worker sees under the same path."""

import glob
import os
import re
import shutil
import stat
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segspark.process import NAME, is_left, name_of_this_process
from segspark.store.store import Stamp, StoredFile

if TYPE_CHECKING:
    import pyarrow as pa

# A file that is being written; earlier versions named no process.
_ASIDE = re.compile(rf"\..+\.(?:(?P<process>{NAME})\.[0-9a-f]{{8}}|[0-9a-f]{{32}})\.part")
# No file takes longer.
_ABANDONED_HOURS = 24


@dataclass(frozen=True)
class LocalStore:
    """The store of one folder; folders are made when a file is written into them."""

    root: str

    @property
    def url(self) -> str:
        return self.root

    def below(self, prefix: str) -> "LocalStore":
        return LocalStore(self.url_of(prefix))

    def url_of(self, name: str) -> str:
        return os.path.join(self.root, name) if name else self.root

    def read(self, name: str) -> bytes:
        with open(self.url_of(name), "rb") as file:
            return file.read()

    def open(self, name: str) -> "pa.NativeFile":
        import pyarrow as pa

        path = self.url_of(name)
        # Nothing can be mapped of an empty file.
        return pa.memory_map(path) if os.path.getsize(path) else pa.OSFile(path)

    def stream(self, name: str) -> "pa.NativeFile":
        import pyarrow as pa

        # Not mapped: reading a mapped file that somebody cuts ends the process.
        return pa.OSFile(self.url_of(name))

    @contextmanager
    def create(self, name: str, private: bool = False) -> Iterator["pa.NativeFile"]:
        import pyarrow as pa

        path = self._with_folder(name)
        aside = _aside(path)
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
        try:
            with pa.OSFile(aside, "wb") as stream:
                yield stream
            if private:
                _flush(aside)
            os.replace(aside, path)
        except BaseException:
            os.unlink(aside)
            raise

    def list(self, prefix: str = "", after: str = "", most: int | None = None) -> Sequence[StoredFile]:
        folder, _, start = prefix.rpartition("/")
        top = self.url_of(folder)
        found = []
        for at, _, files in os.walk(top):
            below = os.path.relpath(at, top)
            for file in files:
                within = file if below == "." else f"{below}/{file}"
                if within.startswith(start) and (size := _size_of(os.path.join(at, file))) is not None:
                    found.append(StoredFile(f"{folder}/{within}" if folder else within, size))
        return sorted((f for f in found if f.name > after), key=lambda f: f.name)[:most]

    def matching(self, pattern: str) -> Sequence[StoredFile]:
        found = glob.glob(pattern, root_dir=self.root, recursive=True)
        # A pattern with a suffix looks for files: a folder of that name is one that cannot be read, which is to be told.
        names_files = bool(os.path.splitext(pattern)[1])
        names = sorted({name for name in found if _is_told(self.url_of(name), names_files)})
        return [_stamped(name, self.url_of(name)) for name in names]

    def size(self, name: str) -> int | None:
        path = self.url_of(name)
        return os.path.getsize(path) if os.path.isfile(path) else None

    def put_if_absent(self, name: str, content: bytes) -> bool:
        # A link appears with its whole content or not at all, and only where nothing of the name is.
        path = self._with_folder(name)
        written = _written_aside(path, content)
        try:
            os.link(written, path)
        except FileExistsError:
            return False
        finally:
            os.unlink(written)
        return True

    def replace(self, name: str, content: bytes) -> None:
        path = self._with_folder(name)
        os.replace(_written_aside(path, content), path)

    def delete(self, name: str) -> None:
        try:
            os.unlink(self.url_of(name))
        except FileNotFoundError:
            return

    def delete_tree(self, prefix: str = "") -> None:
        shutil.rmtree(self.url_of(prefix), ignore_errors=True)

    def remove_left(self) -> None:
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            for name in os.listdir(self.root):
                aside = _ASIDE.fullmatch(name)
                if aside and is_left(aside["process"] or "", _ABANDONED_HOURS):
                    self.delete(name)

    def for_spark(self, name: str = "") -> str:
        return self.url_of(name)

    def for_delta(self, name: str = "") -> tuple[str, dict[str, str]]:
        return self.url_of(name), {}

    def _with_folder(self, name: str) -> str:
        path = self.url_of(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path


def _stamped(name: str, path: str) -> StoredFile:
    """A file with its stamp; a folder, and what is gone or leads nowhere, has none."""
    try:
        found = os.stat(path)
    except OSError:
        return StoredFile(name, 0)
    if not stat.S_ISREG(found.st_mode):
        return StoredFile(name, 0)
    # Whoever sets the time of writing back cannot set back that of the last change of the file's entry.
    text = f"{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"
    return StoredFile(name, found.st_size, Stamp(text, max(found.st_mtime, found.st_ctime)))


def _size_of(path: str) -> int | None:
    """None for a file that was removed since its folder was listed."""
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return None


def _aside(path: str) -> str:
    """A name beside a file that nobody else uses; what begins with a dot is no data to Spark and Delta."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.{name_of_this_process()}.{uuid.uuid4().hex[:8]}.part")


def _is_told(path: str, names_files: bool) -> bool:
    """A file, a link that leads nowhere or to itself, and where only files are looked for a folder."""
    if os.path.isdir(path):
        return names_files
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))


def _written_aside(path: str, content: bytes) -> str:
    aside = _aside(path)
    with open(aside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return aside


def _flush(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
