"""A provider's ``stage`` without Spark: the tasks run here, one after the other, and their files are read back."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from segspark.pseudonyms import Key
from segspark.sources.files import InputFile, find_files, hash_content, with_content
from segspark.sources.plan import Arrival, GatewayPlan, Limits
from segspark.sources.provider import Provider
from segspark.sources.registry import PROVIDERS
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Context
from segspark.store import store_at
from segspark.tables.staging import StagedFile

KEY = Key(b"0123456789abcdef0123456789abcdef")
RECEIVED = int(datetime(2026, 5, 10, 12, tzinfo=UTC).timestamp()) * 1_000_000
ARRIVAL = Arrival("Europe/Paris", RECEIVED)
Rows = dict[str, list[dict[str, Any]]]


def files_of(source: Source, time_zone: str = "UTC", key: Key = KEY) -> list[InputFile]:
    """The files of a source with their contents, all of them read."""
    found = [each.file for each in find_files(source, time_zone, key)]
    return [with_content(file, hash_content(file.path, file.size_bytes), key) for file in found]


class Tasks:
    """What ``stage`` gets instead of a frame with the groups' numbers."""

    def __init__(self, *groups: int) -> None:
        self._groups = pa.RecordBatch.from_pydict({"id": pa.array(groups, pa.int64())})

    def mapInArrow(self, function: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]], _: str) -> Any:
        return [row for batch in function(iter([self._groups])) for row in batch.to_pylist()]


def plan_of(
    provider: Provider,
    folder: Path,
    groups: Sequence[Sequence[InputFile]] = (),
    *,
    name: str = "mails",
    options: dict[str, Any] | None = None,
    limits: Limits | None = None,
    arrival: Arrival | None = None,
) -> GatewayPlan:
    """The plan of a source of a provider's kind; its staged files go below the folder."""
    return GatewayPlan(
        provider=provider,
        source=Source(name=name, kind=provider.name, path="*", options=options or {}),
        context=Context(name, None, "EUR", provider.options.model_validate(options or {})),
        groups=tuple(tuple(group) for group in groups),
        limits=limits or Limits(),
        key=KEY,
        arrival=arrival or Arrival("UTC", 0, clock=RECEIVED),
        folder=store_at(folder / "staged"),
    )


def staged(plan: GatewayPlan, *groups: int) -> Rows:
    """What the tasks of some groups of files stage, by kind."""
    rows: Rows = {}
    for named in plan.provider.stage(Tasks(*groups), plan):  # type: ignore[arg-type,attr-defined]
        rows.setdefault(named["kind"], []).extend(pq.read_table(named["path"]).to_pylist())
    return rows


def staged_files(plan: GatewayPlan, *groups: int) -> dict[str, list[StagedFile]]:
    """The files that the tasks of some groups of files stage, by kind."""
    files: dict[str, list[StagedFile]] = {}
    for named in plan.provider.stage(Tasks(*groups), plan):  # type: ignore[arg-type,attr-defined]
        files.setdefault(named["kind"], []).append(StagedFile(named["path"], named["rows"]))
    return files


def stage(provider: str, *records: Any) -> Rows:
    """What the gateway puts down for records (values, or bytes as they arrive), by kind, read back from its files."""
    lines = [r if isinstance(r, bytes) else json.dumps(r, ensure_ascii=False).encode() for r in records]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "delivered.json"
        path.write_bytes(b"\n".join(lines) + b"\n")
        file = InputFile("letters", str(path), path.name, "f" * 32, path.stat().st_size, RECEIVED)
        return staged(plan_of(PROVIDERS.find(provider), folder, [[file]], name="letters", arrival=ARRIVAL), 0)
