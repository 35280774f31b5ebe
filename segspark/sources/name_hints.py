"""How the names of columns and fixed texts are written in a mapping, for messages about names that do not exist."""

import re
from collections.abc import Sequence

from segspark.purposes import PURPOSES
from segspark.sources.column_names import near_name
from segspark.sources.vocabulary import EVENT_TYPES, LINE_TYPES

MOST_NAMED = 40
_PLAIN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
# What an expression holds and the name of a column hardly ever: quotes, a call, a cast, a comparison.
_EXPRESSION = re.compile(r"['\"`,;]|\w\(|::|[<>=|]")
# Texts that the targets ask for, which stand bare in many first attempts.
_WORDS = frozenset((*PURPOSES, *EVENT_TYPES, *LINE_TYPES, "granted", "withdrawn", "female", "male"))


def as_written(name: str) -> str:
    """A column's name as an expression of the YAML writes it: in backquotes, and those in quotes, unless it is plain."""
    return name if _PLAIN.fullmatch(name) else f'"`{name}`"'


def maybe_column(text: str) -> str:
    """What to add to the error of an expression that may be meant as the bare name of a column; else empty."""
    is_name = not _EXPRESSION.search(text) or re.fullmatch(r"\w'[\w\s]+", text)
    return f" If this is the name of a column, write {as_written(text)}." if is_name and "`" in as_written(text) else ""


def lacking(missing: Sequence[str], there: Sequence[str]) -> str:
    """What to say of columns that the mapping names and a file does not have."""
    named = [name for name in there if name][:MOST_NAMED]
    texts = [name for name in missing if name in _WORDS]
    near = {name: near_name(name, there) for name in missing if name not in texts}
    hints = [f"{name} → {as_written(found)}" for name, found in near.items() if found]
    others = f"; there are {', '.join(named)}." if named else ", nor one like it (the first line may be no header)."
    said = [
        f"the mapping names {', '.join(missing)}, and there is no such column{others}",
        f"Did you mean {', '.join(hints)}?" if hints else "",
        "A fixed text stands in quotes of its own: " + ", ".join(f"\"'{text}'\"" for text in texts) + "."
        if texts
        else "",
        "A fixed text stands in quotes of its own, such as \"'x'\"." if not texts and not all(near.values()) else "",
    ]
    return " ".join(filter(None, said))
