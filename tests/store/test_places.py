"""Which store a place belongs to."""

from pathlib import Path

import pytest

from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.store import open_url, store_at, store_of_file, store_of_pattern
from segspark.store.hdfs import HdfsStore
from segspark.store.local import LocalStore
from segspark.store.objects import ObjectStore


@pytest.mark.parametrize("kind", [str, Path, Url])
def test_a_folder_is_a_store_however_it_is_written(tmp_path: Path, kind: type) -> None:
    assert store_at(kind(str(tmp_path))) == LocalStore(str(tmp_path))


def test_a_file_url_is_its_folder(tmp_path: Path) -> None:
    assert store_at(f"file://{tmp_path}") == LocalStore(str(tmp_path))


@pytest.mark.parametrize(
    "url",
    [
        "viewfs://node/lake",
        "https://host/lake",
        "dbfs:///lake",
        "dbfs:/lake",
    ],
)
def test_a_scheme_without_a_store_is_refused_and_says_what_to_use(url: str) -> None:
    for place in (url, Url(url)):
        with pytest.raises(ConfigError, match="there is no store for") as refused:
            store_at(place)
        assert url in str(refused.value)
        assert "folder that every worker sees" in str(refused.value)


@pytest.mark.parametrize(
    "url", ["s3://bucket/lake", "s3a://b", "gs://b/x", "az://c/x", "abfss://c@a.dfs.core.windows.net/x"]
)
def test_a_bucket_is_a_store(url: str) -> None:
    assert store_at(url) == store_at(Url(url)) == ObjectStore(url)


def test_a_folder_of_hdfs_is_a_store() -> None:
    assert (
        store_at("hdfs://node:8020/lake")
        == store_at(Url("hdfs://node:8020/lake"))
        == HdfsStore("hdfs://node:8020/lake")
    )


@pytest.mark.parametrize(
    ("place", "root", "name"),
    [
        ("/a/b.csv", "/a", "b.csv"), ("b.csv", ".", "b.csv"), ("/b.csv", "/", "b.csv"), ("file:///a/b.csv", "/a", "b.csv"),
        ("s3://bucket/b.csv", "s3://bucket", "b.csv"), ("hdfs://node/a/b.csv", "hdfs://node/a", "b.csv"),
    ],
)  # fmt: skip
def test_a_file_has_a_store_and_a_name(place: str, root: str, name: str) -> None:
    for given in (place, Url(place)):
        assert store_of_file(given) == (store_at(root), name)


@pytest.mark.parametrize("place", ["s3://bucket", "s3://bucket/", "/a/", "", "file:///"])
def test_what_names_no_file_is_told(place: str) -> None:
    with pytest.raises(ConfigError, match="names no file"):
        store_of_file(place)


def test_an_address_with_credentials_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match="no credentials") as refused:
        store_at("s3://user:secret@bucket/lake")
    assert "secret" not in str(refused.value)


def test_a_file_is_opened_by_its_full_url(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    store.replace("a/f", b"content")
    assert open_url(store.url_of("a/f")).read() == b"content"
    assert open_url(f"file://{tmp_path}/a/f").read() == b"content"
    with pytest.raises(ConfigError):
        open_url("viewfs://node/f")


@pytest.mark.parametrize(
    ("pattern", "root", "below"),
    [
        ("/data/in/orders-*.csv", "/data/in", "orders-*.csv"),
        ("/data/*/orders.csv", "/data", "*/orders.csv"),
        ("/data/**/x", "/data", "**/x"),
        ("/data/in/one.csv", "/data/in", "one.csv"),
        ("/data/[ab]?/x", "/data", "[ab]?/x"),
        ("/*.csv", "/", "*.csv"),
        ("file:///data/*.csv", "/data", "*.csv"),
        ("/data/[[]2026]/[*]/*.csv", "/data/[2026]/*", "*.csv"),
        ("/data/[[]2026]*/a.csv", "/data", "[[]2026]*/a.csv"),
        ("s3://bucket/*.csv", "s3://bucket", "*.csv"),
        ("s3://bucket/in/orders-*.csv", "s3://bucket/in", "orders-*.csv"),
    ],
)
def test_a_pattern_is_looked_for_below_its_fixed_folders(pattern: str, root: str, below: str) -> None:
    assert store_of_pattern(pattern) == (store_at(root), below)


def test_a_pattern_finds_its_files(tmp_path: Path) -> None:
    for name in ("a/1.csv", "b/2.csv", "b/3.txt"):
        store_at(tmp_path).replace(name, b"")
    store, pattern = store_of_pattern(f"{tmp_path}/*/*.csv")
    assert [f.name for f in store.matching(pattern)] == ["a/1.csv", "b/2.csv"]


def test_a_pattern_in_a_store_that_is_unknown_is_refused() -> None:
    with pytest.raises(ConfigError, match="there is no store for viewfs"):
        store_of_pattern("viewfs://node/in/*.csv")
