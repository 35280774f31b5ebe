"""What one file of the lease says: who holds it, or that it is free."""

import json
import math
from dataclasses import dataclass, replace

from segspark.process import Process

# A holder of another configuration, or a damaged file, must not keep others waiting for ever.
LONGEST_S = 3600.0


@dataclass(frozen=True)
class Claim:
    """A claim of one process.

    Attributes:
        token: drawn anew whenever the lease is taken.
        what: the run, for people.
        expires_s: without a newer number for so long, the holder is taken for dead.
        process: None where nobody holds it.
    """

    token: str
    what: str
    expires_s: float
    process: Process | None

    @property
    def is_free(self) -> bool:
        return self.process is None

    @property
    def words(self) -> str:
        if self.process is None:
            return "nobody holds it"
        return f"{self.what}, process {self.process.pid} on {self.process.host}"

    def freed(self) -> "Claim":
        return replace(self, process=None)

    def as_bytes(self) -> bytes:
        held = None if self.process is None else self.process.as_dict()
        content = {"token": self.token, "what": self.what, "expires_s": self.expires_s, "holder": held}
        return json.dumps(content).encode()

    @staticmethod
    def from_bytes(content: bytes) -> "Claim | None":
        """The claim; None if these bytes are none."""
        try:
            said = json.loads(content)
            token, expires_s, holder = str(said["token"]), float(said["expires_s"]), said["holder"]
            process = None if holder is None else Process.from_dict(holder)
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        if not (token and math.isfinite(expires_s) and expires_s > 0):
            return None
        return Claim(token, str(said.get("what", "")), min(expires_s, LONGEST_S), process)
