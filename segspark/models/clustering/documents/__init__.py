"""What a training of groups stores beside its model, one frozen value for each JSON file; nothing heavy is imported.

``groups.json`` (groups, their names, and the coarser groups around them), ``sweep.json`` (one row per k),
``tree.json``, ``map.json``, ``preparation.json`` and ``features.json`` always exist, ``migration.json`` if there was a
previous model, ``rare.json`` if the scheme ``rare`` is made. None holds a person's id.

``to_json`` writes the stored form, ``from_json`` reads it and the forms that earlier versions stored: what they lack
is None or empty. These values are the definition of the format.
"""
