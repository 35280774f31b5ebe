"""The kinds of staged rows: enough to fill the tables, and records that meet by one number."""

import pytest

from segspark.sources.parsed import FILE_BITS, KINDS, record_number
from segspark.tables.contracts import bronze, privacy, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import ARROW_TYPES

# What the run stamps on rows as it writes them.
STAMPED = {"run_id", "key_epoch", "disposition", "replayed_by"}


def test_a_record_is_numbered_by_its_file_and_place_and_the_file_itself_comes_first() -> None:
    assert [record_number(0, -1), record_number(0, 0), record_number(0, 1)] == [0, 1, 2]
    assert record_number(3, 0) >> FILE_BITS == 3
    # The last place of a file is below the first of the next one.
    assert record_number(3, 2**FILE_BITS - 2) < record_number(4, -1)


@pytest.mark.parametrize(
    ("kind", "contract"),
    [
        ("records", bronze.RECORDS),
        ("refused", bronze.QUARANTINE),
        ("events", silver.EVENTS),
        ("orders", silver.ORDERS),
        ("lines", silver.ORDER_LINES),
        ("profiles", silver.PROFILES),
        ("consents", silver.CONSENTS),
        ("joined", silver.IDENTITY_LINKS),
        ("objections", silver.OBJECTIONS),
        ("identities", privacy.IDENTITIES),
    ],
)
def test_a_kind_fills_its_table(kind: str, contract: Contract) -> None:
    schema = KINDS[kind].schema
    wanted = {c.name: ARROW_TYPES[c.type] for c in contract.columns if c.name not in STAMPED}
    assert {name: schema.field(name).type for name in wanted} == wanted


def test_whatever_a_record_says_tells_which_record_and_how_much_else_it_says() -> None:
    for kind in ("events", "orders", "lines", "profiles", "consents"):
        assert {"record", "no", "n_says", "known_as_of"} <= set(KINDS[kind].schema.names), kind
    # By these an exception finds its row, in whatever kind.
    assert {"kind", "no", "record", "n_says", "verdict", "file"} == set(KINDS["exceptions"].schema.names)
