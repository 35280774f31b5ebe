"""How large a text of SQL may be that people write: parsers descend into parentheses, and so do Spark's planner and our
own functions. Whoever exceeds a limit gets an error; without limits it would be a traceback of the recursion."""

# Real conditions have less than ten levels and some hundred words. A level costs the parser some twenty calls, of the
# thousand that Python allows.
MAX_LEVELS = 20
MAX_WORDS = 10_000
MAX_CHARACTERS = 200_000
_OPEN, _CLOSE = {"(", "[", "{", "case"}, {")", "]", "}", "end"}
# Each takes what follows it, so that a row of them is as deep as it is long.
_PREFIX = {"not", "-", "+", "~", "!", "interval"}


def why_too_large(text: str) -> str | None:
    """What is too much of a text, with the limit; None if it can be parsed."""
    if len(text) > MAX_CHARACTERS:
        return f"it has {len(text):,} characters; the most are {MAX_CHARACTERS:,}"
    import sqlglot

    try:
        words = [token.text.lower() for token in sqlglot.tokenize(text, read="spark")]
    except sqlglot.errors.SqlglotError:
        # The parser says what is wrong.
        return None
    if len(words) > MAX_WORDS:
        return f"it has {len(words):,} words; the most are {MAX_WORDS:,}"
    deepest, level, row = 0, 0, 0
    for word in words:
        level += (word in _OPEN) - (word in _CLOSE and level > 0)
        row = row + 1 if word in _PREFIX else 0
        deepest = max(deepest, level + row)
    if deepest > MAX_LEVELS:
        return f"it is {deepest} levels deep; the most are {MAX_LEVELS}"
    return None
