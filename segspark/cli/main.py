"""The command line: chooses a flow, a workspace and a date. Imports Spark only when a flow needs it."""

import json
import sys
from datetime import date
from pathlib import Path

import click

from segspark import __version__
from segspark.cli.output import Day, config_option, json_option, print_rows, progress_lines
from segspark.cli.segments import segments
from segspark.errors import EXIT_BUG, ConfigError, SegsparkError

FLOWS = ("ingest", "daily", "hourly", "train", "backfill")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def cli() -> None:
    """Customer segments for e-mail marketers, on Spark and Delta.

    A workspace is a folder with a segspark.yaml and what it names. Start with: segspark init DIR
    """


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a commented workspace that runs as it stands."""
    from segspark.config.template import init_workspace

    init_workspace(folder)
    click.echo(f"Made {folder}. Next: segspark run daily --config {folder} --as-of 2026-06-01")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo-workspace"))
@click.option("--people", default=50_000, show_default=True, help="People on the list.")
@click.option("--events", default=1_000_000, show_default=True, help="About so many records.")
@click.option("--seed", default=7, show_default=True)
def demo(folder: Path, people: int, events: int, seed: int) -> None:
    """Generate a demo shop's files and run everything on them."""
    from segspark.app.demo import run_demo

    run_demo(folder, people=people, events=events, seed=seed, progress=progress_lines())


@cli.command()
@click.argument("flow", type=click.Choice(FLOWS))
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Morning of this day: what happened before is known.")
@click.option("--from", "first", type=Day(), help="First day of a backfill.")
@click.option("--to", "last", type=Day(), help="Last day of a backfill.")
@json_option
def run(flow: str, config: Path, as_of: date | None, first: date | None, last: date | None, as_json: bool) -> None:
    """Run a flow: ingest, daily (ingest to segments), hourly (as of tomorrow, from the part of today that is there),
    train, or backfill --from --to."""
    from segspark.app.run import run

    if flow == "backfill" and (first is None or last is None or first > last):
        raise click.UsageError("backfill needs --from and --to, the earlier day first")
    if flow != "backfill" and as_of is None:
        raise click.UsageError(f"{flow} needs --as-of, e.g. --as-of 2026-06-01")
    outcome = run(flow, config, as_of or last or date.min, first=first, progress=progress_lines(as_json))
    if as_json:
        click.echo(json.dumps(outcome, default=str, ensure_ascii=False))


@cli.command()
@config_option
@json_option
def tables(config: Path, as_json: bool) -> None:
    """List the tables: what a row is, rows and last version, where they lie."""
    from segspark.config.load import load_workspace
    from segspark.query.look import list_tables

    rows = list_tables(load_workspace(config))
    print_rows(rows, as_json, ("table", "rows", "version", "grain", "path"))


@cli.command("clean")
@config_option
@click.option("--hours", default=168, show_default=True, help="What versions younger than this name stays.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@json_option
def clean_lake(config: Path, hours: int, dry_run: bool, as_json: bool) -> None:
    """Remove files of failed runs and of old versions; the daily run does so on Sundays."""
    from segspark.app.vacuum import vacuum
    from segspark.config.load import load_workspace

    rows = vacuum(load_workspace(config), hours, dry_run)
    if rows or as_json:
        print_rows(rows, as_json, ("table", "files"))
    else:
        click.echo("nothing to remove")


@cli.group()
def features() -> None:
    """Features: what they are, what a change of them costs, and how a day is made anew."""


@features.command("list")
@config_option
@click.option("--family", help="Only one family: mail, web, purchases, offers, habits, own.")
@json_option
def list_all_features(config: Path, family: str | None, as_json: bool) -> None:
    """Every column with its unit, purpose and formula."""
    from segspark.config.load import load_workspace
    from segspark.features.describe import FIELDS, list_features
    from segspark.features.resources import load_catalogue

    rows = list_features(load_catalogue(load_workspace(config)))
    print_rows([r for r in rows if family in (None, r["family"])], as_json, FIELDS)


@features.command("describe")
@click.argument("name")
@config_option
@json_option
def describe_one_feature(name: str, config: Path, as_json: bool) -> None:
    """One feature: formula, events and condition, windows, purpose, what is made of it."""
    from segspark.config.load import load_workspace
    from segspark.features.describe import describe_feature
    from segspark.features.resources import load_catalogue

    found = describe_feature(load_catalogue(load_workspace(config)), name)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for key, value in found.items():
        click.echo(f"{key}: {', '.join(value) if isinstance(value, list) else value}")


@features.command("plan")
@config_option
@json_option
def plan_all_features(config: Path, as_json: bool) -> None:
    """What the next run does for the features as they are defined now."""
    from segspark.config.load import load_workspace
    from segspark.query.look import plan_of_features

    found = plan_of_features(load_workspace(config))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(found["tiles"])
    print_rows(found["measures"], False, ("measure", "change", "features"))
    if found["columns"]:
        click.echo(f"new from the tiles that are there: {', '.join(found['columns'])}")


def _on_day(flow: str, help_text: str) -> None:
    @features.command(flow, help=help_text)
    @config_option
    @click.option("--as-of", "as_of", type=Day(), required=True)
    @json_option
    def run_on_day(config: Path, as_of: date, as_json: bool) -> None:
        from segspark.app.run import run

        outcome = run(flow, config, as_of, progress=progress_lines(as_json))
        if as_json:
            click.echo(json.dumps(outcome, default=str, ensure_ascii=False))


_on_day("repair", "Write the features of a day anew, from all days.")
_on_day(
    "restate", "What would be known today about a past day; into gold.features_restated, not over what was published."
)


@cli.command()
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Default: the newest day.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Default: the workspace's.")
@click.option("--out", type=click.Path(path_type=Path), help="Default: reports/ in the workspace.")
def report(config: Path, as_of: date | None, language: str | None, out: Path | None) -> None:
    """Write the HTML report of a day; one file, no network."""
    from segspark.config.load import load_workspace
    from segspark.reports.gather import write_day_report

    path = write_day_report(load_workspace(config), as_of, language, out)
    click.echo(str(path))


@cli.command()
@config_option
@json_option
def doctor(config: Path, as_json: bool) -> None:
    """Check Java, jars, memory, rights, the workspace's files and the lake."""
    from segspark.app.doctor import examine

    rows = examine(config)
    print_rows(rows, as_json, ("check", "state", "detail"))
    if any(r["state"] == "wrong" for r in rows):
        sys.exit(1)


cli.add_command(segments)


def main() -> None:
    """Entry point: every error is one message and an exit code; only bugs show a traceback."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(ConfigError.exit_code)
    except SegsparkError as error:
        click.echo(f"segspark: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("segspark: this is a bug; please report it with the lines above (look them over first).", err=True)
        sys.exit(EXIT_BUG)


if __name__ == "__main__":
    main()
