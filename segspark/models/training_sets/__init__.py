"""Training sets for a model of one's own: asked for by an outcome and days, stored by a flow, with a data card."""
