"""``python -m segspark``: the command line, also where no script was installed."""

from segspark.cli.main import main

main()
