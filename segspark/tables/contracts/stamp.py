"""The stamp of a table: its description says what a row is and by which version of the contract it was made.

The description is part of the table's metadata, so no row and no file changes with it.
"""

import re

from segspark.tables.contracts.contract import Contract

_VERSION = re.compile(r"Contract version (\d+)\.")


def stamp_of(contract: Contract) -> str:
    """The description that a new table gets."""
    return f"One row: {contract.grain}. Contract version {contract.version}."


def version_in(description: str | None) -> int | None:
    """The contract version that a table's description names; None if it names none."""
    found = _VERSION.search(description or "")
    return int(found[1]) if found else None
