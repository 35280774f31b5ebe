"""How the rows of a contract's earlier versions become those of the present one, or why they cannot.

A table is rewritten step by step: version 1 to 2, 2 to 3. A contract whose version is raised gets an entry here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Upgrade:
    """One step of a table.

    Attributes:
        version: which the step begins with; it ends with the next one.
        rows: pure function from the rows of a file to those of the next version; None where ``why_not`` says why there is
            none.
        drops: columns that the next version does not have.
    """

    table: str
    version: int
    rows: "Callable[[pa.Table], pa.Table] | None" = None
    drops: tuple[str, ...] = ()
    why_not: str = ""


_WHOLE = (
    "version 1 kept whole records, of which this version keeps declared fields under hashes of the original; take the "
    "sources in again in a new lake"
)
UPGRADES: tuple[Upgrade, ...] = (
    Upgrade("bronze.records", 1, why_not=_WHOLE),
    Upgrade("bronze.quarantine", 1, why_not=_WHOLE),
    Upgrade("silver.events", 1, why_not="its fingerprints have no key; take the sources in again in a new lake"),
)
