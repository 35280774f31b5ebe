"""The README's lines of Python run where no Java is, and import nothing of Spark."""

import re
import subprocess
import sys
from pathlib import Path

from api.test_workspace import CLONE, without_java
from api.tiny import SECOND, tiny
from builders import BUYERS, store_rows

from segspark.app.workspace import open_workspace
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake


def test_the_lines_start_no_java(tmp_path: Path) -> None:
    lake = Lake(open_workspace(tiny(tmp_path / "demo-workspace"), {}).lake)
    champions = {
        "scheme": "rfm",
        "segment_id": "rfm-1",
        "segment_key": "champions",
        "name_fr": "Champions",
        "name_en": "Champions",
    }
    store_rows(lake, gold.SEGMENT_REGISTRY, champions)
    # Who is in the rule of the README is in a segment that can be explained.
    member = {"segment_date": SECOND, "definition_version": "v2", "person_id": "joe", "branch_id": "buyers"}
    store_rows(lake, gold.SEGMENTS, {**member, "scheme": "rules", "segment_id": BUYERS, "segment_name": "Buyers"})
    (lines,) = re.findall(r"```python\n(.*?)```", (CLONE / "README.md").read_text("utf-8"), re.DOTALL)
    assert len([line for line in lines.splitlines() if line.strip()]) == 10
    code = lines.replace("2026-06-01", str(SECOND)) + (
        "\nimport sys\nprint([name for name in ('pyspark', 'py4j', 'delta') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=without_java(), capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    printed = done.stdout.splitlines()
    assert printed[0].startswith("Preview('n_order_365d >= 2 and days_since_order > 60'")
    assert printed[1] == "0"
    assert printed[2].startswith("rules: ")
    assert printed[-1] == "[]"
