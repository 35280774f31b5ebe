"""A bucket as a store: large objects, lost answers, and where they lie."""

import os
from pathlib import Path
from typing import Any

import obstore
import pytest

from segspark.errors import InfrastructureError
from segspark.store import objects
from segspark.store.objects import ObjectStore


@pytest.fixture
def store(s3: str, tmp_path: Path) -> ObjectStore:
    return ObjectStore(f"{s3}/{tmp_path.name}")


def test_a_large_object_is_read_in_ranges(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "WHOLE_BYTES", 1000)
    monkeypatch.setattr(objects, "RANGE_BYTES", 300)
    content = os.urandom(5000)
    store.replace("f", content)
    with store.open("f") as stream:
        assert stream.size() == 5000
        stream.seek(4000)
        assert stream.read(700) == content[4000:4700]
        stream.seek(0)
        assert stream.read() == content


def test_a_large_object_that_is_replaced_while_it_is_read_is_not_mixed(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "WHOLE_BYTES", 1000)
    monkeypatch.setattr(objects, "RANGE_BYTES", 300)
    store.replace("f", b"a" * 5000)
    with store.open("f") as stream:
        assert stream.read(100) == b"a" * 100
        store.replace("f", b"b" * 5000)
        with pytest.raises(OSError, match="replaced while it was read"):
            stream.read()


def test_an_object_is_written_in_parts(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "PART_BYTES", 5 << 20)
    content = os.urandom(12 << 20)
    with store.create("f") as stream:
        stream.write(content[: 7 << 20])
        stream.write(content[7 << 20 :])
    assert store.read("f") == content


def test_a_put_whose_answer_was_lost_has_won(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client sends it again, and meets its own object."""
    real = obstore.put

    def twice(*arguments: Any, **named: Any) -> Any:
        real(*arguments, **named)
        return real(*arguments, **named)

    with monkeypatch.context() as lossy:
        lossy.setattr(obstore, "put", twice)
        assert store.put_if_absent("lock", b"mine")
    assert not store.put_if_absent("lock", b"mine")


def test_a_bucket_itself_is_a_store(s3: str) -> None:
    top = ObjectStore(s3)
    top.replace("top-level", b"x")
    assert "top-level" in [file.name for file in top.list("top")]
    top.delete("top-level")
    assert top.list("top-l") == []


def test_a_bucket_that_is_not_there_or_refuses_is_told_without_the_answer(
    s3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InfrastructureError, match=r"^s3://none-such cannot be reached\. Check its name"):
        ObjectStore("s3://none-such/lake").list()
    monkeypatch.setattr(objects, "_RETRIES", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(InfrastructureError, match=r"^s3://elsewhere cannot be reached"):
        ObjectStore("s3://elsewhere/lake").read("a")


def test_what_uses_the_store_may_fail_in_its_own_way(store: ObjectStore) -> None:
    with pytest.raises(ValueError, match="mine"), store.create("f"):
        raise ValueError("mine")
