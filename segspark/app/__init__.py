"""Which flows run in which order, and the programs around them."""
