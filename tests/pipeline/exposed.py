"""Everything that can be reached from an object by public names."""

import inspect
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from segspark.config.url import Url
from segspark.store.local import LocalStore
from segspark.tables.lake import Lake

PLACES = (Lake, LocalStore, Url, PathLike, SparkSession)


def reachable(thing: Any, name: str, depth: int = 4) -> Iterator[tuple[str, Any]]:
    """(dotted name, value) of public attributes, and of theirs where they are this package's objects."""
    for attribute in dir(thing):
        if attribute.startswith("_"):
            continue
        try:
            value = getattr(thing, attribute)
        except Exception:
            # A property that has nothing to give here, such as a session's.
            continue
        if inspect.isroutine(value):
            continue
        full = f"{name}.{attribute}"
        yield full, value
        for at, each in enumerate(value if isinstance(value, list | tuple | set | frozenset) else [value]):
            label = full if each is value else f"{full}[{at}]"
            if each is not value:
                yield label, each
            if depth and type(each).__module__.startswith("segspark") and not isinstance(each, PLACES):
                yield from reachable(each, label, depth - 1)


def places(thing: Any, name: str, root: str) -> dict[str, Any]:
    """What of it is a lake, a store, a path or a session, or text that names the lake's place.

    A relative path is the name of a file in the configuration, and leads nowhere without the workspace's folder.
    """
    return {
        at: value
        for at, value in reachable(thing, name)
        if (isinstance(value, PLACES) and not (isinstance(value, Path) and not value.is_absolute()))
        or (isinstance(value, str) and root in value)
    }
