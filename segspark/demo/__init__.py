"""A demo shop: what a French fashion shop's systems would deliver, drawn from a seed."""
