"""MLflow's pages for a workspace: its server, on this machine alone, for as long as somebody looks."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from segspark.config.models import Mlflow, Workspace
from segspark.errors import ConfigError, GateClosed, InfrastructureError
from segspark.models.mlflow_store import is_there

HOST = "127.0.0.1"
# Its imports take seconds, on a busy machine many.
_LONGEST_START_S = 120.0
_STDERR = 2
_LONGEST_END_S = 10.0


def serve(workspace: Workspace, port: int | None, tell: Callable[[str], None]) -> None:
    """Run MLflow's server until Ctrl-C or SIGTERM.

    Args:
        port: a free one if there is none.
        tell: gets the address once the server answers.

    Raises:
        GateClosed: nothing was trained yet.
        ConfigError: the port is in use, or a server keeps the workspace's models.
        InfrastructureError: the server did not start.
    """
    config = workspace.mlflow
    if config.tracking_uri.startswith(("http", "databricks", "uc")):
        raise ConfigError(f"A server keeps the models of this workspace; open {config.tracking_uri}.")
    if not is_there(config):
        raise GateClosed("There are no models yet. Run: segspark run train --as-of DATE")
    chosen = _free(port)
    # A group of its own, because the server starts processes that must end with it; its words are not the address.
    child = subprocess.Popen(_command(chosen), env=_environment(config), start_new_session=True, stdout=_STDERR)
    try:
        with _interrupted_by_sigterm(), suppress(KeyboardInterrupt):
            _wait_for(child, chosen)
            tell(f"http://{HOST}:{chosen}")
            child.wait()
            raise InfrastructureError(f"MLflow's server has ended by itself (exit code {child.returncode}).")
    finally:
        _end(child)


def _command(port: int) -> list[str]:
    # A page of another site cannot reach it under a name of its own.
    allowed = ",".join(f"{host}:{port}" for host in (HOST, "localhost"))
    options = ["--host", HOST, "--port", str(port), "--workers", "1", "--allowed-hosts", allowed]
    return [sys.executable, "-m", "mlflow", "server", *options, "--no-serve-artifacts"]


def _environment(config: Mlflow) -> Mapping[str, str]:
    """The store's address may hold a password, so it is in no list of processes."""
    return {
        **os.environ,
        "MLFLOW_BACKEND_STORE_URI": config.tracking_uri,
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": config.artifact_location,
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }


def _free(port: int | None) -> int:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port or 0))
        except OSError:
            raise ConfigError(f"Port {port} of this machine is in use; name another one, or none.") from None
        chosen: int = tried.getsockname()[1]
    return chosen


def _wait_for(child: "subprocess.Popen[bytes]", port: int) -> None:
    # A proxy of the environment does not know this machine's own address.
    opener, end = build_opener(ProxyHandler({})), time.monotonic() + _LONGEST_START_S
    while time.monotonic() < end and child.poll() is None:
        with suppress(URLError, OSError), opener.open(f"http://{HOST}:{port}/health", timeout=5):
            return
        time.sleep(0.2)
    raise InfrastructureError("MLflow's server did not start; its own words are above.")


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """SIGTERM ends a server in order, as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(child: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(_LONGEST_END_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
