"""Whether one process reaches a place: the driver's answer is known, and a task is asked for its own."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from segspark.errors import InfrastructureError
from segspark.store import Store

FOLDER = "_probe"
UNSEEN, REFUSED, UNREACHED = "unseen", "refused", "unreached"


@dataclass(frozen=True)
class Place:
    """What an executor must reach.

    Attributes:
        what: in a message, such as ``the lake``.
        name: a file that the driver sees in the store; empty: only that the store answers.
        size: of the file.
        content: of the file, if it is compared; then a file is written beside it too.
    """

    what: str
    store: Store
    name: str = ""
    size: int | None = None
    content: bytes | None = None


def missing_here(place: Place, who: str, variables: Sequence[str] = ()) -> tuple[str, str, str] | None:
    """What, how, and in which words something is missing in this process; None if it is as it should be."""
    try:
        if place.content is not None:
            is_there = place.store.read(place.name) == place.content
            if is_there:
                place.store.replace(f"{place.name}-{who}", place.content)
        elif place.name:
            is_there = place.store.size(place.name) == place.size
        else:
            place.store.size(FOLDER)
            is_there = True
    except (FileNotFoundError, NotADirectoryError):
        is_there = False
    except InfrastructureError as error:
        # The library's own error says which of the two it is.
        is_refused = type(error.__cause__).__name__ in ("PermissionDeniedError", "UnauthenticatedError")
        lacking = [name for name in variables if not os.environ.get(name)]
        told = f"{error} Set here and not there: {', '.join(lacking)}." if lacking else str(error)
        return place.what, REFUSED if is_refused or lacking else UNREACHED, told
    except PermissionError as error:
        return place.what, REFUSED, f"The user of the executors has no right to {error.filename}."
    except OSError as error:
        return place.what, UNREACHED, f"{error.strerror or error}: {error.filename or place.store.url}"
    return None if is_there else (place.what, UNSEEN, "")
