"""A preview: exact to programs, with small groups hidden to readers, and YAML that is read again."""

from dataclasses import replace
from pathlib import Path

import pytest
from api.tiny import SECOND, opened

from segspark.api.preview import Preview
from segspark.errors import ConfigError
from segspark.segments.rules.tree import Compare


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Preview:
    return opened(tmp_path_factory.mktemp("preview") / "w", least=2).preview("n_order_365d >= 2")


def test_it_is_what_the_command_tells(two: Preview) -> None:
    assert (two.people, two.contactable, two.revenue_cents, two.currency) == (3, 2, 34_000, "EUR")
    assert (two.left_out, two.change, two.sample) == ({"no_consent": 1}, 1, ("ann", "bob", "joe"))
    assert [(o.scheme, o.segment, o.people) for o in two.overlaps] == [("rules", "Buyers", 2), ("levels", "Active", 1)]
    assert (two.as_of, two.title, two.condition) == (SECOND, "n_order_365d >= 2", "n_order_365d >= 2")


def test_its_members_are_those_that_it_counts(two: Preview) -> None:
    assert len(two.members()) == two.people
    assert two.members().to_arrow()["not_contactable_reason"].to_pylist() == [None, "no_consent", None]


def test_what_is_shown_is_rounded(two: Preview) -> None:
    # Of 340 € four people of three would have 453 €: the step is 500 €.
    assert repr(two) == "Preview('n_order_365d >= 2', 2026-05-05: 4 people, 4 may be written to, €500 in 365 days)"
    html = two._repr_html_()
    assert ">4<" in html
    assert "&lt;\u00a02" in html
    assert not any(f">{n}<" in html for n in (1, 2, 3))
    assert "No consent to e-mail" in html
    assert "ann" not in html


def test_its_yaml_is_the_same_rule(two: Preview, tmp_path: Path) -> None:
    ws = opened(tmp_path / "w")
    file = tmp_path / "new.yaml"
    file.write_text(two.to_yaml("two_orders", "Deux commandes & plus", "Two orders"), "utf-8")
    again = ws.preview(file)
    assert (again.name, again.title, again.people, again.condition) == ("two_orders", "Two orders", 3, two.condition)


@pytest.mark.parametrize(
    "condition",
    ["country = 'FR' and (n_order_365d >= 2 or days_since_order between 5 and 9) and not n_click_30d in (1, 2)",
     "did_then('click', 'order', 2) and last_order_date is not null"],
)  # fmt: skip
def test_any_condition_goes_there_and_back(tmp_path: Path, condition: str) -> None:
    ws, file = opened(tmp_path / "w"), tmp_path / "new.yaml"
    previewed = ws.preview(condition)
    file.write_text(previewed.to_yaml("any_rule", "Une", "One"), "utf-8")
    assert ws.preview(file).condition == previewed.condition


def test_a_condition_without_a_text_is_refused(tmp_path: Path) -> None:
    plain = opened(tmp_path / "w").preview("country = 'FR'")
    # As a Python file of rules may hold it.
    odd = replace(plain, _rule=replace(plain._rule, when=Compare("country", "=", "Côte d'Ivoire")))
    with pytest.raises(ConfigError, match="cannot be written as text"):
        odd.to_yaml("odd", "Une", "One")


def test_pairs_of_rules_are_shown_rounded(tmp_path: Path) -> None:
    rule = "  - {{name: {0}, title: {{fr: {0}, en: {0}}}, when: {1}}}\n"
    (tmp_path / "new.yaml").write_text(
        "segments:\n" + rule.format("some", "n_order_365d >= 2") + rule.format("many", "n_order_365d >= 5")
    )
    both = opened(tmp_path / "w", least=2).previews(tmp_path / "new.yaml")
    assert [one.among_previewed for one in both] == [{"many": 1}, {"some": 1}]
    html = both._repr_html_()
    assert ">4<" in html
    assert ">1<" not in html


def test_mailbox_providers_are_exact_as_values_and_protected_as_a_page(two: Preview) -> None:
    assert sum(two.mailbox_providers.values()) == two.contactable
    shown = replace(two, mailbox_providers={"gmail": 3, "<orange>": 1})._repr_html_()
    assert "gmail" in shown
    assert "Margin" not in shown
    assert "Margin" in replace(two, margin_cents=30_000)._repr_html_()
    assert "&lt;orange&gt;" in shown
    # As long as no provider is known, none is shown.
    assert "unknown" not in two._repr_html_()
