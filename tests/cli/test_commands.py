"""Commands and words of options answer a wrong name with what may be meant."""

import click
import pytest
from click.testing import CliRunner

from segspark.cli.commands import Commands, OneOf


@click.group(cls=Commands)
def program() -> None:
    """A program."""


@program.command("Tables")
@click.option("--language", type=OneOf(["fr", "français"]))
def tables(language: str) -> None:
    click.echo(f"in {language}")


@program.command("segments")
def segments() -> None:
    """Nothing."""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tabels"], "No such command 'tabels'. Did you mean Tables?"),
        (["SEGMENTS"], "Did you mean segments?"),
        (["xyz"], "No such command 'xyz'. There are: Tables, segments."),
        (["Tables", "--language", "FRANCAIS"], "Did you mean français?"),
    ],
)
def test_a_wrong_name_is_answered_with_what_may_be_meant(words: list[str], said: str) -> None:
    shown = CliRunner().invoke(program, words)
    assert (shown.exit_code, said in shown.output) == (2, True), shown.output


def test_words_that_are_known_and_options_of_the_program_pass() -> None:
    assert CliRunner().invoke(program, ["Tables", "--language", "fr"]).output == "in fr\n"
    assert "Usage" in CliRunner().invoke(program, ["--help"]).output
    shown = CliRunner().invoke(program, ["Tables", "--language", "xyz"])
    assert (shown.exit_code, "Did you mean" in shown.output) == (2, False)
