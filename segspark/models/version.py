"""A registered version with all that is known of it, for its card."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from segspark.config.models import Mlflow
from segspark.errors import CheckFailed
from segspark.models.champions import Move, Registered, move_on, newest
from segspark.models.model import D, Model, Record
from segspark.models.promotion import GateResult
from segspark.models.registered import Shelf

_DATA = "data_versions.json"


@dataclass(frozen=True)
class Version(Generic[D]):
    """Attributes:
    name: as it is registered.
    decision: why it is champion or not, as ``promotion.Decision`` stores it; empty in versions of earlier releases.
    data: table -> its Delta version and the rows read.
    digest, fingerprint: of its files, and of its fitted numbers; the last is empty in versions of earlier releases.
    documents: None where its training has stored others, or none.
    """

    name: str
    registered: Registered
    record: Record
    documents: D | None
    moves: tuple[Move, ...] = ()
    gates: tuple[GateResult, ...] = ()
    decision: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    digest: str = ""
    fingerprint: str = ""

    @property
    def number(self) -> str:
        return self.registered.version

    @property
    def since(self) -> Move | None:
        """The move by which it is, or last was, champion."""
        return newest(m for m in self.moves if m.version == self.number)

    @property
    def until(self) -> Move | None:
        """The next move that put another version in its place; None while it is champion, or if it never was."""
        since = self.since
        if since is None:
            return None
        now = move_on(self.moves, since.day)
        if now is not None and now.version != self.number:
            return now
        later = [m for m in self.moves if m.day > since.day and m.version != self.number]
        return min(later, key=lambda m: (m.day, m.number), default=None)


def read_version(config: Mlflow, model: Model[Any, D], shelf: Shelf, number: str) -> Version[D]:
    """What the registry and the run of a version tell of it.

    Raises:
        CheckFailed: a stored document is not what was logged.
    """
    # MLflow and PySpark are imported only when a version is read.
    from segspark.models.fingerprint import FINGERPRINT
    from segspark.models.tracking import read_documents, read_params

    tags = shelf.tags[number]
    files = read_documents(config, tags["run_id"])
    return Version(
        shelf.name,
        next(v for v in shelf.versions if v.version == number),
        read_params(config, tags["run_id"]),
        _documents(model, files),
        shelf.moves,
        tuple(GateResult(**gate) for gate in json.loads(tags.get("gates", "[]"))),
        json.loads(tags.get("decision", "{}")),
        files.get(_DATA, {}),
        tags.get("artifact_digest", tags["digest"]),
        tags.get(FINGERPRINT, ""),
    )


def _documents(model: Model[Any, D], files: Mapping[str, Any]) -> D | None:
    try:
        return model.documents.from_files(files)
    except (KeyError, CheckFailed):
        # A version of an early release lacks files: its card says so, and the rest of it.
        return None
