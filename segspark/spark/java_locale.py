"""The locale in which Java starts; it decides how names of files are read."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def utf8_names() -> Iterator[None]:
    """A locale of UTF-8 while the JVM starts, if this Python names files in UTF-8 and the environment says otherwise, as
    that of cron does: Java would find no file whose name has an accent."""
    named = next((os.environ[key] for key in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(key)), "")
    if sys.getfilesystemencoding() != "utf-8" or "utf8" in named.lower().replace("-", ""):
        yield
        return
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before
