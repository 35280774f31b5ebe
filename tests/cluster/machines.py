"""A Spark standalone cluster on loopback whose workers see nothing of what the driver writes, as machines do.

Each worker lives in a mount namespace of its own: the driver's folders, the other worker's and the clone's code are empty
there. What all of them have is what an image would bring: Java, Spark, the packages, the jars.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pyspark

TOP = Path(__file__).parents[2]
SPARK = Path(pyspark.__file__).parent
HOST = "127.0.0.1"
START_S = 90
# Of the master's and the workers' own JVMs, and of each executor.
DAEMON_MEMORY, EXECUTOR_MEMORY = "256m", "1g"


def why_not_apart() -> str | None:
    """Why no mount namespace can be made here; None if one can."""
    try:
        tried = subprocess.run(
            ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return "there is no unshare on this system"
    return None if tried.returncode == 0 else f"no mount namespace can be made here: {tried.stderr.strip()[-200:]}"


@dataclass
class Cluster:
    """
    Attributes:
        url: of the master.
        base: ``shared`` is seen by all, ``driver`` by the driver alone.
        workers: the processes of the two workers; what they start are executors.
    """

    url: str
    base: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def driver(self) -> Path:
        return self.base / "driver"

    def executors(self) -> list[int]:
        """Process ids of the executors, the eldest first."""
        return sorted(pid for worker in self.workers for pid in _executors_below(worker.pid))

    def lose_a_machine(self) -> int:
        """Kill a worker and its executors, as when a machine stops; the worker's process id."""
        worker = self.workers.pop()
        for pid in [worker.pid, *_executors_below(worker.pid)]:
            os.kill(pid, signal.SIGKILL)
        return worker.pid


@contextmanager
def cluster(base: Path, environ: dict[str, str], options: Sequence[str] = ()) -> Iterator[Cluster]:
    """A master and two workers with a core each.

    Args:
        base: a folder of this cluster's own.
        environ: what workers, and so executors, have in their environment besides the system's.
        options: Java options of master and workers, such as a secret that they share with the driver.
    """
    for name in ("shared", "driver", "worker-1", "worker-2"):
        (base / name).mkdir(parents=True, exist_ok=True)
    port = _free_port()
    url = f"spark://{HOST}:{port}"
    own = {
        **{name: os.environ[name] for name in ("PATH", "JAVA_HOME", "LANG") if name in os.environ},
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": DAEMON_MEMORY,
        "SPARK_DAEMON_JAVA_OPTS": " ".join(options),
        "SPARK_CONF_DIR": str(base / "shared"),
        "TZ": "UTC",
    }
    spark_class = str(SPARK / "bin" / "spark-class")
    with ExitStack() as running:
        web = _free_port()
        master = [spark_class, "org.apache.spark.deploy.master.Master", "--host", HOST, "--port", f"{port}", "--webui-port", f"{web}"]  # fmt: skip
        running.enter_context(_process(master, own, base / "master.log"))
        made = Cluster(url, base)
        # Of executors on one host Spark takes for granted that they see each other's disks.
        for name, other, host in (("worker-1", "worker-2", "127.0.0.2"), ("worker-2", "worker-1", "127.0.0.3")):
            home = base / name
            worker = [
                spark_class, "org.apache.spark.deploy.worker.Worker", "--host", host, "--webui-port", "0",
                "--cores", "1", "--memory", EXECUTOR_MEMORY, "--work-dir", str(home), url,
            ]  # fmt: skip
            hidden = [base / "driver", base / other, TOP / "segspark"]
            of_its_own = {**own, **environ, "SPARK_LOCAL_IP": host}
            of_its_own |= dict.fromkeys(("TMPDIR", "HOME", "SPARK_LOCAL_DIRS"), str(home))
            made.workers.append(
                running.enter_context(_process(apart(hidden, worker), of_its_own, base / f"{name}.log"))
            )
        _wait_for_workers(web, 2, base)
        yield made


def apart(hidden: Sequence[Path], command: Sequence[str]) -> list[str]:
    """The command in a mount namespace in which some folders are empty."""
    mounts = "".join(f'mount -t tmpfs tmpfs "{folder}" && ' for folder in hidden)
    return ["unshare", "-m", "--propagation", "private", "sh", "-c", f'{mounts}exec "$@"', "sh", *command]


@contextmanager
def _process(command: Sequence[str], environ: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        # It ends with this process, however that ends; executors end when their worker does.
        ended = ["setpriv", "--pdeathsig", "KILL", *command]
        process = subprocess.Popen(ended, env=environ, stdout=out, stderr=out)
    try:
        yield process
    finally:
        for pid in [*_executors_below(process.pid), process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def _wait_for_workers(port: int, wanted: int, base: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with suppress(OSError):
            page = urlopen(f"http://{HOST}:{port}/json/", timeout=5).read().decode()
            alive = re.search(r'"aliveworkers"\s*:\s*(\d+)', page)
            if alive and int(alive[1]) >= wanted:
                return
        time.sleep(0.2)
    logs = "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in base.glob("*.log"))
    raise TimeoutError(f"the cluster did not start within {START_S} s\n{logs}")


def _executors_below(process: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if b"CoarseGrainedExecutorBackend" in (entry / "cmdline").read_bytes() and process in _ancestors(entry):
                found.append(int(entry.name))
    return found


def _ancestors(entry: Path) -> set[int]:
    found: set[int] = set()
    while entry.name != "0":
        # The name of a program stands in brackets and may hold anything.
        parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        found.add(int(parent))
        entry = Path("/proc") / parent
    return found


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def environment_of_wheel(base: Path, wheel: Path) -> Path:
    """The Python of an environment with the wheel and the packages of this one; nothing of the clone is in its path."""
    folder = base / "shared" / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next((folder / "lib").glob("python3.*/site-packages"))
    # As a line of a .pth file: what that folder's own .pth files name, such as the clone, is not followed.
    packages = Path(pyspark.__file__).parents[1]
    (site / "packages.pth").write_text(f"{packages}\n")
    python = folder / "bin" / "python"
    uv = [str(Path(sys.executable).parent / "uv"), "pip", "install", "--quiet", "--no-deps", "--python", str(python)]
    subprocess.run([*uv, str(wheel)], check=True)
    return python
