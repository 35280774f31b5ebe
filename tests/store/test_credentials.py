"""What a workspace names opens the buckets, for all libraries alike."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from segspark.errors import ConfigError
from segspark.store.credentials import use, use_profile

ROOT = Path(__file__).parents[2]
FILES = {
    "credentials": "[shop]\naws_access_key_id = id\naws_secret_access_key = se%cr=et\n"
    "[role]\nrole_arn = arn:aws:iam::1:role/x\n",
    "config": "[profile shop]\nregion = eu-west-3\naws_access_key_id = older\n[default]\nregion = eu-west-1\n",
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"), "AWS_CONFIG_FILE": str(tmp_path / "config")}


def test_a_profile_gives_what_both_files_hold(files: dict[str, str]) -> None:
    environ = dict(files)
    use("shop", {}, environ)
    assert {name: value for name, value in environ.items() if name not in files} == {
        "AWS_PROFILE": "shop", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "se%cr=et", "AWS_REGION": "eu-west-3",
    }  # fmt: skip


def test_the_environment_goes_first(files: dict[str, str]) -> None:
    environ = {**files, "AWS_ACCESS_KEY_ID": "given"}
    use("shop", {}, environ)
    assert environ == {**files, "AWS_ACCESS_KEY_ID": "given"}
    environ = {**files, "AWS_REGION": "eu-central-1"}
    use("shop", {}, environ)
    assert environ["AWS_REGION"] == "eu-central-1"


def test_a_variable_may_have_another_name() -> None:
    environ = {"SHOP_ID": "id", "SHOP_SECRET": "secret"}
    use("", {"AWS_ACCESS_KEY_ID": "SHOP_ID", "AWS_SECRET_ACCESS_KEY": "SHOP_SECRET"}, environ)
    assert (environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]) == ("id", "secret")
    with pytest.raises(ConfigError, match="the environment has no SHOP_TOKEN"):
        use("", {"AWS_SESSION_TOKEN": "SHOP_TOKEN"}, environ)


def test_nothing_named_is_nothing_done() -> None:
    environ: dict[str, str] = {"AWS_PROFILE": "of nobody"}
    # Whoever needs no bucket need not have the profile.
    use("", {}, environ)
    assert environ == {"AWS_PROFILE": "of nobody"}


@pytest.mark.parametrize(
    ("profile", "told"),
    [("none", "There is no profile none in"), ("role", "aws configure export-credentials --profile role")],
)
def test_a_profile_without_keys_says_what_to_do(files: dict[str, str], profile: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        use_profile({**files, "AWS_PROFILE": profile})


def test_files_that_cannot_be_read_are_not_shown(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[shop]\naws_secret_access_key\nsecret line\n")
    with pytest.raises(ConfigError) as refused:
        use_profile({**files, "AWS_PROFILE": "shop"})
    assert "secret line" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "told"), [({"AWS_PROFILE": "shop"}, "0 b'x'\n"), ({"AWS_EC2_METADATA_DISABLED": "true"}, "")]
)
def test_obstore_and_delta_find_the_profile(s3: str, files: dict[str, str], given: dict[str, str], told: str) -> None:
    program = f"""
import pyarrow as pa
from segspark.store import store_at
from deltalake import DeltaTable, write_deltalake
store = store_at("{s3}/profiles")
url, options = store.for_delta("table")
write_deltalake(url, pa.table({{"n": [1]}}), storage_options=options)
store.replace("f", b"x")
print(DeltaTable(*store.for_delta("table")[:1], storage_options=options).version(), store.read("f"))
"""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") or "KEY" not in name}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env={**kept, **files, **given},
        check=False, timeout=120,
    )  # fmt: skip
    assert done.stdout == told, done.stderr[-2000:]
