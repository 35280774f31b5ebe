"""Markdown of plain values: texts and tables that show what they are given, to the letter."""

import re
from collections.abc import Iterable, Sequence

# What Markdown or its extensions would read as more than text.
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", "*": "\\*", "|": "\\|", "{": "&#123;", "[": "\\["})
_CODE = re.compile(r"(`[^`]+`)")


def text(plain: str) -> str:
    """A text in which only `code` is marked, with one backtick or, as in docstrings, with two."""
    parts = _CODE.split(" ".join(plain.replace("``", "`").split()))
    return "".join(part if part.startswith("`") else part.translate(_SPECIAL) for part in parts)


def code(plain: object) -> str:
    """A value as code; nothing for an empty one."""
    shown = " ".join(str(plain).split())
    return f"`{shown}`" if shown else ""


def codes(values: Iterable[object]) -> str:
    return ", ".join(code(value) for value in values)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table of Markdown cells, with a blank line before and after; none without rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return []
    return ["", f"| {' | '.join(headers)} |", "|" + "---|" * len(headers), *lines, ""]


def page(title: str, *lines: str) -> str:
    """A whole page; blank lines are never doubled."""
    made = "<!-- Made from the code by `make reference`; do not edit. -->"
    # Below the title, which the site looks for in the first line.
    joined = "\n".join([f"# {title}", "", made, "", *lines])
    return re.sub(r"\n{3,}", "\n\n", joined).rstrip() + "\n"


def anchor(heading: str) -> str:
    """The anchor that the site gives a heading."""
    plain = re.sub(r"[^\w\s-]", "", heading.replace("`", "")).strip().lower()
    return re.sub(r"[-\s]+", "-", plain)
