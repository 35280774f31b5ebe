"""Hand an audience to a destination batch by batch; every person is in one receipt."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice

from segspark.activation.destination import Audience, Destination, Options, Receipt, Row

BEYOND = "more people than the destination takes"


class _Batch:
    """The rows of one batch, counted as they are taken; an error of where they come from is kept apart."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows, self.taken = rows, 0
        self.broken: Exception | None = None

    def __iter__(self) -> Iterator[Row]:
        while True:
            try:
                row = next(self._rows)
            except StopIteration:
                return
            except Exception as error:
                self.broken = error
                raise
            self.taken += 1
            yield row


def hand_over(destination: Destination, rows: Iterable[Row], audience: Audience, options: Options) -> list[Receipt]:
    """Send every batch; a batch that raises has failed, and the others go on.

    Args:
        rows: the people after the last gate, as the destination may see them.

    Returns:
        A receipt per batch, and one for the people beyond the destination's limit.

    Raises:
        Exception: of ``rows``, or of the destination where nothing was sent at all.
    """
    people = iter(rows)
    allowed = islice(people, destination.limits.most_people)
    receipts: list[Receipt] = []
    last_error: Exception | None = None
    for batch in _batches(allowed, destination.batch):
        try:
            receipt = destination.send(batch, audience, options)
        except Exception as error:
            if batch.broken is not None:
                raise
            last_error = error
            # The text of an error may hold an address; its kind does not.
            receipt = Receipt(reason=type(error).__name__)
        # A destination that stopped half-way has not taken the others.
        for _ in batch:
            pass
        receipts.append(_accounted(receipt, batch.taken))
    if last_error is not None and not any(r.sent or r.refused for r in receipts):
        raise last_error
    if beyond := sum(1 for _ in people):
        receipts.append(Receipt(refused=beyond, reason=BEYOND))
    return receipts


def _batches(rows: Iterator[Row], size: int | None) -> Iterator[_Batch]:
    """Batches of a size; one with everything, even if that is nothing, without a size."""
    if size is None:
        yield _Batch(rows)
        return
    for first in rows:
        yield _Batch(chain([first], islice(rows, size - 1)))


def _accounted(receipt: Receipt, people: int) -> Receipt:
    """The receipt with everybody of the batch in it: whom it does not tell of has failed."""
    if receipt.people == people:
        return receipt
    if receipt.people > people:
        return replace(
            receipt, sent=0, refused=0, failed=people, reason=f"the receipt tells of {receipt.people} people"
        )
    reason = receipt.reason or f"the receipt tells of {receipt.people} people"
    return replace(receipt, failed=receipt.failed + people - receipt.people, reason=reason)
