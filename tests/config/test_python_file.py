"""A workspace's Python file is run and read for a few names; what is wrong in it is told with its line."""

from pathlib import Path

import pytest

from segspark.config.models import Segments, Spark
from segspark.config.python_file import lines_of_names, load_python
from segspark.errors import ConfigError

KINDS = {"segments": Segments, "sparks": Spark}
IMPORT = "from segspark.config.models import Segments, Spark\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "own.py"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_python(path, KINDS)
    return str(caught.value)


def test_lists_are_read_by_name_and_a_missing_one_is_empty(tmp_path: Path) -> None:
    path = written(tmp_path, f"{IMPORT}segments = [Segments(min_size=n) for n in (1, 2)]\nother = 3\n")
    found = load_python(path, KINDS)
    assert [s.min_size for s in found["segments"]] == [1, 2]
    assert found["sparks"] == ()
    one = load_python(written(tmp_path, f"{IMPORT}sparks = Spark()\n"), KINDS)
    assert one["sparks"] == (Spark(),)  # type: ignore[call-arg]


def test_a_file_that_is_missing_or_defines_nothing_is_told(tmp_path: Path) -> None:
    assert "this file does not exist" in refusal(tmp_path / "none.py")
    told = refusal(written(tmp_path, "x = 1\n"))
    assert "none of segments, sparks is defined. Define segments." in told


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("x = 1\nsegments = [1 / 0]\n", 2, "ZeroDivisionError"),
        ("x = 1\ny = (\n", 2, "SyntaxError"),
        ("import nothing_of_this_name\n", 1, "ModuleNotFoundError"),
        (f"{IMPORT}\nsegments = [Segments(min_size=0)]\n", 3, "ValidationError"),
    ],
)
def test_a_file_that_fails_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    message = refusal(written(tmp_path, text))
    assert message.startswith(f"own.py:{line}: ")
    assert told in message
    assert f"Correct line {line}." in message


def test_items_of_another_kind_are_all_told_with_the_line_of_their_list(tmp_path: Path) -> None:
    told = refusal(written(tmp_path, f"{IMPORT}\nsegments = [Segments(), 'x']\nsparks = 3\n"))
    first, second = told.splitlines()
    assert first.startswith("own.py:3: segments[1]: a segspark.config.models.Segments is needed, not str.")
    assert second.startswith("own.py:4: sparks[0]: a segspark.config.models.Spark is needed, not int.")
    assert "Import Spark from segspark.config.models." in second


def test_names_and_texts_stand_on_the_line_where_they_are_first_written(tmp_path: Path) -> None:
    lines = lines_of_names(written(tmp_path, "a = 'x'\nb = ['y', 'x']\na = b\n"))
    assert {n: lines[n] for n in ("a", "b", "x", "y")} == {"a": 1, "b": 2, "x": 1, "y": 2}
