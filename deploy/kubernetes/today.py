"""spark-submit today.py ZONE --config DIR/segspark.yaml: the daily run of the morning that it is in a time zone.

A schedule of Kubernetes starts the same words every day and cannot write a date. Whoever can names the day instead:
a run that is started again after midnight would else be one of another day.
"""

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from segspark.cli.main import main

if __name__ == "__main__":
    zone, *options = sys.argv[1:]
    sys.argv[1:] = ["run", "daily", "--as-of", f"{datetime.now(ZoneInfo(zone)):%Y-%m-%d}", *options]
    main()
