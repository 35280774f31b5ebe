"""Two small tables, one with two partition columns and one without, and rows of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa

from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.ranges import DayFile, OverFiles

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
VISITS = Contract(
    name="silver.visits",
    grain="one visit",
    key=("person_id", "visit_date"),
    partition_by=("visit_date", "site"),
    columns=(
        required("person_id", "string", "Person"),
        optional("seconds", "bigint", "Time on the site"),
        optional("began_at", "timestamp", "First page"),
        required("visit_date", "date", "Day"),
        required("site", "string", "Site"),
    ),
)
BOXES = Contract(
    name="silver.boxes",
    grain="one box",
    key=("box",),
    columns=(required("box", "string", "Name"), optional("n", "bigint", "Toys in it")),
)
BEGAN = datetime(2026, 5, 1, 10, tzinfo=UTC)


def visits(*rows: tuple[str, int | None, int, str]) -> pa.Table:
    people, seconds, days, sites = zip(*rows, strict=True)
    return pa.table(
        {
            "person_id": pa.array(people, pa.string()),
            "seconds": pa.array(seconds, pa.int64()),
            "began_at": pa.array([BEGAN] * len(rows), pa.timestamp("us", tz="UTC")),
            "visit_date": pa.array([MAY[d] for d in days], pa.date32()),
            "site": pa.array(sites, pa.string()),
        }
    )


def boxes(*names: str | None) -> pa.Table:
    return pa.table({"box": pa.array(names, pa.string()), "n": pa.array(range(len(names)), pa.int64())})


@dataclass(frozen=True)
class Named(OverFiles):
    """Gives the names of the files that it was given."""

    paths: tuple[DayFile, ...]

    @property
    def files(self) -> dict[str, tuple[DayFile, ...]]:
        return {"paths": self.paths}

    def with_files(self, files: Mapping[str, Sequence[DayFile]]) -> "Named":
        return Named(tuple(files.get("paths", ())))

    def __call__(self, low: str, high: str) -> pa.Table:
        return pa.table({"low": [low], "names": [" ".join(f.path for f in self.paths)]})
