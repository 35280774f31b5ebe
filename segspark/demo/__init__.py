"""A demo shop: data that a French fashion shop's systems would deliver, generated from a seed."""
