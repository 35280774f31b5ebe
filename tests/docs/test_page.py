"""What each tag does, and that a wrong block fails and is named by page and line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from docs.blocks import Block, Wrong
from docs.page import Page

from docs import tags


def never() -> None:
    raise AssertionError("no block here needs Spark")


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    made = Page(tmp_path / "page", spark=never, demo=never)  # type: ignore[arg-type]
    yield made
    made.close()


def run(page: Page, tag: str, text: str, title: str | None = None) -> None:
    tags.run(page, Block("docs/a.md", 7, tag, title, text))


SOURCE = """
name: purchases
kind: mapped
path: ../data/*.csv
format: csv
time_zone: Europe/Paris
records:
  - target: orders
    identifier: {kind: email, value: email}
    columns: {order_id: id, ordered_at: at, amount: total}
"""
RULES = """
segments:
  - name: clickers
    title: {fr: Cliqueurs, en: Clickers}
    when: n_click_30d >= 1
"""


def test_python_has_one_namespace_a_page_and_runs_in_its_folder(page: Page) -> None:
    run(page, "python", "from pathlib import Path\nn = len(list(Path('sources').iterdir()))")
    run(page, "python", "assert n == 2")
    with pytest.raises(Wrong, match=r"docs/a\.md:7 \(python\): AssertionError"):
        run(page, "python", "assert n == 3")


def test_files_are_written_and_the_workspace_is_checked(page: Page) -> None:
    run(page, "csv", "id,email,at,total\n", "data/purchases-2026.csv")
    run(page, "yaml", SOURCE, "sources/purchases.yaml")
    run(page, "yaml", RULES, "segments/mine.yaml")
    assert (page.folder / "data" / "purchases-2026.csv").read_text() == "id,email,at,total\n"
    run(page, "console", "$ segspark segments check\nthe definitions are fine\n")


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [
        ("sources/purchases.yaml", SOURCE.replace("amount: total", "amont: total"), "Did you mean amount"),
        ("segments/mine.yaml", RULES.replace("n_click_30d", "n_clik_30d"), "unknown_value"),
        ("segspark.yaml", "calendar: {weather: none.csv}", "no such file"),
        ("segspark.yaml", "segmnts: {min_size: 3}", "Did you mean segments"),
        ("../outside.yaml", "a: 1", "leads out"),
        (None, "a: 1", "needs a title"),
    ],
)
def test_a_wrong_file_fails(page: Page, title: str | None, text: str, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        run(page, "yaml", text, title)


def test_keys_of_segspark_yaml_go_over_those_that_are_there(page: Page) -> None:
    own = "measures: [{name: n_shoe, event_types: [order], purpose: profiling, description: Shoes}]"
    (page.folder / "features.yaml").write_text(own)
    run(page, "yaml", "features: {files: [features.yaml]}", "segspark.yaml")
    run(page, "console", "$ segspark features list --family own\n…\nn_shoe_30d …\nn_shoe_365d …\n…\n")
    assert "name: my_shop" in (page.folder / "segspark.yaml").read_text()


def test_a_python_file_of_the_workspace_is_checked_too(page: Page) -> None:
    rules = (
        "from segspark.segments.definitions import Rule\n"
        "SEGMENTS = [Rule('x', {'fr': 'X', 'en': 'X'}, {}, 'CLICKED')]\n"
    )
    (page.folder / "rules.py").write_text(rules.replace("CLICKED", "n_click_30d >= 1"))
    run(page, "yaml", "segments: {rules: [rules.py]}", "segspark.yaml")
    run(page, "python", rules.replace("CLICKED", "n_open_30d >= 1"), "rules.py")
    with pytest.raises(Wrong, match="unknown_value"):
        run(page, "python", rules.replace("CLICKED", "n_opn_30d >= 1"), "rules.py")


def test_an_existing_module_of_the_clone_must_hold_the_lines(page: Page) -> None:
    run(page, "python", "EXIT_USAGE = 2\n# …\nclass SegsparkError(Exception):\n", "segspark/errors.py")
    with pytest.raises(Wrong, match="does not go on with: EXIT_USAGE = 3"):
        run(page, "python", "EXIT_USAGE = 3\n", "segspark/errors.py")


def test_a_new_module_of_the_clone_is_imported_and_its_tests_run(page: Page) -> None:
    run(page, "python", "def twice(n):\n    return 2 * n\n", "segspark/measure/twice.py")
    run(page, "python", "assert twice(2) == 4")
    test = "from segspark.measure.twice import twice\n\n\ndef test_twice() -> None:\n    assert twice(2) == {}\n"
    run(page, "python", test.format(4), "tests/measure/test_twice.py")
    with pytest.raises(Wrong, match="TESTS_FAILED"):
        run(page, "python", test.format(5), "tests/measure/test_twice_wrong.py")
    page.close()
    with pytest.raises(ModuleNotFoundError):
        __import__("segspark.measure.twice")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$ segspark tables --config nowhere", "exit code 1"),
        ("$ segspark tabels", "exit code 2"),
        ("$ segspark features list --family mail\nfeature  colour\n…", "not in the output: feature colour"),
        ("$ ls", "only segspark"),
        ("segspark tables", "before the first command"),
        ("", "no line begins"),
    ],
)
def test_a_wrong_command_or_output_fails(page: Page, text: str, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        run(page, "console", text)


def test_a_command_may_go_on_and_be_given_variables(page: Page) -> None:
    shown = "$ SEGSPARK__FEATURES__WINDOWS='[5]' segspark features describe \\\n    n_click\n…\nwindows: [as_of - 5, as_of)…\n…"
    run(page, "console", shown)


def test_commands_of_the_shell_are_checked(page: Page) -> None:
    run(page, "bash", "git clone https://example.com/segspark\ncd segspark\nmake test   # a comment\n")
    run(page, "bash", "zip -q errors.zip segspark/errors.py\npytest tests/docs/test_page.py -q")
    assert (page.folder / "errors.zip").exists()
    assert not (page.folder / "segspark").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("make nonsense", "nonsense"),
        ("pytest tests/none/test_none.py", "there is no tests/none"),
        ("spark-submit jobs/weekly.py", "there is no jobs/weekly.py"),
        ("rm -rf /tmp/x", "of the shell only"),
    ],
)
def test_a_wrong_command_of_the_shell_fails(page: Page, text: str, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        run(page, "bash", text)


def test_commands_for_a_cluster_stand_on_a_page_that_a_test_follows(page: Page) -> None:
    with pytest.raises(Wrong, match=r"docs/a\.md:7 .*no test runs it; sh is for docs/how-to/from-wheel-to-s3\.md"):
        run(page, "sh", "anything")


@pytest.mark.parametrize("tag", ["", "zsh", "pyton"])
def test_an_unknown_tag_fails_and_text_is_no_code(page: Page, tag: str) -> None:
    run(page, "text", "anything")
    with pytest.raises(Wrong, match=r"docs/a\.md:7: .*there are python, yaml, csv"):
        run(page, tag, "anything")
