"""An expression over text columns, compiled to Spark SQL that gives null where Spark would end the run."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from segspark.near import did_you_mean
from segspark.sources.sql import calls, operators
from segspark.sources.sql.combine import cast_to
from segspark.sources.sql.functions import BARE_WORDS, CASTS, CHANGING, FUNCTIONS, SPECIAL
from segspark.sources.sql.tree import ExpressionError, column_name, parse, quoted, text_value
from segspark.sources.sql.values import BOOLEAN, INTEGER, LIST, NOTHING, NUMBER, TEXT, Part, Writing, converted


@dataclass(frozen=True)
class Compiled:
    """A compiled expression.

    Attributes:
        sql: Spark SQL of the result as a text, or as a boolean for a condition.
        kind: what the result is, before it became a text.
        failed: Spark SQL that is true where a conversion failed; None if none can.
    """

    sql: str
    kind: str
    failed: str | None


def columns_of(text: str) -> tuple[str, ...]:
    """The columns that an expression reads.

    Raises:
        ExpressionError: it cannot be parsed.
    """
    tree = parse(text)
    units = {id(node) for call in tree.find_all(exp.Anonymous) for node in calls.unit_words(call)}
    return tuple(dict.fromkeys(column_name(c) for c in tree.find_all(exp.Column) if id(c) not in units))


def compile_expression(text: str, writing: Writing, sql_of: Callable[[str], str], kind: str = TEXT) -> Compiled:
    """One expression as Spark SQL of the wanted kind, a text or a boolean.

    Args:
        text: the user's Spark SQL.
        writing: how the file's columns are written.
        sql_of: column -> its Spark SQL.

    Raises:
        ExpressionError: something that is not allowed, or kinds that do not go together.
    """
    try:
        part = _Compiler(writing, sql_of).part(parse(text))
        if part.kind == LIST:
            raise ExpressionError("it gives a list; take one element of it by element_at(…, 1)")
        result = converted(part, kind, writing)
    except ExpressionError as error:
        said = str(error)
        raise ExpressionError(said if text[:40] in said else f"{text!r}: {said}") from None
    except RecursionError:
        raise ExpressionError(f"{text[:40]!r}… is too deep") from None
    return Compiled(result.sql, part.kind, result.failed)


class _Compiler:
    def __init__(self, writing: Writing, sql_of: Callable[[str], str]) -> None:
        self.writing, self._sql_of = writing, sql_of

    def part(self, node: exp.Expression) -> Part:
        """The compiled node.

        Raises:
            ExpressionError: it is of a kind that is not allowed.
        """
        literal = text_value(node)
        if literal is not None:
            return Part(quoted(literal), TEXT, value=literal)
        if isinstance(node, exp.Literal):
            kind = INTEGER if str(node.this).isdigit() and int(node.this) < 2**31 else NUMBER
            if not calls.NUMBER_LITERAL.fullmatch(str(node.this)):
                raise ExpressionError(f"the number {node.this} is written another way, such as 1500 or 0.5")
            return Part(str(node.this), kind, value=str(node.this))
        if isinstance(node, exp.Boolean):
            return Part("true" if node.this else "false", BOOLEAN)
        if isinstance(node, exp.Null):
            return Part("null", NOTHING)
        if isinstance(node, exp.Alias):
            raise ExpressionError(
                'a column whose name has a blank stands in backquotes, and the whole in quotes: "`a b`"'
            )
        if isinstance(node, exp.Paren):
            return self.part(node.this)
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Anonymous):
            return self._call(node)
        compiled = operators.OPERATORS.get(type(node))
        if compiled is None:
            raise ExpressionError(f"{node.key} is not allowed in a mapping")
        return compiled(self, node)

    def to(self, node: exp.Expression, kind: str) -> Part:
        """The node as another kind."""
        return converted(self.part(node), kind, self.writing)

    def _column(self, node: exp.Column) -> Part:
        name = column_name(node)
        if len(node.parts) == 1 and not node.this.quoted and name.lower() in BARE_WORDS:
            raise ExpressionError(
                f"{name} changes from run to run, and a mapping may not; a column of that name is written `{name}`"
            )
        return Part(self._sql_of(name), TEXT, is_column=True)

    def _call(self, node: exp.Anonymous) -> Part:
        name = str(node.this).lower()
        if name in CHANGING:
            raise ExpressionError(f"{name} changes from run to run, and a mapping may not")
        if name in CASTS and len(node.expressions) == 1:
            return cast_to(self, self.part(node.expressions[0]), CASTS[name], name, strict=True)
        if name in SPECIAL or calls.unit_words(node):
            return calls.SPECIAL_CALLS[name](self, name, node.expressions)
        function = FUNCTIONS.get(name)
        if function is None:
            hint = f"; {meant}" if (meant := did_you_mean(name, [*FUNCTIONS, *SPECIAL])) else ""
            raise ExpressionError(f"function {name} is not on the allow-list{hint}")
        return calls.call(self, name, function, node.expressions)
