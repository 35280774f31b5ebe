"""The command line: selects a program, a workspace and a date. Imports Spark only when a flow needs it."""

import sys

import click

from segspark import __version__
from segspark.cli import cluster
from segspark.cli.ending import ended_by_sigterm
from segspark.cli.features import features
from segspark.cli.key import key
from segspark.cli.models import COMMANDS as MODEL_COMMANDS
from segspark.cli.quarantine import quarantine
from segspark.cli.run import COMMANDS
from segspark.cli.segments import segments
from segspark.cli.sources import sources
from segspark.cli.uplift import uplift
from segspark.errors import EXIT_BUG, ConfigError, SegsparkError
from segspark.outages import told
from segspark.store.access import guard


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def cli() -> None:
    """Customer segments for e-mail marketers, on Spark and Delta.

    A workspace is a folder with a segspark.yaml and what it names. Start with: segspark init DIR. Commands take the
    workspace of --config, else of SEGSPARK_WORKSPACE, else the nearest from the current folder upwards.
    """


for command in (*COMMANDS, *cluster.COMMANDS, features, key, *MODEL_COMMANDS, quarantine, segments, sources, uplift):
    cli.add_command(command)


def main() -> None:
    """Entry point: every error is one message and an exit code; only bugs show a traceback."""
    # Until a workspace says otherwise.
    guard("private")
    try:
        with ended_by_sigterm():
            cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(ConfigError.exit_code)
    except SegsparkError as error:
        click.echo(f"segspark: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if meant := told(error):
            click.echo(f"segspark: {meant}", err=True)
            sys.exit(meant.exit_code)
        import traceback

        traceback.print_exc()
        click.echo("segspark: this is a bug; please report it with the lines above (look them over first).", err=True)
        sys.exit(EXIT_BUG)


if __name__ == "__main__":
    main()
