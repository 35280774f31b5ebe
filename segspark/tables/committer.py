"""Who commits to a table in a bucket: one library for each table, named by a property.

delta-rs puts a commit only where there is none of its number. Spark's log store looks first and then puts, so that of
two that come at once one commit is overwritten, and its rows are gone without a word. On a folder both put in one step.
"""

import deltalake

from segspark.config.url import scheme_of
from segspark.errors import GateClosed
from segspark.tables.contracts.contract import Contract
from segspark.tables.rules_of_table import why_spark_writes

PROPERTY = "segspark.committer"
DELTA_RS = "delta-rs"
SPARK = "delta-spark"


def of_new_table(url: str) -> dict[str, str]:
    """The property of a table that is made at a place."""
    return {PROPERTY: DELTA_RS} if scheme_of(url) else {}


def require_committer(contract: Contract, table: deltalake.DeltaTable, url: str, by: str | None = None) -> None:
    """Before anything is written to a table.

    Args:
        url: of the table's folder.
        by: who would commit; by default Spark where the table has rules that it alone keeps, else delta-rs.

    Raises:
        GateClosed: the table names another committer, or none.
    """
    if not scheme_of(url):
        return
    by = by or (SPARK if why_spark_writes(table) else DELTA_RS)
    named = table.metadata().configuration.get(PROPERTY)
    if named != by:
        said = f"names {named} as the one that commits to it" if named else "names nobody who commits to it"
        raise GateClosed(
            f"{contract.name} at {url} {said}, and this run would commit by {by}. In a bucket the two do not see each "
            f"other's commits, and one would be lost. Nothing was written. Let {by} alone write this table: stop every "
            f"other writer, then ALTER TABLE delta.`{url}` SET TBLPROPERTIES ('{PROPERTY}' = '{by}'), and run again."
        )
