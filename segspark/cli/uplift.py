"""``segspark uplift``: on whom a mail works, from randomised trials. Spark starts for trials of the lake alone."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from segspark.cli.commands import OneOf
from segspark.cli.output import config_option, json_option, print_rows, say_internal


@click.command("uplift")
@click.argument("name", required=False)
@config_option
@click.option("--language", type=OneOf(["fr", "en"]), help="Default: the workspace's.")
@json_option
def uplift(name: str | None, config: Path, language: str | None, as_json: bool) -> None:
    """What the mail of the randomised trial NAME brings, and on whom it works better; without NAME, the trials.

    Trials are declared by files (models.uplift.trials). What was not randomised is refused, in words. A run of MLflow
    keeps the answer, with the Qini curve.
    """
    from segspark.app.uplift import estimate_trial, list_trials
    from segspark.app.workspace import open_workspace

    workspace = open_workspace(config)
    if name is None:
        print_rows(list_trials(workspace), as_json, ("trial", "treated", "control", "outcome", "people"))
        return
    answer = estimate_trial(workspace, name, language)
    if as_json:
        click.echo(json.dumps({**asdict(answer), "internal": True}, ensure_ascii=False))
        return
    for sentence in answer.sentences:
        click.echo(sentence)
    if answer.rows:
        print_rows(list(answer.rows), False, ("figure", "value", "low", "high"))
    click.echo(f"MLflow run {answer.run_id}")
    say_internal(as_json)
