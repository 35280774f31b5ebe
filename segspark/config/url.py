"""A location as text: a path or the URL of a store."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import core_schema

# Schemes of stores that keep objects; others are refused, so that none becomes a local folder of that name.
OBJECT_SCHEMES = ("s3", "s3a", "gs", "abfss", "abfs", "az")
STORE_SCHEMES = (*OBJECT_SCHEMES, "hdfs")
# Those of Azure name a container, an @, and the account.
_WITH_ACCOUNT = ("abfss", "abfs")
# One letter alone is a drive. Without a slash only what nobody means as the name of a file.
_SCHEME = re.compile(rf"([A-Za-z][A-Za-z0-9+.-]+):(?=/)|({'|'.join(STORE_SCHEMES)}|dbfs|file):", re.IGNORECASE)
_OBJECT = re.compile(r"[a-z0-9]+://(?P<bucket>[^/?#:]+)(?:/.*)?", re.DOTALL)
_NAME_NODE = re.compile(r"hdfs://[^/?#:@]+(?::\d+)?(?:/.*)?", re.DOTALL)
# What signs an address, such as Azure's sig=.
_SIGNED = re.compile(r"[?&][A-Za-z_-]+=")
# Names of a table catalog, such as main.segspark; whoever means a folder writes ./main.segspark.
_CATALOG = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){1,2}")


def scheme_of(text: str) -> str:
    """The scheme of a URL in small letters; empty for a path."""
    found = _SCHEME.match(text)
    return (found[1] or found[2]).lower() if found else ""


def why_no_store(text: str) -> str | None:
    """Why nothing can be kept at a URL; None if it can, as with every path."""
    scheme = scheme_of(text)
    if scheme in ("", "file"):
        return None
    if scheme not in STORE_SCHEMES:
        known = ", ".join(f"{name}://" for name in STORE_SCHEMES)
        return f"there is no store for {scheme}:; use a folder that every worker sees under one path, or one of {known}"
    if holds_secret(text):
        return "an address holds no credentials; give them by the environment, `credentials` or the machine's role"
    if scheme == "hdfs":
        is_named = _NAME_NODE.fullmatch(text) is not None
        return (
            None if is_named else "it names no name node; write hdfs://host:8020/folder, or hdfs://nameservice/folder"
        )
    found = _OBJECT.fullmatch(text)
    if found is None or ("@" in found["bucket"]) != (scheme in _WITH_ACCOUNT):
        example = "abfss://container@account.dfs.core.windows.net/folder" if scheme in _WITH_ACCOUNT else None
        return f"it is no address of a bucket; write {example or f'{scheme}://bucket/folder'}"
    return None


def why_no_lake(text: str) -> str | None:
    """Why a lake cannot lie at a place."""
    if is_schema(text):
        return (
            "it names tables of a catalog; say with lake_files where staged files, the lease and the key's check value lie, "
            f"e.g. s3://bucket/segspark. A folder of this name is ./{text}"
        )
    return why_no_store(text)


def is_schema(text: str) -> bool:
    """Whether a lake's tables are those of a catalog: ``main.segspark``."""
    return _CATALOG.fullmatch(text) is not None


def holds_secret(text: str) -> bool:
    """Whether an address names a password, a key or a signature."""
    return without_secret(text) != text


def without_secret(text: str) -> str:
    """An address to be shown: without the password, key or signature it may hold."""
    scheme, colon, rest = text.partition(":")
    if not scheme_of(text):
        return text
    slashes = rest[: len(rest) - len(rest.lstrip("/"))]
    named = rest[len(slashes) :]
    server = named.partition("/")[0]
    shown = text
    if "@" in named and ":" in server:
        # A secret may hold slashes.
        shown = f"{scheme}{colon}{slashes}***@{named.rpartition('@')[2]}"
    elif "@" in server and scheme.lower() not in _WITH_ACCOUNT:
        shown = f"{scheme}{colon}{slashes}***@{named.partition('@')[2]}"
    signed = _SIGNED.search(shown)
    return f"{shown[: signed.start()]}?***" if signed else shown


@dataclass(frozen=True)
class Url:
    """The location of a lake, or of files that are read and written beside it.

    It is neither a path nor text: it cannot be opened, joined by ``/`` or given to ``Path``. Files behind it are
    accessed through a ``Store``.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def scheme(self) -> str:
        """The part before ``:/``; empty for a path."""
        return scheme_of(self.text)

    @property
    def is_remote(self) -> bool:
        """Whether it is a bucket or a folder of HDFS, not one of this machine."""
        return self.scheme in STORE_SCHEMES

    def below(self, folder: Path) -> "Url":
        """The same place where relative paths start at a folder: the address of a bucket as it is, else a whole path."""
        if self.is_remote:
            return Url(self.text.rstrip("/"))
        return Url(str((folder / Path(without_file(self.text)).expanduser()).resolve()))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, _: Any) -> core_schema.CoreSchema:
        def read(value: object) -> Url:
            if isinstance(value, Url):
                return value
            if isinstance(value, str | Path):
                if why := why_no_store(str(value)):
                    raise ValueError(why)
                return Url(str(value))
            raise ValueError("a path is needed, e.g. ./lake, or the address of a bucket, e.g. s3://bucket/lake")

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.to_string_ser_schema(), json_schema_input_schema=core_schema.str_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, _: Any) -> dict[str, Any]:
        return {"type": "string", "format": "path"}


def without_file(text: str) -> str:
    """The path of a ``file:`` URL; another text as it is."""
    return "/" + text.partition(":")[2].lstrip("/") if scheme_of(text) == "file" else text


def why_no_path(text: str) -> str | None:
    """Why a file that is read from a folder only cannot lie at a place."""
    if scheme_of(text) in ("", "file"):
        return None
    return f"this is read from a folder, not from {scheme_of(text)}:; give a path"
