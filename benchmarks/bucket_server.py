"""An S3 server on loopback with one bucket, for benchmarks and tests of stores."""

import logging
import os
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs
from urllib.request import Request, urlopen

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUCKET = "lakes"
HOST = "127.0.0.1"
LOG, DIGESTS, LEASE = "_delta_log", "_digests", "_lease"


@contextmanager
def s3_server(see: Callable[[str, str, str], None] = lambda method, path, query: None) -> Iterator[str]:
    """The server, named by the environment as a user would name one; gives the URL of its bucket.

    Args:
        see: told method, path and query of every request.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    answer = DomainDispatcherApplication(create_backend_app)

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        see(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"])
        answered: Iterable[bytes] = answer(environ, start)
        return answered

    server = make_server(HOST, 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://{HOST}:{server.server_port}"
    before = dict(os.environ)
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
            os.environ.pop(name)
        os.environ |= {name: value for name, value in before.items() if name.startswith("AWS_")}
        server.shutdown()
        server.server_close()


class Requests:
    """Counts requests by method, table, and what of the table they are about."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self._one_at_a_time = threading.Lock()

    def see(self, method: str, path: str, query: str) -> None:
        given = parse_qs(query)
        is_list = method == "GET" and ("list-type" in given or "prefix" in given)
        below = [part for part in f"{path}/{given.get('prefix', [''])[0]}".split("/") if part][1:]
        kind = next((part for part in below if part in (LOG, DIGESTS, LEASE)), "files")
        # <lake>/<layer>/<table>/...
        table = "" if kind == LEASE else ".".join(below[1:3])
        with self._one_at_a_time:
            self.counts["LIST" if is_list else method, table, kind] += 1

    def by(self, *parts: int) -> dict[str, int]:
        """Counts by some parts of their keys: 0 the method, 1 the table, 2 the kind; most first."""
        found: Counter[str] = Counter()
        for key, n in self.counts.items():
            found[" ".join(key[at] for at in parts)] += n
        return dict(found.most_common())
