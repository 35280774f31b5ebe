"""A bucket on a server of this machine, for tests of stores."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

BUCKET = "lakes"


@contextmanager
def s3_server() -> Iterator[str]:
    """An S3 server on loopback, named by the environment as a user would; gives the URL of its bucket."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": uuid.uuid4().hex,
        }.items():
            environment.setenv(name, value)
        urlopen(Request(f"http://{host}:{port}/{BUCKET}", method="PUT")).close()
        yield f"s3://{BUCKET}"
    server.stop()
