"""Every provider declares what it makes of its words, and what of its records may be kept."""

import ast
import re
import sys
from pathlib import Path
from typing import get_args

import pytest

from segspark.sources.mapped import MAPPED
from segspark.sources.provider import Provider
from segspark.sources.registry import PROVIDERS
from segspark.sources.shapes import ShapeName
from segspark.sources.spec import Source
from segspark.sources.vocabulary import EVENT_TYPES

ADAPTERS = [provider for provider in PROVIDERS.all() if provider is not MAPPED]
# Keys under which the providers' records hold direct identifiers and free text.
PERSONAL = frozenset(
    """email Email recipient Recipient emailAddress to ip IP ipAddress userId anonymousId traits first_name last_name
    name phone address1 address2 company browser_ip contact_email firstName lastName Subject Content description
    note""".split()
)


def read_by(provider: Provider) -> set[str]:
    """Every text that stands by itself in the adapter's module, but those of the declaration."""
    module = sys.modules[provider.stage.args[0].__module__]  # type: ignore[attr-defined]
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_the_providers_of_the_first_days_are_there() -> None:
    first = {"mailgun", "mapped", "postmark", "segment", "sendgrid", "ses", "shopify"}
    assert first <= set(PROVIDERS.names())


@pytest.mark.parametrize("provider", ADAPTERS, ids=lambda provider: provider.name)
def test_its_words_become_shared_words(provider: Provider) -> None:
    assert provider.vocabulary
    assert set(provider.vocabulary.values()) <= {*EVENT_TYPES, "granted", "withdrawn"}
    assert "unknown" not in provider.vocabulary.values()


@pytest.mark.parametrize("provider", ADAPTERS, ids=lambda provider: provider.name)
def test_kept_are_fields_that_the_adapter_reads_and_that_name_nobody(provider: Provider) -> None:
    kept = provider.keeps(Source(name="mails", kind=provider.name, path="*"))
    assert kept
    assert set(kept.values()) <= set(get_args(ShapeName))
    # A campaign's name is nobody's.
    steps = {step for path in kept for step in path.replace("campaign.name", "campaign").split(".")}
    assert steps & PERSONAL == set()
    # Keys of objects that a table names are read by other names.
    assert {step for step in steps if step not in read_by(provider)} == set()


def test_of_a_mapped_source_the_columns_of_its_targets_are_kept() -> None:
    source = Source.model_validate(
        {
            "name": "orders", "kind": "mapped", "path": "*", "format": "csv",
            "records": [{
                "target": "orders", "identifier": {"kind": "email", "value": "lower(mail)"},
                "columns": {"ordered_at": "at", "amount": "coalesce(total, net)", "status": "note",
                            "country": "client.country"},
            }],
        }
    )  # fmt: skip
    assert MAPPED.keeps(source) == {
        "orders.ordered_at": "time", "orders.amount": "number", "orders.status": "label", "orders.country": "label",
    }  # fmt: skip


def test_the_page_of_sources_names_every_provider() -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "bring-a-source.md"
    (line,) = re.findall(r"^kind: (\w+ +# or .*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert {*re.findall(r"\w+", line), "mapped"} - {"or"} == set(PROVIDERS.names())
