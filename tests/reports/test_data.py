from segspark.reports.data import LedgerRow


def test_a_ledger_row_is_complete_when_its_dispositions_add_up():
    assert LedgerRow("crm", 10, 7, 1, 0, 0, 1, 1).is_complete
    assert not LedgerRow("crm", 10, 7, 1).is_complete


def test_every_disposition_counts_once_for_a_ledger_row():
    row = LedgerRow("crm", 63, accepted=1, duplicate=2, expired=4, ignored=8, withheld=16, quarantined=32)
    assert (row.n_disposed, row.is_complete) == (63, True)
