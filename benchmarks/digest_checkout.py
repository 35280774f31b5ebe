"""The checkout under test, by its command line and nothing else."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from digest_read import KEY, Json

# A thread of a library that still runs while Python leaves aborts the process, now and then on a busy machine, after
# everything was said and stored; commit 461b527 does so too.
ABORTED, LEAVING = -6, "terminate called without an active exception"


@dataclass
class Checkout:
    """A checkout's ``segspark``, run as a user would: from its root, its environment first in the PATH."""

    segspark: Path
    log: Path
    seconds: dict[str, float] = field(default_factory=dict)
    # Commands that were done and died on leaving; told, not compared.
    aborted: list[str] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.segspark.parents[2]

    def commit(self) -> str:
        said = self._git("rev-parse", "HEAD")[:12]
        return f"{said}+changes" if self._git("status", "--porcelain", "-uno") else said

    def _git(self, *args: str) -> str:
        return subprocess.run(["git", *args], cwd=self.root, capture_output=True, text=True).stdout.strip()

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SEGSPARK", "PYTHON", "VIRTUAL_ENV"))}
        # The path of the package too: clones may share one environment, which is another clone's.
        return kept | {
            "PATH": f"{self.segspark.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(self.root),
            "SEGSPARK_KEY": KEY,
        }

    def check(self) -> None:
        """
        Raises:
            SystemExit: the environment runs the code of another checkout.
        """
        say = "import segspark; print(segspark.__file__)"
        python = self.segspark.parent / "python"
        found = subprocess.run(
            [python, "-c", say], env=self.environment(), cwd=self.root, capture_output=True, text=True
        )
        if not Path(found.stdout.strip() or "/").resolve().is_relative_to(self.root.resolve()):
            raise SystemExit(
                f"{self.segspark} runs {found.stdout.strip() or found.stderr}, not the code of {self.root}"
            )

    def cli(self, *args: str) -> tuple[int, str]:
        """One command; what it says on stderr goes to the log.

        Raises:
            SystemExit: it failed.
        """
        return self._run([str(self.segspark), *args], " ".join(args))

    def driver(self, *args: str) -> list[Json]:
        """What digest_driver.py told, run by the checkout's Python."""
        script = Path(__file__).with_name("digest_driver.py")
        what = f"{script.name} {' '.join(args)}"
        _, text = self._run([str(self.segspark.parent / "python"), str(script), *args], what)
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def _run(self, command: list[str], what: str) -> tuple[int, str]:
        start = time.monotonic()
        done = subprocess.run(command, cwd=self.root, env=self.environment(), capture_output=True, text=True)
        took = time.monotonic() - start
        with self.log.open("a") as log:
            log.write(f"\n$ {what}\n{done.stderr}{done.stdout}")
        self.seconds[what] = round(took, 1)
        print(f"  {took:6.1f} s  {what}", flush=True)
        code = done.returncode
        if code == ABORTED and LEAVING in done.stderr and done.stdout:
            self.aborted.append(what)
            print(f"           (aborted on leaving, its answer complete: {LEAVING})", flush=True)
            code = 0
        if code:
            raise SystemExit(f"`segspark {what}` ended with {code}; see {self.log}")
        return code, done.stdout
