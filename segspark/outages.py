"""Errors of Spark, Java and stores that may pass, or that a task raised on purpose: which kind, by their own text.

What happens in an executor, in Java or in a store reaches this process as text. Exit code 4 is for what another try may
find mended: a lost executor, a jar that could not be fetched, a store that does not answer.
"""

import re

from segspark import errors
from segspark.errors import CheckFailed, ConfigError, GateClosed, InfrastructureError, SegsparkError, chain_of

_AGAIN = "Run again: what is unfinished is completed."
# A sign in the text -> what happened, and what to do. The first that is met counts.
_PASSING: tuple[tuple[str, str, str], ...] = (
    (
        r"Failed to fetch (?:spark|file|https?|hdfs)\S*|unresolved dependency|Could not (?:fetch|download) \S+\.jar|"
        r"Failed to fetch dependency|download failed: \S+",
        "A jar could not be fetched",
        "Check that its address is reached from there (docs/how-to/run-on-a-cluster.md), and run again.",
    ),
    (
        r"ExecutorLostFailure|Executor(?:Dead)?Exception|Lost executor|RPC client disassociated|MetadataFetchFailed|"
        r"FetchFailed(?:Exception)?\b|BlockNotFoundException|Failed to get broadcast_|Could not find CoarseGrainedScheduler",
        "An executor was lost, and its tasks with it",
        f"If it happens again, give executors more memory (spark.executor.memory). {_AGAIN}",
    ),
    (
        r"All masters are unresponsive|Master removed our application|Job \d+ cancelled because SparkContext was shut down|"
        r"stopped SparkContext|Application \S+ (?:was killed|failed|finished with failed)",
        "The cluster ended this application",
        f"Its own log says why. {_AGAIN}",
    ),
    (
        r"Py4JNetworkError|Answer from Java side is empty|error while sending or receiving|Error while (?:sending|receiving)",
        "Java ended in the middle of the work",
        f"The system may have ended it for want of memory. {_AGAIN}",
    ),
    (
        r"Python worker (?:exited unexpectedly|failed to connect back)",
        "A Python worker was ended",
        f"The system may have ended it for want of memory. {_AGAIN}",
    ),
    (
        r"SdkClientException|AWSClientIOException|AWSServiceIOException|AWSServiceThrottledException|AWSStatus5\d\dException|"
        r"AWSApiCallTimeoutException|ApiCallTimeoutException|Generic \w+ error|error sending request|SlowDown|"
        r"ServiceUnavailable|503 Service|Unable to execute HTTP request",
        "The store does not answer as it should",
        f"Check endpoint and network from where it failed. {_AGAIN}",
    ),
    (
        r"UnknownHostException|ConnectException|Connection (?:refused|reset|timed out)|NoRouteToHost|Network is unreachable|"
        r"SocketTimeoutException|Stale file handle|Input/output error|Transport endpoint is not connected",
        "A place that is needed does not answer",
        f"Check the network, or the mount. {_AGAIN}",
    ),
)
_RAISED_IN_TASK = re.compile(
    r"^(?:segspark\.\w+\.|segspark\.)*(?P<kind>CheckFailed|ConfigError|GateClosed|InfrastructureError): (?P<said>.+)$",
    re.MULTILINE,
)
_KINDS: dict[str, type[SegsparkError]] = {
    kind.__name__: kind for kind in (CheckFailed, ConfigError, GateClosed, InfrastructureError)
}


def raised_in_task(error: BaseException) -> SegsparkError | None:
    """The error that a task raised in words for the user; None if it raised none."""
    for at in chain_of(error):
        if raised := _RAISED_IN_TASK.search(str(at)):
            return _KINDS[raised["kind"]](raised["said"].strip())
    return None


def outage_behind(error: BaseException) -> InfrastructureError | None:
    """What may have passed at another try; None if something else failed."""
    for at in chain_of(error):
        text = f"{type(at).__name__}: {at}"
        for sign, what, cure in _PASSING:
            if re.search(sign, text):
                return InfrastructureError(f"{what}. {cure}")
    return None


def told(error: BaseException) -> SegsparkError | None:
    """What to tell the user of an error that is not meant for one; None if it is a bug."""
    return errors.damage_behind(error) or raised_in_task(error) or errors.shortage_behind(error) or outage_behind(error)
