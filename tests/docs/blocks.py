"""The fenced blocks of a page: language tag, title, text and line."""

import re
from dataclasses import dataclass
from pathlib import Path

from sybil import Document
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

# The words after the opening fence: ```yaml title="sources/orders.yaml" hl_lines="2"
_FENCES = RawFencedCodeBlockLexer(re.compile(r"[ \t]*(?P<tag>[^\s{]*)(?P<more>[^\n]*)\n"))
_TITLE = re.compile(r'\btitle="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        line: of the opening fence.
        tag: the language; empty where none is given.
        title: the file that the block shows, if any.
    """

    page: str
    line: int
    tag: str
    title: str | None
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


class Wrong(Exception):
    """A block does not do what its page says."""


def blocks_of(path: Path, page: str) -> list[Block]:
    """Every fenced block of a Markdown file, in order.

    Args:
        page: how the file is called in messages.
    """
    document = Document.parse(str(path), encoding="utf-8")
    blocks, end = [], 0
    for region in sorted(_FENCES(document), key=lambda region: region.start):
        # A fence within a block is a part of its text.
        if region.start < end:
            continue
        end = region.end
        line = document.text.count("\n", 0, region.start) + 1
        title = _TITLE.search(region.lexemes["more"])
        text = region.lexemes["source"].text
        blocks.append(Block(page, line, region.lexemes["tag"], title and title.group(1), text))
    return blocks
