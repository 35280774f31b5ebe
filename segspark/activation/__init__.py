"""Activation: the last gate (who may be written to), and export files for senders."""
