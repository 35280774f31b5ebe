"""spark-submit jobs/backfill.py --config DIR/segspark.yaml --from 2026-05-01 --to 2026-05-31"""

import sys

from segspark.cli.main import main

if __name__ == "__main__":
    sys.argv[1:1] = ["run", "backfill"]
    main()
