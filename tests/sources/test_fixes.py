"""Advice exists for the reasons that the program gives."""

import ast
from pathlib import Path

from segspark.sources.fixes import FIXES, fix_of

SOURCES = Path(__file__).parents[2] / "segspark" / "sources"


def codes() -> set[str]:
    """The codes of every ``Rejected("code…")`` that is written as a text."""
    found = set()
    for path in SOURCES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Rejected":
                for argument in node.args:
                    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                    if parts and isinstance(parts[0], ast.Constant):
                        found.add(str(parts[0].value).partition(":")[0])
    return found


def test_advice_is_short_and_ends() -> None:
    assert all(text.endswith(".") and len(text) < 130 for text in FIXES.values())
    assert fix_of("range:n_items") == FIXES["range"]


def test_nearly_every_code_has_its_own() -> None:
    # What tells enough by itself has none.
    assert sorted(codes() - set(FIXES)) == []


def test_advice_names_the_words_that_a_column_may_hold() -> None:
    assert fix_of("value:gender") == (
        "The value is none of female, male, other. Translate it: `case … when … then … end`."
    )
    assert fix_of("value:nothing_known") == FIXES["value"]


def test_a_row_without_a_person_has_advice_of_its_own() -> None:
    assert "`where`" in fix_of("missing:identifier")
    assert fix_of("missing:ordered_at") == FIXES["missing"]


def test_an_open_quote_leads_to_declared_line_breaks() -> None:
    assert "csv.line_breaks: true" in fix_of("unclosed_quote")
    assert "csv.line_breaks: true" in fix_of("stray_quote")
