"""Which store a place belongs to."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.store.local import LocalStore
from segspark.store.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

# One letter alone is a drive.
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/")


def store_at(url: Url | Path | str) -> Store:
    """The store of a URL.

    Raises:
        ConfigError: no store is known for the URL's scheme.
    """
    text = str(url)
    found = _SCHEME.match(text)
    if found is None:
        return LocalStore(text)
    if found["scheme"] == "file":
        return LocalStore("/" + text[found.end() :].lstrip("/"))
    raise ConfigError(
        f"{text}: there is no store for {found['scheme']}:; use a folder that every worker sees under one path."
    )


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
    parts = pattern.split("/")
    fixed = next((at for at, part in enumerate(parts) if any(c in part for c in "*?[")), len(parts) - 1)
    return store_at("/".join(parts[:fixed]) or "/"), "/".join(parts[fixed:])
