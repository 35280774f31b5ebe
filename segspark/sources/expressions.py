"""Spark SQL expressions over tables, whose columns have types: checked against an allow-list, and searched for columns.

The user's own text runs; parsing only decides whether it may. Expressions over the texts of a file are compiled
(``sql/compile.py``).
"""

from dataclasses import dataclass
from itertools import pairwise

import sqlglot
from sqlglot import exp

from segspark.config.text_limits import why_too_large
from segspark.near import did_you_mean
from segspark.sources.sql.regexes import groups_of
from segspark.sources.sql.tree import ExpressionError, parse, text_value

FUNCTIONS = frozenset(
    """abs ceil ceiling coalesce concat concat_ws date_add date_format date_sub date_trunc
    endswith floor format_number format_string from_unixtime get_json_object greatest if ifnull initcap instr
    isnull isnotnull json_array_length lcase least left length lower lpad ltrim map_keys md5 nullif nvl nvl2
    overlay regexp_count regexp_extract regexp_like regexp_replace regexp_substr repeat replace reverse right
    rlike round rpad rtrim sha2 split split_part startswith sign substr substring substring_index timestampadd
    timestampdiff timestamp translate trim try_add try_divide try_multiply try_subtract try_to_date try_to_number
    try_to_timestamp try_element_at ucase upper url_decode weekday xxhash64 year month day hour minute second
    quarter dayofweek date_diff datediff last_day""".split()
)
_WITH_PATTERN = frozenset(
    "regexp_extract regexp_replace regexp_substr regexp_count regexp_like rlike regexp split".split()
)
_STRUCTURE = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.And, exp.Or, exp.Not, exp.Xor,
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.In, exp.Between,
    exp.Like, exp.ILike, exp.RegexpLike, exp.Case, exp.If, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.DPipe,
    exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.Neg, exp.Var, exp.Escape, exp.Interval, exp.IntervalSpan, exp.Tuple,
    exp.Bracket, exp.Cast, exp.Coalesce, exp.Anonymous, exp.Func,
)  # fmt: skip


@dataclass(frozen=True)
class Expression:
    text: str
    columns: tuple[str, ...]


def parse_expression(text: str) -> Expression:
    """Check one expression and name the columns it reads.

    Raises:
        ExpressionError: a syntax error, or something outside of the allow-list.
    """
    if (too_large := why_too_large(text)) is not None:
        raise ExpressionError(f"an expression is too large: {too_large}")
    try:
        statements = sqlglot.parse(text, read="spark")
    except RecursionError:
        raise ExpressionError("an expression is too deep; compute in the source what it computes") from None
    except sqlglot.errors.SqlglotError as error:
        reason = str(error).splitlines()[0]
        raise ExpressionError(f"{text!r} is no Spark SQL expression: {reason}") from None
    tree = statements[0] if len(statements) == 1 else None
    if tree is None or sqlglot.TokenType.SEMICOLON in {t.token_type for t in sqlglot.tokenize(text, read="spark")}:
        raise ExpressionError(f"{text!r} is not one Spark SQL expression")
    tokens = sqlglot.tokenize(text, read="spark")
    names = _function_names(tokens)
    for kind in _casts(tokens):
        if kind != "string":
            raise ExpressionError(f"{text!r}: a cast that fails would end the run; write try_cast(… as {kind})")
    columns: dict[str, None] = {}
    for node in tree.walk():
        if isinstance(node, exp.Div):
            raise ExpressionError(f"{text!r}: a division by zero would end the run; write try_divide(a, b)")
        if not isinstance(node, _STRUCTURE):
            raise ExpressionError(f"{text!r}: {node.key} is not allowed here")
        if isinstance(node, exp.Bracket) and "[" in text:
            raise ExpressionError(f"{text!r}: a missing element would end the run; write split_part or try_element_at")
        if isinstance(node, exp.Column):
            columns[".".join(p.name for p in node.parts)] = None
    _check_patterns(text)
    unknown = sorted(names - FUNCTIONS)
    if unknown:
        hint = f"; {meant}" if (meant := did_you_mean(unknown[0], FUNCTIONS)) else ""
        raise ExpressionError(f"{text!r}: function {unknown[0]} is not on the allow-list{hint}")
    return Expression(text, tuple(columns))


def _check_patterns(text: str) -> None:
    """
    Raises:
        ExpressionError: a regular expression that Java does not read, or whose matching may never end.
    """
    for node in parse(text).walk():
        if isinstance(node, exp.RegexpLike):
            pattern = node.expression
        elif isinstance(node, exp.Anonymous) and str(node.this).lower() in _WITH_PATTERN and len(node.expressions) > 1:
            pattern = node.expressions[1]
        else:
            continue
        written = text_value(pattern)
        if written is None:
            raise ExpressionError(f"{text!r}: a regular expression must be a text in quotes")
        groups_of(written)


def _function_names(tokens: list[sqlglot.Token]) -> set[str]:
    """Names followed by a parenthesis, taken from the tokens because the parser renames functions."""
    keywords = {"in", "and", "or", "not", "when", "then", "else", "case", "as", "cast", "try_cast", "between", "like", "is",
                "decimal", "numeric", "char", "varchar", "rlike", "ilike", "end", "interval"}  # fmt: skip
    names = set()
    for token, following in pairwise(tokens):
        if following.text == "(" and token.text.replace("_", "a").isalnum() and not token.text[0].isdigit():
            quoted = token.token_type == sqlglot.TokenType.STRING
            if not quoted and token.text.lower() not in keywords:
                names.add(token.text.lower())
    return names


def _casts(tokens: list[sqlglot.Token]) -> list[str]:
    """The types of plain casts, in lower case, from the tokens: the parser does not tell CAST from TRY_CAST."""
    kinds, open_casts = [], []
    for before, token, following in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if token.text == "(":
            open_casts.append(before is not None and before.text.lower() == "cast")
        elif token.text == ")" and open_casts:
            open_casts.pop()
        elif token.text.lower() == "as" and following is not None and open_casts and open_casts[-1]:
            kinds.append(following.text.lower())
    return kinds
