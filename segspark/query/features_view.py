"""gold.features_view: every feature of a person and day in any engine, the derived ones computed where they are read.

It is the definition of a view, generated from the workspace's features: stored columns, the profile of gold.people, and
the projections over both. A projection that an engine might compute otherwise is left out, and a comment says why.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from segspark.duck.functions import Dialect
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.features.feature import Catalogue, Derived
from segspark.query.duck.projections import TRINO, projection
from segspark.sources.sql.tree import parse

NAME = "features_view"
_MOST_CHARACTERS = 40_000
_KEYS = ("person_id", "as_of_date")


@dataclass(frozen=True)
class Engine:
    """How an engine writes a projection.

    Attributes:
        quote: the sign around names.
        head: the comments of columns stand in the head of the view.
    """

    quote: str
    written: Callable[[Derived], str]
    head: bool = False


def _spark(derived: Derived) -> str:
    return f"CAST(({derived.sql}) AS {derived.type})"


ENGINES: Mapping[str, Engine] = {
    "duckdb": Engine('"', lambda derived: projection(derived).node.sql(dialect=Dialect)),
    "athena": Engine('"', lambda derived: projection(derived, TRINO).node.sql(dialect="trino")),
    "catalog": Engine("`", _spark, head=True),
}


@dataclass
class View:
    """A view's text as it grows.

    Attributes:
        levels: projections that read only what the levels before have.
        comments: column -> what it says of a person.
        left_out: projection -> why.
    """

    levels: list[list[tuple[str, str]]] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def features_view(
    engine: str, catalogue: Catalogue, names: Mapping[str, str], features: Sequence[str], people: Collection[str]
) -> list[str]:
    """The lines that define the view.

    Args:
        names: how the engine calls ``features``, ``people`` and the view.
        features: columns of the stored gold.features, in their order.
        people: columns of the stored gold.people; none if there is no such table.
    """
    how = ENGINES[engine]
    profile = [c for c in people if c not in (*_KEYS, *features)]
    view = _built(how, (*catalogue.derived, *catalogue.of_profile), {*features, *profile})

    def quoted(name: str) -> str:
        return f"{how.quote}{name}{how.quote}"

    columns = [f"f.{quoted(c)}" for c in features] + [f"p.{quoted(c)}" for c in profile]
    text = f"SELECT {', '.join(columns)} FROM {names['features']} AS f"
    if profile:
        same = " AND ".join(f"f.{quoted(key)} = p.{quoted(key)}" for key in _KEYS)
        text += f" LEFT JOIN {names['people']} AS p ON {same}"
    for at, level in enumerate(view.levels):
        more = ",\n  ".join(f"{sql} AS {quoted(name)}" for name, sql in level)
        text = f"SELECT *,\n  {more}\nFROM ({text}) AS l{at}"
    lines = [f"-- {name} is left out: {why}" for name, why in view.left_out.items()]
    order = [*features, *profile, *(name for level in view.levels for name, _ in level)]
    if how.head:
        head = ", ".join(
            quoted(c) + (f" COMMENT {_text(view.comments[c])}" if c in view.comments else "") for c in order
        )
        return [*lines, f"CREATE OR REPLACE VIEW {names['view']} ({head}) AS {text};"]
    lines.append(f"CREATE OR REPLACE VIEW {names['view']} AS {text};")
    if engine == "duckdb":
        lines += [
            f"COMMENT ON COLUMN {names['view']}.{quoted(c)} IS {_text(words)};" for c, words in view.comments.items()
        ]
    return lines


def _built(how: Engine, projections: Sequence[Derived], there: set[str]) -> View:
    """The projections by what they need of one another."""
    view, level_of = View(), dict.fromkeys(there, -1)
    for derived in projections:
        read = {c.name for c in parse(derived.sql, _MOST_CHARACTERS).find_all(exp.Column)}
        if missing := sorted(read - set(level_of)):
            view.left_out[derived.name] = f"it reads {', '.join(missing)}, which no stored day has"
            continue
        try:
            sql = how.written(derived)
        except OnlyBySpark as error:
            view.left_out[derived.name] = str(error).partition(": ")[2]
            continue
        level = 1 + max((level_of[name] for name in read), default=-1)
        while len(view.levels) <= level:
            view.levels.append([])
        view.levels[level].append((derived.name, sql))
        view.comments[derived.name], level_of[derived.name] = derived.describe, level
    return view


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
