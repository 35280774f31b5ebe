"""Sending neither delays a run nor stops it, and a failure is told once."""

import threading
import time
from typing import Any

from segspark.lineage.sender import Sender


class Client:
    def __init__(self, fails: Exception | None = None, waits: threading.Event | None = None) -> None:
        self.sent: list[Any] = []
        self.fails, self.waits, self.n_tried, self.closed = fails, waits, 0, False

    def emit(self, event: Any) -> None:
        self.n_tried += 1
        if self.waits is not None:
            self.waits.wait(20)
        if self.fails is not None:
            raise self.fails
        self.sent.append(event)

    def close(self, timeout: float) -> None:
        self.closed = True


def test_events_are_sent_in_order_before_it_closes() -> None:
    client, told = Client(), list[str]()
    sender = Sender(client, told.append)
    for n in range(100):
        sender.send(n)
    sender.close()
    assert client.sent == list(range(100))
    assert client.closed
    assert told == []


def test_a_failure_is_told_once_and_nothing_is_tried_after_it() -> None:
    client, told = Client(fails=ConnectionError("http://user:token@host")), list[str]()
    sender = Sender(client, told.append)
    for n in range(5):
        sender.send(n)
    sender.close()
    assert client.n_tried == 1
    assert told == [
        "OpenLineage: events of this run could not be sent (ConnectionError). The run goes on without them."
    ]


def test_a_server_that_does_not_answer_is_not_waited_for() -> None:
    answer, told = threading.Event(), list[str]()
    sender = Sender(Client(waits=answer), told.append, wait_s=0.2)
    begin = time.monotonic()
    sender.send(1)
    sender.send(2)
    assert time.monotonic() - begin < 0.1
    sender.close()
    answer.set()
    assert time.monotonic() - begin < 2
    assert len(told) == 1
    assert "has not answered within 0.2 s" in told[0]
