"""Every source of a workspace is read and checked, and all faults of all files are told at once."""

from pathlib import Path

import pytest
from builders import make_workspace

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.sources.load import load_sources

CLICKS = "name: clicks\nkind: sendgrid\npath: ../data/clicks-*.json\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def write(workspace: Workspace, name: str, text: str) -> None:
    (workspace.folder / "sources" / f"{name}.yaml").write_text(text)


def test_sources_come_by_name_whatever_their_files_are_called(workspace: Workspace) -> None:
    write(workspace, "zzz", CLICKS)
    assert [s.name for s in load_sources(workspace, {})] == ["clicks", "consents", "mails", "orders"]


def test_patterns_count_from_the_file_that_holds_them(workspace: Workspace) -> None:
    orders = load_sources(workspace, {})[-1]
    assert orders.patterns == [f"{(workspace.folder / 'sources').resolve()}/../data/orders-*.csv"]


def test_values_may_come_from_the_environment(workspace: Workspace) -> None:
    write(workspace, "clicks", CLICKS.replace("../data", "${INBOX}"))
    assert load_sources(workspace, {"INBOX": "/inbox"})[0].patterns == ["/inbox/clicks-*.json"]
    with pytest.raises(ConfigError, match="INBOX"):
        load_sources(workspace, {})


def test_the_faults_of_all_files_are_told_together(workspace: Workspace) -> None:
    write(workspace, "first", CLICKS.replace("sendgrid", "sendgird"))
    write(workspace, "second", "name: second\nkind: mapped\npath: x\nrecords: [{target: orders, columns: {at: at}}]\n")
    write(workspace, "third", CLICKS.replace("clicks", "orders"))
    with pytest.raises(ConfigError) as refused:
        load_sources(workspace, {})
    told = str(refused.value)
    for each in ("first.yaml", "columns lacks ordered_at", "two sources are called orders"):
        assert each in told


def test_a_workspace_without_a_source_is_refused_with_where_they_were_looked_for(workspace: Workspace) -> None:
    elsewhere = workspace.model_copy(update={"sources": ("feeds/*.yaml",)})
    with pytest.raises(ConfigError, match=r"no source file matches \['feeds/\*.yaml'\]"):
        load_sources(elsewhere, {})
