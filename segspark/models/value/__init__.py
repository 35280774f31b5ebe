"""Customer value: how many orders are to come of a buyer, when, and for how much."""
