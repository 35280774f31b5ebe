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
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nstrict = true\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run([*command, "-c", USES], cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [
        line.split(":")[1] for line in done.stdout.splitlines() if line.startswith("<string>") and "error:" in line
    ]
    assert lines == ["6", "7", "8"], done.stdout
