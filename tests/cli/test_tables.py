"""Tables of a terminal: as wide as it is, numbers at the right, names as they are."""

import io
from typing import Any

import pytest
from rich.console import Console

from segspark.cli import output
from segspark.cli.output import is_rich, print_rows
from segspark.cli.tables import print_table

ROWS: list[dict[str, Any]] = [
    {"name": "Clients à [fort] potentiel", "people": 12345}, {"name": "Été", "people": 7}, {"name": None, "people": None},
]  # fmt: skip


def printed(width: int) -> list[str]:
    out = io.StringIO()
    print_table(ROWS, ("name", "people"), Console(file=out, width=width, color_system=None))
    return [line.rstrip() for line in out.getvalue().splitlines() if line.strip("─ ")]


def test_numbers_stand_at_the_right_and_markup_is_a_name() -> None:
    assert printed(80) == ["name                         people", "Clients à [fort] potentiel   12,345",
                           "Été                               7"]  # fmt: skip


def test_a_narrow_terminal_folds_texts_and_cuts_nothing() -> None:
    lines = printed(24)
    assert all(len(line) <= 24 for line in lines)
    assert "".join(line[:12].strip() for line in lines[1:]).replace(" ", "").startswith("Clientsà[fort]potentiel")
    assert "12,345" in lines[1]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "is_it"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm", "CI": "true"}, False),
    ],
)
def test_a_terminal_gets_tables_unless_it_asks_for_plain_text(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], is_it: bool
) -> None:
    monkeypatch.setattr("sys.stdout", Terminal())
    assert is_rich(environ) is is_it
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert not is_rich(environ)


def test_rows_are_plain_text_or_a_table_by_where_they_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    print_rows(ROWS, False, ("name", "people"))
    plain = capsys.readouterr().out
    assert plain.splitlines()[1] == "Clients à [fort] potentiel  12,345"
    monkeypatch.setattr(output, "is_rich", lambda: True)
    print_rows(ROWS, False, ("name", "people"))
    assert "─" in capsys.readouterr().out
