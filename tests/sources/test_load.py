"""Every source of a workspace is read and checked, and all faults of all files are told at once."""

from pathlib import Path

import pytest
from builders import make_workspace

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.sources.load import load_source, load_sources

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
    for each in ("first.yaml", "orders need the column ordered_at", "two sources are called orders"):
        assert each in told


def told_of(workspace: Workspace, text: str) -> str:
    write(workspace, "one", text)
    with pytest.raises(ConfigError) as refused:
        load_source(workspace.folder / "sources" / "one.yaml", {})
    return str(refused.value).replace(str(workspace.folder), "")


def test_an_unknown_provider_is_told_with_its_line_a_near_one_and_whatever_else_is_wrong(workspace: Workspace) -> None:
    unknown = told_of(workspace, CLICKS.replace("sendgrid", "sendgird"))
    assert unknown.startswith("/sources/one.yaml:2: kind: There is no provider 'sendgird'. Did you mean sendgrid?")
    assert "There are: sendgrid, mailgun" in unknown
    more = told_of(workspace, CLICKS.replace("sendgrid", "sendgird") + "tine_zone: UTC\n")
    assert "one.yaml:2: kind: There is no provider" in more
    assert "one.yaml:4: tine_zone: there is no such key. Did you mean time_zone?" in more


def test_an_unknown_option_is_told_with_its_line_and_the_nearest_one(workspace: Workspace) -> None:
    web = "name: web\nkind: segment\npath: x\noptions:\n  ordres: true\n"
    assert "one.yaml:5: options.ordres: there is no such key. Did you mean orders?" in told_of(workspace, web)
    wrong = told_of(workspace, web.replace("ordres: true", "orders: maybe"))
    assert "one.yaml:5: options.orders (is 'maybe')" in wrong
    assert "options.orders: there is no such key" in told_of(workspace, CLICKS + "options: {orders: true}\n")


def test_what_a_provider_cannot_work_with_is_told_with_its_line(workspace: Workspace) -> None:
    records = "records: [{target: orders, columns: {ordered_at: at}}]\nreceived: {from: column, column: at}\n"
    told = told_of(workspace, CLICKS + records)
    assert "one.yaml:4: records: sendgrid has an adapter of its own" in told
    assert "one.yaml:5: received.from: column belongs to a mapped source" in told
    bare = told_of(workspace, "name: one\nkind: mapped\npath: x\n")
    assert bare == "/sources/one.yaml:1: records: a mapped source needs at least one entry."
    wrong = "name: one\nkind: mapped\npath: x\nrecords:\n  - target: orders\n    columns:\n      orderd_at: at\n"
    assert "one.yaml:7: records.0.columns.orderd_at: there is no such column. Did you mean ordered_at?" in told_of(
        workspace, wrong
    )


def test_a_workspace_without_a_source_is_refused_with_where_they_were_looked_for(workspace: Workspace) -> None:
    elsewhere = workspace.model_copy(update={"sources": ("feeds/*.yaml",)})
    with pytest.raises(ConfigError, match=r"no source file matches \['feeds/\*.yaml'\]"):
        load_sources(elsewhere, {})


def test_what_yaml_made_of_a_word_is_named_with_the_cure(workspace: Workspace) -> None:
    told = told_of(
        workspace,
        "name: one\nkind: mapped\npath: x\nformat: csv\nrecords:\n  - target: orders\n    columns:\n"
        "      ordered_at: 2026-01-01\n      amount: no\n      country:\n      n_items: 5\n"
        "      attributes: {shop: yes}\n",
    )
    for each in (
        "one.yaml:8: records.0.columns.ordered_at (is datetime.date(2026, 1, 1)): text is needed, and YAML reads 2026-01-01 "
        "as a date. Put it in quotes.",
        "no, off and false as false",
        "null, ~ and nothing at all as no value",
        "YAML reads 5 as a number",
    ):
        assert each in told
    told = told_of(
        workspace,
        "name: one\nkind: mapped\npath: x\nrecords: [{target: orders, columns: {ordered_at: a, attributes: {on: b}}}]\n",
    )
    assert "on: YAML reads this key as true or false. Put it in quotes." in told


def test_a_form_of_times_that_no_time_has_is_refused(workspace: Workspace) -> None:
    for form, hint in (("dd/MM/yyyy", "write iso"), ("%Q", "no strptime pattern")):
        assert hint in told_of(workspace, CLICKS + f'times: "{form}"\n')
