"""Records of the future: a wrong clock, or a typing error, that would count as the last thing a person did."""

from typing import Any

from segspark.sources.plan import Arrival
from segspark.sources.vocabulary import Produced, Rejected


def check_future(produced: Produced, received: int, arrival: Arrival) -> None:
    """Nothing happened after its receipt, and nothing is later than the run, whatever a record says of its receipt.

    Raises:
        Rejected: ``future:column``.
    """
    arrived = min(received + arrival.future_tolerance, arrival.latest)
    # An order's own column is named before that of the event made of it.
    _check(produced.orders, "ordered_at", arrived)
    _check(produced.lines, "ordered_at", arrived)
    _check(produced.events, "occurred_at", arrived)
    if received <= arrived and not (produced.orders or produced.profiles or produced.consents or produced.links):
        return
    for items, column in (
        (produced.orders, "updated_at"),
        (produced.profiles, "valid_from"),
        (produced.profiles, "recorded_at"),
        (produced.consents, "effective_at"),
        (produced.consents, "recorded_at"),
    ):
        _check(items, column, arrival.latest)
    if any(at > arrival.latest for *_, at in produced.links):
        raise Rejected("future:effective_at")
    if received > arrival.latest:
        raise Rejected("future:received_at")


def _check(items: list[dict[str, Any]], column: str, latest: int) -> None:
    for item in items:
        at = item.get(column)
        if at is not None and at > latest:
            raise Rejected(f"future:{column}")
