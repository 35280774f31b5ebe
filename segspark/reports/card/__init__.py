"""The card of a registered version: one page that a person reads once, and decides."""
