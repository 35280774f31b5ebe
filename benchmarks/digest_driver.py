"""Several runs in one process, for scenario (b): started by the Python of the checkout under test.

    python digest_driver.py WORKSPACE daily:2010-12-02 daily:2010-12-03 train:2010-12-03

Prints one line of JSON for each run. The one place that knows where the command line's function lives.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any


def starter() -> Any:
    """What `segspark run` calls, before and after the modules moved."""
    try:
        from segspark.app.run import start
    except ImportError:
        from segspark.flows.start import start
    return start


def main() -> None:
    start = starter()
    workspace = Path(sys.argv[1])
    for run in sys.argv[2:]:
        flow, day = run.split(":")
        outcome = start(flow, workspace, date.fromisoformat(day))
        print("\n" + json.dumps({"run": run, "outcome": outcome}, default=str), flush=True)


if __name__ == "__main__":
    main()
