"""What is larger than usual: one function a limit, which gives the figures that ``results/limits.json`` keeps.

    python benchmarks/limits.py [--bytes 2200000000] [FORM ...]

Brings in one large file by the command line: JSON lines, CSV, or JSON lines in gzip. Its records are long, so that the
bytes are many and the rows few; some are broken, and one is longer than a task may hold. Memory is the peak that Linux
notes for each process, those of Python and the JVM apart.
"""

import argparse
import gzip
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parent / "results" / "limits.json"
WORKSPACE = "name: large\nlake: lake\nconsent: {assumed: [email_marketing, open_tracking, profiling]}\nsources: [sources/*.yaml]\n"
MAILS = "name: large\nkind: sendgrid\npath: ../data/*\nreceived: {from: file_name}\n"
ORDERS = """
name: large
kind: mapped
path: ../data/*
format: csv
time_zone: UTC
received: {from: file_name}
records:
  - target: orders
    identifier: {kind: email, value: email}
    columns: {order_id: id, ordered_at: at, amount: total}
"""
NOTE = "x" * 20_000
# Of one record, beyond what a task holds of a line.
LONG = 40_000_000


def record(key: str, figures: dict[str, Any]) -> None:
    """Write the figures of a limit beside those of the others."""
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    versions = {name: version(name) for name in ("pyspark", "pyarrow", "delta-spark")}
    known[key] = {**figures, "machine": machine, "versions": versions}
    RESULT.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


# One large file ----------------------------------------------------------------------------------------------------


def _mail(number: int) -> bytes:
    values = {
        "email": f"reader{number % 1_000}@example.com", "event": "delivered", "timestamp": 1_777_800_000 + number,
        "sg_event_id": f"e{number}", "sg_message_id": f"m{number}", "note": NOTE,
    }  # fmt: skip
    return json.dumps(values).encode()


def _order(number: int) -> bytes:
    return f'{number},2026-05-03 10:00:00,"reader{number % 1_000}@example.com",19.90,{NOTE}'.encode()


# Form -> name of the file, how it is opened, first line, a record, a broken one, and the source.
Form = tuple[str, Callable[..., Any], bytes, Callable[[int], bytes], bytes, str]
FORMS: dict[str, Form] = {
    "json": ("mails-2026-05-30.json", open, b"", _mail, b'{"email":', MAILS),
    "gzip": ("mails-2026-05-30.json.gz", gzip.open, b"", _mail, b'{"email":', MAILS),
    "csv": ("orders-2026-05-30.csv", open, b"id,at,email,total,note\n", _order, b'1,"2026', ORDERS),
}


def large_file(form: str, n_bytes: int, folder: Path, long: int = LONG) -> dict[str, Any]:
    """Bring in one file of so many bytes (inflated) in a folder of its own, which is removed.

    Returns:
        Records that were written and what became of them, seconds, and the peaks of memory in MB.
    """
    name, opener, _, _, _, source = FORMS[form]
    (folder / "sources").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "segspark.yaml").write_text(WORKSPACE)
    (folder / "sources" / "large.yaml").write_text(source)
    written = {"good": 0, "broken": 0}
    with opener(folder / "data" / name, "wb") as file:
        for part in _content(form, n_bytes, long, written):
            file.write(part)
    done = measured(folder, "run", "ingest", "--json", "--as-of", "2026-06-01")
    shutil.rmtree(folder)
    return {"bytes": n_bytes, "written": written, **done}


def measured(folder: Path, *command: str) -> dict[str, Any]:
    """Run a command of segspark in a workspace.

    Returns:
        Its exit code, what it told (JSON, or the end of its error), seconds, and the peaks of memory in MB.
    """
    start = time.monotonic()
    program = [sys.executable, "-c", "from segspark.cli.main import main; main()"]
    process = subprocess.Popen(
        [*program, *command, "--config", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    peaks: dict[str, int] = {"python": 0, "java": 0}
    watching = threading.Thread(target=_watch, args=(process, peaks), daemon=True)
    watching.start()
    out, err = process.communicate()
    watching.join()
    seconds = time.monotonic() - start
    told = json.loads(out) if process.returncode == 0 else err.decode()[-2_000:]
    return {
        "exit_code": process.returncode, "told": told, "seconds": round(seconds, 1),
        "peak_mb": {name: round(peak / 1024) for name, peak in peaks.items()},
    }  # fmt: skip


def _content(form: str, n_bytes: int, long: int, written: dict[str, int]) -> Iterator[bytes]:
    _, _, header, make, broken, _ = FORMS[form]
    yield header
    left = n_bytes - len(header)
    while left > 0:
        number = written["good"]
        line = make(number) + b"\n"
        written["good"] += 1
        left -= len(line)
        yield line
        if number in (10, 1_000):
            written["broken"] += 1
            left -= len(broken) + 1
            yield broken + b"\n"
        elif number == 20:
            written["broken"] += 1
            left -= long + 1
            yield b"y" * long + b"\n"


def _watch(process: "subprocess.Popen[bytes]", peaks: dict[str, int]) -> None:
    """The highest peak of the processes below one, in kB."""
    while process.poll() is None:
        for below in _tree(process.pid):
            with suppress(OSError):
                word = "java" if (below / "comm").read_text().strip() == "java" else "python"
                for line in (below / "status").read_text().splitlines():
                    if line.startswith("VmHWM:"):
                        peaks[word] = max(peaks[word], int(line.split()[1]))
        time.sleep(0.2)


def _tree(root: int) -> list[Path]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            parents.setdefault(int(parent), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(Path("/proc") / str(pid))
        waiting += parents.get(pid, [])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("forms", nargs="*", default=[], help=", ".join(FORMS))
    parser.add_argument("--bytes", type=int, default=2_200_000_000)
    asked = parser.parse_args()
    for form in asked.forms or FORMS:
        with tempfile.TemporaryDirectory(prefix="limits-") as scratch:
            figures = large_file(form, asked.bytes, Path(scratch) / "w")
        print(form, json.dumps(figures), flush=True)
        record(f"one_file_{form}", figures)


if __name__ == "__main__":
    main()
