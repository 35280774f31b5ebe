"""What a store can do."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Stamp:
    """What a store says of a file's content without reading it: whoever writes to the file changes the text.

    Attributes:
        changed_at: seconds since 1970 of the last change, where the text is made of times: two changes at about the same
            time may leave the same text. None where it is made of the content or of counted versions.
        is_weak: the times may be set back, so the text alone does not tell that the content is the same.
    """

    text: str
    changed_at: float | None = None
    is_weak: bool = False


@dataclass(frozen=True)
class StoredFile:
    """A file of a store: its name below the store's URL, its size in bytes, and what else the store's list says.

    Attributes:
        written_at: seconds since 1970.
    """

    name: str
    size: int
    stamp: Stamp | None = field(default=None, compare=False)
    written_at: float | None = field(default=None, compare=False)


class Store(Protocol):
    """Files below one URL, by names with ``/``; it can be pickled and sent to a task.

    There is no rename, because object stores have none: a file appears whole, by ``replace`` or when the stream of
    ``create`` is closed.
    """

    @property
    def url(self) -> str:
        """The root, as text."""

    def below(self, prefix: str) -> "Store":
        """The store of a folder in this one."""

    def url_of(self, name: str) -> str:
        """The full URL of a file, as ``open_url`` and Spark take it."""

    def read(self, name: str) -> bytes:
        """The whole content.

        Raises:
            FileNotFoundError: there is no such file.
        """

    def open(self, name: str) -> "pa.NativeFile":
        """A file to read from any place in it, for Parquet."""

    def stream(self, name: str) -> "pa.NativeFile":
        """A file to read, also one that others write to meanwhile."""

    def create(self, name: str, private: bool = False) -> "AbstractContextManager[pa.NativeFile]":
        """A stream into a file, which appears whole when the stream is closed, and not at all after an error.

        Args:
            private: for its owner alone where a store knows of owners, and on the disk when this returns.
        """

    def list(self, prefix: str = "", after: str = "", most: int | None = None) -> Sequence[StoredFile]:
        """Every file whose name begins with the prefix, by name.

        Args:
            after: only names that come later; the store passes over the others without a request.
            most: only the first so many, where the prefix is a folder; all by default.
        """

    def matching(self, pattern: str) -> Sequence[StoredFile]:
        """Files whose names match a glob pattern, ``**`` over folders, by name; none of them is asked for by itself
        where a store asks by requests."""

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where there is none."""

    def put_if_absent(self, name: str, content: bytes) -> bool:
        """Write a file unless there is one; whether it was written. Of several at once exactly one writes."""

    def replace(self, name: str, content: bytes) -> None:
        """Write a file whole, instead of what is there."""

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""

    def delete_tree(self, prefix: str = "") -> None:
        """Remove a folder with everything in it; one that is not there is no error."""

    def remove_left(self) -> None:
        """Remove what processes that have ended had begun to write in this folder itself, not in those below."""

    def for_spark(self, name: str = "") -> str:
        """The address under which Spark reads and writes it."""

    def for_delta(self, name: str = "") -> tuple[str, dict[str, str]]:
        """The address and the options under which delta-rs opens it."""
