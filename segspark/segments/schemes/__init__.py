"""Schemes: the ways of segmenting the list, one file each."""
