"""The last gate: who may be written to, and files for those who send."""
