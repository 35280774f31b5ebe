"""The command line: chooses a flow, a workspace and a date. Imports Spark only when a flow needs it."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from segspark import __version__
from segspark.errors import EXIT_BUG, ConfigError, SegsparkError

FLOWS = ("ingest", "daily", "hourly", "train", "backfill")
F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """A calendar date, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2026-06-01", param, ctx)


def config_option(command: F) -> F:
    return click.option(
        "--config",
        "config",
        type=click.Path(path_type=Path),
        default=Path("segspark.yaml"),
        show_default=True,
        help="The workspace's segspark.yaml, or its folder.",
    )(command)


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="JSON for programs.")(command)


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
    from segspark.flows.demo import run_demo

    run_demo(folder, people=people, events=events, seed=seed, progress=_progress())


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
    from segspark.flows.start import start

    if flow == "backfill" and (first is None or last is None or first > last):
        raise click.UsageError("backfill needs --from and --to, the earlier day first")
    if flow != "backfill" and as_of is None:
        raise click.UsageError(f"{flow} needs --as-of, e.g. --as-of 2026-06-01")
    outcome = start(flow, config, as_of or last or date.min, first=first, progress=_progress(as_json))
    if as_json:
        click.echo(json.dumps(outcome, default=str, ensure_ascii=False))


@cli.command()
@config_option
@json_option
def tables(config: Path, as_json: bool) -> None:
    """List the tables: what a row is, rows and last version, where they lie."""
    from segspark.config.load import load_workspace
    from segspark.flows.look import list_tables

    rows = list_tables(load_workspace(config))
    _print_rows(rows, as_json, ("table", "rows", "version", "grain", "path"))


@cli.command("clean")
@config_option
@click.option("--hours", default=168, show_default=True, help="What versions younger than this name stays.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@json_option
def clean_lake(config: Path, hours: int, dry_run: bool, as_json: bool) -> None:
    """Remove files of failed runs and of old versions; the daily run does so on Sundays."""
    from segspark.config.load import load_workspace
    from segspark.flows.clean import clean

    rows = clean(load_workspace(config), hours, dry_run)
    if rows or as_json:
        _print_rows(rows, as_json, ("table", "files"))
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
    from segspark.flows.features import load_catalogue

    rows = list_features(load_catalogue(load_workspace(config)))
    _print_rows([r for r in rows if family in (None, r["family"])], as_json, FIELDS)


@features.command("describe")
@click.argument("name")
@config_option
@json_option
def describe_one_feature(name: str, config: Path, as_json: bool) -> None:
    """One feature: formula, events and condition, windows, purpose, what is made of it."""
    from segspark.config.load import load_workspace
    from segspark.features.describe import describe_feature
    from segspark.flows.features import load_catalogue

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
    from segspark.flows.look import plan_of_features

    found = plan_of_features(load_workspace(config))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(found["tiles"])
    _print_rows(found["measures"], False, ("measure", "change", "features"))
    if found["columns"]:
        click.echo(f"new from the tiles that are there: {', '.join(found['columns'])}")


@cli.group()
def segments() -> None:
    """Look at segments, explain a membership, export an audience."""


def _on_day(flow: str, help_text: str) -> None:
    @features.command(flow, help=help_text)
    @config_option
    @click.option("--as-of", "as_of", type=Day(), required=True)
    @json_option
    def run_on_day(config: Path, as_of: date, as_json: bool) -> None:
        from segspark.flows.start import start

        outcome = start(flow, config, as_of, progress=_progress(as_json))
        if as_json:
            click.echo(json.dumps(outcome, default=str, ensure_ascii=False))


_on_day("repair", "Write the features of a day anew, from all days.")
_on_day(
    "restate", "What would be known today about a past day; into gold.features_restated, not over what was published."
)


@segments.command("list")
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Default: the newest day.")
@json_option
def list_segments(config: Path, as_of: date | None, as_json: bool) -> None:
    """Names, sizes and how many may be written to."""
    from segspark.config.load import load_workspace
    from segspark.flows.look import segment_sizes

    rows = segment_sizes(load_workspace(config), as_of)
    if rows and rows[0]["is_provisional"] and not as_json:
        click.echo(f"{rows[0]['segment_date']} is provisional: made from a part of the day before")
    _print_rows(rows, as_json, ("scheme", "segment_name", "segment_id", "people", "contactable"))


@segments.command("show")
@click.argument("name")
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Default: the newest day.")
@json_option
def show_segment(name: str, config: Path, as_of: date | None, as_json: bool) -> None:
    """One segment by name or id: size, profile, definition."""
    from segspark.config.load import load_workspace
    from segspark.flows.look import describe_segment

    found = describe_segment(load_workspace(config), name, as_of)
    if as_json:
        click.echo(json.dumps(found, default=str, ensure_ascii=False))
        return
    for key, value in found.items():
        if isinstance(value, list):
            click.echo(f"{key}:")
            _print_rows(value, False, tuple(value[0]) if value else ())
        else:
            click.echo(f"{key}: {value}")


@segments.command("explain")
@click.argument("person")
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Default: the newest day.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Default: the workspace's.")
@click.option("--segment", help="A rule to explain besides, also where PERSON is not in it.")
@json_option
def explain_person(
    person: str, config: Path, as_of: date | None, language: str | None, segment: str | None, as_json: bool
) -> None:
    """Why PERSON (a person_id or an e-mail address) is in each of its segments, and why not in another, with the
    actual values."""
    from segspark.config.load import load_workspace
    from segspark.flows.look import explain

    found = explain(load_workspace(config), person, as_of, language, segment)
    if as_json:
        click.echo(json.dumps(found, default=str, ensure_ascii=False))
        return
    for membership in found:
        click.echo(f"{membership['scheme']}: {membership['sentence'] or membership['segment_name']}")
        for line in membership["lines"]:
            click.echo(f"  {line}")
        if membership["would_need"]:
            click.echo(f"  {membership['would_need']}")


@segments.command("check")
@config_option
@json_option
def check_segments(config: Path, as_json: bool) -> None:
    """Every fault of levels and rules: what, where, why, how to mend it, and a code. Runs nothing."""
    from segspark.config.load import load_workspace
    from segspark.flows.look import check_definitions

    faults = check_definitions(load_workspace(config))
    if as_json:
        click.echo(json.dumps([f.as_row() for f in faults], ensure_ascii=False))
    else:
        click.echo("\n".join(map(str, faults)) or "the definitions are fine")
    if faults:
        sys.exit(ConfigError.exit_code)


@segments.command("preview")
@click.argument("target", metavar="NAME|FILE")
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Default: the newest day.")
@json_option
def preview_segments(target: str, config: Path, as_of: date | None, as_json: bool) -> None:
    """Exact size and overlaps of a rule, or of the rules of a YAML file, before they are published."""
    from segspark.flows.start import preview_rules

    found = preview_rules(config, target, as_of)
    if as_json:
        click.echo(json.dumps(found, default=str, ensure_ascii=False))
        return
    for row in found:
        left_out = ", ".join(f"{reason} {n:,}" for reason, n in row["left_out"].items()) or "nobody"
        click.echo(
            f"{row['name']} as of {row['as_of']}: {row['people']:,} people, {row['contactable']:,} may be written to"
        )
        click.echo(f"  left out: {left_out}")
        for other, n in row["among_previewed"].items():
            click.echo(f"  also in {other}: {n:,}")
        for overlap in row["overlaps"][:10]:
            share = overlap["people"] / row["people"]
            click.echo(f"  {share:4.0%} in {overlap['scheme']}: {overlap['segment']} ({overlap['people']:,})")
        click.echo(f"  e.g. {', '.join(row['sample']) or 'nobody'}")


@segments.command("replay")
@click.option("--version", required=True, help="A definition_version, or the name of a definition.")
@config_option
@click.option("--as-of", "as_of", type=Day(), required=True)
@json_option
def replay_segments(version: str, config: Path, as_of: date, as_json: bool) -> None:
    """What a stored version of a definition gives on a past day, against the rows written then."""
    from segspark.flows.start import replay_version

    found = replay_version(config, version, as_of)
    if as_json:
        click.echo(json.dumps(found, default=str, ensure_ascii=False))
        return
    click.echo(f"{found['scheme']} {found['name']}, version {found['definition_version']}, as of {as_of}")
    click.echo(f"features of the day: {found['features']}")
    _print_rows(found["segments"], False, ("segment_name", "segment_id", "people", "contactable", "stored", "same"))
    if not found["is_written"]:
        click.echo("no rows of that day were made by this version")


@segments.command("plan")
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Default: the newest day.")
@json_option
def plan_of_segments(config: Path, as_of: date | None, as_json: bool) -> None:
    """What publishing the definitions as they are now would change: people moving, segments that go."""
    from segspark.flows.start import plan_definitions

    rows = plan_definitions(config, as_of)
    columns = ("scheme", "segment", "change", "before", "after", "entered", "left", "is_breaking")
    if rows or as_json:
        _print_rows(rows, as_json, columns)
    else:
        click.echo("nothing would change")


@segments.command("diff")
@click.argument("left", metavar="A[@DAY]")
@click.argument("right", metavar="B[@DAY]")
@config_option
@json_option
def diff_segments(left: str, right: str, config: Path, as_json: bool) -> None:
    """Two segments, or one on two days: who entered, left, stayed, and the change of their KPIs."""
    from segspark.config.load import load_workspace
    from segspark.flows.compare import compare_segments

    found = compare_segments(load_workspace(config), left, right)
    if as_json:
        click.echo(json.dumps(found, default=str, ensure_ascii=False))
        return
    for side in (found["left"], found["right"]):
        click.echo(f"{side['name']} on {side['segment_date']}: {side['people']:,} people")
    click.echo(f"entered {found['entered']:,}, left {found['left_it']:,}, stayed {found['stayed']:,}")
    _print_rows(found["kpis"], False, ("measure", "left", "right", "difference"))


@segments.command("merge")
@click.argument("names", metavar="NAME NAME...", nargs=-1, required=True)
@config_option
@json_option
def merge_groups(names: tuple[str, ...], config: Path, as_json: bool) -> None:
    """Make one of behaviour groups that join in the hierarchy; from the next daily run on."""
    from segspark.config.load import load_workspace
    from segspark.flows.decide import decide

    if len(names) < 2:
        raise click.UsageError("merge needs two or more groups")
    _print_rows(decide(load_workspace(config), merge=names), as_json, ("segment_id", "segment_name", "people"))


@segments.command("split")
@click.argument("name")
@config_option
@json_option
def split_group(name: str, config: Path, as_json: bool) -> None:
    """Make two of a behaviour group, along the hierarchy; from the next daily run on."""
    from segspark.config.load import load_workspace
    from segspark.flows.decide import decide

    _print_rows(decide(load_workspace(config), split=name), as_json, ("segment_id", "segment_name", "people"))


@segments.command("decisions")
@config_option
@click.option("--undo", "number", type=int, help="Remove the decision of this number.")
@json_option
def decisions_of_segments(config: Path, number: int | None, as_json: bool) -> None:
    """Groups merged and split by hand, and whether each applies to the model in use."""
    from segspark.config.load import load_workspace
    from segspark.flows.decide import list_decisions, undo

    workspace = load_workspace(config)
    if number is not None:
        click.echo(f"undone: {undo(workspace, number)}")
        return
    _print_rows(list_decisions(workspace), as_json, ("number", "decision", "state"))


@segments.command("export")
@click.argument("name")
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Default: the newest day.")
@click.option("--out", type=click.Path(path_type=Path), help="Default: exports/ in the workspace.")
@json_option
def export_segment(name: str, config: Path, as_of: date | None, out: Path | None, as_json: bool) -> None:
    """CSV of those of a segment who may be written to, with a manifest."""
    from segspark.flows.start import export

    manifest = export(config, name, as_of, out, _progress(as_json))
    if as_json:
        click.echo(json.dumps(manifest, default=str, ensure_ascii=False))
    else:
        click.echo(f"{manifest['rows']:,} people in {manifest['file']}; left out: {manifest['removed'] or 'nobody'}")


@cli.command()
@config_option
@click.option("--as-of", "as_of", type=Day(), help="Default: the newest day.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Default: the workspace's.")
@click.option("--out", type=click.Path(path_type=Path), help="Default: reports/ in the workspace.")
def report(config: Path, as_of: date | None, language: str | None, out: Path | None) -> None:
    """Write the HTML report of a day; one file, no network."""
    from segspark.config.load import load_workspace
    from segspark.flows.report import write_day_report

    path = write_day_report(load_workspace(config), as_of, language, out)
    click.echo(str(path))


@cli.command()
@config_option
@json_option
def doctor(config: Path, as_json: bool) -> None:
    """Check Java, jars, memory, rights, the workspace's files and the lake."""
    from segspark.flows.doctor import examine

    rows = examine(config)
    _print_rows(rows, as_json, ("check", "state", "detail"))
    if any(r["state"] == "wrong" for r in rows):
        sys.exit(1)


def _print_rows(rows: list[dict[str, Any]], as_json: bool, columns: tuple[str, ...]) -> None:
    if as_json:
        click.echo(json.dumps(rows, default=str, ensure_ascii=False))
        return
    if not rows:
        click.echo("nothing yet")
        return
    shown = [[_shown(r.get(c)) for c in columns] for r in rows]
    widths = [min(max(len(c), *(len(r[at]) for r in shown)), 70) for at, c in enumerate(columns)]
    click.echo("  ".join(c.ljust(w) for c, w in zip(columns, widths, strict=True)).rstrip())
    for row, values in zip(shown, rows, strict=True):
        cells = [
            cell.rjust(w) if isinstance(values.get(c), int | float) else cell.ljust(w)
            for cell, w, c in zip(row, widths, columns, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


def _progress(quiet: bool = False) -> Any:
    from segspark.flows.progress import Lines, Quiet

    return Quiet() if quiet else Lines()


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
