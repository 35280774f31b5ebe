"""Every version that a contract has left behind has an answer: rows of the next one, or why there are none."""

from segspark.tables.contracts.catalogue import ALL, BY_NAME
from segspark.tables.contracts.upgrades import UPGRADES


def test_each_earlier_version_has_one_answer() -> None:
    expected = [(c.name, version) for c in ALL for version in range(1, c.version)]
    assert sorted((u.table, u.version) for u in UPGRADES) == sorted(expected)
    assert all((u.rows is None) == bool(u.why_not) for u in UPGRADES)
    # What a version drops is not what the next one has.
    assert [u.table for u in UPGRADES if set(u.drops) & set(BY_NAME[u.table].column_names)] == []
