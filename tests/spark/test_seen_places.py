from dataclasses import dataclass
from typing import Any

import pytest

from segspark.errors import ConfigError, InfrastructureError
from segspark.spark import probe
from segspark.spark.seen_places import Place, missing_here


class Broken(Exception):
    pass


class PermissionDeniedError(Exception):
    """Named as the library's."""


@dataclass
class Failing:
    cause: Exception
    url: str = "s3://deliveries"

    def size(self, name: str) -> int | None:
        if isinstance(self.cause, OSError):
            raise self.cause
        raise InfrastructureError("s3://deliveries cannot be reached.") from self.cause


@pytest.mark.parametrize(
    ("cause", "variables", "kind"),
    [
        (Broken(), (), InfrastructureError),
        (OSError(5, "Input/output error", "/mnt/x"), (), InfrastructureError),
        (PermissionDeniedError(), (), ConfigError),
        (PermissionError(13, "Permission denied", "/mnt/x"), (), ConfigError),
        # The driver has a name and a password for the store, and the executors have none.
        (Broken(), ("AWS_NOT_THERE",), ConfigError),
    ],
)
def test_a_store_that_does_not_answer_may_pass_and_one_that_refuses_does_not(
    cause: Exception, variables: tuple[str, ...], kind: type[Exception]
) -> None:
    store: Any = Failing(cause)
    place = Place("the files of source orders", store)
    missing = missing_here(place, "somebody", variables)
    assert missing is not None
    error = probe.error_of(probe.Missing(*missing, 1, 2), [place], "spark://there:7077")
    assert type(error) is kind
    assert str(error).startswith("1 of 2 executors of spark://there:7077 ")
    assert all(name in str(error) for name in variables)
