"""No direct identifier past the gateway: canaries in every place of every provider's records.

Each canary is planted in one place of one record, the record goes through the whole gateway, and what the gateway
staged is read back from its Parquet files. The sealed column of the vault is the only one that may hold it, encrypted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest
from sources.in_process import Rows, stage
from sources.places import LEAKS, RECORDS, Canary, Place, Record, canary


def content(rows_by_kind: Rows) -> str:
    """Every decoded value of every staged file but the sealed ones."""
    return "\n".join(
        f"{column}={value}"
        for rows in rows_by_kind.values()
        for row in rows
        for column, value in row.items()
        if column != "sealed"
    )


@dataclass(frozen=True)
class Case:
    place: Place
    identifier: str
    outcome: str
    canary: Canary
    record: Record

    @property
    def is_kept_out(self) -> bool:
        """Whether the gateway keeps the canary out today."""
        if self.identifier == "email":
            return self.outcome not in self.place.leaks.split()
        safe = {"accepted": self.place.safe, "ignored": self.place.ignored_safe}.get(self.outcome, "")
        return self.identifier in safe.split()


@lru_cache
def cases(provider: str) -> tuple[Case, ...]:
    _, base, places = RECORDS[provider]
    asked = [(p, i, o) for p in places for i in p.holds.split() for o in p.outcomes.split()]
    made = []
    for n, (place, identifier, outcome) in enumerate(asked):
        token = canary(identifier, n)
        made.append(Case(place, identifier, outcome, token, place.put(base(outcome, place.word), token.value)))
    return tuple(made)


@lru_cache
def staged_cases(provider: str) -> tuple[dict[int, str], str]:
    """What became of each record, by its place in the file, and all that was staged."""
    staged = stage(RECORDS[provider][0], *[case.record for case in cases(provider)])
    became = {row["position"]: "ignored" if row["is_ignored"] else "accepted" for row in staged["records"]}
    return became | {row["position"]: "refused" for row in staged["refused"]}, content(staged)


def canaries() -> Iterator[Any]:
    for provider in RECORDS:
        for n, case in enumerate(cases(provider)):
            mark = pytest.mark.xfail(strict=True, raises=pytest.fail.Exception, reason=LEAKS)
            name = f"{provider}-{case.outcome}-{case.place.name}-{case.identifier}"
            yield pytest.param(provider, n, marks=() if case.is_kept_out else mark, id=name)


@pytest.mark.parametrize("provider", RECORDS)
def test_every_case_takes_the_way_that_it_says(provider: str) -> None:
    expected = {n: {"test": "refused"}.get(case.outcome, case.outcome) for n, case in enumerate(cases(provider))}
    assert staged_cases(provider)[0] == expected


@pytest.mark.parametrize(("provider", "n"), canaries())
def test_no_direct_identifier_is_staged(provider: str, n: int) -> None:
    case = cases(provider)[n]
    if case.canary.core in staged_cases(provider)[1]:
        # Without a traceback: pytest would spend a fifth of a second on that of every known leak.
        pytest.fail(f"{case.identifier} stands in what was staged of {case.place.name}", pytrace=False)
