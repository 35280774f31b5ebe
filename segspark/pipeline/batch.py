"""The life of a batch of files: begun, bound to its list, committed, in this order.

Rows staged before the batch is bound may be thrown away. Once it is bound (a row of ops.runs, state ``writing``) a
killed run is resumed with exactly that list, so every append keeps its transaction id.
"""

import json
from datetime import date
from typing import Any

from segspark.errors import SegsparkError
from segspark.pipeline.runs import record, runs_of
from segspark.store import Store
from segspark.tables.lake import Lake

# As ops.runs stores it.
FLOW = "ingest_batch"


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
        self._expect("none", "begun")
        self._state, self._run_id, self._as_of, self._content = "begun", run_id, as_of, content
        self._staging = self._lake.store.below(f"_staging/{run_id}")
        self._staging.delete_tree()
        return self._staging

    def bind(self) -> None:
        """Record the batch's content; from here on its tables can be written."""
        self._expect("begun", "bound")
        record(self._lake, run_id=self._run_id, flow=FLOW, as_of=self._as_of, state="writing", inputs=self._content)
        self._state = "bound"

    def commit(self, outputs: dict[str, Any]) -> None:
        """Record that all of it is in the lake, and remove the staged files."""
        self._expect("bound", "committed")
        record(self._lake, run_id=self._run_id, flow=FLOW, as_of=self._as_of, state="done", outputs=outputs)
        self._state = "none"
        self.close()

    def check_bound(self) -> None:
        """
        Raises:
            SegsparkError: the batch is begun but not bound, so a write could not be resumed.
        """
        if self._state == "begun":
            raise SegsparkError("A batch writes before it is bound to its list of files.")

    def close(self) -> None:
        """Remove the staged files."""
        if self._staging is not None:
            self._staging.delete_tree()

    def _expect(self, state: str, verb: str) -> None:
        if self._state != state:
            raise SegsparkError(f"A batch is {verb} while it is {self._state}.")
