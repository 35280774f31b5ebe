"""Events about a program while it runs, if OpenLineage is configured; nothing else of it is imported before."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.lineage.configured import configured_by
from segspark.lineage.sender import Sender
from segspark.pipeline.observer import observed_by


@contextmanager
def lineage_of(workspace: Workspace, program: str, as_of: date | None, tell: Callable[[str], None]) -> Iterator[None]:
    """Tell OpenLineage's server of a program and its flows. The program runs the same whatever becomes of it.

    Args:
        tell: gets one sentence if events cannot be sent.
    """
    sender = _sender(workspace, tell)
    if sender is None:
        yield
        return
    from openlineage.client.event_v2 import RunState

    from segspark.lineage.telling import Telling, failed_state, program_work

    def send(make: Callable[[], Any]) -> None:
        try:
            sender.send(make())
        except Exception as error:
            sender.fail(type(error).__name__)

    telling = Telling(program_work(workspace, program, as_of), send)
    telling.program(RunState.START)
    try:
        with observed_by(telling):
            yield
    except BaseException as error:
        telling.program(failed_state(error), error)
        raise
    else:
        telling.program(RunState.COMPLETE)
    finally:
        sender.close()


def _sender(workspace: Workspace, tell: Callable[[str], None]) -> Sender | None:
    by = configured_by()
    if by is None:
        return None
    # It warns and shows tracebacks of what is told here in one sentence.
    logging.getLogger("openlineage").addHandler(logging.NullHandler())
    try:
        from segspark.lineage.telling import client_of
    except ImportError:
        tell(
            f"OpenLineage is configured by {by} and not installed: pip install 'segspark[lineage]'. The run tells nothing."
        )
        return None
    try:
        client = client_of(workspace)
    except Exception as error:
        tell(f"OpenLineage: the configuration by {by} cannot be used ({type(error).__name__}). The run tells nothing.")
        return None
    if client is None:
        tell(f"OpenLineage: the configuration by {by} names no transport. The run tells nothing.")
        return None
    return Sender(client, tell)
