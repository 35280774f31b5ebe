"""What Java prints on standard error although nothing is wrong, and what lets everything else through.

Two lines come from below every logger: the JVM says that Spark asks for an incubating module, and Spark's native linear
algebra that it found no library and does without. They are left out by a small process between the JVM and standard
error, which lives as long as the JVM: what the JVM says when this process is gone is still shown.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

NO_NEWS = (
    "WARNING: Using incubator modules: jdk.incubator.vector",
    "netlib-blas: JNI_OnLoad: dlopen(",
    "netlib-lapack: JNI_OnLoad: dlopen(",
    "netlib-arpack: JNI_OnLoad: dlopen(",
)
_FILTER = """
import os, sys
left_out = tuple(word.encode() for word in sys.argv[1:])
for line in sys.stdin.buffer:
    if not line.startswith(left_out):
        os.write(2, line)
"""
_STANDARD_ERROR = 2


@contextmanager
def without_no_news() -> Iterator[None]:
    """While the JVM is started: what it inherits as standard error leaves out ``NO_NEWS``."""
    try:
        own = os.dup(_STANDARD_ERROR)
    except OSError:
        # There is none, as in some services.
        yield
        return
    # In a session of its own Ctrl-C does not end it before the JVM. It ends when nobody writes to it any more.
    command = [sys.executable, "-I", "-S", "-c", _FILTER, *NO_NEWS]
    between = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)
    assert between.stdin is not None
    sys.stderr.flush()
    os.dup2(between.stdin.fileno(), _STANDARD_ERROR)
    between.stdin.close()
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(own, _STANDARD_ERROR)
        os.close(own)
        # Its end is waited for by nobody, which is as it should be.
        between.returncode = 0
