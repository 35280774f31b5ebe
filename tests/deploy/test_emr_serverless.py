"""The requests are what the AWS client's own model of EMR Serverless takes, and say what this project says."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.model import Shape
from botocore.validate import ParamValidator
from deploy.project import DEPLOY, SEALED, TOP, parsed, submit_conf

from segspark.spark.versions import CLAIMED

FOLDER = DEPLOY / "emr-serverless"
APPLICATION, RUN = (json.loads((FOLDER / f"{n}.json").read_text()) for n in ("create-application", "start-job-run"))
SERVICE = botocore.session.get_session().get_service_model("emr-serverless")
SUBMIT = RUN["jobDriver"]["sparkSubmit"]


def problems(operation: str, request: dict[str, Any]) -> list[str]:
    """What the client would refuse, and what the service would: the client leaves patterns to it."""
    shape = SERVICE.operation_model(operation).input_shape
    report = ParamValidator().validate(request, shape)
    return [*([report.generate_report()] if report.has_errors() else []), *unlike_pattern(shape, request, "")]


def unlike_pattern(shape: Shape, value: Any, at: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for name, part in value.items():
            if name in shape.members:
                yield from unlike_pattern(shape.members[name], part, f"{at}.{name}")
    elif shape.type_name == "list":
        for n, part in enumerate(value):
            yield from unlike_pattern(shape.member, part, f"{at}[{n}]")
    elif shape.type_name == "map":
        for name, part in value.items():
            yield from unlike_pattern(shape.value, part, f"{at}.{name}")
    elif shape.type_name == "string":
        metadata = shape.metadata
        if "enum" in metadata and value not in metadata["enum"]:
            yield f"{at}: {value} is none of {metadata['enum']}"
        # Of the service's own language: what Python does not know is left out.
        pattern = metadata.get("pattern", "").replace("\\p{L}\\p{Z}\\p{N}", "\\w ")
        if pattern and "\\u" not in pattern and "\\p" not in pattern and not re.fullmatch(pattern, value, re.DOTALL):
            yield f"{at}: {value} is not like {pattern}"


@pytest.mark.parametrize(
    ("operation", "request_"), [("CreateApplication", APPLICATION), ("StartJobRun", RUN)], ids=["application", "run"]
)
def test_the_client_takes_the_request(operation: str, request_: dict[str, Any]) -> None:
    assert problems(operation, request_) == []


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("StartJobRun", {**RUN, "jobdriver": {}}),
        ("StartJobRun", {**RUN, "executionRoleArn": "segspark"}),
        ("StartJobRun", {**RUN, "mode": "DAILY"}),
        ("StartJobRun", {**RUN, "executionTimeoutMinutes": "240"}),
        ("CreateApplication", {**APPLICATION, "maximumCapacity": {"cpu": "32 vCPU"}}),
        ("CreateApplication", {**APPLICATION, "releaseLabel": "emr 8"}),
        ("CreateApplication", {k: v for k, v in APPLICATION.items() if k != "type"}),
    ],
)
def test_a_wrong_request_would_be_found(operation: str, request_: dict[str, Any]) -> None:
    assert problems(operation, request_) != []


def settings() -> dict[str, str]:
    """Of the parameters of spark-submit, which are pairs of --conf and name=value."""
    words = shlex.split(SUBMIT["sparkSubmitParameters"])
    assert set(words[::2]) == {"--conf"}
    pairs = [word.split("=", 1) for word in words[1::2]]
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)  # type: ignore[arg-type]


def test_settings_are_those_that_submit_conf_prints() -> None:
    assert {name: settings().get(name) for name in submit_conf()} == submit_conf()
    assert {name: settings().get(name) for name in SEALED} == SEALED


def test_the_release_brings_a_spark_that_is_claimed() -> None:
    # EMR Serverless 8.0 brings Spark 4.0 with Delta 4.0.0 (docs/how-to/run-on-a-cluster.md).
    assert APPLICATION["releaseLabel"].startswith("emr-8.0")
    assert CLAIMED[0].minor == (4, 0)


def test_the_job_and_the_code_are_those_that_pack_makes() -> None:
    base, _, job = SUBMIT["entryPoint"].partition("/jobs/")
    assert (TOP / "jobs" / job).is_file()
    assert settings()["spark.submit.pyFiles"] == f"{base}/segspark.zip"
    archives = dict(reversed(a.split("#")) for a in settings()["spark.archives"].split(","))
    assert archives == {n: f"{base}/{n}.tar.gz" for n in ("environment", "workspace")}
    options = parsed("run", "daily", *SUBMIT["entryPointArguments"])
    assert options["config"].parts[0] == "workspace"
    assert RUN["name"] == f"segspark-daily-{options['as_of']}"


def test_driver_and_executors_have_the_same_python_and_lake() -> None:
    conf = settings()
    for name in ("PYSPARK_PYTHON", "SEGSPARK__LAKE"):
        assert conf[f"spark.executorEnv.{name}"] == conf[f"spark.emr-serverless.driverEnv.{name}"]
    assert conf["spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON"] == conf["spark.executorEnv.PYSPARK_PYTHON"]


def test_the_key_comes_by_reference_and_stands_in_no_parameter() -> None:
    assert "SEGSPARK_KEY" not in SUBMIT["sparkSubmitParameters"]
    (defaults,) = RUN["configurationOverrides"]["applicationConfiguration"]
    values = {value for name, value in defaults["properties"].items() if name.endswith(".SEGSPARK_KEY")}
    assert values == {"EMR.secret@segspark/key"}


def test_the_service_does_not_try_again_since_it_knows_no_exit_codes() -> None:
    assert "retryPolicy" not in RUN


def test_costs_are_bounded() -> None:
    assert APPLICATION["autoStopConfiguration"]["enabled"] is True
    assert "initialCapacity" not in APPLICATION
    assert RUN["executionTimeoutMinutes"] > 0
