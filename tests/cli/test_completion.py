"""Completion in bash: words with spaces, accents, quotes and colons are read and inserted as one."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import store_rows, stored_shop
from click.shell_completion import get_completion_class

from segspark.cli.completion import Bash, Fish, quoted_like, register, unquoted, words_of
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

BREAKS = " \t\n\"'@><=;|&(:"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("segspark segments show ", ["segspark", "segments", "show", ""]),
        ("segspark show Clients\\ à", ["segspark", "show", "Clients\\ à"]),
        ('segspark show "Clients à', ["segspark", "show", '"Clients à']),
        ("segspark show 'a b' c", ["segspark", "show", "'a b'", "c"]),
        ("segspark show rfm:fid", ["segspark", "show", "rfm:fid"]),
        ("segspark show l\\'été\\", ["segspark", "show", "l\\'été\\"]),
    ],
)
def test_a_line_is_split_as_the_shell_splits_it(line: str, words: list[str]) -> None:
    assert words_of(line) == words


@pytest.mark.parametrize(
    "word", ["plain", "a\\ b", '"a b"', "'a \"b\"'", "l\\'été", '"say \\"x\\""', "rfm:a\\ b", "a'b c'd"]
)
def test_a_word_means_what_a_shell_reads(word: str) -> None:
    assert unquoted(word) == shlex.split(word)[0]


def test_a_quote_that_is_not_closed_is_open_at_the_end() -> None:
    assert (unquoted('"Clients à'), unquoted("'l"), unquoted("a\\")) == ("Clients à", "l", "a")


@pytest.mark.parametrize(
    ("raw", "value", "inserted"),
    [
        ("cl", "Clients à potentiel", "Clients\\ à\\ potentiel"),
        ('"cl', "Clients à potentiel", "Clients à potentiel"),
        ("l", "l'été (2026)", "l\\'été\\ \\(2026\\)"),
        # bash has broken the word at the colon.
        ("rfm:f", "rfm:Fidèles en devenir", "Fidèles\\ en\\ devenir"),
        ('"rfm:f', "rfm:Fidèles en devenir", "rfm:Fidèles en devenir"),
        ("rules:a:", "rules:a: b", "\\ b"),
        ("r", "rfm:Fidèles", "rfm:Fidèles"),
    ],
)
def test_a_value_is_inserted_as_the_word_is_quoted(raw: str, value: str, inserted: str) -> None:
    assert quoted_like(raw, value, BREAKS) == inserted


def test_without_breaks_nothing_is_cut() -> None:
    assert quoted_like("rfm:f", "rfm:Fidèles", " \t\n") == "rfm:Fidèles"


def test_the_shells_of_click_are_replaced() -> None:
    register()
    assert (get_completion_class("bash"), get_completion_class("fish")) == (Bash, Fish)
    assert 'string split -m 1 ","' in Fish.source_template


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_itself_completes_the_names_of_a_workspace(tmp_path: Path) -> None:
    folder = stored_shop(tmp_path / "l'été à Lyon").folder
    store_rows(
        Lake(folder / "lake"),
        gold.SEGMENT_REGISTRY,
        {"scheme": "rfm", "segment_id": "x", "segment_key": "x", "name_fr": "Clients à potentiel, *", "name_en": "P"},
        {"scheme": "rfm", "segment_id": "y", "segment_key": "y", "name_fr": "Clients revenus", "name_en": "Q"},
    )
    segspark = tmp_path / "segspark"
    code = "import sys; sys.argv[0] = 'segspark'; from segspark.cli.main import main; main()"
    segspark.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{code}" "$@"\n')
    segspark.chmod(0o755)
    script = tmp_path / "asks.sh"
    script.write_text(
        "source <(_SEGSPARK_COMPLETE=bash_source segspark)\n"
        'for COMP_LINE in "segspark segments show clients" "segspark segments show rfm:CLIENTS\\ a"; do\n'
        "  COMP_POINT=${#COMP_LINE}; _segspark_completion segspark; printf '<%s>' \"${COMPREPLY[@]}\"; echo\ndone\n"
    )
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
               "SEGSPARK_WORKSPACE": str(folder), "SEGSPARK__LANGUAGE": "fr"}  # fmt: skip
    done = subprocess.run(["bash", "--norc", str(script)], capture_output=True, text=True, env=environ, check=True)
    assert done.stdout.splitlines() == [
        "<Clients\\ à\\ potentiel,\\ \\*><Clients\\ revenus>", "<Clients\\ à\\ potentiel,\\ \\*>",
    ]  # fmt: skip
