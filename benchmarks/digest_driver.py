"""Many runs or many questions in one process of the checkout under test: a JVM's start costs more than most of them.

    python digest_driver.py run WORKSPACE daily:2010-12-02 daily:2010-12-03 train:2010-12-03
    python digest_driver.py ask QUESTIONS.json

Prints one line of JSON for each. The only place that knows where the function behind the command line lives.
"""

import contextlib
import io
import json
import runpy
import sys
from datetime import date
from pathlib import Path
from typing import Any


def starter() -> Any:
    """What `segspark run` calls, before and after the modules moved."""
    try:
        from segspark.app.run import run as start
    except ImportError:
        from segspark.flows.start import start
    return start


def run(workspace: Path, runs: list[str]) -> None:
    start = starter()
    for name in runs:
        flow, day = name.split(":")
        outcome = start(flow, workspace, date.fromisoformat(day))
        tell({"name": name, "outcome": outcome})


def ask(questions: list[tuple[str, list[str]]]) -> None:
    """Commands of the installed script, as if typed one after the other."""
    script = str(Path(sys.executable).with_name("segspark"))
    for name, args in questions:
        said = io.StringIO()
        sys.argv = [script, *args]
        code: Any = 0
        try:
            with contextlib.redirect_stdout(said):
                runpy.run_path(script, run_name="__main__")
        except SystemExit as end:
            code = end.code or 0
        tell({"name": name, "code": code, "text": said.getvalue()})


def tell(said: dict[str, Any]) -> None:
    print("\n" + json.dumps(said, default=str), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "run":
        run(Path(sys.argv[2]), sys.argv[3:])
    else:
        ask(json.loads(Path(sys.argv[2]).read_text()))
