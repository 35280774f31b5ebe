"""``segspark sources``: whether a source's YAML fits its files, before a run."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from segspark.cli.commands import Commands
from segspark.cli.output import config_option, json_option, marked, print_rows, say_internal
from segspark.errors import EXIT_GATE_CLOSED


@click.group(cls=Commands)
def sources() -> None:
    """The sources of a workspace, tried on their files."""


@sources.command("check")
@click.argument("name", required=False)
@config_option
@json_option
def check(name: str | None, config: Path, as_json: bool) -> None:
    """Read the first records of the newest files of source NAME, or of all sources, without writing anything.

    Shows the columns, what would be refused or flagged and why, and rows as they would be stored. Ends with exit code 3
    if a run would refuse the source.
    """
    from segspark.app.workspace import open_workspace
    from segspark.query.check_sources import check_sources

    checks = check_sources(open_workspace(config), name)
    if as_json:
        click.echo(json.dumps(marked(checks), default=str, ensure_ascii=False))
    else:
        for one in checks:
            _print_check(one)
    say_internal(as_json)
    if not all(one["is_fine"] for one in checks):
        sys.exit(EXIT_GATE_CLOSED)


def _print_check(one: dict[str, Any]) -> None:
    state = "fine" if one["is_fine"] else "wrong"
    click.echo(
        f"source {one['source']}: {state}; {one['files']:,} files, {one['records']:,} records tried, "
        f"{one['refused']:,} refused"
    )
    if one["columns"]:
        print_rows(one["columns"], False, ("column", "is_mapped", "looks_like"))
    if one["verdicts"]:
        print_rows(one["verdicts"], False, ("verdict", "reason", "records", "example"))
    for row in one["preview"]:
        fields = ", ".join(f"{key}={value}" for key, value in row.items() if key != "row")
        click.echo(f"{row['row']}: {fields}")
    for fix in one["fixes"]:
        click.echo(f"next: {fix}")
