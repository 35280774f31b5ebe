"""The card of behaviour groups: why so many, what each number would have been, and who is in them."""

from dataclasses import replace

from reports.card_samples import groups
from reports.sample import DOCUMENTS

from segspark.models.card import Content, Curve, Grid, Listed, Paragraph, Part, Said
from segspark.models.clustering.card import clustering_card
from segspark.models.clustering.documents.sweep import SQUARED, Sweep
from segspark.sections import Number, People, Share


def part(content: Content, title: str) -> Part:
    return next(p for p in content.evidence if p.title.words["en"] == title)


def grid(found: Part) -> Grid:
    return next(block for block in found.blocks if isinstance(block, Grid))


def test_every_number_that_was_tried_has_its_figures_and_the_chosen_one_is_marked() -> None:
    why = part(clustering_card(groups()), "Why {k} groups")
    table = grid(why)
    assert [row[0] for row in table.rows] == [Number(k) for k in range(2, 8)]
    assert table.marked == 2
    assert table.rows[2][1:5] == (Number(0.402, 3), Number(0.94, 3), Number(4.4, 2), Share(0.14))
    (curve,) = [block for block in why.blocks if isinstance(block, Curve)]
    assert curve.marked == 2


def test_a_gate_that_a_number_fails_is_named() -> None:
    rows = tuple(replace(r, failed=("stability", "size") if r.k == 7 else ()) for r in DOCUMENTS.sweep.rows)
    documents = replace(DOCUMENTS, sweep=Sweep(rows))
    failed = [row[-1] for row in grid(part(clustering_card(groups(documents=documents)), "Why {k} groups")).rows]
    assert isinstance(failed[-1], Listed)
    assert [said.words["en"] for said in failed[-1].values if isinstance(said, Said)] == ["stability", "size"]


def test_the_silhouette_says_of_which_distances_it_is() -> None:
    def named(documents: object) -> str:
        (_, column, *_) = grid(part(clustering_card(groups(documents=documents)), "Why {k} groups")).columns
        of = column.values["of"]
        assert isinstance(of, Said)
        return of.words["en"]

    assert named(DOCUMENTS) == "Euclidean"
    assert named(replace(DOCUMENTS, sweep=replace(DOCUMENTS.sweep, distance=SQUARED))) == "squared distances"


def test_the_only_number_that_was_tried_is_not_called_the_best() -> None:
    documents = replace(DOCUMENTS, sweep=Sweep(DOCUMENTS.sweep.rows[2:3]))
    why = part(clustering_card(groups(documents=documents)), "Why {k} groups")
    (paragraph,) = [block for block in why.blocks if isinstance(block, Paragraph)]
    assert "the only number tried" in paragraph.said.words["en"]
    assert not [block for block in why.blocks if isinstance(block, Curve)]


def test_groups_have_their_people_and_what_sets_them_apart() -> None:
    rows = grid(part(clustering_card(groups()), "The groups")).rows
    assert rows[0][1] == People(9_102)
    assert [row[2] for row in rows] == [Share(n / 35_456) for n in (9_102, 7_044, 14_300, 5_010)]
    marks = rows[3][3]
    assert isinstance(marks, Listed)
    assert [said.values["z"] for said in marks.values if isinstance(said, Said)] == [
        Number(-1.6, 1), Number(1.4, 1), Number(0.8, 1),
    ]  # fmt: skip


def test_alarms_against_the_version_before_are_red() -> None:
    content = clustering_card(groups())
    (paragraph,) = part(content, "Since the version before").blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.tone == "bad"
    calm = replace(DOCUMENTS, migration=None)
    titles = [p.title.words["en"] for p in clustering_card(groups(documents=calm)).evidence]
    assert "Since the version before" not in titles


def test_inputs_that_were_left_out_are_a_limit() -> None:
    record = {**groups().record, "left_out": "n_visit_day_90d is constant"}
    told = [limit.values.get("gone") for limit in clustering_card(groups(record=record)).limits]
    assert "n_visit_day_90d is constant" in told
    assert all(limit.values.get("gone") is None for limit in clustering_card(groups()).limits)
