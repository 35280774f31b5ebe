"""Messages about names of columns lead to an expression that can be copied."""

import pytest
import yaml

from segspark.sources.mapping import mapping_issues
from segspark.sources.name_hints import as_written, lacking, maybe_column
from segspark.sources.spec import RecordSpec, Source

HEADER = ("N° client", "E-mail", "Né le", "Opt-in newsletter", "CA cumulé (€)", "Ville", "")


@pytest.mark.parametrize("name", HEADER[:5])
def test_a_name_with_other_signs_is_shown_as_the_yaml_writes_it(name: str) -> None:
    assert yaml.safe_load(f"a: {as_written(name)}") == {"a": f"`{name}`"}


@pytest.mark.parametrize("name", ["Ville", "user.email", "prénom", "total_2"])
def test_a_plain_name_stays_bare(name: str) -> None:
    assert as_written(name) == name


@pytest.mark.parametrize("name", ["CA cumulé (€)", "Opt-in newsletter", "Adresse e-mail", "Nom & prénom", "L'adresse"])
def test_the_error_of_a_bare_name_says_how_it_is_written(name: str) -> None:
    record = RecordSpec(target="orders", columns={"ordered_at": name})
    (issue,) = mapping_issues(Source(name="till", kind="mapped", path="x", format="csv", records=(record,)))
    assert str(issue).endswith(f' If this is the name of a column, write "`{name}`".')


@pytest.mark.parametrize("text", ["coalesce(total", "a::", "'x", "case when a = 1", "total >"])
def test_the_error_of_an_expression_does_not(text: str) -> None:
    assert maybe_column(text) == ""


def test_a_name_that_is_not_there_is_told_with_the_nearest_one() -> None:
    said = lacking(["mail", "ville"], HEADER)
    assert said.endswith('Did you mean mail → "`E-mail`", ville → Ville?')
    assert "CA cumulé (€), Ville." in said


def test_a_text_that_stands_bare_is_told_with_its_quotes() -> None:
    said = lacking(["granted", "email_marketing"], ("Date", "E-mail"))
    assert said.endswith("A fixed text stands in quotes of its own: \"'granted'\", \"'email_marketing'\".")
    assert lacking(["Oui"], ("Date",)).endswith("A fixed text stands in quotes of its own, such as \"'x'\".")
