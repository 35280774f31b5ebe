"""What each language tag of a block means; test_pages.py says it in words."""

from collections.abc import Callable
from contextlib import chdir
from unittest.mock import patch

from docs.blocks import Block, Wrong
from docs.commands import bash, console
from docs.files import data_file, json_file, yaml_file
from docs.page import Page
from docs.python import python

from segspark.spark import environment

# Pages whose commands need a cluster; cluster/test_page.py follows them.
ON_A_CLUSTER = ("docs/how-to/from-wheel-to-s3.md",)


def on_a_cluster(page: Page, block: Block) -> None:
    """Commands that a test of their own runs, on machines that share no disk."""
    if block.page not in ON_A_CLUSTER:
        raise Wrong(f"no test runs it; sh is for {', '.join(ON_A_CLUSTER)}")


def ignored(page: Page, block: Block) -> None:
    """Text is no code."""


BY_TAG: dict[str, Callable[[Page, Block], None]] = {
    "python": python,
    "yaml": yaml_file,
    "csv": data_file,
    "json": json_file,
    "console": console,
    "bash": bash,
    "sh": on_a_cluster,
    "text": ignored,
    "mermaid": ignored,
}


def run(page: Page, block: Block) -> None:
    """Do what the block's tag says.

    Raises:
        Wrong: with the block's place and what is wrong.
    """
    does = BY_TAG.get(block.tag)
    if does is None:
        tag = f"the tag {block.tag!r}" if block.tag else "no tag"
        raise Wrong(f"{block.place}: {tag}; there are {', '.join(BY_TAG)}")
    try:
        # How much memory is free says nothing about a page.
        with chdir(page.folder), patch.object(environment, "MIN_MEMORY_BYTES", 0):
            does(page, block)
    except (Exception, SystemExit) as error:
        kind = "" if isinstance(error, Wrong) else f"{type(error).__name__}: "
        raise Wrong(f"{block.place} ({block.tag}): {kind}{error}") from error
