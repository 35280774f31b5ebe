"""The list of what vulture may call unused holds nothing that is used otherwise, and its reasons are true."""

import re
import tomllib
from pathlib import Path

import pytest
from vulture import Vulture

ROOT = Path(__file__).parents[1]
ALLOWED = ROOT / "conf" / "vulture_allow.py"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["vulture"]


def allowed() -> dict[str, set[str]]:
    """Names by the heading of their group."""
    groups: dict[str, set[str]] = {}
    for block in ALLOWED.read_text().split("\n\n# ")[1:]:
        heading, *lines = block.splitlines()
        groups[heading] = {re.split(r"\s", line.removeprefix("_."))[0] for line in lines if line}
    return groups


def test_every_allowed_name_would_be_called_unused_without_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    vulture = Vulture(ignore_names=SETTINGS["ignore_names"], ignore_decorators=SETTINGS["ignore_decorators"])
    vulture.scavenge([path for path in SETTINGS["paths"] if Path(path) != ALLOWED.relative_to(ROOT)])
    unused = {item.name for item in vulture.get_unused_code(SETTINGS["min_confidence"])}
    assert unused == set().union(*allowed().values())


def test_names_that_templates_use_are_in_one() -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "segspark" / "reports" / "templates").rglob("*.html"))
    (names,) = (names for heading, names in allowed().items() if "templates" in heading)
    assert {name for name in names if not re.search(rf"\.{name}\b", text)} == set()
