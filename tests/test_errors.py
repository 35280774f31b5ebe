"""Every error that a user sees has its exit code, and no two kinds share one."""

import inspect

import pytest

from segspark import errors
from segspark.errors import (
    CheckFailed,
    ConfigError,
    DamagedFile,
    GateClosed,
    InfrastructureError,
    SegsparkError,
    UnknownName,
)


def test_each_kind_has_the_exit_code_that_is_documented() -> None:
    kinds = (CheckFailed, DamagedFile, ConfigError, UnknownName, GateClosed, InfrastructureError, SegsparkError)
    assert {k.__name__: k.exit_code for k in kinds} == {
        "CheckFailed": 1,
        "DamagedFile": 1,
        "ConfigError": 2,
        "UnknownName": 2,
        "GateClosed": 3,
        "InfrastructureError": 4,
        "SegsparkError": 70,
    }
    found = [k for _, k in inspect.getmembers(errors, inspect.isclass) if issubclass(k, Exception)]
    assert set(found) == set(kinds)
    assert all(issubclass(k, SegsparkError) for k in kinds)


def test_a_configuration_error_carries_its_parts_beside_its_text() -> None:
    assert ConfigError("wrong").problems == ()
    told = ConfigError("wrong", ["a", "b"])
    assert (str(told), told.problems) == ("wrong", ("a", "b"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full. Free"),
        ("java.lang.OutOfMemoryError: Java heap space", "driver_memory"),
        (
            "System memory 66060288 must be at least 471859200. Please increase heap size using the --driver-memory option",
            "Raise spark.driver_memory in segspark.yaml to 512m",
        ),
        ("[JAVA_GATEWAY_EXITED] Java gateway process exited before sending its port number.", "did not start"),
        ("[Errno 30] Read-only file system: '/a b/x.html'", "read-only: /a b/x.html. Mount"),
        ("Failed to open local file '/a/b'. Detail: [errno 13] Permission denied", "no right to it: /a/b. Give"),
        ("java.io.FileNotFoundException: /a/b (Read-only file system)", "read-only: /a/b. Mount"),
        ("Error writing /a/b: Os { code: 30, message: Read-only file system }", "read-only: /a/b. Mount"),
    ],
)
def test_what_the_machine_lacks_is_told_with_its_place(text: str, told: str) -> None:
    error = errors.shortage_behind(RuntimeError(text))
    assert isinstance(error, InfrastructureError)
    assert told in str(error)
    assert errors.shortage_behind(RuntimeError("x")) is None


def test_a_shortage_is_found_behind_the_error_that_it_led_to() -> None:
    outer = RuntimeError("the store cannot be opened")
    outer.__cause__ = PermissionError(13, "Permission denied", "/a/b")
    assert "no right to it: /a/b. Give" in str(errors.shortage_behind(outer))
    assert "read-only: /a/b. Mount" in str(errors.shortage_behind(OSError(30, "Read-only file system", "/a/b")))
    assert "Python has too little memory" in str(errors.shortage_behind(MemoryError()))
