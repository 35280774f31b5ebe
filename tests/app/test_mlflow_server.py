"""MLflow's pages: on this machine alone, for as long as the command runs."""

import os
import signal
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from builders import make_workspace
from registry import Registry

from segspark.app.mlflow_server import HOST, serve
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed

CLONE = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def with_uri(workspace: Workspace, uri: str) -> Workspace:
    return workspace.model_copy(update={"mlflow": workspace.mlflow.model_copy(update={"tracking_uri": uri})})


def test_it_serves_on_loopback_until_it_is_asked_to_end(workspace: Workspace) -> None:
    Registry(workspace).register("churn", date(2026, 6, 1), "x")
    command = [sys.executable, "-m", "segspark", "mlflow", "--config", str(workspace.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CLONE) as child:
        assert child.stdout is not None
        address = child.stdout.readline().strip()
        try:
            assert address.startswith(f"http://{HOST}:")
            opener = build_opener(ProxyHandler({}))
            with opener.open(f"{address}/ajax-api/2.0/mlflow/registered-models/get?name=small_churn") as answer:
                assert b"move.000001" in answer.read()
            # A page of another site that makes its own name point here.
            with pytest.raises(HTTPError) as refused:
                opener.open(
                    Request(f"{address}/ajax-api/2.0/mlflow/experiments/search", headers={"Host": "evil.example"})
                )
            assert refused.value.code == 403
            port = int(address.rpartition(":")[2])
            assert listening(port) == {"0100007F"}
        finally:
            os.kill(child.pid, signal.SIGTERM)
        assert child.wait(30) == 0
    with pytest.raises(URLError):
        build_opener(ProxyHandler({})).open(address, timeout=5)


def listening(port: int) -> set[str]:
    """The addresses, as the kernel writes them, on which somebody listens on a port of this machine."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            continue
        for line in Path(table).read_text().splitlines()[1:]:
            address, its_port = line.split()[1].split(":")
            if int(its_port, 16) == port and line.split()[3] == "0A":
                found.add(address)
    return found


def test_where_nothing_was_trained_it_says_what_to_run(workspace: Workspace) -> None:
    with pytest.raises(GateClosed, match="segspark run train"):
        serve(workspace, None, print)


def test_a_server_that_is_there_is_named(workspace: Workspace) -> None:
    with pytest.raises(ConfigError, match=r"open http://127\.0\.0\.1:1"):
        serve(with_uri(workspace, "http://127.0.0.1:1"), None, print)


def test_a_port_in_use_is_refused(workspace: Workspace) -> None:
    Path(workspace.mlflow.tracking_uri.removeprefix("sqlite:///")).touch()
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} of this machine is in use"):
            serve(workspace, port, print)
