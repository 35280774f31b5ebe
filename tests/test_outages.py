"""What of Spark, Java and stores may pass ends with code 4, and what a task says on purpose with its own code."""

import pytest

from segspark.errors import CheckFailed, ConfigError, DamagedFile, GateClosed, InfrastructureError
from segspark.outages import outage_behind, raised_in_task, told

# As they were seen; of the long ones the line that says it.
PASSING = {
    "An executor was lost": (
        "Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times, most recent failure: Lost task 0.3 in stage "
        "3.0 (TID 9) (127.0.0.2 executor 5): ExecutorLostFailure (executor 5 exited caused by one of the running tasks) "
        "Reason: Command exited with code 137",
        "org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output location for shuffle 2 partition 1",
    ),
    "A jar could not be fetched": (
        "java.io.IOException: Failed to fetch spark://127.0.0.1:4040/jars/delta-spark_4.2_2.13-4.4.0.jar during dependency",
        "java.lang.RuntimeException: [unresolved dependency: io.delta#delta-spark_4.2_2.13;9.9.9: not found]",
    ),
    "The disk is full": (
        "java.io.IOException: No space left on device",
        "OSError: [Errno 28] No space left on device",
    ),
    "The store does not answer": (
        "org.apache.hadoop.fs.s3a.AWSClientIOException: getFileStatus on s3a://lakes/x: "
        "software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: Connect refused",
        "OSError: Generic S3 error: Error performing GET http://127.0.0.1:1/lakes: error sending request",
    ),
    "The cluster ended this application": (
        "Job 7 cancelled because SparkContext was shut down",
        "All masters are unresponsive! Giving up.",
    ),
    "Java ended in the middle": ("py4j.protocol.Py4JNetworkError: Answer from Java side is empty",),
    "A Python worker was ended": ("org.apache.spark.SparkException: Python worker exited unexpectedly (crashed)",),
    "A place that is needed": ("java.net.UnknownHostException: worker-7", "OSError: [Errno 116] Stale file handle"),
}


@pytest.mark.parametrize(("words", "text"), [(words, text) for words, texts in PASSING.items() for text in texts])
def test_what_may_pass_is_tried_again(words: str, text: str) -> None:
    error = told(RuntimeError(text))
    assert isinstance(error, InfrastructureError)
    assert str(error).startswith(words)


def test_it_is_found_behind_the_error_that_it_led_to_and_nothing_else_is() -> None:
    outer = RuntimeError("the table cannot be read")
    outer.__cause__ = RuntimeError("ExecutorLostFailure (executor 1 exited)")
    assert outage_behind(outer) is not None
    assert told(KeyError("person_id")) is None
    assert told(RuntimeError("[FIELD_NOT_FOUND] No such struct field")) is None


@pytest.mark.parametrize("kind", [CheckFailed, ConfigError, GateClosed, InfrastructureError])
def test_what_a_task_raises_for_the_user_keeps_its_kind_and_its_words(kind: type[Exception]) -> None:
    text = (
        "Job aborted due to stage failure: Task 1 failed: org.apache.spark.api.python.PythonException: Traceback (most "
        f'recent call last):\n  File "worker.py", line 1\nsegspark.errors.{kind.__name__}: The place is wrong. Do this.\n'
        "\n\tat org.apache.spark.api.python"
    )
    error = raised_in_task(RuntimeError(text))
    assert type(error) is kind
    assert str(error) == "The place is wrong. Do this."
    assert type(told(RuntimeError(text))) is kind


def test_a_damaged_file_is_told_first() -> None:
    assert isinstance(told(DamagedFile("a", "b")), DamagedFile)
