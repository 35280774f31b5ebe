"""A secret in a file is refused, not shown, and the message says where it belongs."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from segspark.app.workspace import open_workspace
from segspark.config.typed_secrets import typed_secrets
from segspark.errors import ConfigError

HIDDEN = "hunter2/x+y"


def refused(folder: Path, settings: dict[str, Any], **environ: str) -> str:
    (folder / "segspark.yaml").write_text(yaml.safe_dump(settings))
    with pytest.raises(ConfigError) as error:
        open_workspace(folder, environ)
    assert HIDDEN not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"spark": {"options": {"spark.hadoop.fs.s3a.secret.key": HIDDEN}}},
        {"spark": {"options": {"spark.hadoop.fs.s3a.access.key": HIDDEN}}},
        {"spark": {"options": {"spark.hadoop.fs.azure.account.key.filetype.dfs.core.windows.net": HIDDEN}}},
        {"spark": {"options": {"spark.authenticate.secret": HIDDEN}}},
        {"spark": {"options": {"spark.ssl.keyStorePassword": HIDDEN}}},
        {"mlflow": {"tracking_uri": f"postgresql+psycopg2://shop:{HIDDEN}@host/db"}},
        {"mlflow": {"tracking_uri": f"http://shop:{HIDDEN}@host"}},
        {"mlflow": {"tracking_uri": f"postgresql://shop:${{PW:-{HIDDEN}}}@host/db"}},
        {"spark": {"options": {"spark.eventLog.dir": f"s3a://key:{HIDDEN}@bucket/log"}}},
        {"credentials": {"aws_secret_access_key": HIDDEN}},
        {"aws_secret_access_key": HIDDEN},
        {"store": {"password": HIDDEN}},
    ],
)  # fmt: skip
def test_a_secret_that_is_written_out_is_refused_with_the_way_out(tmp_path: Path, settings: dict[str, Any]) -> None:
    told = refused(tmp_path, settings)
    assert "segspark.yaml:" in told
    assert "a secret is not written into a file. Put it into an environment variable, NAME, and write ${NAME}." in told


@pytest.mark.parametrize(
    "settings",
    [
        {"lake": f"s3://key:{HIDDEN}@bucket/lake"},
        {"exports": f"s3://key:{HIDDEN}@bucket/exports"},
        {"reports": f"s3://key:{HIDDEN}@bucket/reports"},
        {"calendar": {"weather": f"s3://key:{HIDDEN}@bucket/weather.csv"}},
        {"models": {"behaviour": {"decisions": f"s3://key:{HIDDEN}@bucket/decisions.yaml"}}},
        {"mlflow": {"artifact_location": f"az://c/models?sv=1&sig={HIDDEN}"}},
    ],
)
def test_a_place_with_a_secret_is_refused_also_by_reference(tmp_path: Path, settings: dict[str, Any]) -> None:
    told = refused(tmp_path, settings)
    assert "an address holds no credentials; give them by the environment, `credentials` or the machine's role" in told


@pytest.mark.parametrize(
    ("settings", "environ"),
    [
        ({"keys": {"environment": HIDDEN}}, {}),
        ({"credentials": {"variables": {"AWS_SECRET_ACCESS_KEY": HIDDEN}}}, {}),
        ({"credentials": {"variables": {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}}}, {}),
        ({}, {"SEGSPARK__KEYS__ENVIRONMENT": HIDDEN}),
        ({}, {"SEGSPARK__CREDENTIALS__VARIABLES": f"{{AWS_SECRET_ACCESS_KEY: {HIDDEN}}}"}),
    ],
)
def test_where_a_variable_is_named_the_secret_itself_is_refused(
    tmp_path: Path, settings: dict[str, Any], environ: dict[str, str]
) -> None:
    told = refused(tmp_path, settings, **environ)
    assert "Give the name of the environment variable that holds it." in told
    assert "AKIA" not in told


@pytest.mark.parametrize(
    "settings",
    [
        {"mlflow": {"tracking_uri": "postgresql://shop:${PW}@host:5432/db?sslmode=require"}},
        {"mlflow": {"tracking_uri": "http://host:5000/path@x"}},
        {"mlflow": {"tracking_uri": "sqlite:///a.db?timeout=10"}},
        {"lake": "abfss://container@account.dfs.core.windows.net/lake"},
        {"sources": ["in/sources@v:2/*.yaml"]},
        {
            "spark": {
                "options": {
                    "spark.hadoop.fs.s3a.secret.key": "${SHOP_SECRET}",
                    "spark.hadoop.fs.s3a.aws.credentials.provider": "org.apache.X",
                    "spark.hadoop.fs.azure.sas.token.provider.type.shop.dfs.core.windows.net": "org.apache.X",
                    "spark.kubernetes.authenticate.submission.oauthTokenFile": "/run/token",
                    "spark.hadoop.fs.s3a.session.token": "",
                }
            }
        },
        {"keys": {"environment": "SHOP_KEY", "file": "keys/secret"}},
        {"credentials": {"profile": "shop", "variables": {"AWS_SECRET_ACCESS_KEY": "SHOP_SECRET"}}},
    ],
)
def test_references_and_what_only_looks_like_one_pass(settings: dict[str, Any]) -> None:
    assert typed_secrets(settings, "segspark.yaml", {}) == []
