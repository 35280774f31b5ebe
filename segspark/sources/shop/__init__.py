"""Adapters of this kind of provider."""
