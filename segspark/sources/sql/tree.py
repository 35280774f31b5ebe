"""The text of an expression as a tree, with functions under the names that the user wrote."""

import sqlglot
from sqlglot import exp
from sqlglot.dialects.spark import Spark

from segspark.config.text_limits import why_too_large

MOST_CHARACTERS = 4_000
MOST_LEVELS = 100


class ExpressionError(ValueError):
    """The expression is not allowed; the text says why and what to write instead."""


class _Mapping(Spark):
    """Spark SQL whose functions keep their names, and whose CAST differs from TRY_CAST."""

    class Parser(Spark.Parser):
        STRICT_CAST = True
        FUNCTIONS = {}  # noqa: RUF012
        FUNCTION_PARSERS = {  # noqa: RUF012
            name: parser
            for name, parser in Spark.Parser.FUNCTION_PARSERS.items()
            if name in ("CAST", "TRY_CAST", "TRIM", "EXTRACT")
        }
        NO_PAREN_FUNCTIONS = {}  # noqa: RUF012


def parse(text: str, most: int = MOST_CHARACTERS) -> exp.Expression:
    """The tree of one expression.

    Args:
        most: characters that are allowed.

    Raises:
        ExpressionError: a syntax error, several statements, or an expression that is too long or too deep.
    """
    if len(text) > most:
        raise ExpressionError(f"an expression of {len(text):,} characters is too long; {most:,} are allowed")
    if (too_large := why_too_large(text)) is not None:
        raise ExpressionError(f"an expression is too large: {too_large}")
    try:
        statements = sqlglot.parse(text, dialect=_Mapping)
        kinds = {t.token_type for t in sqlglot.tokenize(text, dialect=_Mapping)}
        is_one = len(statements) == 1 and sqlglot.TokenType.SEMICOLON not in kinds
        tree = statements[0] if is_one else None
        levels = _levels(tree) if tree is not None else 0
    except sqlglot.errors.SqlglotError as error:
        reason = str(error).splitlines()[0]
        raise ExpressionError(f"{text!r} is no Spark SQL expression: {reason}") from None
    except RecursionError:
        levels, tree = MOST_LEVELS + 1, exp.Null()
    if levels > MOST_LEVELS:
        raise ExpressionError(f"an expression may be {MOST_LEVELS} levels deep, and {text[:40]!r}… is deeper")
    if tree is None:
        raise ExpressionError(f"{text!r} is not one Spark SQL expression")
    return tree


def _levels(tree: exp.Expression) -> int:
    deepest, here = 0, [tree]
    while here:
        deepest += 1
        here = [child for node in here for child in node.iter_expressions()]
    return deepest


def column_name(node: exp.Column) -> str:
    """The name as the file's fields are called: the parts of nested fields joined by dots."""
    return ".".join(part.name for part in node.parts)


def text_value(node: exp.Expression) -> str | None:
    """The value of a text literal; None for anything else.

    A backslash before a sign that it does not change stays, so `'\\d'` and `'\\\\d'` are the same regular expression.
    """
    if isinstance(node, exp.RawString):
        return str(node.this)
    if isinstance(node, exp.Concat):
        # Literals one after the other, as in 'it''s'.
        parts = [text_value(part) for part in node.expressions]
        return None if None in parts else "".join(map(str, parts))
    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else None


def quoted(text: str) -> str:
    """A text as a Spark SQL literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
