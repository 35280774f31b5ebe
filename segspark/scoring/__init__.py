"""Scores computed by rule: RFM and engagement."""
