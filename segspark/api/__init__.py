"""The Python front door: ``segspark.open()`` and what it answers. It starts no JVM unless ``spark()`` is called."""
