"""The order of the test files, and what a run says of their seconds."""

from collections import Counter

from longest_first import HERE, LONGEST, in_order, slowest


def test_every_long_file_is_there_once() -> None:
    assert [name for name in LONGEST if not (HERE / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_long_files_come_first_and_the_others_keep_their_order() -> None:
    others = [HERE / "app" / "test_a.py", HERE / "zoo" / "test_b.py", HERE / "app" / "test_c.py"]
    files = [others[0], HERE / LONGEST[1], others[1], HERE / LONGEST[0], others[2]]
    assert in_order(files) == [HERE / LONGEST[0], HERE / LONGEST[1], *others]


def test_the_seconds_of_files_are_told_from_the_slowest_on() -> None:
    seconds = Counter({"tests/test_a.py": 2.4, "tests/test_b.py": 61.6})  # type: ignore[dict-item]
    assert slowest(seconds) == [
        "62s tests/test_b.py", "2s tests/test_a.py", "64s of all processes in 2 files",
    ]  # fmt: skip
