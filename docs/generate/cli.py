"""docs/reference/cli.md: every command with its arguments and options."""

from collections.abc import Iterator

import click

from docs.generate.markdown import code, codes, table, text
from docs.generate.markdown import page as whole
from segspark.cli.main import cli
from segspark.cli.output import Day

# click gives arguments no help.
ARGUMENTS = {
    "folder": "Folder of the workspace.",
    "flow": "What to run.",
    "source": "Name of a source; of a replay, all sources where it is left out.",
    "name": "Name or id. Of a segment: its name, its key or its id, alone or after its scheme (`levels:cold`), without regard to accents and case; of a model: its section in `segspark.yaml`.",
    "names": "Names or ids of two or more groups.",
    "person": "A person_id, or an e-mail address.",
    "table_names": "Tables, as in `segspark tables`; all of silver and gold where they are left out.",
    "target": "Name of a rule, a YAML file of rules, or a condition such as `n_order_365d >= 2`; of a curve also `everybody`.",
    "along": "A value that is a number, such as `days_since_order`, or an act, such as `click`.",
    "left": "A segment, and the day if it is not the newest; of models, a version.",
    "right": "Another segment or day; of models, another version.",
    "outcome": "Of a label: `<act>_<n>d` or `no_<act>_<n>d`, such as `no_order_90d`, or an outcome of `models.outcomes`.",
    "dataset_id": "Id of a training set; all of them where it is left out.",
    "version": "Version of a model; the champion where it is left out.",
}


def page() -> str:
    lines = [
        "The command `segspark` and all that it can do. `segspark COMMAND --help` shows the same on a terminal.",
        "",
        "Every command ends with one of a few [exit codes](errors.md#exit-codes). Errors are one message on standard",
        "error. With `--json` a command writes JSON to standard output, and no progress; of an error too, see",
        "[errors as JSON](errors.md#errors-as-json).",
        "",
        "Days are written as `2026-06-01`.",
        "",
        "A command takes the workspace of `--config`, the `segspark.yaml` or its folder; else that of the environment",
        "variable `SEGSPARK_WORKSPACE`, a file or a folder too; else the nearest `segspark.yaml` from the current folder",
        "upwards. One in a folder above that belongs to another user is refused unless it is named.",
        "",
        "Commands, options and the names of segments, schemes and days complete in the shell, without Java. To switch it on:",
        "",
        "```text",
        'eval "$(_SEGSPARK_COMPLETE=bash_source segspark)"    # in ~/.bashrc; bash 4.4 or newer',
        'eval "$(_SEGSPARK_COMPLETE=zsh_source segspark)"     # in ~/.zshrc',
        "_SEGSPARK_COMPLETE=fish_source segspark | source     # in ~/.config/fish/completions/segspark.fish",
        "```",
        *table(["command", "what it does"], [_row(path, command) for path, command in commands()]),
    ]
    for path, command in commands():
        lines += _section(path, command)
    return whole("Command line", *lines)


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its whole name."""
    for name, command in cli.commands.items():
        if isinstance(command, click.Group):
            yield from ((f"segspark {name} {below}", one) for below, one in command.commands.items())
        else:
            yield f"segspark {name}", command


def _row(path: str, command: click.Command) -> list[str]:
    return [f"[`{path}`](#{path.replace(' ', '-')})", text(_help(command).split(". ")[0].rstrip("."))]


def _help(command: click.Command) -> str:
    return " ".join((command.help or "").split())


def _section(path: str, command: click.Command) -> list[str]:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    rows = [_parameter(one) for one in command.get_params(context) if "--help" not in one.opts]
    return [f"## {path}", "", text(_help(command)), "", "```text", usage, "```", *table(_HEADERS, rows)]


_HEADERS = ["argument or option", "value", "default", "meaning"]


def _parameter(one: click.Parameter) -> list[str]:
    if isinstance(one, click.Argument):
        return [
            code(one.make_metavar(click.Context(click.Command("")))),
            _value(one),
            _default(one),
            ARGUMENTS[one.name or ""],
        ]
    assert isinstance(one, click.Option)
    return [codes(one.opts), "" if one.is_flag else _value(one), _default(one), text(one.help or "")]


def _value(one: click.Parameter) -> str:
    if isinstance(one.type, click.Choice):
        return codes(one.type.choices)
    if isinstance(one.type, Day):
        return "day"
    return {"path": "path", "integer": "whole number", "integer range": "whole number"}.get(one.type.name, "text")


def _default(one: click.Parameter) -> str:
    if one.required:
        return "needed"
    is_flag = isinstance(one, click.Option) and one.is_flag
    default = one.to_info_dict()["default"]
    return "" if is_flag or default is None or one.nargs == -1 else code(default)
