"""A shop in a bucket, run by spark-submit on a cluster, and the same shop in a folder of one machine."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cluster.machines import HOST, SPARK, TOP, Cluster
from versions.rows import of_rows

from segspark.app.workspace import open_workspace
from segspark.demo.generate import copy_workspace, generate
from segspark.store import store_at
from segspark.tables.contracts import ops
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake

KEY = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="
# Small queries are planned and run once: the optimising compiler would cost more than all of them.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SETTINGS = {
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    "spark.driver.extraJavaOptions": QUICK,
    "spark.executor.extraJavaOptions": QUICK,
}
WAIT_S = 900


def jars() -> str | None:
    """Delta and the S3 connector, as ``make setup`` and ``make s3`` have fetched them; None if they are not here."""
    folder = Path(os.environ.get("SEGSPARK_JARS") or TOP / "jars")
    found = [*folder.glob("*.jar"), *(folder / "s3").glob("*.jar")]
    return ",".join(map(str, found)) if any("hadoop-aws" in jar.name for jar in found) else None


@dataclass
class Driver:
    """The machine that submits: its folder is seen by no worker.

    Attributes:
        python: of the environment with the wheel.
        seconds: what each submitted program took, by a name for it.
    """

    cluster: Cluster
    python: Path
    environ: Mapping[str, str]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.cluster.driver

    @property
    def packed(self) -> Path:
        return self.folder / "packed"

    def variables(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("JAVA_HOME", "LANG") if name in os.environ}
        own = {
            "PATH": f"{self.python.parent}:{SPARK / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder / "tmp"),
            "TZ": "UTC",
            "SPARK_HOME": str(SPARK),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_LOCAL_DIRS": str(self.folder / "spark"),
            "SPARK_CONF_DIR": str(self.cluster.base / "shared"),
            "PYSPARK_PYTHON": str(self.python),
            "SEGSPARK_JARS": os.environ.get("SEGSPARK_JARS") or str(TOP / "jars"),
        }
        for name in ("tmp", "spark"):
            (self.folder / name).mkdir(exist_ok=True)
        return {**kept, **own, **self.environ}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the wheel on this machine alone."""
        command = [str(self.python), "-m", "segspark", *words]
        return subprocess.run(
            command, env=self.variables(), cwd=self.folder, capture_output=True, text=True, check=False, timeout=WAIT_S
        )

    def command(self, program: str, config: Path, *words: str, **settings: str) -> list[str]:
        named = {**SETTINGS, **{name.replace("__", "."): value for name, value in settings.items()}}
        confs = [part for name, value in named.items() for part in ("--conf", f"{name}={value}")]
        if not self.packed.exists():
            assert self.run("pack", str(self.packed)).returncode == 0
        return [
            str(SPARK / "bin" / "spark-submit"), "--master", self.cluster.url,
            "--properties-file", f"{self.packed}/spark-cluster.conf", *confs, "--jars", jars() or "",
            "--py-files", f"{self.packed}/segspark.zip", f"{self.packed}/jobs/{program}.py",
            "--config", str(config), *words,
        ]  # fmt: skip

    def submit(
        self, program: str, config: Path, *words: str, on_line: Callable[[str], None] | None = None, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """spark-submit of a packed job.

        Args:
            on_line: told of each line of progress as it comes.
            settings: of Spark, with ``__`` for each dot.
        """
        begun, command = time.monotonic(), self.command(program, config, *words, **settings)
        with subprocess.Popen(
            command, env=self.variables(), cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            # Progress goes to either, as the version of Spark would have it.
            said: dict[str, list[str]] = {"out": [], "err": []}

            def follow(name: str, lines: object) -> None:
                for line in lines:  # type: ignore[attr-defined]
                    said[name].append(line)
                    if on_line is not None:
                        on_line(line)

            threads = [
                threading.Thread(target=follow, args=pair)
                for pair in (("out", running.stdout), ("err", running.stderr))
            ]
            for thread in threads:
                thread.start()
            code = running.wait(WAIT_S)
            for thread in threads:
                thread.join()
        self.seconds[f"{program} {' '.join(words)}"] = round(time.monotonic() - begun, 1)
        return subprocess.CompletedProcess(command, code, "".join(said["out"]), "".join(said["err"]))

    def killed_at(self, stage: str, program: str, config: Path, *words: str) -> bool:
        """Submit, and kill the driver when a stage is reported; whether it came so far."""
        killed = []

        def kill(line: str) -> None:
            if not killed and line.split()[1:2] == [stage]:
                killed.extend(_processes_of(self.packed))
                for pid in killed:
                    os.kill(pid, signal.SIGKILL)

        self.submit(program, config, *words, on_line=kill)
        return bool(killed)


def _processes_of(packed: Path) -> list[int]:
    """The driver: the JVM of spark-submit and the Python that it started, both of which name the packed folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if f"{packed}/jobs/".encode() in words:
                found.append(int(entry.name))
    return found


def make_shop(folder: Path, people: int, events: int, as_of: date) -> Path:
    """A small demo shop in a folder."""
    copy_workspace(folder)
    generate(open_workspace(folder, {}).folder, people=people, events=events, months=6, as_of=as_of, seed=5)
    return folder


def into_bucket(folder: Path, copy: Path, bucket: str) -> Path:
    """A copy of a workspace whose lake and deliveries lie in a bucket."""
    shutil.copytree(folder, copy)
    settings = (copy / "segspark.yaml").read_text()
    assert "lake: ./lake" in settings
    (copy / "segspark.yaml").write_text(settings.replace("lake: ./lake", f"lake: {bucket}/lake"))
    for path in (copy / "sources").glob("*.yaml"):
        path.write_text(path.read_text().replace("../data/", f"{bucket}/deliveries/"))
    deliver(copy / "data", bucket)
    shutil.rmtree(copy / "data")
    return copy


def deliver(data: Path, bucket: str) -> None:
    there = store_at(f"{bucket}/deliveries")
    for path in data.rglob("*"):
        if path.is_file():
            there.replace(path.relative_to(data).as_posix(), path.read_bytes())


# What is said of the runs and places themselves: a killed day has begun twice, and a file has another address.
WITHIN = {
    ops.RUNS.name: ("flow", "as_of_date", "state"),
    ops.FILE_HASHES.name: ("file_id", "size_bytes"),
}


def rows_of_lake(lake: str | Path) -> dict[str, dict[str, str]]:
    """Table -> column -> digest of its values, without what varies with the run."""
    opened = Lake(str(lake))
    tables = {contract.name: opened.read_small(contract) for contract in ALL if opened.exists(contract)}
    for name, columns in WITHIN.items():
        tables[name] = tables[name].group_by(list(columns)).aggregate([])
    return {name: of_rows(table) for name, table in tables.items()}
