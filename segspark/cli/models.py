"""``segspark models`` and ``segspark mlflow``: the registry of a workspace. No Spark session is started."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from segspark.cli.commands import Commands, OneOf
from segspark.cli.output import Day, FilePlace, config_option, json_option, print_rows, shown_value
from segspark.config.url import Url
from segspark.reports.data import Language


@click.group(cls=Commands)
def models() -> None:
    """Versions of models: what each was judged by, which one is champion, and since when."""


@models.command("list")
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Show the version that may speak about this day, or why none may.")
@json_option
def list_all(config: Path, as_of: date | None, as_json: bool) -> None:
    """Every version with its days, and the reason why it is champion or not."""
    from segspark.app.workspace import open_workspace
    from segspark.query.models import list_models

    rows = list_models(open_workspace(config), as_of)
    columns = ("model", "version", "as_of", "label_end", "expires", "is_champion", "decided")
    print_rows(rows, as_json, columns)


@models.command("show")
@click.argument("name")
@click.argument("version", required=False)
@config_option
@json_option
def show(name: str, version: str | None, config: Path, as_json: bool) -> None:
    """One version, the champion if none is named: record, gates, metrics, digests, data, the champion's
    moves, and what its scores have shown since its training."""
    from segspark.app.workspace import open_workspace
    from segspark.models.monitoring.reference import STEADY
    from segspark.query.models import show_model

    found = show_model(open_workspace(config), name, version)
    if as_json:
        _print_json(found)
        return
    for key, value in found.items():
        if not isinstance(value, dict | list):
            click.echo(f"{key}: {shown_value(value)}")
    for key in ("decision", "contest", "record", "metrics", "data_versions"):
        for name_of, value in (found[key] or {}).items():
            click.echo(f"{key}.{name_of}: {shown_value(value)}")
    _print_table(found["gates"], ("code", "value", "bound", "is_open"))
    _print_table(found["moves"], ("day", "version", "kind", "who", "at", "is_forced", "why"))
    since = found["since_training"]
    _print_table(
        since["ended_windows"],
        ("score", "as_of_date", "window_end_date", "measured_date", "n_people", "base_rate", "trained_rate", "roc_auc",
         "log_loss", "calibration_excess", "brier"),
    )  # fmt: skip
    moved = [row for row in since["compared"] if row["level"] != STEADY]
    _print_table(moved, ("as_of_date", "kind", "name", "psi", "psi_by_chance", "level"))
    if since["compared"]:
        told = f"{len(moved)} of {len(since['compared'])} inputs and scores differ from those of the training"
        click.echo(f"{told} on {since['compared'][0]['as_of_date']}.")


@models.command("compare")
@click.argument("name")
@click.argument("left")
@click.argument("right")
@config_option
@json_option
def compare(name: str, left: str, right: str, config: Path, as_json: bool) -> None:
    """Two versions side by side: metrics, settings that differ, and their contest if they had one.

    Metrics of two trainings are of different people; only a contest is of the same ones.
    """
    from segspark.app.workspace import open_workspace
    from segspark.query.models import compare_models

    found = compare_models(open_workspace(config), name, left, right)
    if as_json:
        _print_json(found)
        return
    _print_table(found["metrics"], ("metric", "left", "right", "difference"))
    _print_table(found["record"], ("setting", "left", "right"))
    columns = ("challenger", "champion", "n", "challenger_loss", "champion_loss", "low", "high")
    _print_table(found["contests"], columns)


@models.command("promote")
@click.argument("name")
@click.argument("version")
@config_option
@click.option("--why", required=True, help="The reason, which is recorded.")
@click.option("--as-of", "as_of", type=Day(), help="First day that it scores. Default: from now on.")
@click.option("--force", is_flag=True, help="Also with closed gates; this is recorded.")
@json_option
def promote(name: str, version: str, config: Path, why: str, as_of: date | None, force: bool, as_json: bool) -> None:
    """Make a version champion. Refused for closed gates (exit code 3), and for a day that it may not speak about (2)."""
    from segspark.app.promote import promote as promote_version
    from segspark.app.workspace import open_workspace

    _print_move(promote_version(open_workspace(config), name, version, why, as_of, force), as_json)


@models.command("rollback")
@click.argument("name")
@config_option
@click.option("--why", required=True, help="The reason, which is recorded.")
@json_option
def rollback(name: str, config: Path, why: str, as_json: bool) -> None:
    """Go back to the champion before, from the day on which the present one became champion."""
    from segspark.app.promote import rollback as roll_back
    from segspark.app.workspace import open_workspace

    _print_move(roll_back(open_workspace(config), name, why), as_json)


@models.command("card")
@click.argument("name")
@config_option
@click.option("--version", "version", help="Default: the champion, else the newest version.")
@click.option("--language", type=OneOf(["fr", "en"]), help="Default: the workspace's.")
@click.option("--to", "to", type=FilePlace(), help="The file to write. Default: in the workspace's reports.")
def card(name: str, config: Path, version: str | None, language: Language | None, to: Url | None) -> None:
    """Write the card of a version: what it is for, how good it is and where not, and who is champion since when."""
    from segspark.app.workspace import open_workspace
    from segspark.query.models import card_of_version
    from segspark.reports.report import write_report

    workspace = open_workspace(config)
    spoken = language or workspace.language
    number, content = card_of_version(workspace, name, version, spoken)
    model = name.removeprefix(f"{workspace.name}_")
    click.echo(write_report(content, to or Url(f"{workspace.reports}/{workspace.name}-{model}-{number}.{spoken}.html")))


@click.command("mlflow")
@config_option
@click.option("--port", type=click.IntRange(1, 65535), help="Default: a free one.")
def mlflow_pages(config: Path, port: int | None) -> None:
    """Open MLflow's pages for this workspace, on 127.0.0.1 alone; Ctrl-C ends them."""
    from segspark.app.mlflow_server import serve
    from segspark.app.workspace import open_workspace

    serve(open_workspace(config), port, click.echo)


def _print_table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """A table of several on a page: one without rows is left out."""
    if rows:
        print_rows(rows, False, columns)


def _print_json(found: dict[str, Any]) -> None:
    click.echo(json.dumps(found, default=str, ensure_ascii=False))


def _print_move(moved: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print_json(moved)
        return
    instead = f" instead of version {moved['before']}" if moved["before"] else ""
    click.echo(f"{moved['model']}: version {moved['version']} is champion from {moved['day']} on{instead}.")
    if moved["is_forced"]:
        click.echo("Its gates are closed; this is recorded as forced.")


COMMANDS = (models, mlflow_pages)
