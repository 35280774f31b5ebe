"""spark-submit jobs/doctor.py --config DIR/segspark.yaml"""

import sys

from segspark.cli.main import main

if __name__ == "__main__":
    sys.argv[1:1] = ["doctor"]
    main()
