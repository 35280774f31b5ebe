"""Commands about the key of a workspace."""

import json
from pathlib import Path

import click

from segspark.cli.commands import Commands
from segspark.cli.output import config_option, json_option


@click.group(cls=Commands)
def key() -> None:
    """The key behind pseudonyms and vault: check it, replace it."""


@key.command()
@config_option
@json_option
def check(config: Path, as_json: bool) -> None:
    """Say whether the key is the one of the lake, and its epoch; exit 3 if it is not."""
    from segspark.app.rotate import examine_key
    from segspark.app.workspace import open_workspace

    found = examine_key(open_workspace(config))
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"The key in {found['where']} is the lake's, epoch {found['epoch']}, since {found['since']}.")
    if found["is_unfinished"]:
        click.echo("A rotation was interrupted: segspark key rotate completes it.")


@key.command()
@config_option
@json_option
def rotate(config: Path, as_json: bool) -> None:
    """Replace the key; pseudonyms stay, the vault is sealed again."""
    from segspark.app.rotate import rotate as rotate_key
    from segspark.app.workspace import open_workspace

    done = rotate_key(open_workspace(config))
    if as_json:
        click.echo(json.dumps(done))
        return
    click.echo(f"Epoch {done['epoch']}: {done['rows']:,} rows of the vault are sealed again.")
    click.echo(f"The new key belongs in {done['where']}; the old one opens this lake no more. Back the new one up.")
