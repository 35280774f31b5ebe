"""``segspark models`` and ``segspark mlflow``: the registry of a workspace, and training sets. No Spark session is started
but to make a set."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segspark.cli.commands import Commands, OneOf
from segspark.cli.output import (
    Day,
    FilePlace,
    config_option,
    json_option,
    marked,
    print_rows,
    progress_lines,
    say_internal,
    shown_value,
)
from segspark.config.url import Url
from segspark.reports.data import Language

if TYPE_CHECKING:
    from segspark.models.training_sets.card import SetCard


_OF_SETS = ("dataset_id", "outcome", "as_of", "first_cut", "last_cut", "columns", "rows", "base_rate")
_OF_LEAKAGE = ("column", "auc_at_cut", "auc_later", "difference")


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


@models.command("training-set")
@click.argument("outcome")
@config_option
@click.option(
    "--cut",
    "cuts",
    type=Day(),
    multiple=True,
    required=True,
    help="A day that features do not know yet; again for several.",
)
@click.option(
    "--feature", "features", multiple=True, help="A column; again for several. [default: those of the program's models]"
)
@click.option("--language", type=OneOf(["fr", "en"]), help="Default: the workspace's.")
@json_option
def training_set(
    outcome: str,
    config: Path,
    cuts: tuple[date, ...],
    features: tuple[str, ...],
    language: Language | None,
    as_json: bool,
) -> None:
    """Store a training set for a model of your own, and print its data card.

    OUTCOME is the label: no_order_90d is 1 for who does not order within 90 days from the cut, visit_30d for who visits
    within 30, and so on for every measure; or the name of an outcome of models.outcomes. People are at each cut with what
    was known then. The same request on the same data is computed once.
    """
    from segspark.app.training_set import make_training_set
    from segspark.app.workspace import open_workspace

    workspace = open_workspace(config)
    made = make_training_set(workspace, outcome, cuts, features or None, progress_lines(as_json))
    _print_card(made, language or workspace.language, as_json)


@models.command("training-sets")
@click.argument("dataset_id", required=False)
@config_option
@click.option(
    "--leakage", is_flag=True, help="How much better its columns would seem to rank if they knew the days after."
)
@click.option("--language", type=OneOf(["fr", "en"]), help="Default: the workspace's.")
@json_option
def training_sets(
    dataset_id: str | None, config: Path, leakage: bool, language: Language | None, as_json: bool
) -> None:
    """The stored training sets; with DATASET_ID, the data card of one. No Java is started."""
    from segspark.app.workspace import open_workspace
    from segspark.query.training_sets import card_of, leakage_of, stored_sets

    workspace = open_workspace(config)
    if dataset_id is None:
        print_rows(marked(stored_sets(workspace)), as_json, _OF_SETS)
        say_internal(as_json)
    elif leakage:
        print_rows(marked(leakage_of(workspace, dataset_id)), as_json, _OF_LEAKAGE)
        say_internal(as_json)
    else:
        _print_card(card_of(workspace, dataset_id), language or workspace.language, as_json)


@click.command("mlflow")
@config_option
@click.option("--port", type=click.IntRange(1, 65535), help="Default: a free one.")
def mlflow_pages(config: Path, port: int | None) -> None:
    """Open MLflow's pages for this workspace, on 127.0.0.1 alone; Ctrl-C ends them."""
    from segspark.app.mlflow_server import serve
    from segspark.app.workspace import open_workspace

    serve(open_workspace(config), port, click.echo)


def _print_card(card: "SetCard", language: Language, as_json: bool) -> None:
    from segspark.models.training_sets.card_text import card_lines

    if as_json:
        _print_json({**card.as_dict(), "internal": True})
        return
    for line in card_lines(card, language):
        click.echo(line)
    say_internal(as_json)


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
    if said := moved.get("without_card"):
        click.echo(f"Done, but {said}.")


COMMANDS = (models, mlflow_pages)
