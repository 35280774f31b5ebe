from segspark.reports.data import LedgerRow


def test_a_ledger_row_is_complete_when_its_dispositions_add_up():
    assert LedgerRow("crm", 10, 7, 1, 0, 0, 1, 1).is_complete
    assert not LedgerRow("crm", 10, 7, 1).is_complete
