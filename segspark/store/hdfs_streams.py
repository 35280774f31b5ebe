"""Readers and writers of HDFS's client in the form that Python's own buffers take."""

import io
import os
from typing import Any


class Whole(io.RawIOBase):
    """A reader that Python's own buffer can read from."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return int(self._reader.tell())

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: len(self._reader)}[whence])
        # The library cannot stand beyond the end.
        self._reader.seek(min(at, len(self._reader)))
        return at

    def readinto(self, buffer: Any) -> int:
        content = self._reader.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


class Unclosed(io.RawIOBase):
    """What is written goes on; closing the stream does not complete the file."""

    def __init__(self, buffered: io.BufferedWriter) -> None:
        self._buffered = buffered

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        return self._buffered.write(memoryview(content).cast("B"))
