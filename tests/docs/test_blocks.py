"""Blocks are found with tag, title and line, also where they are indented or hold fences themselves."""

from pathlib import Path

from docs.blocks import Block, blocks_of

PAGE = """# Title

```yaml title="sources/x.yaml" hl_lines="2"
name: x
```

!!! note

    ```python
    if True:
        n = 1
    ```

1. A step:

    ```
    no tag
    ```

````text
```python
shown only
```
````
"""


def test_every_block_has_its_tag_title_line_and_text(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(PAGE, "utf-8")
    assert blocks_of(path, "page.md") == [
        Block("page.md", 3, "yaml", "sources/x.yaml", "name: x\n"),
        Block("page.md", 9, "python", None, "if True:\n    n = 1\n"),
        Block("page.md", 16, "", None, "no tag\n"),
        Block("page.md", 20, "text", None, "```python\nshown only\n```\n"),
    ]
