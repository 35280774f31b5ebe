"""Which store a place belongs to."""

from pathlib import Path
from typing import TYPE_CHECKING

from segspark.config.url import OBJECT_SCHEMES, Url, scheme_of, why_no_store, without_file, without_secret
from segspark.errors import ConfigError
from segspark.store.hdfs import HdfsStore
from segspark.store.local import LocalStore
from segspark.store.objects import ObjectStore
from segspark.store.patterns import split_pattern
from segspark.store.store import Store

if TYPE_CHECKING:
    import pyarrow as pa


def store_at(url: Url | Path | str) -> Store:
    """The store of a URL.

    Raises:
        ConfigError: no store is known for the URL's scheme.
    """
    text = str(url)
    if why := why_no_store(text):
        raise ConfigError(f"{without_secret(text)}: {why}.")
    scheme = scheme_of(text)
    if scheme in OBJECT_SCHEMES:
        return ObjectStore(text)
    if scheme == "hdfs":
        return HdfsStore(text)
    return LocalStore(without_file(text))


def store_of_file(url: Url | Path | str) -> tuple[Store, str]:
    """The store of the folder that a file lies in, and the file's name in it.

    Raises:
        ConfigError: no store is known for the URL's scheme, or it names no file.
    """
    text = str(url)
    folder, slash, name = without_file(text).rpartition("/")
    if not name or folder.endswith("/") or (scheme_of(text) and not folder):
        raise ConfigError(f"{without_secret(text)}: this names no file; add a name, e.g. {text.rstrip('/')}/file.")
    return store_at(folder or ("/" if slash else ".")), name


def open_url(url: str) -> "pa.NativeFile":
    """A file by its full URL, as ``Store.url_of`` gives it: for tasks that get files of several stores."""
    folder, _, name = url.rpartition("/")
    return store_at(folder or "/").open(name)


def stream_url(url: str) -> "pa.NativeFile":
    """A file by its full URL, to read while others may write to it (``Store.stream``)."""
    folder, _, name = url.rpartition("/")
    return store_at(folder or "/").stream(name)


def store_of_pattern(pattern: str) -> tuple[Store, str]:
    """The store that a glob pattern looks in, and the pattern below its root."""
    folder, below = split_pattern(pattern)
    return store_at(folder.rstrip("/") or "/"), below
