"""``segspark segments curve`` and ``overlap``: few rows for people, every point for programs."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from query.bits.shop_of_bits import make_shop

from segspark.cli.curves import shown_points
from segspark.cli.main import cli
from segspark.query.curve import CurvePoint


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_shop(tmp_path_factory.mktemp("curves") / "w").folder


def told(folder: Path, *arguments: str) -> str:
    shown = CliRunner().invoke(cli, ["segments", *arguments, "--config", str(folder)])
    assert shown.exit_code == 0, (shown.output, shown.exception)
    return shown.output


def test_a_curve_is_a_short_table(folder: Path) -> None:
    assert told(folder, "curve", "n_order_365d >= 1", "days_since_order", "--between", "2", "60", "--at-least") == (
        "condition as of 2026-05-10, by days_since_order\n"
        "at least, days  people  contactable  revenue\n"
        "             2       3            2      330\n"
        "            10       2            1      130\n"
        "            70       1            0       50\n"
        "from 2 to 60: 2 people leave, 2 may be written to\n"
        "internal: exact counts, of small groups too; not to be passed on\n"
    )


def test_windows_are_those_that_people_think_in(folder: Path) -> None:
    lines = told(folder, "curve", "country = 'FR'", "click").splitlines()
    assert lines[0] == "condition as of 2026-05-10, who did click"
    assert [line.split()[0] for line in lines[2:-2]] == ["1", "2", "3", "7", "14", "21", "30"]
    assert lines[-2] == "answered by bitmaps, within a rule by DuckDB"
    often = told(folder, "curve", "everybody", "click", "--within", "9").splitlines()
    assert often[0] == "everybody as of 2026-05-10, by the distinct days with click in the last 9"


def test_programs_get_every_point(folder: Path) -> None:
    found = json.loads(told(folder, "curve", "everybody", "click", "--between", "1", "3", "--json"))
    assert (len(found["points"]), found["internal"], found["direction"]) == (30, True, "at_most")
    assert found["moved"] == {"threshold": 3.0, "people": 1, "contactable": 1, "revenue_cents": 0}
    assert "moved" not in json.loads(told(folder, "curve", "everybody", "click", "--json"))


def test_many_thresholds_are_shown_in_steps() -> None:
    points = [CurvePoint(n, 100 - n, 0, 0) for n in range(100)]
    shown = [p.threshold for p in shown_points(points, is_window=False)]
    assert (len(shown), shown[0], shown[-1]) == (14, 0, 99)
    assert [p.threshold for p in shown_points(points, is_window=True)] == [1, 2, 3, 7, 14, 21, 30, 45, 60, 90, 99]


def test_overlaps_are_the_largest_first(folder: Path) -> None:
    assert told(folder, "overlap").splitlines()[1].split() == ["rules", "Loyal", "3", "rules", "Recent", "1", "1"]
    assert told(folder, "overlap", "--search", "nothing").splitlines()[0] == "no two segments share anybody"
    (row,) = json.loads(told(folder, "overlap", "--json"))
    assert (row["both"], row["as_of"], row["internal"]) == (1, str(date(2026, 5, 10)), True)
