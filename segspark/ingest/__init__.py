"""Raw files to bronze and silver: batches, dispositions, duplicates, lateness, opt-outs."""
