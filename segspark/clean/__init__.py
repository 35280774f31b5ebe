"""From parsed records to clean rows: duplicates, expiry, order totals. Fits nothing."""
