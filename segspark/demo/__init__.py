"""A demo shop: data that a French fashion shop's systems would deliver, generated from a seed."""

# What is drawn unless asked otherwise: the report is there after some two minutes. `make demo-large` draws five times as
# many of both.
N_PEOPLE, N_RECORDS = 10_000, 200_000
