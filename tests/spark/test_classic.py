"""A session with a JVM of its own has a context; a client of a Connect server answers without."""

from typing import Any

from pyspark.errors import PySparkAttributeError
from pyspark.sql import SparkSession

from segspark.spark import classic
from segspark.spark.classic import context_of, tasks_at_once


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
