"""Every code block of README.md, CONTRIBUTING.md and the like, and of docs/, runs; what its tag means:

``python``
    runs in the page's namespace and folder; a block may use ``spark``, the tests' session.
``python title="features.py"``
    is written there in the page's workspace, which is then loaded and checked.
``python title="segspark/…"``, ``python title="tests/…"``
    a file of the clone. Where it exists, each line of the block must be in it, in this order (a line ``# …`` is a gap).
    Where it does not, a module is imported under its own name while the page runs, and tests are run by pytest.
``yaml title="sources/x.yaml"``
    is written there, then the workspace is loaded: sources, features, definitions, calendar. Of ``segspark.yaml`` a
    block shows only the keys it is about: they go over those that are there. ``yaml title="deploy/…"`` shows lines of a
    file of the clone, in its order.
``csv title="data/x.csv"``, ``json title="data/x.json"``
    are written there; JSON is one document, or one record a line.
``console``
    lines ``$ segspark …``, which run in this process and must end with exit code 0. Output may be shown below a
    command. Its words must match the real output line by line; numbers, ids and the width of columns may differ. A line
    ``…`` stands for any lines, ``…`` within a line for any text. ``VARIABLE=value`` may stand before ``segspark``.
``bash``
    commands of the shell: ``make`` is asked what it would do, ``zip`` and ``spark-submit`` run on the page's workspace,
    of ``pytest`` the files must exist, of programs of platforms (``kubectl``, ``aws``, …) those of ``deploy/`` that they
    name; ``git clone``, ``cd`` and ``source .venv/bin/activate`` may stand there too.
``sh``
    commands of a page that needs a cluster; ``tests/cluster/test_page.py`` follows them, one after the other.
``text``, ``mermaid``
    are no code. Any other tag, or none, fails.

Each page has a folder of its own, which begins as a workspace of ``segspark init``. A page that names
``demo-workspace`` gets a copy of a small demo, built once; ``segspark demo`` in a page gives that copy as well, and
writes nothing. It has a few hundred people, one day, and no trained model: show rows of levels and rules, and put ``…``
for what may differ. Programs (``segspark run``) are run once for equal files: a second page gets a copy of the result.

One page alone: ``python -m pytest -q tests/docs -k how-to/write-rules``.
"""

from pathlib import Path

import pytest
from docs.blocks import Wrong, blocks_of
from docs.page import CLONE, Page
from docs.runs import Runs
from docs.tags import run

from segspark.app import run as app

PAGES = sorted(path.relative_to(CLONE).as_posix() for path in (*CLONE.glob("*.md"), *(CLONE / "docs").rglob("*.md")))


# They run whole programs, of platforms that the other tests of make test leave to make test-all too.
SLOW = ("docs/deploy/lineage.md", "docs/how-it-works/engines.md", "docs/how-to/run-on-a-cluster.md")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in PAGES
        if blocks_of(CLONE / name, name)
    ],
)
def test_the_code_blocks_of_a_page_run(
    name: str, tmp_path: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(app, "run", runs.run)
    page = Page(
        tmp_path / "page",
        spark=lambda: request.getfixturevalue("spark"),
        demo=lambda: request.getfixturevalue("small_demo"),
    )
    wrong = []
    try:
        for block in blocks_of(CLONE / name, name):
            try:
                run(page, block)
            except Wrong as error:
                wrong.append(str(error))
    finally:
        page.close()
    assert not wrong, "\n\n".join(wrong)
