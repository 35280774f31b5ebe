"""Names of tables and runs are those that other programs give them."""

import pytest

from segspark.lineage.names import Ancestor, Name, ancestor, dataset_name, job_namespace

RUN = "01936f5a-7c80-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("address", "namespace", "name"),
    [
        ("/data/lake/gold/segments", "file", "/data/lake/gold/segments"),
        ("file:///data/lake/gold/segments", "file", "/data/lake/gold/segments"),
        ("s3://shop/lake/gold/segments", "s3://shop", "lake/gold/segments"),
        ("s3a://shop/lake/gold/segments", "s3://shop", "lake/gold/segments"),
        ("gs://shop/lake/gold/segments", "gs://shop", "lake/gold/segments"),
        ("abfss://c@a.dfs.core.windows.net/lake/x", "abfss://c@a.dfs.core.windows.net", "lake/x"),
        ("hdfs://name:8020/lake/x", "hdfs://name:8020", "/lake/x"),
    ],
)
def test_a_table_is_named_by_its_place(address: str, namespace: str, name: str) -> None:
    assert dataset_name(address) == Name(namespace, name)


def test_the_namespace_of_jobs_is_that_of_the_environment() -> None:
    assert job_namespace({}) == "segspark"
    assert job_namespace({"OPENLINEAGE_NAMESPACE": "shop"}) == "shop"


def test_a_parent_is_a_job_and_a_run() -> None:
    assert ancestor("P", {"P": f"shop/dag.task/{RUN}"}) == Ancestor(Name("shop", "dag.task"), RUN)
    assert ancestor("P", {"P": f"arn:aws:x/shop/dag.task/{RUN}"}) == Ancestor(Name("arn:aws:x/shop", "dag.task"), RUN)


@pytest.mark.parametrize("text", ["", "shop", f"dag/{RUN}", f"/dag/{RUN}", f"shop//{RUN}", "shop/dag/run-7", "a/b/"])
def test_what_is_no_parent_is_left_out(text: str) -> None:
    assert ancestor("P", {"P": text}) is None
