"""Whether OpenLineage is configured, by what its client would find; the client need not be installed."""

import os
from collections.abc import Mapping
from pathlib import Path

_FILE = "openlineage.yml"


def configured_by(
    environ: Mapping[str, str] = os.environ, here: Path | None = None, home: Path | None = None
) -> str | None:
    """The variable or file that configures it; None if nothing does, or if it is switched off."""
    if environ.get("OPENLINEAGE_DISABLED", "").strip().lower() == "true":
        return None
    for name in ("OPENLINEAGE_CONFIG", "OPENLINEAGE_URL"):
        if environ.get(name):
            return name
    files = ((here or Path.cwd()) / _FILE, (home or Path.home()) / ".openlineage" / _FILE)
    found = next((str(file) for file in files if file.is_file()), None)
    return found or next((name for name in sorted(environ) if name.startswith("OPENLINEAGE__")), None)
