"""All tables, by name."""

from segspark.tables.contracts import bronze, gold, ops, privacy, silver
from segspark.tables.contracts.contract import Contract

ALL: tuple[Contract, ...] = (*bronze.TABLES, *privacy.TABLES, *silver.TABLES, *gold.TABLES, *ops.TABLES)
BY_NAME: dict[str, Contract] = {c.name: c for c in ALL}
