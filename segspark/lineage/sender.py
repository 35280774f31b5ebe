"""Send events beside a run: it neither waits for them nor fails by them."""

import threading
from collections.abc import Callable
from queue import Queue
from typing import Any, Protocol


class Client(Protocol):
    """The part of OpenLineage's client that is used."""

    def emit(self, event: Any) -> None: ...

    def close(self, _timeout: float, /) -> Any: ...


class Sender:
    """One thread that sends events in their order; after the first failure it says so once and drops the others.

    Args:
        tell: gets the one sentence.
        wait_s: so long the end of the run waits for events that are not sent yet.
    """

    def __init__(self, client: Client, tell: Callable[[str], None], wait_s: float = 5.0) -> None:
        self._client, self._tell, self._wait_s = client, tell, wait_s
        self._events: Queue[Any] = Queue()
        self._has_told = threading.Event()
        # A daemon: the process does not wait for a server that does not answer.
        self._thread = threading.Thread(target=self._work, name="lineage", daemon=True)
        self._thread.start()

    def send(self, event: Any) -> None:
        self._events.put(event)

    def close(self) -> None:
        """Send what is left, for a bounded time."""
        self._events.put(None)
        self._thread.join(self._wait_s)
        if self._thread.is_alive():
            self.fail(f"its server has not answered within {self._wait_s:g} s")

    def _work(self) -> None:
        while (event := self._events.get()) is not None:
            if self._has_told.is_set():
                continue
            try:
                self._client.emit(event)
            except Exception as error:
                # Not its text, which may hold an address with a token.
                self.fail(type(error).__name__)
        try:
            self._client.close(self._wait_s)
        except Exception as error:
            self.fail(type(error).__name__)

    def fail(self, why: str) -> None:
        """Say once why, and send no more."""
        if not self._has_told.is_set():
            self._has_told.set()
            self._tell(f"OpenLineage: events of this run could not be sent ({why}). The run goes on without them.")
