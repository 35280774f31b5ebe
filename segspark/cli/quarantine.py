"""``segspark quarantine``: look at refused records, and take them in again. Starts Spark for a replay only."""

import json
from datetime import date
from pathlib import Path

import click

from segspark.cli.commands import Commands
from segspark.cli.output import Day, config_option, json_option, marked, print_rows, progress_lines, say_internal


@click.group(cls=Commands)
def quarantine() -> None:
    """Records that were refused: why, where, and how to take them in again."""


@quarantine.command("list")
@config_option
@json_option
def list_refused(config: Path, as_json: bool) -> None:
    """Reasons by source: how many records, an example, what to do."""
    from segspark.app.workspace import open_workspace
    from segspark.query.quarantine import list_quarantine

    rows = marked(list_quarantine(open_workspace(config)))
    print_rows(rows, as_json, ("source", "reason", "records", "since", "until", "sealed", "example"))
    if not as_json:
        for reason, fix in dict.fromkeys((row["reason"], row["fix"]) for row in rows):
            click.echo(f"{reason}: {fix}")
    say_internal(as_json)


@quarantine.command("show")
@click.argument("source")
@config_option
@click.option("--reason", help="Only records with this reason, code or code:field.")
@click.option("--limit", default=20, show_default=True, help="At most so many records, the newest first.")
@click.option("--open", "opened", is_flag=True, help="Decrypt the records. They hold personal data.")
@json_option
def show_refused(source: str, config: Path, reason: str | None, limit: int, opened: bool, as_json: bool) -> None:
    """Refused records of SOURCE: place, reasons, length, and with --open the records themselves."""
    from segspark.app.workspace import open_workspace
    from segspark.query.quarantine import show_quarantine

    rows = show_quarantine(open_workspace(config), source, reason, limit, opened)
    columns = ("place", "received_at", "stage", "reasons", "length", "kept_until")
    print_rows(marked(rows), as_json, (*columns, "record") if opened else columns)
    say_internal(as_json)


@quarantine.command("replay")
@click.argument("source", required=False)
@config_option
@click.option("--as-of", "as_of", type=Day(), required=True, help="The day whose run takes them in.")
@json_option
def replay_refused(source: str | None, config: Path, as_of: date, as_json: bool) -> None:
    """Take refused records in again, after the source's YAML was corrected: of SOURCE, or of all sources.

    What is accepted now counts from the as-of day on, like late records. What is refused again stays in quarantine.
    """
    from segspark.app.run import replay_quarantine

    outcome = replay_quarantine(config, as_of, source, progress_lines(as_json))
    if as_json:
        click.echo(json.dumps({**outcome, "internal": True}, default=str, ensure_ascii=False))
    else:
        click.echo(_told(outcome["records"]))
    say_internal(as_json)


def _told(records: dict[str, int]) -> str:
    """One line about the dispositions of the records that were read again."""
    counts = ", ".join(f"{n:,} {word}" for word, n in sorted(records.items()))
    return f"read again: {counts}" if counts else "nothing sealed is in quarantine"
