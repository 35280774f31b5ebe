"""Files of models under the address of a bucket, read and written through a ``Store``.

MLflow has clients of its own for buckets, each with packages and a way to credentials of its own. In this process its
runs use the stores that the lake uses.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from segspark.config.url import STORE_SCHEMES
from segspark.store import Store, store_at

BLOCK = 8 << 20


@contextmanager
def artifacts_in_stores() -> Iterator[None]:
    """For the time of a block MLflow reads and writes buckets through stores."""
    from mlflow.store.artifact.artifact_repository_registry import get_registered_artifact_repositories

    registered = get_registered_artifact_repositories()
    before = {scheme: registered.get(scheme) for scheme in STORE_SCHEMES}
    registered.update(dict.fromkeys(STORE_SCHEMES, _repository()))
    try:
        yield
    finally:
        for scheme, repository in before.items():
            if repository is None:
                del registered[scheme]
            else:
                registered[scheme] = repository


def upload(store: Store, folder: Path, below: str = "") -> None:
    """Write every file below a folder, each whole or not at all."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        _write(store, _joined(below, path.relative_to(folder).as_posix()), path)


def entries(store: Store, folder: str) -> Sequence[tuple[str, int | None]]:
    """What lies directly in a folder: files with their sizes, folders with None."""
    start = f"{folder}/" if folder else ""
    found: dict[str, int | None] = {}
    for file in store.list(start):
        first, slash, _ = file.name[len(start) :].partition("/")
        found[start + first] = None if slash else file.size
    return sorted(found.items())


def _joined(*parts: str) -> str:
    return "/".join(part.strip("/") for part in parts if part)


def _write(store: Store, name: str, path: Path) -> None:
    with path.open("rb") as file, store.create(name) as out:
        while block := file.read(BLOCK):
            out.write(block)


@cache
def _repository() -> type[Any]:
    """MLflow's interface to files, over a store; made late, since importing MLflow takes seconds."""
    from mlflow.entities import FileInfo
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

    class StoreRepository(ArtifactRepository):  # type: ignore[misc]
        @property
        def _store(self) -> Store:
            return store_at(self.artifact_uri)

        def log_artifact(self, local_file: str, artifact_path: str | None = None) -> None:
            _write(self._store, _joined(artifact_path or "", os.path.basename(local_file)), Path(local_file))

        def log_artifacts(self, local_dir: str, artifact_path: str | None = None) -> None:
            upload(self._store, Path(local_dir), artifact_path or "")

        def list_artifacts(self, path: str | None = None) -> list[Any]:
            found = entries(self._store, _joined(path or ""))
            return [FileInfo(name, size is None, size) for name, size in found]

        def _download_file(self, remote_file_path: str, local_path: str) -> None:
            with self._store.stream(remote_file_path) as content, open(local_path, "wb") as file:
                while block := content.read(BLOCK):
                    file.write(block)

    return StoreRepository
