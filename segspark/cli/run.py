"""Commands that run flows, and commands about a whole workspace."""

import json
import shlex
import sys
from datetime import date
from pathlib import Path

import click

from segspark.app.programs import MAINTENANCE, PROGRAMS
from segspark.cli.commands import OneOf
from segspark.cli.lists import largest, print_list, search_option, searched, top_option
from segspark.cli.output import (
    Day,
    FilePlace,
    LocalPath,
    as_typed,
    config_option,
    json_option,
    marked,
    print_rows,
    progress_lines,
    say_internal,
)
from segspark.config.url import Url
from segspark.demo import N_PEOPLE, N_RECORDS


@click.command()
@click.argument("folder", type=LocalPath())
def init(folder: Path) -> None:
    """Make a commented workspace that runs as it stands."""
    from segspark.config.template import init_workspace

    init_workspace(folder)
    click.echo(f"Made {folder}. Next: segspark run daily --config {shlex.quote(str(folder))} --as-of 2026-06-01")


@click.command()
@click.argument("folder", type=LocalPath(), default=Path("demo-workspace"))
@click.option("--people", default=N_PEOPLE, type=click.IntRange(min=1), show_default=True, help="People on the list.")
@click.option(
    "--events", default=N_RECORDS, type=click.IntRange(min=1), show_default=True, help="About so many records."
)
@click.option("--seed", default=7, show_default=True, help="The same seed draws the same shop.")
def demo(folder: Path, people: int, events: int, seed: int) -> None:
    """Generate a demo shop's files and run everything on them.

    A second run with the same options carries on where an interrupted one ended.
    """
    from segspark.app.demo import run_demo

    done = run_demo(folder, people=people, events=events, seed=seed, progress=progress_lines())
    for line in done.what_next(folder, as_typed("segspark")):
        click.echo(line)


@click.command()
@click.argument("flow", type=OneOf(PROGRAMS))
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Morning of this day: what happened before is known.")
@click.option("--from", "first", type=Day(), help="First day of a backfill.")
@click.option("--to", "last", type=Day(), help="Last day of a backfill.")
@click.option("--model", "models", multiple=True, help="Model to train; again for several. [default: all in use]")
@json_option
def run(
    flow: str,
    config: Path,
    as_of: date | None,
    first: date | None,
    last: date | None,
    models: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run a flow: ingest, daily (ingest to segments), hourly (as of tomorrow, from the part of today that is there),
    train, or backfill --from --to."""
    from segspark.app.run import run

    if flow == "backfill" and (first is None or last is None or first > last):
        raise click.UsageError("backfill needs --from and --to, the earlier day first")
    if flow != "backfill" and as_of is None:
        raise click.UsageError(f"{flow} needs --as-of, e.g. --as-of 2026-06-01")
    if models and flow != "train":
        raise click.UsageError("--model is for train")
    progress = progress_lines(as_json)
    outcome = run(flow, config, as_of or last or date.min, first=first, models=models, progress=progress)
    if as_json:
        click.echo(json.dumps({**outcome, "internal": True}, default=str, ensure_ascii=False))


@click.command()
@config_option
@search_option
@top_option("rows")
@json_option
def tables(config: Path, search: str | None, top: int | None, as_json: bool) -> None:
    """List the tables: what a row is, rows and last version, where they lie."""
    from segspark.app.workspace import open_workspace
    from segspark.query.look import list_tables

    every = marked(list_tables(open_workspace(config)))
    rows = largest(searched(every, search, ("table", "grain")), top, "rows")
    print_list(rows, every, as_json, ("table", "rows", "version", "grain", "path"), "table")
    say_internal(as_json)


@click.command("ddl")
@config_option
@click.argument("table_names", nargs=-1, metavar="[TABLE]...")
@click.option(
    "--for",
    "engine",
    required=True,
    help="Who is to know the tables.",
    type=OneOf(["athena", "glue", "redshift", "duckdb", "catalog"]),
)
@click.option("--database", default="segspark", show_default=True, help="Database or schema in the other engine.")
def tables_for(config: Path, table_names: tuple[str, ...], engine: str, database: str) -> None:
    """Print what makes the tables known to another engine, with the comments of the contracts.

    Athena, Redshift: statements. Glue: a line of JSON per table, for `aws glue create-table --cli-input-json`. DuckDB:
    views. Catalog: names in that of Spark (Unity, Glue, Hive), for which --database may be catalog.schema. Without names
    all of silver and gold; the vault is never among them. Beside gold.features stands gold_features_view, which has the
    derived features too (Athena, DuckDB, Catalog).
    """
    from segspark.app.workspace import open_workspace
    from segspark.query.ddl import ddl

    parts = database.split(".") if engine == "catalog" else [database]
    if not all(part.isascii() and part.isidentifier() for part in parts):
        raise click.UsageError(f"--database {database}: letters, digits and _ only")
    click.echo(ddl(open_workspace(config), engine, database, table_names), nl=False)


@click.command("maintain")
@config_option
@click.option("--hours", default=168, show_default=True, help="What versions younger than this name stays.")
@click.option("--only", type=OneOf(MAINTENANCE), multiple=True, help="Only this step; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@json_option
def maintain_lake(config: Path, hours: int, only: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Keep the lake small and quick; for every night, after the daily run.

    Days beyond their table's retention are removed, days of more than 8 files are written as few, logs get checkpoints,
    and files that no version needs any more are removed. What was removed is printed, and recorded in ops.runs.
    """
    from segspark.app.maintain import maintain
    from segspark.app.workspace import open_workspace

    rows = maintain(open_workspace(config), hours, only, dry_run)
    if not rows and not as_json:
        click.echo("nothing to do")
        return
    print_rows(rows, as_json, ("what", "table", "first_day", "last_day", "rows", "files", "into", "note"))


@click.command("migrate")
@config_option
@click.option("--dry-run", is_flag=True, help="Only tell what would be done, and what is refused.")
@json_option
def migrate_lake(config: Path, dry_run: bool, as_json: bool) -> None:
    """Bring the tables of an earlier version to this one's contracts.

    Columns are added, widened and described, rows are rewritten, and ops.schema records it. If a table cannot be brought
    to its contract, nothing is changed (exit code 3). Take a copy of the lake before.
    """
    from segspark.app.migrate import migrate
    from segspark.app.workspace import open_workspace

    rows = migrate(open_workspace(config), dry_run)
    if not rows and not as_json:
        click.echo("nothing to do: the tables are those of this version")
        return
    print_rows(rows, as_json, ("table", "change", "column", "before", "after", "note"))
    if any(row["change"] == "refused" for row in rows):
        sys.exit(3)


@click.command("clean")
@config_option
@click.option("--hours", default=168, show_default=True, help="What versions younger than this name stays.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@json_option
def clean_lake(config: Path, hours: int, dry_run: bool, as_json: bool) -> None:
    """Remove files of failed runs and of old versions, and count the rows beyond each table's retention.

    No row is removed: it is the part of `segspark maintain` that the daily run does on Sundays.
    """
    from segspark.app.vacuum import vacuum
    from segspark.app.workspace import open_workspace

    rows = vacuum(open_workspace(config), hours, dry_run)
    if not rows and not as_json:
        click.echo("nothing to remove")
        return
    print_rows(rows, as_json, ("table", "files", "days_beyond_retention", "rows_beyond_retention"))
    if not as_json and any(row["days_beyond_retention"] for row in rows):
        click.echo("What is beyond the retention was counted, and it stays. Month-ends of gold.features do not count.")


@click.command()
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Default: the newest day.")
@click.option("--language", type=OneOf(["fr", "en"]), help="Default: the workspace's.")
@click.option("--out", type=FilePlace(), help="Default: in the workspace's reports.")
def report(config: Path, as_of: date | None, language: str | None, out: Url | None) -> None:
    """Write the HTML report of a day; one file, no network."""
    from segspark.app.workspace import open_workspace
    from segspark.reports.gather import write_day_report

    click.echo(write_day_report(open_workspace(config), as_of, language, out))


@click.command()
@config_option
@click.option("--deep", is_flag=True, help="Verify every byte of the lake: files, logs and counts.")
@click.option("--repair", "is_repair", is_flag=True, help="Make again what silver tells, and name what to restore.")
@json_option
def doctor(config: Path, deep: bool, is_repair: bool, as_json: bool) -> None:
    """Check Java, jars, memory, rights, the workspace's files and the lake."""
    if is_repair:
        from segspark.app.repair import repair

        rows = repair(config, progress_lines(as_json))
        if not rows and not as_json:
            click.echo("nothing is damaged")
    else:
        from segspark.app.doctor import examine

        rows = examine(config)
        if deep:
            from segspark.app.repair import examine_deep

            rows += examine_deep(config)
    print_rows(rows, as_json, ("check", "state", "detail"))
    if any(r["state"] == "wrong" for r in rows):
        sys.exit(1)


@click.command("unlock")
@config_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def unlock_lake(config: Path, yes: bool) -> None:
    """Show which run holds the lake, and free it after a confirmation.

    Rarely needed: the lease of a run that has ended is taken over by the next one, at once on the same machine, else
    when it has expired. A run that is at work all the same stops before its next commit.
    """
    from segspark.app.unlock import free, holders
    from segspark.app.workspace import open_workspace

    workspace = open_workspace(config)
    seen = holders(workspace)
    for sentence in seen.sentences:
        click.echo(sentence)
    if not seen.sentences:
        click.echo("nobody holds the lake")
    if yes or (seen.sentences and click.confirm("Is it certain that this run is not at work? Free the lake", err=True)):
        free(workspace, seen)
        click.echo("the lake is free")


COMMANDS = (init, demo, run, tables, tables_for, maintain_lake, migrate_lake, clean_lake, report, doctor, unlock_lake)
