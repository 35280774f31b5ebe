"""The life of a batch of files: begun, bound to its list, committed, in this order.

Rows staged before the batch is bound may be thrown away. Once it is bound (a row of ops.runs, state ``writing``) its
staged files are the input: a killed run is resumed from them, so every append keeps its transaction id, and the files
that the batch came from may have changed or gone meanwhile.
"""

import hashlib
import json
from datetime import date
from typing import Any, cast

from segspark.errors import SegsparkError
from segspark.pipeline.runs import record, runs_of
from segspark.points import point
from segspark.store import Store
from segspark.tables.lake import Lake

# As ops.runs stores it.
FLOW = "ingest_batch"
# Beside the staged files: what a resumed run needs to know of them.
STAGED = "batch.json"


class Batches:
    """The batches of one step, one after the other."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._state, self._run_id, self._as_of = "none", "", date.min
        self._content: dict[str, Any] = {}
        self._staging: Store | None = None

    @property
    def interrupted(self) -> dict[str, Any] | None:
        """The content of a batch that was bound but not committed."""
        rows = runs_of(self._lake).rows(FLOW)
        done = {r["run_id"] for r in rows if r["state"] == "done"}
        begun = [r for r in rows if r["state"] == "writing" and r["run_id"] not in done]
        return json.loads(begun[0]["inputs"]) if begun else None

    def begin(self, run_id: str, as_of: date, content: dict[str, Any]) -> Store:
        """Start a batch.

        Args:
            content: what it takes in; ``interrupted`` returns it.

        Returns:
            The folder for its staged files.
        """
        folder = self._start(run_id, as_of, content, "begun")
        folder.delete_tree()
        return folder

    def resume(self, run_id: str, as_of: date, content: dict[str, Any]) -> tuple[Store, dict[str, Any]] | None:
        """Go on with a bound batch: the folder of its staged files and what ``bind`` was told of them.

        None where this is gone or damaged, so that the batch must begin again.
        """
        folder = self._lake.store.below(f"_staging/{run_id}")
        staged = _opened(folder.read(STAGED)) if folder.size(STAGED) is not None else None
        if staged is None:
            return None
        self._start(run_id, as_of, content, "bound")
        return folder, staged

    def _start(self, run_id: str, as_of: date, content: dict[str, Any], state: str) -> Store:
        self._expect("none", "begun")
        self._state, self._run_id, self._as_of, self._content = state, run_id, as_of, content
        self._staging = self._lake.store.below(f"_staging/{run_id}")
        return self._staging

    def bind(self, staged: dict[str, Any]) -> None:
        """Record the batch's content; from here on its tables can be written.

        Args:
            staged: what a resumed run needs to know of the staged files.
        """
        self._expect("begun", "bound")
        point("ingest_staged")
        assert self._staging is not None
        self._staging.replace(STAGED, _sealed(staged))
        record(self._lake, run_id=self._run_id, flow=FLOW, as_of=self._as_of, state="writing", inputs=self._content)
        self._state = "bound"
        point("ingest_bound")

    def commit(self, outputs: dict[str, Any]) -> None:
        """Record that all of it is in the lake, and remove the staged files."""
        self._expect("bound", "committed")
        record(self._lake, run_id=self._run_id, flow=FLOW, as_of=self._as_of, state="done", outputs=outputs)
        point("ingest_done")
        self._state = "none"
        self._remove()

    def check_bound(self) -> None:
        """
        Raises:
            SegsparkError: the batch is begun but not bound, so a write could not be resumed.
        """
        if self._state == "begun":
            raise SegsparkError("A batch writes before it is bound to its list of files.")

    def close(self) -> None:
        """Remove the staged files of a batch that is not bound; those of a bound one are its input."""
        if self._state != "bound":
            self._remove()

    def _remove(self) -> None:
        if self._staging is not None:
            self._staging.delete_tree()

    def _expect(self, state: str, verb: str) -> None:
        if self._state != state:
            raise SegsparkError(f"A batch is {verb} while it is {self._state}.")


def _sealed(staged: dict[str, Any]) -> bytes:
    """The digest of the content, a line break, the content."""
    content = json.dumps(staged).encode()
    return hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def _opened(sealed: bytes) -> dict[str, Any] | None:
    """What ``_sealed`` was told; None if a bit of it has changed."""
    digest, _, content = sealed.partition(b"\n")
    if digest != hashlib.sha256(content).hexdigest().encode():
        return None
    return cast("dict[str, Any]", json.loads(content))
