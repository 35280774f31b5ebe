"""Outside its own file no variant is named: nothing branches on a name, and no table lists names.

A name is in the way where code decides by it: in ``==`` and ``in``, in ``match``, as a key of a dictionary, in a
Literal, or as a part of a tuple, list or set. There is no list of exceptions.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sockets.every import SOCKETS

CODE = Path(__file__).parents[2] / "segspark"
TREES = {p.relative_to(CODE).as_posix(): ast.parse(p.read_text(encoding="utf-8")) for p in sorted(CODE.rglob("*.py"))}


def constants(node: ast.AST | None) -> Iterator[ast.Constant]:
    """The texts that a node is, or that it lists."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for element in node.elts:
            yield from constants(element)


def deciding(tree: ast.AST) -> Iterator[ast.Constant]:
    """The texts by which code decides."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                yield from constants(side)
        elif isinstance(node, ast.MatchValue):
            yield from constants(node.value)
        elif isinstance(node, ast.Dict | ast.MatchMapping):
            for key in node.keys:
                yield from constants(key)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            yield from constants(node.slice)
        elif isinstance(node, ast.Tuple | ast.List | ast.Set):
            yield from constants(node)


def made(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What is called with a text as its first argument or as ``name``: the function, and the text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for given in [k.value for k in node.keywords if k.arg == "name"] or node.args[:1]:
                yield from ((called, text.value) for text in constants(given))


MADE = {(*call, file) for file, tree in TREES.items() for call in made(tree)}
DECIDING = {(text.value, f"{file}:{text.lineno}") for file, tree in TREES.items() for text in deciding(tree)}
VARIANTS = sorted({(type(value).__name__, value.name) for socket in SOCKETS for value in socket.all()})


# A model of propensity has the name of the outcome that it predicts.
NAMED_BY = {"Model": {"Model", "Outcome"}}


def homes(kind: str, name: str) -> list[str]:
    """The files that make a variant of a kind."""
    return [file for called, text, file in MADE if called in NAMED_BY.get(kind, {kind}) and text == name]


@pytest.mark.parametrize(("kind", "name"), VARIANTS)
def test_a_variant_is_made_in_one_file(kind: str, name: str) -> None:
    assert len(homes(kind, name)) == 1


@pytest.mark.parametrize("name", sorted({name for _, name in VARIANTS}))
def test_its_name_stands_in_no_other_file(name: str) -> None:
    # A scheme and a model may share a name: each has a file of its own.
    own = {file for kind, text in VARIANTS if text == name for file in homes(kind, name)}
    assert sorted(place for text, place in DECIDING if text == name and place.partition(":")[0] not in own) == []


@pytest.mark.parametrize(
    "code",
    [
        "x == 'toy'", "'toy' != x", "x in ('other', 'toy')", "x in {'toy'}", "match x:\n case 'toy': pass",
        "match x:\n case 'a' | 'toy': pass", "match x:\n case {'toy': y}: pass", "{'toy': 1}", "y: Literal['toy', 'other']", "NAMES = ('toy', 'other')",
        "f(['toy'])",
    ],
)  # fmt: skip
def test_the_look_finds_a_name_that_decides(code: str) -> None:
    assert "toy" in {text.value for text in deciding(ast.parse(code))}


@pytest.mark.parametrize("code", ["f('toy')", "x = 'toy'", "x.toy", "f(toy=1)", "def f(a='toy'): pass"])
def test_the_look_leaves_other_texts_alone(code: str) -> None:
    assert "toy" not in {text.value for text in deciding(ast.parse(code))}
