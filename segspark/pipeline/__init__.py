"""What a flow is, how it runs, and the record of runs."""
