"""Peak memory of this process and its children while something runs, from Linux's own counts."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def tree_bytes(root: int) -> int:
    """Proportional set size of a process and everything below it; JVMs apart, whose heap is set beforehand."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += parents.get(process, [])
        try:
            if (Path("/proc") / str(process) / "comm").read_text().strip() == "java":
                continue
            lines = (Path("/proc") / str(process) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


@contextmanager
def peak_memory(every_s: float = 0.05) -> Iterator[list[int]]:
    """A list whose only entry is the peak in bytes when the block has ended; 0 where /proc is missing."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.is_set():
            start = time.monotonic()
            peak[0] = max(peak[0], tree_bytes(os.getpid()))
            # To count a large process's pages takes long, and stops it from taking new ones meanwhile.
            time.sleep(max(every_s, 30 * (time.monotonic() - start)))

    thread = threading.Thread(target=watch, daemon=True)
    if Path("/proc/self/smaps_rollup").exists():
        thread.start()
    try:
        yield peak
    finally:
        done.set()
        if thread.is_alive():
            thread.join()
