"""A stand-in for Google's store on loopback: a server of S3's protocol under Google's names of headers.

Google's XML interface, which obstore and delta-rs use, is close to S3's. The usual emulator of Google's store has none. So
this shows that our client's requests are right in form; what Google answers it cannot show. A process of its own.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

BUCKET, HOST = "lakes", "127.0.0.1"
SIGNED = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none"
VARIABLE = "GOOGLE_SERVICE_ACCOUNT_KEY"


@contextmanager
def google_server() -> Iterator[str]:
    """The server, named by the environment; gives the URL of its bucket."""
    words = [sys.executable, "-m", "benchmarks.google_server"]
    with subprocess.Popen(
        words, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        address = f"http://{HOST}:{int(server.stdout.readline())}"
        account = {"gcs_base_url": address, "disable_oauth": True}
        os.environ[VARIABLE] = json.dumps({**account, "client_email": "", "private_key": "", "private_key_id": ""})
        try:
            urlopen(Request(f"{address}/{BUCKET}", method="PUT")).close()
            yield f"gs://{BUCKET}"
        finally:
            del os.environ[VARIABLE]
            server.kill()


def as_s3(environ: dict[str, Any]) -> dict[str, Any]:
    """A request with S3's names."""
    asked = {key.replace("HTTP_X_GOOG_META_", "HTTP_X_AMZ_META_"): value for key, value in environ.items()}
    # Whoever asks: the server wants a name and looks at no signature.
    asked["HTTP_AUTHORIZATION"] = SIGNED
    if asked.pop("HTTP_X_GOOG_IF_GENERATION_MATCH", None) == "0":
        asked["HTTP_IF_NONE_MATCH"] = "*"
    return asked


def as_google(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of an answer with Google's names."""
    named = [(key.lower().replace("x-amz-meta-", "x-goog-meta-"), value) for key, value in headers]
    tag = dict(named).get("etag")
    return [*named, ("x-goog-generation", str(zlib.crc32(tag.encode())))] if tag else named


def serve() -> None:
    """Serve until whoever started this ends."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    answer = DomainDispatcherApplication(create_backend_app)
    one_at_a_time = threading.Lock()

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, as_google(headers), *more)

        with one_at_a_time:
            answered: Iterable[bytes] = answer(as_s3(environ), begin)
            return list(answered)

    server = make_server(HOST, 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve()
