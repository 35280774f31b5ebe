"""spark-submit jobs/hourly.py --config DIR/segspark.yaml --as-of 2026-06-01"""

import sys

from segspark.cli.main import main

if __name__ == "__main__":
    sys.argv[1:1] = ["run", "hourly"]
    main()
