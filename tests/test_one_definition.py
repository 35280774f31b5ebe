"""A purpose, a day and the epoch are defined once; other modules import them."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import segspark
from segspark.purposes import EMAIL_MARKETING, OPEN_TRACKING, PROFILING, PURPOSES

PACKAGE = Path(segspark.__file__).parent


def lists_purposes(node: ast.AST) -> bool:
    """Two purposes or more side by side in a tuple, list or set, or as the keys of a dictionary."""
    children = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", ())
    return sum(isinstance(c, ast.Constant) and c.value in PURPOSES for c in children) > 1


def is_epoch(node: ast.AST) -> bool:
    """``date(1970, 1, 1)`` or ``datetime(1970, 1, 1)``."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    return isinstance(node.args[0], ast.Constant) and node.args[0].value == 1970


def is_day(node: ast.AST) -> bool:
    """``timedelta(days=1)``, or the seconds, milliseconds or microseconds of a day."""
    if isinstance(node, ast.Constant):
        return node.value in (86_400, 86_400_000, 86_400_000_000) and not isinstance(node.value, bool)
    return isinstance(node, ast.Call) and ast.unparse(node) in ("timedelta(days=1)", "timedelta(1)")


def places(test: Callable[[ast.AST], bool]) -> Iterator[str]:
    for path in sorted(PACKAGE.rglob("*.py")):
        nodes = ast.walk(ast.parse(path.read_text()))
        if any(test(node) for node in nodes):
            yield path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize(
    ("test", "home"), [(lists_purposes, "purposes.py"), (is_epoch, "time.py"), (is_day, "time.py")]
)
def test_it_is_defined_in_one_module(test: Callable[[ast.AST], bool], home: str) -> None:
    assert list(places(test)) == [home]


def test_the_purposes_are_stored_words() -> None:
    assert (EMAIL_MARKETING, OPEN_TRACKING, PROFILING) == PURPOSES == ("email_marketing", "open_tracking", "profiling")
