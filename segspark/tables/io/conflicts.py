"""Translate a commit conflict of either library into one error, which a second run resolves."""

from collections.abc import Iterator
from contextlib import contextmanager

from delta import exceptions as of_spark
from deltalake.exceptions import CommitFailedError

from segspark.errors import CheckFailed, InfrastructureError
from segspark.tables.contracts.contract import Contract

LOST = (CommitFailedError, *(getattr(of_spark, name) for name in of_spark.__all__))


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
    except LOST as error:
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
