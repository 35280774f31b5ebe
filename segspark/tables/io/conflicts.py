"""Translate a commit conflict of either library into one error, which a second run resolves."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from deltalake.exceptions import CommitFailedError

from segspark.errors import CheckFailed, InfrastructureError
from segspark.tables.contracts.contract import Contract

# Delta's own exceptions, found by name: Python has classes of these names since Delta 4.1 only, and before that the
# JVM's exception with its full name in the text.
LOST = (
    "DeltaConcurrentModificationException",
    "ConcurrentWriteException",
    "MetadataChangedException",
    "ProtocolChangedException",
    "ConcurrentAppendException",
    "ConcurrentDeleteReadException",
    "ConcurrentDeleteDeleteException",
    "ConcurrentTransactionException",
)


def is_lost(error: Exception) -> bool:
    """Whether a commit failed because another writer came first."""
    if isinstance(error, CommitFailedError) or any(of.__name__ in LOST for of in type(error).__mro__):
        return True
    text = str(error)
    return any(f"io.delta.exceptions.{name}" in text for name in LOST)


@contextmanager
def translated(contract: Contract, version: int | None) -> Iterator[None]:
    """Wrap a commit.

    Args:
        version: of the table that was read.

    Raises:
        InfrastructureError: another writer came first; nothing of this commit is in the table.
    """
    try:
        yield
    except Exception as error:
        if not is_lost(error):
            raise
        raise lost(contract, version, str(error).strip().partition("\n")[0]) from error


def lost(contract: Contract, version: int | None, why: str) -> InfrastructureError:
    """The error of a commit that came second."""
    return InfrastructureError(
        f"{contract.name} was changed by another writer since its version {version} was read ({why}). "
        "Nothing was written; run again when the other one is done."
    )


@contextmanager
def refusals_told(contract: Contract, span: str = "") -> Iterator[None]:
    """Wrap a write by Spark.

    Args:
        span: the condition of what is replaced.

    Raises:
        CheckFailed: instead of Spark's own error, which prints the row, where a row lies outside of what is replaced or a
            rule of the table refuses it.
    """
    try:
        yield
    except Exception as error:
        if told := _refusal(contract, span, str(error)):
            # Not `from error`: its text holds the values of a row.
            raise CheckFailed(told) from None
        raise


# Spark's words for a rule of the table that rows or a write break. What follows the first line are the row's values.
_RULE = re.compile(r"\[(DELTA_\w*(?:CONSTRAINT|APPEND_ONLY|IDENTITY|GENERATED)\w*)\] ?(?P<words>[^\n]*)")
# A condition that a row breaks; what is replaced is one of them to Spark.
_CHECK = re.compile(r"(?P<words>CHECK constraint [^\n]*?) violated by row")


def _refusal(contract: Contract, span: str, text: str) -> str | None:
    found = _CHECK.search(text) or _RULE.search(text)
    words = found["words"].strip().rstrip(".") if found else ""
    if "DELTA_REPLACE_WHERE_MISMATCH" in text and (not words or contract.partition_by[0] in words):
        return f"{contract.name}: rows lie outside of what is to be replaced (replaceWhere {span})."
    if found is None:
        return None
    return (
        f"{contract.name}: the table refuses the rows: {words}. This rule is not of segspark's contract: take it from the "
        "table, or mend what breaks it."
    )
