import re
from pathlib import Path
from string import Formatter

import pytest

import segspark.reports
from segspark.reports.contents import AFTER, BEFORE
from segspark.reports.labels import FEATURES, NOT_CONTACTABLE
from segspark.reports.reasons import EXPLANATIONS
from segspark.reports.report import TERMS
from segspark.reports.texts import PARTS, TEXTS, Texts, words_of

PACKAGE = Path(segspark.reports.__file__).parent


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("table", [TEXTS, FEATURES, NOT_CONTACTABLE, EXPLANATIONS])
def test_every_text_exists_in_both_languages(table):
    assert [key for key, pair in table.items() if len(pair) != 2 or not all(pair)] == []


def test_no_text_stands_in_two_files():
    assert sum(len(part.TEXTS) for part in PARTS) == len(TEXTS)


def test_both_languages_take_the_same_values():
    assert [key for key, (fr, en) in TEXTS.items() if fields(fr) != fields(en)] == []


def test_the_templates_and_modules_use_all_texts_and_no_other():
    sources = [*PACKAGE.rglob("*.html"), *(p for p in PACKAGE.rglob("*.py") if not p.name.startswith("texts"))]
    words = set(re.findall(r'"([a-z_0-9]+)"', " ".join(p.read_text("utf-8") for p in sources)))
    own = (*BEFORE, *AFTER)
    built = {f"{part}_missing" for part in ("headline", "sizes", "kpis", "ledger", "quarantine")}
    built |= {f"nav_{name}" for name in own} | {f"{kind}_{term}" for kind in ("term", "say") for term in TERMS}
    built |= {f"{name}_note" for name in ("pr_auc", "roc_auc", "rarer_lift", "brier")}
    built |= {key for key in TEXTS if key.startswith(("refused_", "kind_"))}
    built |= {f"{name}_note" for name in ("silhouette", "elbow", "stability", "smallest")}
    assert set(TEXTS) - words - built == set()
    assert built - set(TEXTS) == set()


def test_french_punctuation_does_not_leave_its_word():
    assert Texts("fr")("k_best", k=4, silhouette="0,4", among="des 6").count("4 groupes") == 1
    rise = Texts("fr")("take_growth", day="31 mai", name="Voici", change="+1", share="+3\u00a0%")
    assert rise.startswith("Plus forte hausse d'effectif depuis le 31 mai\u00a0: «\u00a0Voici\u00a0», +1 ")
    assert "\u202f;" in Texts("fr")("pr_auc_note", rate="0,5")


def test_texts_of_schemes_and_models_are_set_like_the_reports_own():
    words = {"fr": "Aucune lune : attendez.", "en": "No moon: wait."}
    assert Texts("fr").said(words) == "Aucune lune\u00a0: attendez."
    assert Texts("en").said(words) == "No moon: wait."
    assert words_of("headline") == {"fr": "La liste", "en": "The list"}
