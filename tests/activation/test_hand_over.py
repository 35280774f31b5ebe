"""Batches within limits, and a receipt for everybody, whatever a destination does."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import pytest

from segspark.activation.destination import Audience, Destination, Key, Limits, Options, Receipt, Row
from segspark.activation.hand_over import BEYOND, hand_over

ABOUT = Audience("id", "key", date(2026, 5, 5), "v1", False, 9, {}, "exports")
Send = Callable[[list[str]], Receipt]


def people(n: int) -> list[Row]:
    return [{"email": f"{i}@example.com"} for i in range(n)]


def handed(n: int, send: Send, batch: int | None = None, most: int | None = None) -> list[Receipt]:
    def taken(rows: Iterable[Row], audience: Audience, options: Options) -> Receipt:
        return send([str(r["email"])[0] for r in rows])

    return hand_over(Destination("toy", (Key(),), (), batch, Limits(most), taken), people(n), ABOUT, Options())


def test_batches_are_of_the_size_that_the_destination_takes_and_the_last_is_smaller() -> None:
    got: list[list[str]] = []
    receipts = handed(5, lambda b: got.append(b) or Receipt(len(b)), batch=2)  # type: ignore[func-returns-value]
    assert got == [["0", "1"], ["2", "3"], ["4"]]
    assert [r.sent for r in receipts] == [2, 2, 1]


def test_without_a_size_everybody_is_in_one_call_and_nobody_is_one_call_too() -> None:
    assert handed(3, lambda b: Receipt(len(b))) == [Receipt(3)]
    assert handed(0, lambda b: Receipt(len(b), details={"head": True})) == [Receipt(0, details={"head": True})]
    assert handed(0, lambda b: Receipt(len(b)), batch=2) == []


def test_whoever_is_beyond_the_limit_is_not_handed_over_and_is_told() -> None:
    assert handed(5, lambda b: Receipt(len(b)), batch=2, most=3) == [
        Receipt(2), Receipt(1), Receipt(refused=2, reason=BEYOND),
    ]  # fmt: skip
    assert handed(3, lambda b: Receipt(len(b)), most=3) == [Receipt(3)]


def test_a_batch_that_raises_has_failed_and_the_others_go_on_without_its_words() -> None:
    def send(batch: list[str]) -> Receipt:
        if "2" in batch:
            raise ConnectionError("no answer for 2@example.com")
        return Receipt(len(batch))

    assert handed(5, send, batch=2) == [Receipt(2), Receipt(failed=2, reason="ConnectionError"), Receipt(1)]


def test_an_error_surfaces_where_nothing_was_sent() -> None:
    def send(batch: list[str]) -> Receipt:
        raise PermissionError("the folder")

    with pytest.raises(PermissionError, match="the folder"):
        handed(5, send, batch=2)


def test_whom_a_receipt_does_not_tell_of_has_failed() -> None:
    assert handed(3, lambda b: Receipt(1)) == [Receipt(1, failed=2, reason="the receipt tells of 1 people")]
    assert handed(3, lambda b: Receipt(4)) == [Receipt(0, failed=3, reason="the receipt tells of 4 people")]


def test_whom_a_destination_did_not_even_look_at_has_failed_too() -> None:
    def send(rows: Iterable[Row], audience: Audience, options: Options) -> Receipt:
        next(iter(rows))
        return Receipt(1, reason="one is enough")

    toy = Destination("toy", (Key(),), (), None, Limits(), send)
    assert hand_over(toy, people(3), ABOUT, Options()) == [Receipt(1, failed=2, reason="one is enough")]


def test_people_that_cannot_be_read_are_no_receipt() -> None:
    def broken() -> Iterator[Row]:
        yield from people(3)
        raise OSError("Spark is gone")

    def send(rows: Iterable[Row], audience: Audience, options: Options) -> Receipt:
        return Receipt(len(list(rows)))

    for batch in (None, 2):
        with pytest.raises(OSError, match="Spark is gone"):
            hand_over(Destination("toy", (Key(),), (), batch, Limits(), send), broken(), ABOUT, Options())
