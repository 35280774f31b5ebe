"""``segspark segments``: show segments, try definitions, explain, export. Imports Spark only if needed."""

import json
import sys
from datetime import date
from pathlib import Path

import click

from segspark.cli.commands import Commands, OneOf
from segspark.cli.lists import largest, of_one, print_list, search_option, searched, top_option
from segspark.cli.names import schemes, segment_days, segment_names
from segspark.cli.output import (
    Day,
    FilePlace,
    config_option,
    json_option,
    marked,
    matrix_lines,
    preview_lines,
    print_rows,
    progress_lines,
    say_internal,
    say_published,
)
from segspark.config.url import Url
from segspark.errors import ConfigError, InfrastructureError
from segspark.reports.data import Language

as_of_option = click.option(
    "--as-of", "as_of", type=Day(), shell_complete=segment_days, help="Default: the newest day."
)


@click.group(cls=Commands)
def segments() -> None:
    """Look at segments, explain a membership, export an audience."""


@segments.command("list")
@config_option
@as_of_option
@click.option("--scheme", shell_complete=schemes, help="Only the segments of one scheme.")
@search_option
@top_option("people")
@json_option
def list_segments(
    config: Path, as_of: date | None, scheme: str | None, search: str | None, top: int | None, as_json: bool
) -> None:
    """Names, sizes and how many may be written to."""
    from segspark.app.workspace import open_workspace
    from segspark.query.look import segment_sizes

    every = marked(segment_sizes(open_workspace(config), as_of))
    rows = largest(searched(of_one(every, "scheme", scheme), search, ("segment_name", "segment_id")), top, "people")
    if every and every[0]["is_provisional"] and not as_json:
        click.echo(f"{every[0]['segment_date']} is provisional: made from a part of the day before")
    columns = ("scheme", "segment_name", "segment_id", "people", "contactable")
    print_list(rows, every, as_json, columns, "segment", every[0].get("segment_date") if every else None)
    say_internal(as_json)


@segments.command("show")
@click.argument("name", shell_complete=segment_names)
@config_option
@as_of_option
@click.option("--language", type=OneOf(["fr", "en"]), help="Of the sentences. Default: the workspace's.")
@click.option("--full", is_flag=True, help="Every measure of the profile, and the definition.")
@json_option
def show_segment(
    name: str, config: Path, as_of: date | None, language: Language | None, full: bool, as_json: bool
) -> None:
    """One segment by name or id in a few sentences: what it is, how many, what it is worth, and what sets it apart;
    exact."""
    from segspark.app.workspace import open_workspace
    from segspark.query.look import describe_segment
    from segspark.query.summary import summarise

    workspace = open_workspace(config)
    details = describe_segment(workspace, name, as_of, language)
    if as_json:
        click.echo(json.dumps({**details, "internal": True}, default=str, ensure_ascii=False))
        return
    if full:
        for key, value in details.items():
            if isinstance(value, list):
                click.echo(f"{key}:")
                print_rows(value, False, tuple(value[0]) if value else ())
            else:
                click.echo(f"{key}: {value}")
    else:
        click.echo("\n".join(summarise(workspace, details, language)))
    say_published(details)
    say_internal(as_json)


@segments.command("explain")
@click.argument("person")
@config_option
@as_of_option
@click.option("--language", type=OneOf(["fr", "en"]), help="Default: the workspace's.")
@click.option(
    "--segment", shell_complete=segment_names, help="A rule to explain besides, also where PERSON is not in it."
)
@json_option
def explain_person(
    person: str, config: Path, as_of: date | None, language: str | None, segment: str | None, as_json: bool
) -> None:
    """Why PERSON (a person_id or an e-mail address) is in each of its segments, and why not in another, with the
    actual values."""
    from segspark.app.workspace import open_workspace
    from segspark.query.explain import explain

    memberships = explain(open_workspace(config), person, as_of, language, segment)
    if as_json:
        click.echo(json.dumps(memberships, default=str, ensure_ascii=False))
        return
    for membership in memberships:
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
    from segspark.app.workspace import open_workspace
    from segspark.query.look import check_definitions

    issues = check_definitions(open_workspace(config))
    if as_json:
        click.echo(json.dumps([f.as_row() for f in issues], ensure_ascii=False))
    else:
        click.echo("\n".join(map(str, issues)) or "the definitions are fine")
    if issues:
        sys.exit(ConfigError.exit_code)


@segments.command("preview")
@click.argument("target", metavar="NAME|FILE|CONDITION")
@config_option
@as_of_option
@json_option
def preview_segments(target: str, config: Path, as_of: date | None, as_json: bool) -> None:
    """Exact size and overlaps of a rule, of the rules of a YAML file, or of a condition such as
    "n_order_365d >= 2", before they are published."""
    from segspark.query.preview import preview_rules

    previews = preview_rules(config, target, as_of)
    if as_json:
        click.echo(json.dumps(marked(previews), default=str, ensure_ascii=False))
        return
    for row in previews:
        click.echo(
            f"{row['name']} as of {row['as_of']}: {row['people']:,} people, {row['contactable']:,} may be written to"
        )
        click.echo(f"  left out: {_left_out(row['left_out'])}")
        for line in preview_lines(row):
            click.echo(f"  {line}")
        for overlap in row["overlaps"][:10]:
            share = overlap["people"] / row["people"]
            click.echo(f"  {share:4.0%} in {overlap['scheme']}: {overlap['segment']} ({overlap['people']:,})")
        click.echo(f"  e.g. {', '.join(row['sample']) or 'nobody'}")
    if len(previews) > 1:
        click.echo("\n".join(matrix_lines(previews)))
    say_internal(as_json)


@segments.command("replay")
@click.option("--version", required=True, help="A definition_version, or the name of a definition.")
@config_option
@click.option("--as-of", "as_of", type=Day(), required=True, help="The past day.")
@json_option
def replay_segments(version: str, config: Path, as_of: date, as_json: bool) -> None:
    """What a stored version of a definition gives on a past day, against the rows written then."""
    from segspark.query.replay import replay_version

    result = replay_version(config, version, as_of)
    if as_json:
        click.echo(json.dumps({**result, "internal": True}, default=str, ensure_ascii=False))
        return
    # A scheme that nobody writes has one definition, of its own name.
    called = " ".join(dict.fromkeys((result["scheme"], result["name"])))
    click.echo(f"{called}, version {result['definition_version']}, as of {as_of}")
    click.echo(f"features of the day: {result['features']}")
    print_rows(result["segments"], False, ("segment_name", "segment_id", "people", "contactable", "stored", "same"))
    if not result["is_written"]:
        click.echo("no rows of that day were made by this version")
    if result["engine"].startswith("Spark"):
        click.echo(f"answered by {result['engine']}")
    say_internal(as_json)


@segments.command("plan")
@config_option
@as_of_option
@json_option
def plan_of_segments(config: Path, as_of: date | None, as_json: bool) -> None:
    """What publishing the definitions as they are now would change: people moving, segments that go."""
    from segspark.query.plan import plan_definitions

    rows = plan_definitions(config, as_of)
    if rows or as_json:
        print_rows(marked(rows), as_json, tuple(rows[0]) if rows else ())
        say_internal(as_json)
    else:
        click.echo("nothing would change")


@segments.command("diff")
@click.argument("left", metavar="A[@DAY]", shell_complete=segment_names)
@click.argument("right", metavar="B[@DAY]", shell_complete=segment_names)
@config_option
@json_option
def diff_segments(left: str, right: str, config: Path, as_json: bool) -> None:
    """Two segments, or one on two days: who entered, left, stayed, and the change of their KPIs; exact."""
    from segspark.app.workspace import open_workspace
    from segspark.query.diff import diff_segments

    result = diff_segments(open_workspace(config), left, right)
    if as_json:
        click.echo(json.dumps({**result, "internal": True}, default=str, ensure_ascii=False))
        return
    for side in (result["left"], result["right"]):
        click.echo(f"{side['name']} on {side['segment_date']}: {side['people']:,} people")
    click.echo(f"entered {result['entered']:,}, left {result['left_it']:,}, stayed {result['stayed']:,}")
    print_rows(result["kpis"], False, ("measure", "left", "right", "difference"))
    say_published(result["left"], result["right"])
    say_internal(as_json)


@segments.command("merge")
@click.argument("names", metavar="NAME NAME...", nargs=-1, required=True, shell_complete=segment_names)
@config_option
@json_option
def merge_groups(names: tuple[str, ...], config: Path, as_json: bool) -> None:
    """Make one of behaviour groups that join in the hierarchy; from the next daily run on."""
    from segspark.app.overrides import override
    from segspark.app.workspace import open_workspace

    if len(names) < 2:
        raise click.UsageError("merge needs two or more groups")
    print_rows(marked(override(open_workspace(config), merge=names)), as_json, ("segment_id", "segment_name", "people"))
    say_internal(as_json)


@segments.command("split")
@click.argument("name", shell_complete=segment_names)
@config_option
@json_option
def split_group(name: str, config: Path, as_json: bool) -> None:
    """Make two of a behaviour group, along the hierarchy; from the next daily run on."""
    from segspark.app.overrides import override
    from segspark.app.workspace import open_workspace

    print_rows(marked(override(open_workspace(config), split=name)), as_json, ("segment_id", "segment_name", "people"))
    say_internal(as_json)


@segments.command("decisions")
@config_option
@click.option("--undo", "number", type=int, help="Remove the decision of this number.")
@json_option
def decisions_of_segments(config: Path, number: int | None, as_json: bool) -> None:
    """Groups merged and split by hand, and whether each applies to the model in use."""
    from segspark.app.overrides import list_overrides, undo_override
    from segspark.app.workspace import open_workspace

    workspace = open_workspace(config)
    if number is not None:
        undone = undo_override(workspace, number)
        click.echo(json.dumps({"undone": str(undone)}, ensure_ascii=False) if as_json else f"undone: {undone}")
        return
    print_rows(list_overrides(workspace), as_json, ("number", "decision", "state"))


@segments.command("export")
@click.argument("name", shell_complete=segment_names)
@config_option
@as_of_option
@click.option("--to", metavar="DESTINATION", help="Where the people go. Default: csv_file.")
@click.option("--out", type=FilePlace(), help="Of a file: its path or URL. Default: in the workspace's exports.")
@json_option
def export_segment(name: str, config: Path, as_of: date | None, to: str | None, out: Url | None, as_json: bool) -> None:
    """Hand those of a segment who may be written to over to a destination; by default a CSV with a manifest."""
    from segspark.activation.audience import export
    from segspark.app.workspace import open_workspace

    result = export(open_workspace(config), name, as_of, out, progress_lines(as_json), to)
    missed = {state: result.get(state, 0) for state in ("refused", "failed")}
    if as_json:
        click.echo(json.dumps({**result, "internal": True}, default=str, ensure_ascii=False))
    else:
        where = f"in {result['file']}" if "file" in result else f"sent to {to}"
        not_sent = "".join(f"; {state}: {n:,}" for state, n in missed.items() if n)
        click.echo(f"{result['rows']:,} people {where}{not_sent}; left out: {_left_out(result['removed'])}")
    say_internal(as_json)
    if any(missed.values()):
        sys.exit(InfrastructureError.exit_code)


def _left_out(by_reason: dict[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in by_reason.items()) or "nobody"
