"""Whether the output that a page shows is what the command writes: words must match, numbers and ids may differ."""

import re
from collections.abc import Sequence

GAP = "…"
_ID = re.compile(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{6,}\b")
_NUMBER = re.compile(r"-?\d+(?:[.,:]\d+)*")


def differences(shown: str, real: str) -> str:
    """What is wrong with the shown output; empty where nothing is.

    A line ``…`` stands for any number of lines, ``…`` within a line for any text. Blank lines and the width of columns
    do not count.
    """
    wanted, lines = _lines(shown), _lines(real)
    if _matches(wanted, lines):
        return ""
    absent = [line for line in wanted if line != GAP and not any(_fits(line, one) for one in lines)]
    what = (
        "\n".join(f"  not in the output: {line}" for line in absent)
        or "  the lines are there, in another order or with more lines between them"
    )
    return f"{what}\n  the output is:\n" + "\n".join(f"    {line}" for line in real.splitlines())


def _lines(text: str) -> list[str]:
    lines = (" ".join(_NUMBER.sub("0", _ID.sub("0", line)).split()) for line in text.splitlines())
    return [line for line in lines if line and set(line) != {"─"}]


def _matches(wanted: Sequence[str], lines: Sequence[str]) -> bool:
    if not wanted:
        return not lines
    if wanted[0] == GAP:
        return any(_matches(wanted[1:], lines[at:]) for at in range(len(lines) + 1))
    return bool(lines) and _fits(wanted[0], lines[0]) and _matches(wanted[1:], lines[1:])


def _fits(wanted: str, line: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, wanted.split(GAP))), line) is not None
