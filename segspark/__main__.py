"""``python -m segspark`` is ``segspark``, where the program is not in the path, as in a job of a cluster."""

from segspark.cli.main import main

main()
