"""Opening a workspace's lake, whichever keeps its tables: a store, or a catalog."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from segspark.config.models import Workspace
from segspark.tables.lake import Lake, anybody

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from segspark.tables.io.spark_lake import SparkLake


def open_lake(
    workspace: Workspace, may_commit: Callable[[], None] = anybody, what: str = "", is_short: bool = True
) -> Lake:
    """The lake, without a session where its tables lie in a store; a catalog answers through Spark alone.

    Args:
        may_commit: as for ``Lake``.
        what: is done, for the session's name.
        is_short: as for ``session_for``.
    """
    if workspace.catalog:
        from segspark.spark.session import session_for

        return with_session(
            workspace, session_for(workspace, f"segspark {workspace.name} {what}", is_short), may_commit
        )
    return Lake(workspace.lake, may_commit, workspace.compatibility == "wide")


def with_session(
    workspace: Workspace, session: "SparkSession", may_commit: Callable[[], None] = anybody
) -> "SparkLake":
    """The lake and a session that reads and writes it."""
    if workspace.catalog:
        from segspark.tables.io.catalog_lake import CatalogLake

        return CatalogLake(workspace.catalog, workspace.lake, session, may_commit)
    from segspark.tables.io.spark_lake import SparkLake

    return SparkLake(workspace.lake, session, may_commit, workspace.compatibility == "wide")
