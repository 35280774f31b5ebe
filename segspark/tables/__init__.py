"""Table contracts, and the only code that reads or writes tables."""
