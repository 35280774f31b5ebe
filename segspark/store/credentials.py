"""What opens the buckets: the environment, else a profile of the AWS files, else the role of the machine.

delta-rs, obstore and Spark each read the environment first. What a workspace names is therefore put there, so that all
three find the same.
"""

import configparser
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from segspark.errors import ConfigError

PROFILE, KEY, SECRET = "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
# Of a profile, and the variable that says the same.
_SETTINGS = {
    "aws_access_key_id": KEY,
    "aws_secret_access_key": SECRET,
    "aws_session_token": "AWS_SESSION_TOKEN",
    "region": "AWS_REGION",
    "endpoint_url": "AWS_ENDPOINT_URL",
}


def use(profile: str, variables: Mapping[str, str], environ: MutableMapping[str, str] = os.environ) -> None:
    """Give this process, its JVM and its workers what a workspace names.

    Args:
        profile: of the AWS files; empty for none.
        variables: standard variable -> the variable that holds its value.

    Raises:
        ConfigError: the environment has no such variable, or the files no such profile.
    """
    if unset := sorted({name for name in variables.values() if not environ.get(name)}):
        raise ConfigError(f"credentials.variables: the environment has no {' and no '.join(unset)}. Set it.")
    environ.update({standard: environ[name] for standard, name in variables.items()})
    if profile and KEY not in environ:
        environ[PROFILE] = profile
        use_profile(environ)


def use_profile(environ: MutableMapping[str, str] = os.environ) -> None:
    """Put what the profile of AWS_PROFILE holds into the environment, unless keys are there; cheap where there is none."""
    name = environ.get(PROFILE)
    if not name or KEY in environ:
        return
    found = _read(name, environ)
    if found is None:
        raise ConfigError(f"There is no profile {name} in {' or '.join(map(str, _files(environ)))}.")
    if "aws_access_key_id" not in found or "aws_secret_access_key" not in found:
        raise ConfigError(
            f"The profile {name} holds no keys of its own. Get some for this run: "
            f'eval "$(aws configure export-credentials --profile {name} --format env)".'
        )
    for setting, variable in _SETTINGS.items():
        if setting in found:
            environ.setdefault(variable, found[setting])


def _files(environ: Mapping[str, str]) -> tuple[Path, Path]:
    home = Path(environ.get("HOME") or Path.home()) / ".aws"
    return (
        Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or home / "credentials"),
        Path(environ.get("AWS_CONFIG_FILE") or home / "config"),
    )


def _read(name: str, environ: Mapping[str, str]) -> dict[str, str] | None:
    """The settings of a profile in both files, those of the credentials' file first; None if neither has it."""
    credentials, config = _files(environ)
    found: dict[str, str] = {}
    is_there = False
    for path, section in ((config, name if name == "default" else f"profile {name}"), (credentials, name)):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            # What the parser says shows the line.
            raise ConfigError(f"{path} cannot be read as a file of AWS profiles.") from None
        if parser.has_section(section):
            is_there = True
            found |= dict(parser.items(section))
    return found if is_there else None
