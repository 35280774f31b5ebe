"""Whether what became of a file is what its case asks for; the answer names the first difference."""

import hashlib
import hmac
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from corpus.bases import KINDS
from corpus.cases import Case, Verdict
from corpus.outcomes import Outcome, Record
from sources.in_process import KEY

# Of the run and not of the record, or only where a case names it.
NOT_COMPARED = frozenset(
    """source fingerprint event_date order_date received_at known_as_of record no n_says run_id attributes flags""".split()
)
_PERSONS = {"identifier_id": "identifier", "anonymous_id": "anonymous"}


def difference(case: Case, outcome: Outcome) -> str | None:
    """None if the case's verdict holds."""
    if outcome.ended:
        return f"the run ended by {outcome.ended}"
    if outcome.stopped:
        return None if case.stops else "the source was refused"
    if outcome.of_the_file:
        if case.of_the_file and not outcome.records and _reasons_fit(case.of_the_file, outcome.of_the_file):
            return None
        return f"the file was refused: {outcome.of_the_file}, {len(outcome.records)} records besides"
    if case.verdicts is None:
        return f"the file was taken: {_told(outcome.records)}"
    if len(case.verdicts) != len(outcome.records):
        return f"{len(case.verdicts)} records were delivered: {_told(outcome.records)}"
    for number, (verdict, record) in enumerate(zip(case.verdicts, outcome.records, strict=True)):
        wrong = _wrong(verdict, record)
        if wrong:
            return f"record {number}: {wrong}"
    return None


def _told(records: tuple[Record, ...]) -> str:
    return str([r.reasons or ("ignored" if r.ignored else "accepted") for r in records])


def _wrong(verdict: Verdict, record: Record) -> str | None:
    if record.reasons:
        if verdict.reasons and _reasons_fit(verdict.reasons, record.reasons):
            return None
        return f"refused for {record.reasons}"
    if record.ignored or verdict.ignored:
        return None if record.ignored == verdict.ignored else f"{'' if record.ignored else 'not '}ignored"
    if verdict.rows is None:
        return "accepted"
    if not _reasons_fit(verdict.flags, record.flags):
        return f"accepted with the flags {record.flags}"
    for kind in KINDS:
        wrong = _rows_differ(verdict.rows.get(kind, []), record.rows.get(kind, []))
        if wrong:
            return f"{kind}: {wrong}"
    return None


def _reasons_fit(expected: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Whether each reason is expected, and each expected one found; a code alone stands for any field."""
    patterns = [tuple(one.strip() for one in reason.split("|")) for reason in expected]
    return all(any(_fits(p, r) for p in patterns) for r in found) and all(
        any(_fits(p, r) for r in found) for p in patterns
    )


def _fits(pattern: tuple[str, ...], found: str) -> bool:
    code, _, field = found.partition(":")
    for one in pattern:
        expected, _, name = one.partition(":")
        if expected == code and (not name or field == name or field.endswith("." + name)):
            return True
    return False


def _rows_differ(expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> str | None:
    if len(expected) != len(found):
        return f"{len(found)} rows"
    for its, row in zip(expected, found, strict=True):
        for column, value in row.items():
            if column in NOT_COMPARED and column not in its:
                continue
            if column == "event_id" and not its.get(column) and str(value).startswith("h-"):
                continue
            name = _PERSONS.get(column, column)
            if not _equal(its.get(name), _written(value), is_person=column in _PERSONS):
                return f"{column} is {value!r}"
    return None


def _equal(expected: Any, found: Any, is_person: bool) -> bool:
    if expected is None or expected == "":
        return found is None
    if is_person:
        return found == pseudonym(expected)
    if isinstance(expected, str) and isinstance(found, str):
        return found in expected.split(" | ")
    return type(expected) is type(found) and expected == found


def pseudonym(identifier: str) -> str:
    """Of ``kind:normal form``, by the documented recipe and not by the program."""
    secret = hmac.digest(KEY.secret, b"identifier", "sha512")
    return hmac.new(secret, identifier.encode(), hashlib.sha256).hexdigest()[:32]


def _written(value: Any) -> Any:
    """A value as the tables of the corpus write it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, list):
        return dict(value)
    return value
