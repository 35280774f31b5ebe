"""What commands print."""

from segspark.cli.output import matrix_lines


def test_the_overlap_of_previewed_segments_is_a_matrix() -> None:
    found = [
        {"name": "rich", "people": 1200, "among_previewed": {"new": 7, "none": 0}},
        {"name": "new", "people": 30, "among_previewed": {"rich": 7, "none": 0}},
        {"name": "none", "people": 0, "among_previewed": {"rich": 0, "new": 0}},
    ]
    assert matrix_lines(found) == [
        "overlap matrix, people in both:",
        "            1      2      3",
        "1 rich  1,200      7      0",
        "2 new       7     30      0",
        "3 none      0      0      0",
    ]
