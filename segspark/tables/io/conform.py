"""Frames in the shape of a contract, before they are written."""

import json

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from segspark.errors import CheckFailed
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import schema_json


def schema_of(contract: Contract) -> T.StructType:
    return T.StructType.fromJson(json.loads(schema_json(contract)))


def conform(contract: Contract, frame: DataFrame) -> DataFrame:
    """Exactly the contract's columns and types; missing columns are null if the contract allows it.

    Raises:
        CheckFailed: a required column is missing.
    """
    missing = [c.name for c in contract.columns if c.required and c.name not in frame.columns]
    if missing:
        raise CheckFailed(f"{contract.name} needs {missing}; the frame has {sorted(frame.columns)}.")
    fields = schema_of(contract).fields
    if [(f.name, f.dataType) for f in frame.schema.fields] == [(f.name, f.dataType) for f in fields]:
        # Even a no-op cast costs JVM calls for every column.
        return frame
    return frame.select(
        *[(F.col(f.name) if f.name in frame.columns else F.lit(None)).cast(f.dataType).alias(f.name) for f in fields]
    )
