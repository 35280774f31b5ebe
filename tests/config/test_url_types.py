"""The type checker holds what ``Url`` promises: nobody joins it to a path or opens it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
USES = """
from pathlib import Path
from segspark.config.url import Url

def use(lake: Url) -> None:
    lake / "gold"
    open(lake)
    Path(lake)
    str(lake)
"""


def test_a_place_of_a_lake_is_no_path_to_the_type_checker(tmp_path: Path) -> None:
    uses = tmp_path / "uses.py"
    uses.write_text(USES)
    # With the project's settings and what make check has kept of its modules: from nothing it takes a minute.
    command = [sys.executable, "-m", "mypy", str(uses)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [line.split(":")[1] for line in done.stdout.splitlines() if "uses.py" in line and "error:" in line]
    assert lines == ["6", "7", "8"], done.stdout
