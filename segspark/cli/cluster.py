"""Commands that prepare spark-submit; they need no clone."""

import shlex
from pathlib import Path

import click

from segspark.app.programs import PROGRAMS
from segspark.cli.output import LocalPath

fetch_option = click.option(
    "--fetch-delta", is_flag=True, help="Fetch Delta's jars by Ivy at each start, for a platform that has none."
)
s3_option = click.option(
    "--fetch-s3", is_flag=True, help="Fetch Delta's jars and those by which Spark reaches S3, 20 MB, in the same way."
)


@click.command("submit-conf")
@click.option("--local", "is_local", is_flag=True, help="For the Spark of this machine: jars, logs and Python by path.")
@fetch_option
@s3_option
def submit_conf(is_local: bool, fetch_delta: bool, fetch_s3: bool) -> None:
    """Print the settings for `spark-submit --properties-file`."""
    if is_local:
        from segspark.spark.defaults import spark_defaults
        from segspark.spark.environment import jar_folder

        click.echo(spark_defaults(jar_folder()), nl=False)
        return
    from segspark.spark.submit.conf import cluster_conf

    click.echo(cluster_conf(fetch_delta, fetch_s3), nl=False)


@click.command("pack")
@click.argument("folder", type=LocalPath(file_okay=False))
@fetch_option
@s3_option
def pack_command(folder: Path, fetch_delta: bool, fetch_s3: bool) -> None:
    """Make a folder with what spark-submit takes: code, jobs, settings, requirements, and the pom of the jars."""
    from segspark.spark.submit.pack import pack

    for name in pack(folder, PROGRAMS, fetch_delta, fetch_s3):
        click.echo(folder / name)
    at = shlex.quote(str(folder))
    click.echo(
        f"Next: spark-submit --properties-file {at}/spark-cluster.conf --py-files {at}/segspark.zip "
        f"{at}/jobs/daily.py --config DIR/segspark.yaml --as-of DATE",
        err=True,
    )


COMMANDS = (pack_command, submit_conf)
