"""A session with a JVM of its own has a context; a client of a Connect server answers without."""

import os
from typing import Any

import pytest
from pyspark.errors import PySparkAttributeError
from pyspark.sql import SparkSession

from segspark.spark import classic
from segspark.spark.classic import context_of, executors_now, tasks_at_once, variable_of_java


class Client:
    """As PySpark's own client refuses what only a JVM has."""

    def __init__(self, session: SparkSession) -> None:
        self.range: Any = session.range

    @property
    def sparkContext(self) -> Any:
        raise PySparkAttributeError(errorClass="JVM_ATTRIBUTE_NOT_SUPPORTED", messageParameters={"attr_name": "x"})


def test_a_client_has_no_context_and_is_asked_for_its_tasks(spark: SparkSession) -> None:
    client: Any = Client(spark)
    assert context_of(spark) is spark.sparkContext
    assert context_of(client) is None
    assert tasks_at_once(spark) == tasks_at_once(client) == 2
    # Asked once.
    client.range = None
    assert tasks_at_once(client) == 2
    classic._asked.cache_clear()


def test_of_one_machine_no_executor_is_apart_and_java_says_what_it_was_started_with(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = Client(spark)
    assert (executors_now(spark), executors_now(client)) == (0, 1)
    monkeypatch.setenv("SEGSPARK_SET_LATER", "x")
    assert variable_of_java(spark.sparkContext, "SEGSPARK_SET_LATER") is None
    assert variable_of_java(spark.sparkContext, "PATH") == os.environ["PATH"]
