"""Records of the future: a wrong clock, or a typing error, that would count as the last thing a person did."""

from typing import Any

from segspark.sources.plan import Arrival
from segspark.sources.vocabulary import Produced, Rejected


def check_future(produced: Produced, received: int, arrival: Arrival) -> None:
    """Nothing happened after its receipt, and nothing is later than the run, whatever a record says of its receipt.

    Raises:
        Rejected: ``future:column``.
    """
    latest = arrival.latest
    arrived = min(received + arrival.future_tolerance, latest)
    # An order's own column is named before that of the event made of it.
    if produced.orders or produced.lines:
        _check(produced.orders, "ordered_at", arrived)
        _check(produced.lines, "ordered_at", arrived)
    for event in produced.events:
        at = event.get("occurred_at")
        if at is not None and at > arrived:
            raise Rejected("future:occurred_at")
    if received <= arrived and not (produced.orders or produced.profiles or produced.consents or produced.links):
        return
    _check(produced.orders, "updated_at", latest)
    for items, columns in (
        (produced.profiles, ("valid_from", "recorded_at")),
        (produced.consents, ("effective_at", "recorded_at")),
    ):
        for column in columns if items else ():
            _check(items, column, latest)
    for *_, at in produced.links:
        if at > latest:
            raise Rejected("future:effective_at")
    if received > latest:
        raise Rejected("future:received_at")


def _check(items: list[dict[str, Any]], column: str, latest: int) -> None:
    for item in items:
        at = item.get(column)
        if at is not None and at > latest:
            raise Rejected(f"future:{column}")
