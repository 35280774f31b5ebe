"""What the report has words and styles for is what can occur."""

import re
from pathlib import Path

import segspark
from segspark.privacy.contactability import REASONS
from segspark.reports.labels import NOT_CONTACTABLE
from segspark.reports.reasons import EXPLANATIONS

PACKAGE = Path(segspark.__file__).parent
REPORTS = PACKAGE / "reports"


def read(*paths: Path) -> str:
    return "\n".join(path.read_text() for path in paths)


def test_there_are_words_for_the_reasons_not_to_write_and_for_no_other() -> None:
    assert set(NOT_CONTACTABLE) == set(REASONS)


def test_every_quarantine_code_that_is_explained_can_be_given() -> None:
    modules = (*(PACKAGE / "sources").glob("*.py"), *(PACKAGE / "ingest").glob("*.py"), *PACKAGE.glob("*.py"))
    text = read(*modules)
    assert [code for code in EXPLANATIONS if not re.search(rf"\"{code}[\":]", text)] == []


def test_every_class_of_the_style_sheet_is_on_some_page() -> None:
    sheet = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", (REPORTS / "templates" / "style.css").read_text(), flags=re.DOTALL)
    used = read(*REPORTS.rglob("*.html"), *REPORTS.glob("*.py")).replace("d{{ [depth, 3] | min }}", "d0 d1 d2 d3")
    classes = sorted(set(re.findall(r"\.([a-zA-Z][\w-]*)", sheet)))
    assert len(classes) > 20
    assert [name for name in classes if not re.search(rf"(?<![\w-]){name}(?![\w-])", used)] == []
