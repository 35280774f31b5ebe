"""The place of a lake is no path: whoever wants the files behind it asks for a store."""

import os
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from segspark.config.models import Workspace
from segspark.config.url import Url, why_no_lake, without_secret


def test_it_cannot_be_used_as_a_path(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    url = Url(str(tmp_path / "f"))
    assert not hasattr(url, "__fspath__")
    with pytest.raises(TypeError):
        open(url)  # type: ignore[call-overload]  # noqa: SIM115
    with pytest.raises(TypeError):
        Path(url)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        os.path.join(url, "x")  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        url / "x"  # type: ignore[operator]
    with pytest.raises(TypeError):
        "x" / url  # type: ignore[operator]
    with pytest.raises(TypeError):
        tmp_path / url  # type: ignore[operator]
    with pytest.raises(TypeError):
        url + "x"  # type: ignore[operator]
    assert not isinstance(url, str | os.PathLike)


def test_its_text_is_what_was_given_and_its_scheme_the_part_before() -> None:
    assert str(Url("s3a://bucket/lake")) == "s3a://bucket/lake"
    assert Url("s3a://bucket/lake").scheme == "s3a"
    assert (Url("/data/lake").scheme, Url("./a:b").scheme, Url("C:/lake").scheme) == ("", "", "")
    assert [Url(text).is_remote for text in ("gs://b", "file:///b", "b")] == [True, False, False]
    assert Url("/a") == Url("/a")
    assert len({Url("/a"), Url("/a"), Url("/b")}) == 2
    assert Url("/a") != "/a"
    assert pickle.loads(pickle.dumps(Url("/a"))) == Url("/a")


@pytest.mark.parametrize("given", ["/data/lake", Path("/data/lake"), Url("/data/lake")])
def test_a_workspace_takes_text_paths_and_urls(given: object) -> None:
    assert Workspace.model_validate({"lake": given}).lake == Url("/data/lake")


@pytest.mark.parametrize("given", [3, None, ["/data"], {"text": "/data"}])
def test_a_workspace_takes_nothing_else(given: object) -> None:
    with pytest.raises(ValidationError, match="a path is needed"):
        Workspace.model_validate({"lake": given})


def test_a_dumped_workspace_holds_the_text() -> None:
    workspace = Workspace.model_validate({"lake": "/data/lake"})
    assert workspace.model_dump(mode="json")["lake"] == "/data/lake"
    assert '"lake":"/data/lake"' in workspace.model_dump_json()
    assert Workspace.model_validate_json(workspace.model_dump_json()) == workspace


def test_the_schema_says_text() -> None:
    lake = Workspace.model_json_schema()["properties"]["lake"]
    assert (lake["type"], lake["format"]) == ("string", "path")


def test_the_default_in_the_schema_is_text_as_well() -> None:
    assert Workspace.model_json_schema()["properties"]["lake"]["default"] == "lake"


@pytest.mark.parametrize(
    "text",
    ["lake", "./main.segspark", "/a/b.c", "a:b", "C:/lake", "file:///lake", "s3://b", "s3a://b/l/", "gs://b/l", "az://c/l",
     "abfss://c@a.dfs.core.windows.net/l", "s3://b/orders@shop", "hdfs://node:8020/l", "hdfs://service"],
)  # fmt: skip
def test_a_lake_may_lie_in_a_folder_or_a_bucket(text: str) -> None:
    assert why_no_lake(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dbfs:/lake", "there is no store for dbfs:"),
        ("viewfs://node/lake", "there is no store for viewfs:"),
        ("hdfs:///lake", "it names no name node; write hdfs://host:8020/folder"),
        ("hdfs:/lake", "it names no name node"),
        ("hdfs:lake", "it names no name node"),
        ("hdfs://user@node/lake", "no credentials"),
        ("HTTPS://host/lake", "there is no store for https:"),
        ("main.segspark", "tables of a catalog"),
        ("a.b.c", "tables of a catalog"),
        ("s3:/b/lake", "write s3://bucket/folder"),
        ("s3:b/lake", "write s3://bucket/folder"),
        ("S3://b/lake", "write s3://bucket/folder"),
        ("s3:///lake", "write s3://bucket/folder"),
        ("s3://host:9000/b", "write s3://bucket/folder"),
        ("abfss://c/lake", "write abfss://container@account"),
        ("s3://key:sec/ret@b/lake", "no credentials"),
        ("s3://key@b/lake", "no credentials"),
        ("az://c/lake?sv=1&sig=secret", "no credentials"),
    ],
)
def test_elsewhere_it_may_not_and_is_told_why(text: str, why: str) -> None:
    assert why in (why_no_lake(text) or "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://key:sec/r@t@b/lake", "s3://***@b/lake"),
        ("s3://key@b/lake", "s3://***@b/lake"),
        ("postgresql://u:p@h/db", "postgresql://***@h/db"),
        ("az://c/lake?sv=1&sig=secret", "az://c/lake?***"),
        ("abfss://c@a/lake", "abfss://c@a/lake"),
        ("s3://b/orders@shop.csv", "s3://b/orders@shop.csv"),
        ("s3://b/x?.csv", "s3://b/x?.csv"),
        ("ann@example.com:/x", "ann@example.com:/x"),
    ],
)
def test_an_address_is_shown_without_its_secret(text: str, shown: str) -> None:
    assert without_secret(text) == shown
