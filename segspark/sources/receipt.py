"""When a record was received: the ways of telling it, of which each provider declares its own, the best first."""

from collections.abc import Callable, Sequence

from segspark.sources.files import InputFile
from segspark.sources.vocabulary import Produced

# UTC microseconds, None if it cannot be told this way.
Receipt = Callable[[Produced, InputFile], int | None]


def of_record(produced: Produced, file: InputFile) -> int | None:
    """The time of receipt that the record itself gives."""
    return produced.received_at


def of_file(produced: Produced, file: InputFile) -> int | None:
    """The file's, where the source's ``received`` finds one in its name."""
    return file.received_at


def of_content(produced: Produced, file: InputFile) -> int | None:
    """The latest time of what the record says, for sources that cannot tell more."""
    if produced.events:
        times = [event["occurred_at"] for event in produced.events if event.get("occurred_at") is not None]
        if times:
            return int(max(times))
    for items, column in (
        (produced.orders, "ordered_at"),
        (produced.lines, "ordered_at"),
        (produced.consents, "recorded_at"),
        (produced.consents, "effective_at"),
        (produced.profiles, "recorded_at"),
        (produced.profiles, "valid_from"),
    ):
        times = [item[column] for item in items if item.get(column) is not None]
        if times:
            return int(max(times))
    return None


def received_at(ways: Sequence[Receipt], produced: Produced, file: InputFile, otherwise: int) -> int:
    """The answer of the first way that has one, UTC microseconds."""
    for way in ways:
        told = way(produced, file)
        if told is not None:
            return told
    return otherwise
