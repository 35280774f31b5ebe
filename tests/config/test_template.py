import csv
from pathlib import Path

import pytest
from written import load_definitions

from segspark.app.workspace import open_workspace
from segspark.config.template import init_workspace
from segspark.errors import ConfigError
from segspark.segments.definitions import Levels, Rule
from segspark.sources.files import find_files
from segspark.sources.load import load_sources


def test_a_new_workspace_is_valid_and_finds_its_files(tmp_path: Path) -> None:
    init_workspace(tmp_path / "shop")
    workspace = open_workspace(tmp_path / "shop", {})
    found = {s.name: len(find_files(s, workspace.time_zone)) for s in load_sources(workspace, {})}
    assert found == {"customers": 1, "orders": 2}


def test_its_definitions_can_be_read(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    workspace = open_workspace(tmp_path, {})
    definitions = load_definitions(workspace.segments, workspace.folder)
    (levels,) = definitions.of("levels", Levels)
    assert [level.key for level in levels.levels] == [
        "demographic",
        "behavioural",
        "transactional",
        "contextual",
    ]
    assert [rule.key for rule in definitions.of("rules", Rule)] == [
        "active_30d",
        "inactive_90d",
        "best_customers",
        "lyon_store",
        "best_customers_asleep",
    ]


def test_its_addresses_belong_to_nobody_and_its_orders_to_its_customers(tmp_path: Path) -> None:
    init_workspace(tmp_path)

    def rows(name: str) -> list[dict[str, str]]:
        with (tmp_path / "data" / name).open(encoding="utf-8") as handle:
            return list(csv.DictReader(handle, delimiter=";"))

    customers = rows("customers.csv")
    assert all(row["email"].endswith("@example.com") for row in customers)
    numbers = {row["customer_no"] for row in customers}
    assert len(numbers) == len(customers) == 16
    assert {row["customer_no"] for row in rows("orders-2025.csv") + rows("orders-2026.csv")} <= numbers


def test_the_key_is_kept_out_of_version_control(tmp_path: Path) -> None:
    assert tmp_path / ".gitignore" in init_workspace(tmp_path)
    assert ".segspark-key" in (tmp_path / ".gitignore").read_text().splitlines()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ConfigError, match="not empty"):
        init_workspace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="is a file"):
        init_workspace(tmp_path / "file")
