"""What each shape keeps of a value, and that none lets an address or a phone through."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.sources.shapes import Projection, ShapeName, Shapes, shaped

SHAPED = Shapes(lambda text: f"~{len(text)}", words=frozenset(("Invalid Address",)))


@pytest.mark.parametrize(
    ("shape", "value", "kept"),
    [
        ("id", "e-1", "e-1"),
        ("id", 5678901234567, 5678901234567),
        ("id", "C 12 é", "C 12 é"),
        ("id", "<m1@exemple.fr>", "~15"),
        ("id", "0612345678", "~10"),
        ("id", "x" * 300, "~300"),
        ("id", "a\nb", "~3"),
        ("id", "", None),
        ("id", 1.5, None),
        ("id", True, None),
        ("id", 33612345678, "~11"),
        ("word", "bounce", "bounce"),
        ("word", "5.1.1", "5.1.1"),
        ("word", "Invalid Address", "Invalid Address"),
        ("word", "Anne Martin", None),
        ("word", "anne@exemple.fr", None),
        ("word", 7, None),
        ("number", 1.5, 1.5),
        ("number", "19.90", "19.90"),
        ("number", "19,90", "19,90"),
        ("number", "+33612345678", None),
        ("number", "0612345678", None),
        ("number", "12 rue", None),
        ("number", True, None),
        ("time", 1777882530, 1777882530),
        ("time", "2026-05-04T09:30:45.1234567+02:00", "2026-05-04T09:30:45.1234567+02:00"),
        ("time", "31/12/2026 10:00", "31/12/2026 10:00"),
        ("time", "06 12 34 56 78", None),
        ("time", "noon", None),
        ("time", "33612345678", None),
        ("time", 33612345678, None),
        ("flag", True, True),
        ("flag", "true", None),
        ("path", "https://u:p@boutique.example/robe?who=1#x", "https://boutique.example/robe"),
        ("path", "/of/anne%40exemple.fr/a;jsessionid=1", "/of/~17/a"),
        ("path", "https://boutique.example", "https://boutique.example"),
        ("path", "/go?who=770031&to=https://boutique.example/robe", "/go"),
        ("path", 7, None),
        ("path", "https://boutique.example/u/anne&#64;exemple.fr", "https://boutique.example/u/~19"),
        ("path", "mailto:anne@exemple.fr", "~22"),
        ("path", "rf.elpmexe@enna", "~15"),
        ("label", "Soldes d'été", "Soldes d'été"),
        ("label", "for anne@exemple.fr", "for ~15"),
        ("label", "from 192.0.2.7", "from ~9"),
        ("label", 7, "7"),
        ("label", 33612345678, "~11"),
        # Half an address would stay where a long text is cut.
        ("label", "x" * 505 + " anne@exemple.fr", "x" * 505 + " ~15"),
        ("label", "x" * 510 + "." + "anne@exemple.fr", "~526"),
        ("label", "y " * 511 + "anne.martin@exemple.fr", "y " * 256),
        ("label", True, "true"),
        ("label", ["a"], None),
        ("label", "", None),
    ],
)
def test_a_shape_keeps(shape: str, value: Any, kept: Any) -> None:
    assert SHAPED.named(shape)(value) == kept


@given(
    st.sampled_from([s for s in get_args(ShapeName) if s != "number"]),
    st.text(alphabet="abc1.@%40+ /&#;=", max_size=30),
)
def test_no_shape_lets_an_address_through(shape: str, around: str) -> None:
    kept = SHAPED.named(shape)(f"{around} zqann@example.com")
    assert kept is None or "zqann" not in str(kept)


def test_a_projection_keeps_declared_paths_through_lists_and_objects() -> None:
    projection = Projection(shaped(id="id lines.sku", label="lines.title", time="at.day"), SHAPED)
    record = {
        "id": 7, "name": "Anne", "at": {"day": "2026-05-04", "zone": "Paris"},
        "lines": [{"sku": "a", "title": "Robe", "note": "x"}, {"sku": {"x": 1}}, 7, None],
    }  # fmt: skip
    assert projection.of(record) == {
        "id": 7, "at": {"day": "2026-05-04"}, "lines": [{"sku": "a", "title": "Robe"}, {}],
    }  # fmt: skip
    assert projection.of({"lines": "text", "at": 7, "id": None}) == {}
