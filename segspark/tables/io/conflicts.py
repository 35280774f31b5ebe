"""Translate a commit conflict of either library into one error, which a second run resolves."""

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
        first = str(error).strip().partition("\n")[0]
        raise InfrastructureError(
            f"{contract.name} was changed by another writer since its version {version} was read ({first}). "
            "Nothing was written; run again when the other one is done."
        ) from error


@contextmanager
def only_of(contract: Contract, span: str) -> Iterator[None]:
    """Wrap a write by Spark that replaces what a condition names.

    Raises:
        CheckFailed: instead of Spark's own error where a row lies outside of what is replaced.
    """
    try:
        yield
    except Exception as error:
        if any(word in str(error) for word in ("DELTA_REPLACE_WHERE_MISMATCH", "DELTA_VIOLATE_CONSTRAINT")):
            raise CheckFailed(
                f"{contract.name}: rows lie outside of what is to be replaced (replaceWhere {span})."
            ) from error
        raise
