"""Blocks that show files of the workspace: they are written, and the workspace is loaded."""

import json
from pathlib import Path

import yaml
from docs.blocks import Block, Wrong
from docs.page import CLONE, CONFIG, Page

from segspark.app.outcomes import check_outcomes
from segspark.app.workspace import open_workspace
from segspark.config.merge import merge
from segspark.segments.resources import calendar_context_of, definitions_of
from segspark.sources.load import load_sources


def yaml_file(page: Page, block: Block) -> None:
    """Write the file, then load the workspace around it; of segspark.yaml a block holds only some keys.

    A block of deploy/ shows a part of a file of the clone.
    """
    if _title(block).startswith("deploy/"):
        check_excerpt(block.text, CLONE / _title(block))
        return
    path = page.file_of(_title(block))
    text = block.text
    if path.name == CONFIG and path.exists():
        text = yaml.safe_dump(merge(yaml.safe_load(path.read_text("utf-8")), yaml.safe_load(text)), allow_unicode=True)
    path.write_text(text, "utf-8")
    check_workspace_of(path)


def check_excerpt(text: str, path: Path) -> None:
    """Whether each line is in the file, in this order; a line of ``…`` or ``...`` is a gap."""
    lines = iter([line.strip() for line in path.read_text("utf-8").splitlines()])
    for wanted in (line.strip() for line in text.splitlines()):
        if wanted.strip("# ") not in ("", "…", "...") and wanted not in lines:
            raise Wrong(f"{path.relative_to(CLONE)} is there, and does not go on with: {wanted}")


def data_file(page: Page, block: Block) -> None:
    page.file_of(_title(block)).write_text(block.text, "utf-8")


def json_file(page: Page, block: Block) -> None:
    try:
        json.loads(block.text)
    except ValueError:
        # Or one record a line.
        for line in block.text.splitlines():
            json.loads(line)
    data_file(page, block)


def check_workspace_of(path: Path) -> None:
    """Load everything of the workspace that a file lies in."""
    folder = next((parent for parent in path.parents if (parent / CONFIG).exists()), None)
    if folder is None:
        raise Wrong(f"there is no {CONFIG} above {path.name}")
    workspace = open_workspace(folder)
    load_sources(workspace)
    check_outcomes(workspace)
    definitions_of(workspace)
    calendar_context_of(workspace)


def _title(block: Block) -> str:
    if block.title is None:
        raise Wrong('needs a title that says which file it shows, e.g. title="sources/orders.yaml"')
    return block.title
