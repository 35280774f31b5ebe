"""An event says which day, which engine and which kind of error, and no word of an error's text."""

from datetime import date

import pytest

from segspark.errors import DamagedFile, GateClosed, InfrastructureError
from segspark.lineage.events import error_words, nominal_time


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (GateClosed("ann@example.com is not allowed"), '{"error": "GateClosed", "exit_code": 3}'),
        (InfrastructureError("/home/ann"), '{"error": "InfrastructureError", "exit_code": 4}'),
        (DamagedFile("a", "b"), '{"error": "DamagedFile", "exit_code": 1}'),
        (OSError(28, "No space left on device", "/home/ann"), '{"error": "InfrastructureError", "exit_code": 4}'),
        (ValueError("ann@example.com"), '{"error": "ValueError", "exit_code": 70}'),
        (KeyboardInterrupt(), '{"error": "KeyboardInterrupt", "exit_code": 130}'),
        (SystemExit(143), '{"error": "SystemExit", "exit_code": 143}'),
    ],
)
def test_of_an_error_its_kind_is_told(error: BaseException, words: str) -> None:
    assert error_words(error) == words


def test_the_nominal_time_is_the_local_day() -> None:
    day = nominal_time(date(2026, 3, 29), "Europe/Paris")
    assert day.nominalStartTime == "2026-03-29T00:00:00+01:00"
    assert day.nominalEndTime == "2026-03-30T00:00:00+02:00"
