"""Servers of stores on loopback, for benchmarks and slow tests: HDFS and Azure's. ``make servers`` fetches them.

Each is a process of its own, and is named by the environment as a user would name one.
"""

import base64
import hashlib
import hmac
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from urllib.request import Request, urlopen

SERVERS = Path(os.environ.get("SEGSPARK_SERVERS") or Path(__file__).parents[1] / ".servers")
HOST, CONTAINER = "127.0.0.1", "lakes"
PATIENCE_S = 90
# Known to everybody: of Azure's emulator.
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2021-08-06"
LOG4J = """log4j.rootLogger=ERROR, A
log4j.appender.A=org.apache.log4j.ConsoleAppender
log4j.appender.A.target=System.err
log4j.appender.A.layout=org.apache.log4j.PatternLayout
"""


class NotHere(Exception):
    """The server was not fetched."""


@contextmanager
def hdfs_server(scratch: Path) -> Iterator[str]:
    """A name node and a data node in one JVM; gives the URL of its root."""
    jars = SERVERS / "hdfs"
    if not list(jars.glob("hadoop-minicluster-*.jar")):
        raise NotHere("no HDFS here; run: make servers")
    port, web = _free_port(), _free_port()
    (scratch / "log4j.properties").write_text(LOG4J)
    said = scratch / "details.json"
    words = ["java", "-Xmx400m", f"-Dtest.build.data={scratch}/data", "-cp", f"{scratch}:{jars}/*"]
    cluster = ["org.apache.hadoop.mapreduce.MiniHadoopClusterManager", "-nomr", "-format", "-datanodes", "1"]
    where = ["-nnport", str(port), "-nnhttpport", str(web), "-writeDetails", str(said)]
    with _running([*words, *cluster, *where], scratch, lambda: said.exists() and said.stat().st_size > 0):
        yield f"hdfs://{HOST}:{port}"


@contextmanager
def azure_server(scratch: Path) -> Iterator[str]:
    """Azurite with one container; gives its URL."""
    program = SERVERS / "azure" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    if not program.exists():
        raise NotHere("no Azurite here; run: make servers")
    port = _free_port()
    words = ["node", str(program), "--silent", "--inMemoryPersistence", "--skipApiVersionCheck"]
    environ = {"AZURE_STORAGE_USE_EMULATOR": "true", "AZURITE_BLOB_STORAGE_URL": f"http://{HOST}:{port}"}
    with _running([*words, "--blobHost", HOST, "--blobPort", str(port)], scratch, lambda: _answers(port)):
        os.environ |= environ
        try:
            _make_container(port)
            yield f"abfss://{CONTAINER}@{ACCOUNT}.dfs.core.windows.net"
        finally:
            for name in environ:
                del os.environ[name]


@contextmanager
def _running(words: Sequence[str], scratch: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    with (
        (scratch / "server.log").open("wb") as log,
        subprocess.Popen(words, cwd=scratch, stdout=log, stderr=log) as server,
    ):
        try:
            end = time.monotonic() + PATIENCE_S
            while not is_ready():
                if server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((scratch / "server.log").read_text()[-2000:])
                time.sleep(0.2)
            yield
        finally:
            server.kill()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex((HOST, port)) == 0


def _make_container(port: int) -> None:
    date = formatdate(usegmt=True)
    path = f"/{ACCOUNT}/{CONTAINER}"
    signed = f"PUT{chr(10) * 12}x-ms-date:{date}\nx-ms-version:{VERSION}\n/{ACCOUNT}{path}\nrestype:container"
    digest = hmac.new(base64.b64decode(ACCOUNT_KEY), signed.encode(), hashlib.sha256).digest()
    headers = {
        "x-ms-date": date,
        "x-ms-version": VERSION,
        "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}",
    }
    urlopen(Request(f"http://{HOST}:{port}{path}?restype=container", method="PUT", headers=headers)).close()
