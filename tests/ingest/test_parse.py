"""Files to tasks; what the tasks stage is looked at by tests/sources and tests/sockets/test_provider.py."""

from hypothesis import given
from hypothesis import strategies as st

from segspark.ingest.parse import BYTES_PER_TASK, spread
from segspark.sources.files import InputFile


def file(name: str, size: int) -> InputFile:
    return InputFile("orders", f"/x/{name}", name, name, size, None)


def test_small_files_are_one_task() -> None:
    assert spread([file("b", 10), file("a", 10)], 8) == ((file("a", 10), file("b", 10)),)


def test_neighbours_by_name_stay_together_in_tasks_of_about_equal_size() -> None:
    days = [file(f"2026-05-0{n}", BYTES_PER_TASK) for n in (4, 2, 1, 3)]
    assert [[f.name[-2:] for f in group] for group in spread(days, 2)] == [["01", "02"], ["03", "04"]]


def test_a_large_file_is_a_task_of_its_own() -> None:
    groups = spread([file("a", 3 * BYTES_PER_TASK), file("b", 5), file("c", 5)], 8)
    assert [[f.name for f in group] for group in groups] == [["a"], ["b", "c"]]


@given(st.lists(st.integers(0, 20_000_000), min_size=1, max_size=30), st.integers(1, 16))
def test_every_file_is_in_one_task_and_there_are_no_more_tasks_than_asked_for(sizes: list[int], most: int) -> None:
    files = [file(f"{at:03}", size) for at, size in enumerate(sizes)]
    groups = spread(files, most)
    assert [f for group in groups for f in group] == files
    assert 1 <= len(groups) <= most
    assert all(groups)
