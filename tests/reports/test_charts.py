import xml.etree.ElementTree as ET

import pytest
from reports.sample import DOCUMENTS, content, sample

from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.evaluate.evaluation import Decile
from segspark.reports.charts import elbow_chart, lift_chart, reliability_chart, silhouette_chart
from segspark.reports.formats import Formats
from segspark.reports.texts import Texts

FR, TEXTS = Formats("fr", "EUR"), Texts("fr")


def words(svg):
    return [t.text for t in ET.fromstring(svg).iter("text")]


@pytest.mark.parametrize("draw", [silhouette_chart, elbow_chart])
def test_a_chart_has_title_axes_units_and_the_chosen_k(draw):
    svg = draw(DOCUMENTS.sweep.rows, 4, FR, TEXTS)
    tree = ET.fromstring(svg)
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == f"{tree[0].get('id')} {tree[1].get('id')}"
    assert tree[0].text in ("Silhouette (euclidienne)", "Coude")
    assert "k = 4" in tree[1].text
    assert "nombre de groupes k" in words(svg)
    assert any(w.startswith("k = 4") for w in words(svg))


def test_lift_bars_carry_their_values_beside_recency_alone():
    churn = content(sample(), "churn").documents
    svg = lift_chart(churn.model.deciles, churn.recency.deciles, FR, TEXTS)
    assert "1,8" in words(svg)
    assert {"moyenne", "Récence seule"} <= set(words(svg))
    assert len(list(ET.fromstring(svg).iter("rect"))) == 10


def test_reliability_labels_the_safest_and_the_riskiest_tenth():
    svg = reliability_chart(content(sample(), "churn").documents.model.deciles, FR, TEXTS)
    assert {"9\u00a0% → 7\u00a0%", "93\u00a0% → 95\u00a0%", "prédit = observé"} <= set(words(svg))


def test_charts_stand_equal_and_missing_values():
    flat = [Decile(10, 0.0, 0.0, 0.0)] * 3
    for svg in (
        elbow_chart([SweepRow(2, 0.1, float("nan")), SweepRow(3, 0.1, 0.0)], 2, FR, TEXTS),
        lift_chart(flat, (), FR, TEXTS),
        reliability_chart(flat, FR, TEXTS),
    ):
        assert "nan" not in svg
