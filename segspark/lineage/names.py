"""The names of tables and jobs, as OpenLineage's conventions have them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from segspark.config.url import scheme_of


@dataclass(frozen=True)
class Name:
    """A name within a namespace."""

    namespace: str
    name: str


def dataset_name(address: str) -> Name:
    """Of the place where a table lies: a bucket is a namespace, and so are the files of a machine."""
    scheme = scheme_of(address)
    if scheme in ("", "file"):
        return Name("file", f"/{address.removeprefix('file:').lstrip('/')}")
    server, _, key = address.partition("://")[2].partition("/")
    # The same bucket has one name, whoever reads it.
    namespace = f"{'s3' if scheme == 's3a' else scheme}://{server}"
    return Name(namespace, f"/{key}" if scheme == "hdfs" else key)


def job_namespace(environ: Mapping[str, str] = os.environ) -> str:
    """As every program that knows OpenLineage takes it."""
    return environ.get("OPENLINEAGE_NAMESPACE") or "segspark"


@dataclass(frozen=True)
class Ancestor:
    """A run that started another: its job and its id."""

    job: Name
    run_id: str


def ancestor(variable: str, environ: Mapping[str, str] = os.environ) -> Ancestor | None:
    """What an orchestrator writes into a variable as ``namespace/job/run id``; None if it does not."""
    parts = environ.get(variable, "").rsplit("/", 2)
    if len(parts) != 3 or not all(parts):
        return None
    try:
        return Ancestor(Name(parts[0], parts[1]), str(UUID(parts[2])))
    except ValueError:
        return None
