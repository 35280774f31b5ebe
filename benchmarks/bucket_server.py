"""An S3 server on loopback with one bucket, for benchmarks and tests of stores.

It is a process of its own: delta-rs waits for some answers without letting other threads of its process run.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from urllib.request import Request, urlopen

BUCKET = "lakes"
HOST = "127.0.0.1"
LOG, DIGESTS, LEASE = "_delta_log", "_digests", "_lease"
# What no bucket is named: gives the counts since it was asked last.
COUNTS = "/-requests"
Counts = Counter[tuple[str, str, str]]


@contextmanager
def s3_server() -> Iterator[str]:
    """The server, named by the environment as a user would name one; gives the URL of its bucket."""
    words = [sys.executable, "-m", "benchmarks.bucket_server"]
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    with subprocess.Popen(
        words, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        address = f"http://{HOST}:{int(server.stdout.readline())}"
        os.environ |= {
            "AWS_ENDPOINT_URL": address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": uuid.uuid4().hex,
        }
        try:
            urlopen(Request(f"{address}/{BUCKET}", method="PUT")).close()
            yield f"s3://{BUCKET}"
        finally:
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                del os.environ[name]
            os.environ |= before
            server.kill()


def requests() -> Counts:
    """Requests since the last call: by method, table, and what of the table they are about."""
    with urlopen(os.environ["AWS_ENDPOINT_URL"] + COUNTS) as answer:
        return Counter({tuple(key): n for *key, n in json.load(answer)})  # type: ignore[misc]


def by(counts: Counts, *parts: int) -> dict[str, int]:
    """Counts by some parts of their keys: 0 the method, 1 the table, 2 the kind; most first."""
    found: Counter[str] = Counter()
    for key, n in counts.items():
        found[" ".join(key[at] for at in parts)] += n
    return dict(found.most_common())


def key_of(method: str, path: str, query: str) -> tuple[str, str, str]:
    given = parse_qs(query)
    is_list = method == "GET" and ("list-type" in given or "prefix" in given)
    below = [part for part in f"{path}/{given.get('prefix', [''])[0]}".split("/") if part][1:]
    kind = next((part for part in below if part in (LOG, DIGESTS, LEASE)), "files")
    # <lake>/<layer>/<table>/...
    table = "" if kind == LEASE else ".".join(below[1:3])
    return ("LIST" if is_list else method, table, kind)


def serve() -> None:
    """Serve until whoever started this ends."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    answer = DomainDispatcherApplication(create_backend_app)
    counts: Counts = Counter()
    one_at_a_time, one_put_at_a_time = threading.Lock(), threading.Lock()

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with one_at_a_time:
            if environ["PATH_INFO"] == COUNTS:
                start("200 OK", [("Content-Type", "application/json")])
                content = json.dumps([[*key, n] for key, n in counts.items()]).encode()
                counts.clear()
                return [content]
            counts[key_of(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"])] += 1
        # S3 answers a conditional put in one step. The server looks and then puts, in a thread for each request: in 500
        # rounds two such puts have both won four times.
        with one_put_at_a_time if environ["REQUEST_METHOD"] == "PUT" else nullcontext():
            answered: Iterable[bytes] = answer(environ, start)
        return answered

    server = make_server(HOST, 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve()
