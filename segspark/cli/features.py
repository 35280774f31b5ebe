"""``segspark features``: what they are, what a change of them costs, and how a day is made anew."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from segspark.app.programs import FEATURE_PROGRAMS
from segspark.cli.commands import Commands
from segspark.cli.lists import of_one, print_list, search_option, searched
from segspark.cli.output import Day, config_option, json_option, print_rows, progress_lines


@click.group(cls=Commands)
def features() -> None:
    """Features: what they are, what a change of them costs, and how a day is made anew."""


@features.command("list")
@config_option
@click.option("--family", help="Only one family: mail, web, purchases, offers, habits, own.")
@search_option
@json_option
def list_all_features(config: Path, family: str | None, search: str | None, as_json: bool) -> None:
    """Every column with its unit, purpose and formula."""
    from segspark.app.workspace import open_workspace
    from segspark.features.describe import FIELDS, list_features
    from segspark.features.resources import load_catalogue

    every: list[dict[str, Any]] = [dict(row) for row in list_features(load_catalogue(open_workspace(config)))]
    rows = searched(of_one(every, "family", family), search, ("feature", "unit", "formula"))
    print_list(rows, every, as_json, FIELDS, "feature")


@features.command("describe")
@click.argument("name")
@config_option
@json_option
def describe_one_feature(name: str, config: Path, as_json: bool) -> None:
    """One feature: formula, events and condition, windows, purpose, what is made of it."""
    from segspark.app.workspace import open_workspace
    from segspark.features.describe import describe_feature
    from segspark.features.resources import load_catalogue

    details = describe_feature(load_catalogue(open_workspace(config)), name)
    if as_json:
        click.echo(json.dumps(details, ensure_ascii=False))
        return
    for key, value in details.items():
        click.echo(f"{key}: {', '.join(value) if isinstance(value, list) else value}")


@features.command("plan")
@config_option
@json_option
def plan_all_features(config: Path, as_json: bool) -> None:
    """What the next run does for the features as they are defined now."""
    from segspark.app.workspace import open_workspace
    from segspark.query.look import plan_of_features

    plan = plan_of_features(open_workspace(config))
    if as_json:
        click.echo(json.dumps(plan, ensure_ascii=False))
        return
    click.echo(plan["tiles"])
    print_rows(plan["measures"], False, ("measure", "change", "features"))
    if plan["columns"]:
        click.echo(f"new from the tiles that are there: {', '.join(plan['columns'])}")


def _on_day(flow: str, help_text: str) -> None:
    @features.command(flow, help=help_text)
    @config_option
    @click.option("--as-of", "as_of", type=Day(), required=True, help="The day that is made.")
    @json_option
    def run_on_day(config: Path, as_of: date, as_json: bool) -> None:
        from segspark.app.run import run

        outcome = run(flow, config, as_of, progress=progress_lines(as_json))
        if as_json:
            click.echo(json.dumps({**outcome, "internal": True}, default=str, ensure_ascii=False))


_HELP = {
    "repair": "Write the features of a day anew, from all days.",
    "restate": "What would be known today about a past day; into gold.features_restated, not over what was published.",
}
for name in FEATURE_PROGRAMS:
    _on_day(name, _HELP[name])
