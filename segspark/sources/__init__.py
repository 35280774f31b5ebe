"""Sources: one adapter per provider, all into one vocabulary (``vocabulary.py``)."""
