"""A workspace's own features, calculated once over made-up rows before its days are.

Their SQL runs as it is written. What Spark refuses of it, such as a text compared with a number, is then an error of the
configuration that names the feature, and ends no day in the middle.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from segspark.errors import ConfigError
from segspark.features.catalogue import build_catalogue
from segspark.features.engine.windows import with_derived
from segspark.features.feature import Catalogue
from segspark.pipeline.view import View
from segspark.tables.contracts import gold, silver
from segspark.tables.contracts.contract import Column
from segspark.tables.contracts.schema import ARROW_TYPES
from segspark.time import EPOCH_DAY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Type -> values of the rows; an amount is as large as amounts may be (sources/convert.py).
_VALUES: dict[str, tuple[Any, ...]] = {
    "string": ("", "a;b", "12"),
    "bigint": (0, -1, 10**14),
    "int": (0, -1, 2**31 - 1),
    "double": (0.0, -1.5, 1e12),
    "boolean": (True, False, True),
    "date": (date(2026, 5, 1), EPOCH_DAY, date(2026, 12, 31)),
    "timestamp": tuple(datetime(year, 5, 1, tzinfo=UTC) for year in (2026, 1970, 2026)),
    "array<string>": ([], ["a"], ["a", "b"]),
}
_QUOTED = re.compile(r"'([^']*)'")


def try_out(view: View, catalogue: Catalogue) -> None:
    """Calculate what a catalogue adds to the built-in one; nothing is done where it adds nothing.

    Raises:
        ConfigError: names each measure and derived feature that Spark refuses, and why.
    """
    refused = [*_refused_measures(view, catalogue), *_refused_derived(view, catalogue)]
    if refused:
        raise ConfigError("\n".join(refused))


def own_sql(catalogue: Catalogue, currency: str) -> dict[str, str]:
    """Measure or item -> the Spark SQL over an event that its workspace wrote."""
    built_in = build_catalogue(())
    found = {}
    for measure in catalogue.measures:
        if measure.name not in built_in.by_measure and (measure.where or measure.value != "1"):
            found[f"measure {measure.name}"] = (
                f"case when {_where(measure.where, currency)} then cast({measure.value} as bigint) end"
            )
    for kind in catalogue.items:
        if kind.name not in built_in.by_item:
            where = _where(kind.where, currency)
            found[f"measure {kind.name}"] = f"case when {where} then cast({kind.expression} as string) end"
    return found


def _where(condition: str | None, currency: str) -> str:
    text = (condition or "true").replace("{currency}", currency)
    # The value is calculated for every row, whatever the condition says of these.
    return f"coalesce({text}\n, false) or true"


def _refused_measures(view: View, catalogue: Catalogue) -> list[str]:
    own = own_sql(catalogue, view.settings.currency)
    if not own:
        return []
    # Attributes are asked for by the texts that the expressions hold.
    named = {text: "a;b" for sql in own.values() for text in _QUOTED.findall(sql)}
    events = _frame(view, (*silver.EVENTS.columns, Column("local_hour", "int", "", False)), named)
    return _refused(own, lambda chosen: events.selectExpr(*[f"{sql} as c{n}" for n, sql in enumerate(chosen.values())]))


def _refused_derived(view: View, catalogue: Catalogue) -> list[str]:
    own = {f"derived {d.name}": d.name for d in catalogue.derived if d.family == "own"}
    if not own:
        return []
    people = _frame(view, (*gold.FEATURES.columns, *catalogue.stored_columns()))
    return _refused(
        own, lambda chosen: with_derived(people, catalogue.narrowed(chosen.values())).select(*chosen.values())
    )


def _frame(view: View, columns: tuple[Column, ...], named: Mapping[str, str] = MappingProxyType({})) -> "DataFrame":
    """Made-up rows, the last one of nulls; maps hold ``named``."""
    made = {**_VALUES, "map<string,string>": ([], list(named.items()), [(name, "") for name in named])}
    return view.frame(pa.table({c.name: pa.array([*made[c.type], None], ARROW_TYPES[c.type]) for c in columns}))


def _refused(own: Mapping[str, str], asked: Callable[[Mapping[str, str]], "DataFrame"]) -> list[str]:
    if _error_of(own, asked) is None:
        return []
    errors = {label: _error_of({label: text}, asked) for label, text in own.items()}
    return [
        f"own features, {label}: Spark cannot calculate it: {error}. Write it so that every value of its columns gives a "
        "result or null, by the try_ functions."
        for label, error in errors.items()
        if error is not None
    ] or ["own features: Spark cannot calculate them together"]


def _error_of(own: Mapping[str, str], asked: Callable[[Mapping[str, str]], "DataFrame"]) -> str | None:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        _read_made_up(asked(own))
    except (PySparkException, Py4JError) as error:
        return str(error).splitlines()[0].rstrip(".")
    return None


def _read_made_up(frame: "DataFrame") -> None:
    """Calculate every row of a frame; there are as many as ``_frame`` makes up, a handful."""
    frame.collect()
