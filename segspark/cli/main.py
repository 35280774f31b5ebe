"""The command line: selects a program, a workspace and a date. Imports Spark only when a flow needs it."""

import sys

import click

from segspark import __version__
from segspark.cli import cluster, curves
from segspark.cli.commands import Commands
from segspark.cli.completion import register
from segspark.cli.ending import EXIT_TERMINATED, ended_by_sigterm
from segspark.cli.failures import BUG, INTERRUPTED, Failure, asks_for_json, failure_of
from segspark.cli.features import features
from segspark.cli.key import key
from segspark.cli.models import COMMANDS as MODEL_COMMANDS
from segspark.cli.quarantine import quarantine
from segspark.cli.run import COMMANDS
from segspark.cli.segments import segments
from segspark.cli.sources import sources
from segspark.cli.uplift import uplift
from segspark.store.access import guard


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def cli() -> None:
    """Customer segments for e-mail marketers, on Spark and Delta.

    A workspace is a folder with a segspark.yaml and what it names. Start with: segspark init DIR. Commands take the
    workspace of --config, else of SEGSPARK_WORKSPACE, else the nearest from the current folder upwards.
    """


for command in (*COMMANDS, *cluster.COMMANDS, features, key, *MODEL_COMMANDS, quarantine, segments, sources, uplift):
    cli.add_command(command)
for command in curves.COMMANDS:
    segments.add_command(command)


register()


def main() -> None:
    """Entry point: every error is one message and an exit code, and with --json an object too; only bugs show a
    traceback."""
    # Until a workspace says otherwise.
    guard("private")
    try:
        with ended_by_sigterm():
            cli(standalone_mode=False)
    except SystemExit as end:
        # Its message, if any, was printed where it was raised.
        if end.code == EXIT_TERMINATED:
            _tell(failure_of(end))
        raise
    except BaseException as error:
        failure = failure_of(error)
        _show(error, failure)
        _tell(failure)
        sys.exit(failure.exit_code)


def _show(error: BaseException, failure: Failure) -> None:
    """What a person reads on standard error."""
    if isinstance(error, click.ClickException):
        error.show()
    elif failure.kind == BUG:
        import traceback

        traceback.print_exception(error)
        click.echo("segspark: this is a bug; please report it with the lines above (look them over first).", err=True)
    elif failure.kind != INTERRUPTED:
        click.echo(f"segspark: {failure.message}", err=True)


def _tell(failure: Failure) -> None:
    """What a program reads on standard output, which holds one JSON document whether a command succeeds or not."""
    if asks_for_json(sys.argv[1:]):
        click.echo(failure.as_json())


if __name__ == "__main__":
    main()
