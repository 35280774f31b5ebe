"""The order of the flows, and the programs around them."""
